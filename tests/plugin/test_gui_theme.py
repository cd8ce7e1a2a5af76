"""Icons, colours and French texts: readable on light and dark, whole at 300 pixels, reachable by keyboard."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QRect, QRectF, Qt, QTranslator
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPalette
from qgis.PyQt.QtSvg import QSvgRenderer
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableView,
    QWidget,
)

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.gui import theme
from dinamis_plugin.gui.boxes import paint_box
from dinamis_plugin.gui.theme import Tone, contrast
from dinamis_plugin.paths import PACKAGE, icon_path, translation_path

from .gui_support import (  # noqa: F401
    ACCOUNT,
    PROJECT,
    canvas,
    child,
    dock,
    make_aoi,
    make_order,
    make_quotas,
    make_scene,
    window,
)

ICONS = sorted(path.stem for path in icon_path("dinamis").parent.glob("*.svg"))
THEMES = ("default", "Night Mapping", "Blend of Gray")


@pytest.fixture(params=THEMES)
def qgis_theme(request, qgis_app):
    palette = QApplication.palette()
    QgsApplication.setUITheme(request.param)
    yield request.param
    QgsApplication.setUITheme("default")
    QApplication.setPalette(palette)


def test_the_colours_are_those_of_the_theme(qgis_theme):
    shade = theme.colours()
    assert shade.dark is (qgis_theme == "Night Mapping")
    # What the theme gives itself is the most there can be, and one of them gives less than it should.
    own = contrast(shade.text, shade.raised)
    assert own > 3.5
    assert contrast(shade.muted, shade.raised) >= min(4.5, own)
    assert contrast(shade.accent_text, shade.accent) >= 3
    assert contrast(shade.faint, shade.window) < contrast(shade.muted, shade.window)


@pytest.mark.parametrize("row_chosen", [False, True])
@pytest.mark.parametrize("state", [Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked])
def test_a_tick_is_seen_on_every_row(qgis_theme, state, row_chosen):
    """Beside the empty box of the same row: by a mark, not only by a colour that the row may have too."""
    view = QTableView()
    view.ensurePolished()
    role = QPalette.ColorRole.Highlight if row_chosen else QPalette.ColorRole.Base
    ground = view.palette().color(role)
    pictures = []
    for shown in (Qt.CheckState.Unchecked, state):
        picture = QImage(24, 24, QImage.Format.Format_ARGB32)
        picture.fill(ground)
        painter = QPainter(picture)
        paint_box(painter, QRect(4, 4, 16, 16), shown, view)
        painter.end()
        pictures.append(picture)
    empty, ticked = pictures
    marked = [
        (x, y)
        for x in range(4, 20)
        for y in range(4, 20)
        if contrast(empty.pixelColor(x, y), ticked.pixelColor(x, y)) > 2.5
    ]
    assert 8 <= len(marked) <= 200


@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_stands_out(qgis_theme, tone):
    shade = theme.colours()
    assert contrast(shade.tone(tone), shade.window) > 2.8
    assert contrast(shade.text, shade.tint(tone)) > 0.7 * contrast(shade.text, shade.window)


@pytest.mark.parametrize("ground", ["#efefef", "#323232"])
@pytest.mark.parametrize("name", ICONS)
def test_icons_read_on_light_and_dark_also_without_our_colouring(name, ground):
    renderer = QSvgRenderer(str(icon_path(name)))
    assert renderer.isValid()
    picture = QImage(64, 64, QImage.Format.Format_ARGB32)
    picture.fill(QColor(ground))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, 64, 64))
    painter.end()
    inked = [picture.pixelColor(x, y) for x in range(0, 64, 2) for y in range(0, 64, 2)]
    assert max(contrast(colour, QColor(ground)) for colour in inked) > 2.5
    assert sum(colour != QColor(ground) for colour in inked) > 30


def test_icons_are_drawn_in_the_colour_asked_for(qgis_app):
    picture = theme.themed_pixmap("search", QColor("#ff0000"), 32).toImage()
    inked = [
        picture.pixelColor(x, y)
        for x in range(32)
        for y in range(32)
        if picture.pixelColor(x, y).alpha() > 250
    ]
    assert inked
    assert all(colour.red() > 250 and colour.green() == colour.blue() == 0 for colour in inked)


def test_every_icon_named_in_the_code_is_there():
    named = set()
    for path in (PACKAGE / "gui").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'icon="([a-z_]+)"', text))
        named |= set(re.findall(r'themed_(?:icon|pixmap)\("([a-z_]+)"', text))
    assert named
    assert named <= set(ICONS)


def test_icons_hold_nothing_foreign():
    for name in ICONS:
        text = icon_path(name).read_text(encoding="utf-8")
        assert "<script" not in text
        assert "href" not in text
        assert len(text) < 3000


@pytest.fixture
def french(qgis_app, tmp_path):
    """The compiled French translation, installed."""

    lrelease = shutil.which("lrelease")
    compiled = translation_path("fr")
    if lrelease:
        compiled = tmp_path / "dinamis_fr.qm"
        source = Path(translation_path("fr")).with_suffix(".ts")
        subprocess.run([lrelease, "-silent", str(source), "-qm", str(compiled)], check=True)
    elif not compiled.exists():
        pytest.skip("lrelease is not installed and no compiled translation is there")
    translator = QTranslator()
    assert translator.load(str(compiled))
    QApplication.installTranslator(translator)
    yield
    QApplication.removeTranslator(translator)


@pytest.fixture
def usual_font(qgis_app):
    """The usual font size of a desktop."""
    before = QApplication.font()
    font = QApplication.font()
    font.setPointSizeF(9)
    QApplication.setFont(font)
    yield
    QApplication.setFont(before)


@pytest.fixture
def filled(usual_font, french, dock, window):  # noqa: F811
    """The dock in French, signed in and full."""

    dock._do.aois._add([make_aoi("commune_de_saint-guilhem-le-désert.gpkg")])
    dock.header.set_account(ACCOUNT)
    dock.header.set_state(SessionState.SIGNED_IN)
    dock.account.set_account(ACCOUNT)
    dock.account.set_quotas(make_quotas())
    dock.requests.set_why_not("")
    dock.requests.projects.set_projects([PROJECT])
    quoted = make_order(2, "quotation", **{"dinamis:price_eur": 12345.5, "dinamis:excess_km2": 1234.5})
    dock.requests.set_orders([make_order(1), quoted])
    dock.requests.choose(quoted.id)
    dock.results.set_why_not("")
    dock.results.start(SearchQuery(max_cloud=20, text="Montpellier"))
    dock.results.add_scenes([make_scene(n, kind="orderable" if n % 2 else "downloadable") for n in range(30)])
    dock.results.show_count(17149, 30)
    dock.results.view.selectRow(0)
    return dock


def clipped(widget):
    """Whether the text of a widget needs more room than it has; what elides by itself is meant to."""
    text = widget.text() if hasattr(widget, "text") else ""
    if isinstance(widget, (QLineEdit, QAbstractSpinBox)) or not text:
        return False
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            return widget.heightForWidth(widget.width()) > widget.height() + 1
        if widget.textFormat() == Qt.TextFormat.RichText:
            return False
        return widget.fontMetrics().horizontalAdvance(text) > widget.width() + 1
    if isinstance(widget, QAbstractButton):
        return widget.sizeHint().width() > widget.width() + 1
    return False


@pytest.mark.parametrize("width", [300, 480])
@pytest.mark.parametrize("page", range(4))
def test_no_french_text_is_clipped(filled, window, width, page):  # noqa: F811
    window.resize(1200, 1000)
    window.resizeDocks([filled], [width], Qt.Orientation.Horizontal)
    tabs = child(filled, "mainTabs")
    tabs.setCurrentIndex(page)
    QApplication.processEvents()
    QApplication.processEvents()
    assert abs(filled.width() - width) <= 4
    bad = [
        f"{widget.objectName() or type(widget).__name__}: {widget.text()}"
        for widget in filled.widget().findChildren(QWidget)
        if widget.isVisible() and clipped(widget)
    ]
    assert not bad
    for area in filled.widget().findChildren(QScrollArea):
        if area.isVisible():
            assert area.widget().width() <= area.viewport().width(), area.widget().objectName()
    bar = tabs.tabBar()
    for number in range(bar.count()):
        assert bar.fontMetrics().horizontalAdvance(bar.tabText(number)) < bar.tabRect(number).width()


def test_controls_are_named_and_reached_by_keyboard(filled):
    tabs, controls = child(filled, "mainTabs"), set()
    for page in range(tabs.count()):
        tabs.setCurrentIndex(page)
        QApplication.processEvents()
        for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox):
            every = filled.widget().findChildren(kind)
            controls |= {one for one in every if one.isVisible() and not one.objectName().startswith("qt_")}
    assert len(controls) >= 25
    for widget in controls:
        name = widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
        assert name, f"{widget.objectName()} has no name for a screen reader"
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, (
            f"{widget.objectName()} cannot be reached by Tab"
        )


def test_a_new_theme_is_followed_at_once(dock, window):  # noqa: F811
    button, on_canvas = (
        child(dock, "drawRectangleButton"),
        child(dock.images.compare_bar, "compareSwipeButton"),
    )

    def ink(button=button):
        picture = button.icon().pixmap(16, 16).toImage()
        colours = [picture.pixelColor(x, y) for x in range(16) for y in range(16)]
        return max(colours, key=lambda colour: colour.alpha()).lightness()

    def muted():
        return child(dock, "resourcesHintLabel").palette().color(QPalette.ColorRole.WindowText).lightness()

    before, dark = ink(), muted()
    palette = QApplication.palette()
    QgsApplication.setUITheme("Night Mapping")
    QApplication.processEvents()
    try:
        assert ink() > before + 60
        assert ink(on_canvas) > before + 60
        assert muted() > dark + 60
    finally:
        QgsApplication.setUITheme("default")
        QApplication.setPalette(palette)


def test_contrast_is_that_of_wcag():
    assert contrast(QColor("#ffffff"), QColor("#000000")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)
