"""The Qt 6 lint finds what would break on QGIS 4, and nothing else."""

from pathlib import Path

import pytest
from check_qt6 import check_source

GOOD = """
from qgis.PyQt import QtWidgets, sip
from qgis.PyQt.QtCore import Qt, QCoreApplication, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAction, QMessageBox

role = Qt.ItemDataRole.UserRole
button = QMessageBox.StandardButton.Yes
other = QtWidgets.QAction("x")
alive = not sip.isdeleted(other)
text = QCoreApplication.instance().applicationName()
"""

BAD = {
    "from qgis.PyQt.QtCore import Qt\nrole = Qt.UserRole": "Qt.UserRole",
    "from qgis.PyQt.QtCore import QRegExp": "QRegExp",
    "from qgis.PyQt import QtCore\nx = QtCore.Qt.AlignLeft": "QtCore.Qt.AlignLeft",
    "from qgis.PyQt.QtWidgets import QMessageBox as Box\nx = Box.Yes": "Box.Yes",
    "from qgis.PyQt.QtGui import QAction": "QAction",
    "from qgis.PyQt.QtNetwork import QNetworkReply\nx = QNetworkReply.NoError": "QNetworkReply.NoError",
    "from qgis.PyQt.QtWebKit import QWebView": "QtWebKit",
    "from PyQt5.QtCore import Qt": "PyQt5",
    "import PyQt5.QtCore": "PyQt5",
    "dialog.exec_()": "exec_",
    "from qgis.PyQt.QtCore import QVariant\nx = QVariant.String": "QVariant.String",
    "def f():\n    from qgis.PyQt.QtCore import Qt\n    return g(Qt.AlignLeft)": "Qt.AlignLeft",
}


def test_names_that_exist_in_pyqt6_pass() -> None:
    """Scoped enums, moved classes and modules are all accepted."""
    assert check_source(GOOD, Path("good.py")) == []


@pytest.mark.parametrize(("source", "named"), BAD.items())
def test_a_name_that_pyqt6_lacks_is_found_once(source: str, named: str) -> None:
    """Each bad example gives exactly one problem, which names what is wrong."""
    problems = check_source(source, Path("bad.py"))
    assert len(problems) == 1, problems
    assert named in str(problems[0])
