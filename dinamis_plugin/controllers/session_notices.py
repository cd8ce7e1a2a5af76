"""What a person is told about the session: kept or not, ended here only, an address that is none."""

from __future__ import annotations

from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication

from .messages import Notice, NoticeLevel

translate = QCoreApplication.translate


def memory_only(remember: Callable[[], object]) -> Notice:
    """The session is not kept for the next time; `remember` lets it be."""
    return Notice(
        NoticeLevel.INFO,
        translate("Dinamis", "Signed in until QGIS closes"),
        translate(
            "Dinamis",
            "QGIS's password store is not open: the session lives in memory only, nothing is on disk.",
        ),
        translate(
            "Dinamis", "With a master password of QGIS the session is kept encrypted for the next time."
        ),
    ).with_action(translate("Dinamis", "Remember this session"), remember)


def locked(unlock: Callable[[], object]) -> Notice:
    """The session of the last time is kept, and cannot be read yet; `unlock` asks for the password."""
    return Notice(
        NoticeLevel.INFO,
        translate("Dinamis", "A session is kept on this computer"),
        translate("Dinamis", "It is encrypted with QGIS's master password, which was not given yet."),
    ).with_action(translate("Dinamis", "Unlock"), unlock)


def not_revoked() -> Notice:
    """The service could not be told of the sign-out."""
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Signed out here only"),
        translate("Dinamis", "Everything was forgotten on this computer, but the service could not be told."),
        translate("Dinamis", "The session ends there by itself; your account page can end it at once."),
    )


def not_removed() -> Notice:
    """QGIS keeps a session that does not work any more."""
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Password store not cleaned"),
        translate(
            "Dinamis", "QGIS did not let the kept session be removed from its authentication database."
        ),
        translate("Dinamis", "It does not work any more once the service was told of the sign-out."),
    )


def wrong_address() -> Notice:
    """What was typed is no address of a service."""
    return Notice(
        NoticeLevel.ERROR,
        translate("Dinamis", "Not an address"),
        translate("Dinamis", "The address of the service cannot be used."),
        translate("Dinamis", "It looks like https://dinamis.example.org"),
    )


def no_service(why_not: str, connect: Callable[[], None]) -> Notice:
    """Nothing can be asked for yet, with the way to connect."""
    notice = Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "No service"),
        why_not,
        translate("Dinamis", "Its address goes at the top of the panel."),
    )
    return notice.with_action(translate("Dinamis", "Connect"), connect)
