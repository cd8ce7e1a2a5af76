"""Colours, spacing and icons taken from the running theme, for light and dark alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from qgis.PyQt.QtCore import QByteArray, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from qgis.PyQt.QtSvg import QSvgRenderer
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QTableView, QWidget

from ..paths import icon_path

#: Half and whole step of the 8 px grid every margin and gap stands on.
HALF, STEP = 4, 8
ICON = 16
_TONE_CONTRAST, _TEXT_CONTRAST = 3.0, 4.5
_ICON_PROPERTY = "dinamisIcon"
_ROLE_PROPERTY = "dinamisRole"
_PRIMARY_PROPERTY = "dinamisPrimary"


class Tone(Enum):
    """What a colour says; the value is its hue and saturation (HSL, degrees and 0 to 255)."""

    NEUTRAL = (210, 20)
    INFO = (208, 150)
    SUCCESS = (145, 130)
    WARNING = (35, 200)
    DANGER = (4, 170)


class Role(Enum):
    """What a label is for."""

    TEXT = "text"
    MUTED = "muted"
    TITLE = "title"
    HEADING = "heading"
    CODE = "code"
    WARNING = "warning"


@dataclass(frozen=True)
class Colours:
    """The few colours of the interface, all derived from the theme's text, window and highlight."""

    text: QColor
    window: QColor
    accent: QColor
    accent_text: QColor
    selected_text: QColor

    @property
    def dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return self.text.lightness() > self.window.lightness()

    @property
    def muted(self) -> QColor:
        """Secondary text: as light as reads well, on cards too; some themes leave no room for it."""
        shares = (share / 100 for share in range(25, 0, -5))
        found = (mix(self.text, self.window, share) for share in shares)
        return next((one for one in found if contrast(one, self.raised) >= _TEXT_CONTRAST), self.text)

    @property
    def faint(self) -> QColor:
        """What is disabled."""
        return mix(self.text, self.window, 0.55)

    @property
    def line(self) -> QColor:
        """Hairlines and tracks."""
        return mix(self.window, self.text, 0.18)

    @property
    def raised(self) -> QColor:
        """The ground of a card."""
        return mix(self.window, self.text, 0.05)

    def tone(self, tone: Tone) -> QColor:
        """A tone that stands out from the window, as far from its lightness as that takes."""
        hue, saturation = tone.value
        lightness, step, last = (165, 10, 215) if self.dark else (95, -10, 35)
        colour = QColor.fromHsl(hue, saturation, lightness)
        while contrast(colour, self.window) < _TONE_CONTRAST and lightness != last:
            lightness += step
            colour = QColor.fromHsl(hue, saturation, lightness)
        return colour

    def tint(self, tone: Tone) -> QColor:
        """A tone as a soft ground under text."""
        return mix(self.window, self.tone(tone), 0.14)


def mix(start: QColor, end: QColor, share: float) -> QColor:
    """The colour that lies `share` (0 to 1) of the way from one to the other."""
    keep = 1.0 - share
    return QColor(
        round(start.red() * keep + end.red() * share),
        round(start.green() * keep + end.green() * share),
        round(start.blue() * keep + end.blue() * share),
    )


def contrast(one: QColor, other: QColor) -> float:
    """The contrast of two colours as WCAG counts it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: QColor, ground: QColor, least: float = _TEXT_CONTRAST) -> QColor:
    """The colour where it reads well on a ground, else black or white."""
    if contrast(colour, ground) >= least:
        return colour
    return max((QColor("black"), QColor("white")), key=lambda one: contrast(one, ground))


def _luminance(colour: QColor) -> float:
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def is_styled() -> bool:
    """Whether a theme of QGIS draws the widgets by a style sheet."""
    return bool(QApplication.instance().styleSheet())


def colours() -> Colours:
    """The colours of the theme in use.

    QGIS themes set text colours in style sheets and leave the application's palette wrong, so they are read
    from a polished dialog and label.
    """
    key = (QApplication.palette().cacheKey(), hash(QApplication.instance().styleSheet()))
    if _cache.get("key") != key:
        _cache.update(key=key, colours=_probe())
    return _cache["colours"]


_cache: dict[str, Any] = {}


def _probe() -> Colours:
    ground = QDialog()
    label = QLabel(ground)
    ground.ensurePolished()
    label.ensurePolished()
    text = label.palette().color(label.foregroundRole())
    rows = QTableView(ground)
    rows.ensurePolished()
    accent = QApplication.palette().color(QPalette.ColorRole.Highlight)
    on_accent = QApplication.palette().color(QPalette.ColorRole.HighlightedText)
    selection = rows.palette().color(QPalette.ColorRole.Highlight)
    return Colours(
        text=text,
        window=ground.palette().color(QPalette.ColorRole.Window),
        accent=accent,
        accent_text=readable(on_accent, accent, _TONE_CONTRAST),
        # The themes of QGIS keep the text colour in selected rows, whether it can be read there or not.
        selected_text=readable(text, selection) if is_styled() else on_accent,
    )


def themed_pixmap(name: str, colour: QColor, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """An icon of resources/icons drawn in one colour where its SVG says `currentColor`."""
    svg = icon_path(name).read_bytes().replace(b"currentColor", colour.name().encode("ascii"))
    pixels = round(size * ratio)
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def themed_icon(name: str, colour: QColor | None = None) -> QIcon:
    """An icon in the text colour of the theme, greyed when disabled."""
    shade = colours()
    icon = QIcon()
    for ratio in (1.0, 2.0):
        icon.addPixmap(themed_pixmap(name, colour or shade.text, ICON, ratio))
        icon.addPixmap(themed_pixmap(name, shade.selected_text, ICON, ratio), QIcon.Mode.Selected)
        icon.addPixmap(themed_pixmap(name, shade.faint, ICON, ratio), QIcon.Mode.Disabled)
    return icon


def set_icon(button: QAbstractButton, name: str) -> None:
    """Give a button an icon that `refresh` draws again when the theme changes."""
    button.setProperty(_ICON_PROPERTY, name)
    button.setIcon(_button_icon(button, name))


def set_role(label: QLabel, role: Role) -> None:
    """Give a label the look of its role, which `refresh` keeps when the theme changes."""
    label.setProperty(_ROLE_PROPERTY, role.value)
    _style_label(label, role)


def refresh(root: QWidget) -> None:
    """Draw icons and labels under `root` again, in the colours of the theme in use."""
    for button in root.findChildren(QAbstractButton):
        name = button.property(_ICON_PROPERTY)
        if name:
            button.setIcon(_button_icon(button, name))
        if button.property(_PRIMARY_PROPERTY):
            _style_primary(button)
    for label in root.findChildren(QLabel):
        role = label.property(_ROLE_PROPERTY)
        if role:
            _style_label(label, Role(role))


def _style_label(label: QLabel, role: Role) -> None:
    shade = colours()
    styles = {
        Role.TEXT: "",
        Role.MUTED: f"color: {shade.muted.name()};",
        Role.TITLE: "font-weight: 600;",
        Role.HEADING: "font-weight: 600; font-size: 12pt;",
        Role.CODE: f"font-family: monospace; font-weight: 700; font-size: 20pt; color: {shade.text.name()};",
        Role.WARNING: f"color: {shade.tone(Tone.WARNING).name()};",
    }
    label.setStyleSheet(f"QLabel {{ padding: 0; {styles[role]} }}")


def _button_icon(button: QAbstractButton, name: str) -> QIcon:
    return themed_icon(name, colours().accent_text if button.property(_PRIMARY_PROPERTY) else None)


def make_primary(button: QAbstractButton) -> None:
    """Show a button as the one main action of its place, in the theme's highlight colour."""
    button.setProperty(_PRIMARY_PROPERTY, True)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    _style_primary(button)
    name = button.property(_ICON_PROPERTY)
    if name:
        button.setIcon(_button_icon(button, name))


def _style_primary(button: QAbstractButton) -> None:
    shade = colours()
    accent, over = shade.accent.name(), mix(shade.accent, shade.text, 0.12).name()
    button.setStyleSheet(
        f"QAbstractButton {{ background: {accent}; color: {shade.accent_text.name()}; font-weight: 600;"
        f" border: 1px solid {accent}; border-radius: 4px; padding: 5px 8px; }}"
        f"QAbstractButton:hover {{ background: {over}; }}"
        f"QAbstractButton:pressed {{ background: {over}; padding: 6px 8px 4px 8px; }}"
        f"QAbstractButton:focus {{ border: 2px solid {shade.text.name()}; padding: 4px 7px; }}"
        f"QAbstractButton:disabled {{ background: {shade.raised.name()}; color: {shade.faint.name()};"
        f" border: 1px solid {shade.line.name()}; }}"
    )
