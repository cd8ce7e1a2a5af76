"""Tables that a page offers to take away."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.responses import Response


def csv_answer(name: str, lines: Iterable[str]) -> Response:
    """A table of CSV under a name, kept by nobody on its way."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)
