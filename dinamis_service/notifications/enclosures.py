"""What goes with a letter: made when the mail leaves, so that the state keeps names only.

`text/<code>/<version>/<language>` is a text of the registry as PDF, `deed/<adhesion>` a deed of adhesion.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

from dinamis_service.db import Database
from dinamis_service.language import pick_language, text
from dinamis_service.registry.deed import DeedStore
from dinamis_service.registry.tables import Adhesion, LegalText
from dinamis_service.registry.text_pdf import text_pdf
from dinamis_service.settings import Settings


class EnclosureError(Exception):
    """Something that a letter promises is not there."""


class Enclosures:
    """Finds what letters enclose."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._deeds = DeedStore(settings)

    def add(self, message: EmailMessage, names: Sequence[str]) -> None:
        """Enclose what is named.

        Raises:
            EnclosureError: it is not there.
        """
        for name in names:
            kind, _, rest = name.partition("/")
            file_name, content = self._text(rest) if kind == "text" else self._deed(rest)
            message.add_attachment(content, maintype="application", subtype="pdf", filename=file_name)

    def _text(self, name: str) -> tuple[str, bytes]:
        code, version, language = name.split("/")
        with self._database.reading() as session:
            found = session.get(LegalText, (code, int(version)))
        if found is None:
            msg = f"there is no text {name}"
            raise EnclosureError(msg)
        return f"{code}-v{version}.pdf", text_pdf(found, pick_language(language))

    def _deed(self, adhesion_id: str) -> tuple[str, bytes]:
        with self._database.reading() as session:
            adhesion = session.get(Adhesion, adhesion_id)
        digest = adhesion.deed_sha256 if adhesion is not None else None
        path = self._deeds.path(digest or "none")
        if adhesion is None or not path.is_file():
            msg = f"the deed of adhesion {adhesion_id} is not there"
            raise EnclosureError(msg)
        name = text(
            pick_language(adhesion.language),
            fr="acte-adhesion-dinamis.pdf",
            en="dinamis-deed-of-adhesion.pdf",
        )
        return name, path.read_bytes()
