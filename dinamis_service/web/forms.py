"""Forms of pages: read as they were typed, checked by the same models as the routes of programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from dinamis_service.errors import InvalidError, PreconditionFailedError, ServiceError, findings
from dinamis_service.numbers import read_number
from dinamis_service.web.pages import Page

Model = TypeVar("Model", bound=BaseModel)
NOTHING_SEEN = '""'
"""`If-Match` of a form that does not say what its page showed: it matches nothing."""


@dataclass(frozen=True)
class Said:
    """What a page says after a form was sent: done, or refused with what was typed kept.

    Args:
        of: which form of the page it was, where there are several.
        errors: sentences by field.
        form: what was typed, by field.
        stale: whether the page did not show things as they are.
    """

    status: int = 200
    of: str = ""
    done: str = ""
    error: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    stale: bool = False


async def form_data(request: Request) -> AsyncIterator[FormData]:
    """Dependency giving the fields of a form whose names are not all known beforehand."""
    async with request.form() as data:
        yield data


def typed(data: FormData) -> dict[str, Any]:
    """Texts of a form by field, as they were typed; a list for fields that were ticked several times."""
    told: dict[str, Any] = {}
    for name in data:
        texts = [one for one in data.getlist(name) if isinstance(one, str)]
        told[name] = texts[0] if len(texts) == 1 else texts
    return told


def ticked(form: Mapping[str, Any], name: str) -> list[str]:
    """Values that were ticked of a field."""
    value = form.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def text_of(form: Mapping[str, Any], name: str) -> str:
    """A text of a form."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def number_of(page: Page, form: Mapping[str, Any], name: str) -> str | None:
    """A number of a form as programs write it; what cannot be read stays, for the model to refuse it."""
    written = text_of(form, name)
    if not written:
        return None
    try:
        return format(read_number(written, page.language), "f")
    except ValueError:
        return written


def checked(page: Page, model: type[Model], values: Mapping[str, Any]) -> Model:
    """A form that holds together.

    Raises:
        InvalidError: with one sentence for each field that does not hold.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        located: list[Any] = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        found = findings(page.language, RequestValidationError(located))
        raise InvalidError(
            page.text(
                "Rien n'a été enregistré : corrigez ce qui est signalé.",
                "Nothing was kept: correct what is pointed out.",
            ),
            fields={one["field"]: one["message"] for one in found},
        ) from error


def refused(page: Page, error: ServiceError, form: Mapping[str, Any], of: str = "") -> Said:
    """How a refusal is said on the page of the form."""
    errors = {name: page.typeset(sentence) for name, sentence in error.fields.items()}
    stale = isinstance(error, PreconditionFailedError)
    sentence = page.changed() if stale else page.typeset(error.detail)
    return Said(error.status, of, "", sentence, errors, form, stale)


def strange(page: Page, form: Mapping[str, Any], of: str = "") -> Said:
    """How a form is refused that this browser did not get from us, or got before its sign-in."""
    return Said(403, of, error=page.stale(), form=form)


def tried(page: Page, form: Mapping[str, Any], act: Callable[[], object]) -> Said | None:
    """Do what a form of this browser asks for: how it is refused, or None once it is done."""
    of = text_of(form, "act")
    if not page.came_from_here(text_of(form, "form_token")):
        return strange(page, form, of)
    try:
        act()
    except ServiceError as error:
        return refused(page, error, form, of)
    return None


def whole_number(form: Mapping[str, Any], name: str) -> int:
    """A hidden number of a form, such as the version that its page showed; -1 for what is none."""
    return whole(text_of(form, name))


def whole(written: str) -> int:
    """A whole number that somebody wrote; -1 for what is none, or too large to be a number of ours."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < _DIGITS else -1


_DIGITS = 10
