"""The refusals of a STAC request (400, 404), in the caller's language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from dinamis_service.catalogue.engine import SearchError
from dinamis_service.errors import BadRequestError, NotFoundError
from dinamis_service.language import text


@contextmanager
def refusing(request: Request) -> Iterator[None]:
    """Answer 400 for a search that cannot be understood, naming the parameter that is wrong."""
    try:
        yield
    except SearchError as error:
        sentence = text(request, fr=error.fr, en=error.en)
        fields = {error.parameter: sentence} if error.parameter else None
        raise BadRequestError(sentence, fields=fields) from error


def no_collection(request: Request, collection_id: str) -> NotFoundError:
    """The 404 for a collection."""
    return NotFoundError(
        text(
            request,
            fr=f"Il n'y a pas de collection « {collection_id} ».",
            en=f"There is no collection '{collection_id}'.",
        )
    )
