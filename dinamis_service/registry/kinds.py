"""Kinds of users, which follow from the category of their entity (domain.md 2.1 and 2.2)."""

from __future__ import annotations

from typing import Literal, get_args

UserKind = Literal["SCI", "PUB", "RND", "PCP", "ETR"]
Role = Literal["user", "referent", "legal_representative", "operator"]

ROLES: frozenset[str] = frozenset(get_args(Role))

_KIND_OF_CATEGORY: dict[int, UserKind] = {
    1: "PUB",
    2: "SCI",
    3: "PUB",
    4: "PUB",
    5: "PUB",
    6: "PUB",
    7: "RND",
    8: "PCP",
    9: "ETR",
    10: "ETR",
    11: "ETR",
}

CATEGORIES = tuple(_KIND_OF_CATEGORY)


def user_kind(category: int) -> UserKind:
    """Kind of the users of an entity of `category`, 1 to 11 (decision 1 of the architecture).

    Raises:
        ValueError: there is no such category.
    """
    try:
        return _KIND_OF_CATEGORY[category]
    except KeyError:
        msg = f"{category} is not one of the eligible categories 1 to 11"
        raise ValueError(msg) from None
