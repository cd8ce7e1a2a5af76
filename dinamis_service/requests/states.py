"""States of a request: the one table of who may move it from where to where, and how STAPI names them."""

from __future__ import annotations

from enum import StrEnum

from dinamis_service.quotas.table import RequestKind
from dinamis_service.quotas.words import Words

Kind = RequestKind


class State(StrEnum):
    """State of a request (REQ-23)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ARBITRATION = "arbitration"
    QUOTATION = "quotation"
    ACCEPTED = "accepted"
    PRODUCTION = "production"
    PROGRAMMED = "programmed"
    ACQUIRING = "acquiring"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


class Actor(StrEnum):
    """In what capacity somebody moves a request."""

    REQUESTER = "requester"
    OPERATOR = "operator"


_BOTH = frozenset(Actor)
_REQUESTER = frozenset({Actor.REQUESTER})
_OPERATOR = frozenset({Actor.OPERATOR})
_ANY_KIND = frozenset(Kind)

TRANSITIONS: dict[tuple[State, State], tuple[frozenset[Actor], frozenset[Kind]]] = {
    (State.DRAFT, State.SUBMITTED): (_REQUESTER, _ANY_KIND),
    (State.DRAFT, State.CANCELLED): (_REQUESTER, _ANY_KIND),
    (State.SUBMITTED, State.ARBITRATION): (_OPERATOR, _ANY_KIND),
    (State.SUBMITTED, State.CANCELLED): (_BOTH, _ANY_KIND),
    (State.ARBITRATION, State.QUOTATION): (_OPERATOR, _ANY_KIND),
    (State.ARBITRATION, State.ACCEPTED): (_OPERATOR, _ANY_KIND),
    (State.ARBITRATION, State.REJECTED): (_OPERATOR, _ANY_KIND),
    (State.ARBITRATION, State.CANCELLED): (_BOTH, _ANY_KIND),
    (State.QUOTATION, State.ARBITRATION): (_OPERATOR, _ANY_KIND),
    (State.QUOTATION, State.ACCEPTED): (_BOTH, _ANY_KIND),
    (State.QUOTATION, State.CANCELLED): (_BOTH, _ANY_KIND),
    (State.QUOTATION, State.EXPIRED): (_OPERATOR, _ANY_KIND),
    (State.ACCEPTED, State.PRODUCTION): (_OPERATOR, frozenset({Kind.ARCHIVE})),
    (State.ACCEPTED, State.PROGRAMMED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.ACCEPTED, State.CANCELLED): (_BOTH, _ANY_KIND),
    (State.PRODUCTION, State.DELIVERED): (_OPERATOR, frozenset({Kind.ARCHIVE})),
    (State.PRODUCTION, State.FAILED): (_OPERATOR, frozenset({Kind.ARCHIVE})),
    (State.PRODUCTION, State.CANCELLED): (_OPERATOR, frozenset({Kind.ARCHIVE})),
    (State.PROGRAMMED, State.ACQUIRING): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.PROGRAMMED, State.CANCELLED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.PROGRAMMED, State.FAILED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.PROGRAMMED, State.EXPIRED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.ACQUIRING, State.DELIVERED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.ACQUIRING, State.CANCELLED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.ACQUIRING, State.FAILED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
    (State.ACQUIRING, State.EXPIRED): (_OPERATOR, frozenset({Kind.PROGRAMMING})),
}
"""Every legal change, with who may make it and for which kind of request; anything else is refused."""

TITLES: dict[State, Words] = {
    State.DRAFT: Words("brouillon", "draft"),
    State.SUBMITTED: Words("envoyée", "submitted"),
    State.ARBITRATION: Words("en arbitrage", "in arbitration"),
    State.QUOTATION: Words("devis à accepter", "quotation to accept"),
    State.ACCEPTED: Words("acceptée", "accepted"),
    State.PRODUCTION: Words("en production", "in production"),
    State.PROGRAMMED: Words("programmée", "programmed"),
    State.ACQUIRING: Words("en acquisition", "acquiring"),
    State.DELIVERED: Words("livrée", "delivered"),
    State.REJECTED: Words("refusée", "rejected"),
    State.CANCELLED: Words("annulée", "cancelled"),
    State.FAILED: Words("en échec", "failed"),
    State.EXPIRED: Words("expirée", "expired"),
}

_STAPI_CODES: dict[State, str] = {
    State.SUBMITTED: "received",
    State.ARBITRATION: "held",
    State.QUOTATION: "held",
    State.ACCEPTED: "accepted",
    State.PRODUCTION: "processing",
    State.PROGRAMMED: "scheduled",
    State.ACQUIRING: "tasked",
    State.DELIVERED: "completed",
    State.REJECTED: "rejected",
    State.FAILED: "failed",
    State.EXPIRED: "expired",
}

ABANDONED = frozenset({State.DRAFT, State.REJECTED, State.CANCELLED, State.FAILED, State.EXPIRED})
"""States in which a request takes nothing."""

_WAY: dict[Kind, tuple[State, ...]] = {
    Kind.ARCHIVE: (State.SUBMITTED, State.ARBITRATION, State.ACCEPTED, State.PRODUCTION, State.DELIVERED),
    Kind.PROGRAMMING: (
        State.SUBMITTED,
        State.ARBITRATION,
        State.ACCEPTED,
        State.PROGRAMMED,
        State.ACQUIRING,
        State.DELIVERED,
    ),
}


def may_move(source: State, target: State, actor: Actor, kind: Kind) -> bool:
    """Whether `actor` may move a request of this kind from `source` to `target`."""
    actors, kinds = TRANSITIONS.get((source, target), (frozenset(), frozenset()))
    return actor in actors and kind in kinds


def next_states(source: State, actor: Actor, kind: Kind) -> list[State]:
    """Where `actor` may move a request that is in `source`."""
    return [target for target in State if may_move(source, target, actor, kind)]


def way_to(source: State, target: State, kind: Kind) -> list[State]:
    """States to walk through, `target` included, along the usual way of a request of this kind.

    A target off that way, or behind `source`, is one step: whether it is legal is `may_move`'s to say.
    """
    way = _WAY[kind]
    if source in way and target in way and way.index(source) < way.index(target):
        return list(way[way.index(source) + 1 : way.index(target) + 1])
    return [target]


def stapi_code(state: State, actor: Actor) -> str:
    """STAPI status code of a request that `actor` brought to `state`; a draft is ours alone and has none."""
    if state is State.CANCELLED:
        return "user_cancelled" if actor is Actor.REQUESTER else "cancelled"
    return _STAPI_CODES[state]
