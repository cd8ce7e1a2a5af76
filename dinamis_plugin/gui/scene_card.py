"""The scene in hand: picture, name and properties."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QImage, QPixmap
from qgis.PyQt.QtWidgets import QBoxLayout, QLabel, QToolButton

from ..domain.scene import Scene
from . import formats
from .footprints import TONE_OF_TYPE
from .results_columns import sensor_name, type_name
from .theme import HALF, STEP, Role, Tone, colours, themed_pixmap
from .widgets import Card, ElidedLabel, column, dot, label, row, tool_button

translate = QCoreApplication.translate

_SIDE = 88


class SceneCard(Card):
    """Describes the chosen scene; hidden when none is.

    Signals:
        quicklook_requested: the Scene to show on the whole screen.
        map_requested: list of the one Scene whose quicklook is laid on the map, or taken from it.
    """

    quicklook_requested = pyqtSignal(object)
    map_requested = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sceneCard")
        self._scene: Scene | None = None
        self._low = False
        self._picture = QLabel()
        self._picture.setObjectName("thumbnailLabel")
        self._picture.setFixedSize(_SIDE, _SIDE)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = ElidedLabel("sceneTitleLabel", Qt.TextElideMode.ElideMiddle)
        self._kind_dot = QLabel()
        self._kind = ElidedLabel("sceneKindLabel")
        self._facts = label(role=Role.MUTED, name="sceneFactsLabel")
        self._look = _small(translate("Dinamis", "Quicklook on the whole screen"), "quicklook", "Q")
        self._look.clicked.connect(lambda: self.quicklook_requested.emit(self._scene))
        self._lay = _small(translate("Dinamis", "Quicklook on the map"), "drape", "P")
        self._lay.clicked.connect(lambda: self.map_requested.emit([self._scene]))
        kind = row(self._kind_dot, self._kind, spacing=HALF)
        kind.setStretch(1, 1)
        self._head = column(self._title, kind, spacing=HALF)
        words = column(self._head, self._facts, spacing=HALF)
        words.addStretch(1)
        self._looks = column(self._look, self._lay, spacing=HALF)
        looks = column(self._looks, spacing=0)
        looks.addStretch(1)
        self._body = row(self._picture, margins=STEP)
        self._body.addLayout(words, 1)
        self._body.addLayout(looks)
        self.setLayout(self._body)
        self.hide()

    @property
    def scene(self) -> Scene | None:
        """The scene whose picture is wanted, None when none or several are chosen."""
        return self._scene

    def show_scenes(self, scenes: Sequence[Scene]) -> None:
        """Describe the chosen scenes: one in full, several by their number."""
        self.setVisible(bool(scenes))
        self._scene = scenes[0] if len(scenes) == 1 else None
        self._picture.clear()
        self._show_parts()
        if self._scene is not None:
            self._describe(self._scene)
        elif scenes:
            self._describe_several(scenes)

    def set_low(self, *, low: bool) -> None:
        """Take one line: without picture and facts."""
        if low != self._low:
            self._low = low
            way = QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom
            for part in (self._head, self._looks):
                part.setDirection(way)
            for place, share in enumerate((3, 2)):
                self._head.setStretch(place, share if low else 0)
            above = HALF if low else STEP
            self._body.setContentsMargins(STEP, above, STEP, above)
            self._show_parts()

    def show_picture(self, scene: Scene, image: QImage) -> None:
        """Show the thumbnail of a scene, if it is still the one in hand; a null image means there is none."""
        if scene is not self._scene:
            return
        if image.isNull():
            self._placeholder()
            return
        ratio = self.devicePixelRatioF()
        side = round(_SIDE * ratio)
        scaled = image.scaled(
            QSize(side, side),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)

    def _show_parts(self) -> None:
        single = self._scene is not None
        for part in (self._look, self._lay):
            part.setVisible(single)
        self._picture.setVisible(single and not self._low)
        self._facts.setVisible(not self._low)

    def _describe(self, scene: Scene) -> None:
        self._title.setText(scene.title)
        tone = TONE_OF_TYPE.get(scene.product_type, Tone.NEUTRAL) if scene.product_type else Tone.NEUTRAL
        self._kind_dot.setPixmap(dot(tone).pixmap(10, 10))
        self._kind_dot.show()
        self._kind.setText(type_name(scene))
        self._facts.setText("\n".join(_facts(scene)))
        self._placeholder()

    def _describe_several(self, scenes: Sequence[Scene]) -> None:
        self._title.setText(translate("Dinamis", "%n scene(s) chosen", "", len(scenes)))
        self._kind_dot.hide()
        downloadable = sum(scene.is_downloadable for scene in scenes)
        orderable = sum(scene.is_orderable for scene in scenes)
        self._kind.setText(
            translate("Dinamis", "{downloadable} downloadable, {orderable} orderable").format(
                downloadable=downloadable, orderable=orderable
            )
        )
        self._facts.clear()

    def _placeholder(self) -> None:
        self._picture.setPixmap(themed_pixmap("sensor", colours().line, 40, self.devicePixelRatioF()))


def _small(text: str, icon: str, key: str) -> QToolButton:
    return tool_button(text, icon, name=f"{icon}Button", tip=f"{text} ({key})", text_shown=False)


def _facts(scene: Scene) -> list[str]:
    first = [sensor_name(scene)]
    if scene.gsd:
        first.append(
            translate("Dinamis", "{size} m").format(size=formats.number(scene.gsd, 2 if scene.gsd < 1 else 1))
        )
    second = [formats.moment(scene.acquired)]
    if scene.cloud is not None:
        second.append(translate("Dinamis", "cloud {cloud} %").format(cloud=formats.number(scene.cloud)))
    if scene.incidence is not None:
        second.append(formats.degrees(scene.incidence))
    third = [translate("Dinamis", "synthetic image")] if scene.synthetic else []
    if scene.open_data:
        third.append(translate("Dinamis", "open data"))
    return [" · ".join(line) for line in (first, second, third) if line]
