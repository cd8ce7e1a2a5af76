"""Programs that may ask people to sign in: public clients, which hold no secret."""

from __future__ import annotations

CLIENTS = {"dinamis-qgis": "QGIS (DINAMIS)", "gdal": "teledetection (Python, GDAL)"}
"""Client identifier to the name, alike in every language, shown to the person who is asked to consent."""

SCOPES = ("openid", "offline_access", "profile", "email")


def known_scope(asked: str) -> str:
    """The part of a space-separated scope that exists, in our order; `openid` when nothing is asked."""
    wanted = set(asked.split()) or {"openid"}
    return " ".join(scope for scope in SCOPES if scope in wanted)
