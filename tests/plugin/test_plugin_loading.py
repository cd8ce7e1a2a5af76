"""Loading and unloading the plugin: everything given to QGIS is taken back."""

# ruff: noqa: N802 - the interface has the names of QGIS
from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict

import pytest
from qgis.core import QgsApplication, QgsPathResolver, QgsProject
from qgis.gui import QgsDockWidget, QgsMessageBar, QgsMessageBarItem
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QLocale, QObject, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QLineEdit, QPushButton

from dinamis_plugin import classFactory, paths
from dinamis_plugin.controllers.session_state import SessionState
from dinamis_plugin.domain.signing_store import PRESET_STORE, SigningStore
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.tutorial import WELCOME_AFTER_MS
from dinamis_plugin.paths import PACKAGE, icon_path
from dinamis_plugin.qgisio.settings import PluginSettings

from . import people_support as people
from .gui_support import canvas, child, window  # noqa: F401
from .waiting import run_for, wait_until


class Interface:
    """The part of QgisInterface that the plugin uses, with a real window and canvas; counts what is given."""

    def __init__(self, main_window, map_canvas):
        self._window = main_window
        self._canvas = map_canvas
        self.bar = QgsMessageBar(main_window)
        self.given = Counter()
        self.docks = []
        self.factories = []
        self.handlers = []
        self.layer_actions = {}
        self.offered = defaultdict(list)

    def mainWindow(self):
        return self._window

    def mapCanvas(self):
        return self._canvas

    def addDockWidget(self, area, dock):
        self.given["dock"] += 1
        self.docks.append(dock)
        self._window.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.given["dock"] -= 1
        self.docks.remove(dock)
        self._window.removeDockWidget(dock)

    def messageBar(self):
        return self.bar

    def activeLayer(self):
        return next(iter(QgsProject.instance().mapLayers().values()), None)

    def addCustomActionForLayerType(self, action, _menu, _type, _all):
        self.given["layer menu"] += 1
        self.layer_actions[action.objectName()] = action

    def addCustomActionForLayer(self, action, layer):
        self.offered[layer.id()].append(action.objectName())

    def removeCustomActionForLayerType(self, _action):
        self.given["layer menu"] -= 1
        return True

    def addToolBarIcon(self, _action):
        self.given["toolbar"] += 1

    def removeToolBarIcon(self, _action):
        self.given["toolbar"] -= 1

    def addPluginToMenu(self, menu, _action):
        self.given[menu] += 1

    def removePluginMenu(self, menu, _action):
        self.given[menu] -= 1

    def registerMainWindowAction(self, _action, _shortcut):
        self.given["shortcut"] += 1
        return True

    def unregisterMainWindowAction(self, _action):
        self.given["shortcut"] -= 1
        return True

    def registerCustomDropHandler(self, handler):
        self.given["drop"] += 1
        self.handlers.append(handler)

    def unregisterCustomDropHandler(self, handler):
        self.given["drop"] -= 1
        self.handlers.remove(handler)

    def registerOptionsWidgetFactory(self, factory):
        self.given["options"] += 1
        self.factories.append(factory)

    def unregisterOptionsWidgetFactory(self, factory):
        self.given["options"] -= 1
        self.factories.remove(factory)


@pytest.fixture
def interface(window, canvas):  # noqa: F811
    return Interface(window, canvas)


@pytest.fixture
def plugin(interface):
    made = classFactory(interface)
    made.initGui()
    yield made
    made.unload()
    settle()


def settle():
    QApplication.processEvents()
    wait_until(lambda: QgsApplication.taskManager().count() == 0, 5)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def everything(main_window, map_canvas):
    """What there is in the window, on the canvas and in the application, by type and name."""
    objects = Counter((type(o).__name__, o.objectName()) for o in main_window.findChildren(QObject))
    application = Counter(type(o).__name__ for o in QApplication.instance().children())
    items = Counter(type(item).__name__ for item in map_canvas.scene().items())
    return objects, application, items


def test_what_is_loaded_is_unloaded_twice_over(interface, window, canvas):  # noqa: F811
    tool = canvas.mapTool()
    marked = "/vsicurl/http://127.0.0.1:9/objects/a.tif#dinamis:v1;x"
    read_before = QgsPathResolver().readPath(marked)
    seen = []
    for _ in range(3):
        plugin = classFactory(interface)
        plugin.initGui()
        assert interface.given == Counter(
            {
                "dock": 1,
                "toolbar": 1,
                "&DINAMIS": 1,
                "shortcut": 1,
                "drop": 1,
                "options": 1,
                "layer menu": 8,
            }
        )
        settle()
        plugin.unload()
        settle()
        assert not +interface.given
        assert not -interface.given
        assert canvas.mapTool() is tool
        assert QgsPathResolver().readPath(marked) == read_before
        seen.append(everything(window, canvas))
    # The first loading may leave what Qt keeps for good, such as data of a style; later ones leave nothing.
    assert seen[1] == seen[2]
    names = {name for _kind, name in seen[2][0]}
    assert not {"DinamisDock", "mainTabs", "dinamisToggleDock"} & names
    assert not {"FootprintsItem", "QgsRubberBand"} & set(seen[2][2])


def test_unloading_in_the_middle_of_things(interface, canvas):  # noqa: F811
    plugin = classFactory(interface)
    plugin.initGui()
    dock = interface.docks[0]
    child(dock, "drawPolygonButton").click()
    child(dock, "canvasExtentButton").click()
    child(dock, "canvasExtentButton").click()
    child(dock, "aoiPathEdit").setText("/nowhere.gpkg")
    QTest.keyClick(child(dock, "aoiPathEdit"), Qt.Key.Key_Return)
    tool = canvas.mapTool()
    plugin.unload()
    settle()
    assert canvas.mapTool() not in (None, tool)
    assert sip.isdeleted(dock)
    assert not [
        item for item in canvas.scene().items() if type(item).__name__ in ("FootprintsItem", "QgsRubberBand")
    ]


def test_the_map_works_on_after_unloading(interface, canvas):  # noqa: F811
    plugin = classFactory(interface)
    plugin.initGui()
    plugin.unload()
    settle()
    canvas.zoomByFactor(2)
    QTest.mouseMove(canvas.viewport())
    QgsProject.instance().clear()
    settle()


def test_the_action_shows_and_hides_the_dock(plugin, interface):
    dock = interface.docks[0]
    action = plugin._iface.mainWindow().findChild(QAction, "dinamisToggleDock")
    assert not action.icon().isNull()
    before = dock.isVisible()
    action.trigger()
    assert dock.isVisible() is not before
    action.trigger()
    assert dock.isVisible() is before


def test_qgis_names_the_dock_the_same_each_time(plugin, interface):
    assert isinstance(interface.docks[0], QgsDockWidget)
    assert interface.docks[0].objectName() == "DinamisDock"


def test_the_options_page_keeps_what_is_applied(plugin, interface, window):  # noqa: F811

    page = interface.factories[0].createWidget(window)
    assert page.objectName() == "mOptionsPageDinamis"
    child(page, "optionsDownloadDroppedCheck").setChecked(True)
    objects, signing = child(page, "optionsStoreObjectsEdit"), child(page, "optionsStoreSigningEdit")
    assert (objects.text(), signing.text()) == (PRESET_STORE.objects, PRESET_STORE.signing)
    objects.setText("store.example.org/bucket/")
    signing.setText("not an address")
    page.apply()
    assert PluginSettings().signing_store == SigningStore("https://store.example.org/bucket", "", "")
    child(page, "optionsStorePresetButton").click()
    page.apply()
    assert PluginSettings().signing_store == PRESET_STORE
    assert PluginSettings().download_dropped is True
    assert isinstance(child(page, "optionsServiceUrlEdit"), QLineEdit)
    again = interface.factories[0].createWidget(window)
    assert child(again, "optionsDownloadDroppedCheck").isChecked()


def test_the_tour_comes_by_itself_at_the_first_start_only(interface):
    for first in (True, False):
        plugin = classFactory(interface)
        plugin.initGui()
        dock = interface.docks[0]
        tutorial = dock.tutorial
        dock.setVisible(False)
        if first:
            run_for(WELCOME_AFTER_MS / 1000 + 0.3)
            assert tutorial.tour is None  # nobody would see it
        dock.setVisible(True)
        if first:
            wait_until(lambda tutorial=tutorial: tutorial.tour is not None, 10)
            tutorial.end()
        else:
            run_for(WELCOME_AFTER_MS / 1000 + 0.3)
            assert tutorial.tour is None
        plugin.unload()
        settle()


def test_news_are_told_in_the_bar_of_qgis_and_lead_to_the_list(plugin, interface):
    dock, news = interface.docks[0], list(people.notifications().notifications)
    dock.desk.news.emit(news[:1])
    item = interface.bar.currentItem()
    assert news[0].title in item.text()
    assert news[0].text not in item.text()  # a second line would be cut off
    dock.desk.news.emit(news)
    settle()
    (item,) = interface.bar.findChildren(QgsMessageBarItem)  # in place of the one before
    assert str(len(news)) in item.text()
    dock.setVisible(False)
    (button,) = (one for one in item.findChildren(QPushButton) if one.text())
    button.click()
    assert dock.desk.notifications.isVisible()
    settle()
    assert not interface.bar.findChildren(QgsMessageBarItem)  # what was read is not told any more


def test_another_language_is_spoken_at_once_and_the_session_goes_on(
    plugin, interface, scripted, no_master_password
):
    dock = interface.docks[0]
    session = dock._do.session
    session._device_flow._open_url = lambda _url: True
    dock._do.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    session.sign_in()
    wait_until(lambda: session.state is SessionState.SIGNED_IN)
    other = "en" if dock._do.settings.language == "fr" else "fr"
    given = Counter(interface.given)
    dock.header.menu.language_wanted.emit(other)
    wait_until(lambda: interface.docks and interface.docks[0] is not dock)
    fresh = interface.docks[0]
    wait_until(lambda: fresh._do.session.state is SessionState.SIGNED_IN)
    assert "Camille Martin" in child(fresh, "accountLabel").text()
    assert (scripted.revoked, interface.given) == ([], given)
    assert PluginSettings().language == other
    assert QLocale(other).language() == formats.locale().language()
    asked = scripted.server.requests[-1].headers["Accept-Language"]
    assert asked == other
    settle()
    assert sip.isdeleted(dock)
    formats.speak("")


WITHOUT_SHAPELY = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "shapely":
            raise ModuleNotFoundError("No module named 'shapely'", name="shapely")
sys.meta_path.insert(0, Absent())
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QMainWindow
sys.path[:0] = {paths!r}
from dinamis_plugin import classFactory
class Interface:
    def __init__(self):
        self.window, self.docks = QMainWindow(), []
        self.canvas = QgsMapCanvas(self.window)
    def mainWindow(self): return self.window
    def mapCanvas(self): return self.canvas
    def addDockWidget(self, area, dock): self.docks.append(dock); self.window.addDockWidget(area, dock)
    def removeDockWidget(self, dock): self.docks.remove(dock); self.window.removeDockWidget(dock)
    def __getattr__(self, name): return lambda *_: True
interface = Interface()
plugin = classFactory(interface)
plugin.initGui()
from qgis.PyQt.QtWidgets import QLabel
texts = [label.text() for label in interface.docks[0].findChildren(QLabel)]
assert any("shapely" in text for text in texts), texts
assert any("apt install python3-shapely" in text for text in texts), texts
plugin.unload()
assert not interface.docks
print("loaded without shapely")
"""


def test_without_shapely_it_loads_and_says_how_to_install_it(tmp_path):
    script = tmp_path / "without.py"
    script.write_text(
        WITHOUT_SHAPELY.format(paths=[str(PACKAGE.parent)]).replace("{{", "{"), encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "loaded without shapely" in run.stdout, run.stdout + run.stderr


def test_the_package_imports_nothing_heavy_on_its_own():
    code = "import sys, dinamis_plugin; print([n for n in sys.modules if n.startswith(('qgis', 'shapely'))])"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=PACKAGE.parent,
    )
    assert run.stdout.strip() == "[]"


def test_resources_are_found_in_both_layouts(tmp_path, monkeypatch):

    assert icon_path("dinamis").is_file()
    (tmp_path / "plugin" / "resources").mkdir(parents=True)
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "plugin")
    assert paths.icon_path("a").parent == tmp_path / "plugin" / "resources" / "icons"
    assert paths.translation_path("fr").parent == tmp_path / "i18n"
