"""What browsers send of a step of the adhesion form, as the form keeps it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData, UploadFile

from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.adhesion_rules import SIDES

KEPT_MAX = 1000
"""Characters of one field that are kept, even of what will be refused."""


def text_of(data: FormData, name: str) -> str:
    """A text of the form; signs that no database keeps are left out."""
    value = data.get(name)
    return value.replace("\x00", "")[:KEPT_MAX] if isinstance(value, str) else ""


def file_of(data: FormData, name: str) -> UploadFile | None:
    """A file of the form, if one was chosen."""
    value = data.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


def typed_of(data: FormData, step: str) -> dict[str, Any]:
    """What was typed at a step; passwords are not among it."""
    typed: dict[str, Any] = {
        one.name: text_of(data, one.name)
        for one in steps.FIELDS.get(step, ())
        if one.kind != "password" and one.name in data
    }
    if step == steps.MISSION and "title" in data:
        typed |= {name: text_of(data, name) for name in ("starts", "ends", "view")}
        typed["extent"] = {side: text_of(data, side) for side in SIDES}
        typed["wishes"] = _wishes(data)
    if step == steps.PARTNER and "shown" in data:
        ticked = [one[:KEPT_MAX] for one in data.getlist("entity_id") if isinstance(one, str)]
        typed["entity_id"] = ticked[0] if len(ticked) == 1 else ticked[:5]
    return typed


def _wishes(data: FormData) -> list[dict[str, str]]:
    """Lines of sensor and period, without the empty ones at the end."""
    lines = [
        {name: text_of(data, f"wish-{number}-{name}") for name in ("mission", "first", "last")}
        for number in range(steps.WISHES_MAX)
    ]
    while lines and not any(lines[-1].values()):
        lines.pop()
    return lines
