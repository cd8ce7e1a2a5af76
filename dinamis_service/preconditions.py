"""Conditions that requests set on the state of what they change (RFC 9110 13.1)."""

from __future__ import annotations


def is_match(if_match: str | None, tag: str) -> bool:
    """Whether an `If-Match` lets a thing with this `ETag` be changed; without one, it does."""
    tags = [one.strip() for one in (if_match or "*").split(",")]
    return "*" in tags or tag in tags
