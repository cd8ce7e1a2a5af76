"""What a person is told about layers: expired, forbidden, gone, unreachable, each with its way out."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.errors import DinamisError, FileGoneError, NotFoundError
from ..domain.layer_source import LayerIdentity
from ..domain.scene import Scene
from .messages import Notice, NoticeLevel, notice_for

translate = QCoreApplication.translate


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


def layer_notice(error: DinamisError, titles: str) -> Notice:
    """The notice of an error, about the layers of these titles."""
    if is_gone(error):
        title = translate("Dinamis", "Image gone")
        text = translate("Dinamis", "The file is not on the server any more.")
        hint = translate("Dinamis", "Search for the scene again; the layer keeps its place meanwhile.")
        notice = Notice(NoticeLevel.ERROR, title, text, hint)
    else:
        notice = notice_for(error)
    if not titles:
        return notice
    return Notice(notice.level, notice.title, f"{titles}: {notice.text}", notice.hint, notice.detail)


def waiting_notice(count: int) -> Notice:
    """So many layers wait for the sign-in."""
    text = translate("Dinamis", "%n image(s) of this project wait for your sign-in.", None, count)
    hint = translate("Dinamis", "They keep their place and style, and come alive by themselves.")
    return Notice(NoticeLevel.INFO, translate("Dinamis", "Images waiting"), text, hint)
