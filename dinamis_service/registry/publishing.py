"""New versions of the charter, licences, templates and sheets, published by operators (SUP-06, REG-45)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.errors import InvalidError, NotFoundError, PreconditionFailedError
from dinamis_service.identity.tables import Account
from dinamis_service.registry.legal_texts import CODES, current, heading, texts_to_sign
from dinamis_service.registry.tables import Entity, LegalText, Signature
from dinamis_service.requests.caller import Caller, require_operator

_Body = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]


class TextForm(BaseModel):
    """A text in both languages (Markdown); its title is the heading that it begins with."""

    model_config = ConfigDict(extra="forbid")

    fr: _Body
    en: _Body

    @field_validator("fr", "en")
    @classmethod
    def _begins_with_its_title(cls, body: str) -> str:
        body = "\n".join(line.rstrip() for line in body.strip().splitlines()) + "\n"
        if not body.startswith("# ") or not 0 < len(heading(body)) <= 200:  # noqa: PLR2004 (characters)
            raise PydanticCustomError("no_heading", "begins with a heading")
        return body


class Line(NamedTuple):
    """A line of a text beside its version before: `+` new, `-` gone, empty where nothing changed."""

    sign: str
    text: str


def versions(session: Session, caller: Caller, code: str) -> Sequence[LegalText]:
    """Every version of a text, the newest first.

    Raises:
        ForbiddenError: the caller is no operator.
        NotFoundError: there is no such text.
    """
    require_operator(caller)
    found = session.scalars(
        select(LegalText).where(LegalText.code == code).order_by(LegalText.version.desc())
    ).all()
    if code not in CODES or not found:
        raise NotFoundError(caller.say(fr="Ce texte n'existe pas.", en="There is no such text."))
    return found


def publish(
    database: Database, caller: Caller, code: str, form: TextForm, *, base: int, now: datetime
) -> int:
    """Publish a new version of a text, begun with its version `base`; gives its number.

    Raises:
        PreconditionFailedError: somebody published another one meanwhile.
        InvalidError: nothing changed.
    """
    with database.session() as session:
        known = versions(session, caller, code)
        # the first version is never rewritten: its row is what publications of one text wait for
        session.get_one(LegalText, (code, known[-1].version), with_for_update=True)
        newest = versions(session, caller, code)[0]
        if newest.version != base:
            raise PreconditionFailedError(
                caller.say(
                    fr="Une autre version a été publiée entre-temps.",
                    en="Another version was published meanwhile.",
                )
            )
        bodies = form.model_dump()
        if bodies == {language: newest.body[language] for language in bodies}:
            sentence = caller.say(
                fr="Rien n'a changé : il n'y a rien à publier.",
                en="Nothing changed: there is nothing to publish.",
            )
            raise InvalidError(sentence, fields={"fr": sentence})
        titles = {language: heading(body) for language, body in bodies.items()}
        session.add(
            LegalText(
                code=code,
                version=base + 1,
                title=titles,
                body=bodies,
                published_at=now,
                author=caller.principal.name,
            )
        )
        return base + 1


def changes(before: str, after: str, around: int = 2) -> list[Line]:
    """What changed from one body to another, line by line, with some lines around."""
    told = []
    for group in difflib.SequenceMatcher(a=before.splitlines(), b=after.splitlines()).get_grouped_opcodes(
        around
    ):
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                told += [Line("", one) for one in after.splitlines()[new_start:new_end]]
                continue
            told += [Line("-", one) for one in before.splitlines()[old_start:old_end]]
            told += [Line("+", one) for one in after.splitlines()[new_start:new_end]]
    return told


def people_to_sign(session: Session, code: str) -> int:
    """How many people of member entities sign this text, by the nationality of their entity."""
    counted = (
        select(Entity.nationality, func.count())
        .join(Account, Account.entity_id == Entity.id)
        .where(Account.state == "active", Entity.state == "member")
        .group_by(Entity.nationality)
    )
    return sum(
        number for nationality, number in session.execute(counted) if code in texts_to_sign(nationality)
    )


def signatures_by_version(session: Session) -> Mapping[tuple[str, int], int]:
    """How often each version of each text was signed."""
    counted = select(Signature.code, Signature.version, func.count()).group_by(
        Signature.code, Signature.version
    )
    return {(code, version): number for code, version, number in session.execute(counted)}


def newest(session: Session) -> Sequence[LegalText]:
    """The newest version of each text."""
    return current(session)
