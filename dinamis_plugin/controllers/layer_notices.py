"""What a person is told about layers: expired, forbidden, gone, unreachable, each with its way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.errors import (
    DinamisError,
    FileGoneError,
    KeyProblem,
    NotFoundError,
    NotSignedInError,
    SigningKeyError,
)
from ..domain.layer_source import LayerIdentity
from ..domain.scene import Scene
from .messages import Notice, NoticeLevel, notice_for
from .session import SessionState

translate = QCoreApplication.translate


NAMED = 3
"""So many layers are named in a message."""
Refusals = list[tuple[LayerIdentity, DinamisError]]


def by_reason(refusals: Refusals) -> list[tuple[DinamisError, list[LayerIdentity]]]:
    """Gather the layers that fail for the same reason into one message."""
    grouped: dict[tuple[type, str], tuple[DinamisError, list[LayerIdentity]]] = {}
    for identity, error in refusals:
        grouped.setdefault((type(error), error.detail), (error, []))[1].append(identity)
    return list(grouped.values())


def is_gone(error: DinamisError) -> bool:
    """Whether an image is not there any more, as the service or the store of images says."""
    return isinstance(error, (FileGoneError, NotFoundError))


def no_image(scene: Scene) -> Notice:
    """The scene has nothing to show."""
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Nothing to load"),
        translate("Dinamis", "{scene} has no image that can be loaded.").format(scene=scene.title),
        translate("Dinamis", "It may be orderable: use the order button."),
    )


@dataclass(frozen=True)
class WaysOut:
    """What a person may do about images that are not shown.

    Attributes:
        sign_in: Starts the sign-in.
        try_again: Asks for all of them again.
        search: Searches for a scene by its id.
        options: Shows the options of the plugin.
        unlock: Has QGIS ask for its master password, then asks for all images again.
    """

    sign_in: Callable[[], object]
    try_again: Callable[[], object]
    search: Callable[[str], object]
    options: Callable[[], object]
    unlock: Callable[[], object]


def layer_notice(error: DinamisError, identities: Sequence[LayerIdentity], ways: WaysOut) -> Notice:
    """The notice of an error about these layers, with the way out of it."""
    if is_gone(error):
        title = translate("Dinamis", "Image gone")
        text = translate("Dinamis", "The file is not on the server any more.")
        hint = translate("Dinamis", "Search for the scene again; the layer keeps its place meanwhile.")
        notice = Notice(NoticeLevel.ERROR, title, text, hint)
    else:
        notice = notice_for(error)
    if identities:
        notice = replace(notice, text=f"{_named(identities)}: {notice.text}")
    if isinstance(error, NotSignedInError):
        return notice.with_action(translate("Dinamis", "Sign in"), ways.sign_in)
    if isinstance(error, SigningKeyError):
        if error.problem is KeyProblem.LOCKED:
            return notice.with_action(translate("Dinamis", "Unlock"), ways.unlock)
        return notice.with_action(translate("Dinamis", "Options"), ways.options)
    items = [identity.item_id for identity in identities if identity.item_id]
    if is_gone(error) and items:
        return notice.with_action(translate("Dinamis", "Search again"), partial(ways.search, items[0]))
    return notice.with_action(translate("Dinamis", "Try again"), ways.try_again)


def _named(identities: Sequence[LayerIdentity]) -> str:
    """Name a few layers, and say how many more there are."""
    named = ", ".join(identity.title for identity in identities[:NAMED])
    more = len(identities) - NAMED
    if more <= 0:
        return named
    return translate("Dinamis", "{names} and %n other(s)", None, more).format(names=named)


def waiting_notice(count: int) -> Notice:
    """So many layers wait for the sign-in."""
    text = translate("Dinamis", "%n image(s) of this project wait for your sign-in.", None, count)
    hint = translate("Dinamis", "They keep their place and style, and come alive by themselves.")
    return Notice(NoticeLevel.INFO, translate("Dinamis", "Images waiting"), text, hint)


def why_waiting(state: SessionState, *, refused: bool) -> str:
    """Say in a few words why an image is not shown."""
    if refused:
        return translate("Dinamis", "Not available")
    if state is SessionState.SIGNED_IN:
        return translate("Dinamis", "Is being opened")
    if state is SessionState.OFFLINE:
        return translate("Dinamis", "Waits for the service")
    return translate("Dinamis", "Waits for your sign-in")
