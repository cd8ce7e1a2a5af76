"""Every field, column, section and message of the screens of a person, by capability (domain 4.6, 5 and 6).

One row for each capability: how its screen is made, and the words that a person must find on it. The words
are those of the French interface.
"""

from __future__ import annotations

import re

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QWidget,
)

from dinamis_plugin.domain.notification import Preferences
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.account_page import AccountPage
from dinamis_plugin.gui.notifications_page import NotificationsPage
from dinamis_plugin.gui.preferences_dialog import LocalPreferences, PreferencesDialog
from dinamis_plugin.gui.project_dialog import ProjectDialog
from dinamis_plugin.gui.project_page import ProjectPage
from dinamis_plugin.gui.projects_models import ProjectsModel
from dinamis_plugin.gui.projects_window import ProjectsWindow
from dinamis_plugin.gui.user_menu import UserMenu

from . import people_support as people
from .gui_support import ACCOUNT, make_order
from .test_gui_theme import french  # noqa: F401 - a fixture

SPACES = re.compile(r"[\s\u00a0\u202f]+")


def said(text):
    """A text with plain spaces and apostrophes, and without the marks of keyboard shortcuts."""
    return SPACES.sub(" ", text.replace("&", "").replace("\u2019", "'")).strip()


def words_of(root):
    """Everything that a person can read in a widget or menu, in no order."""
    if isinstance(root, QMenu):
        entries = [action.text() for action in root.actions()]
        entries += [action.text() for menu in root.findChildren(QMenu) for action in menu.actions()]
        return [said(text) for text in entries]
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget is not root and not widget.isVisibleTo(root):
            continue
        if isinstance(widget, (QLabel, QAbstractButton)):
            found.append(widget.text())
            found += [action.text() for action in _menu_of(widget)]
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(number) for number in range(widget.count())]
        elif isinstance(widget, QLineEdit):
            found.append(widget.placeholderText())
        elif isinstance(widget, QAbstractItemView):
            found += _cells(widget)
    return [said(text) for text in found if text]


def _menu_of(widget):
    menu = widget.menu() if hasattr(widget, "menu") else None
    return [action for action in menu.actions() if action.isVisible()] if menu is not None else []


def _cells(view):
    model = view.model()
    if isinstance(view, QTableView):
        yield from (model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount()))
    columns = model.columnCount() if isinstance(view, QTableView) else 1
    for row in range(model.rowCount()):
        for column in range(columns):
            yield str(model.index(row, column).data())


def menu():
    made = UserMenu()
    made.set_unread(3)
    return made


def account(quotas=None, calls=None):
    made = AccountPage()
    made.set_account(ACCOUNT)
    made.set_quotas(people.quotas() if quotas is None else quotas)
    made.set_calls(people.calls() if calls is None else calls)
    return made


def quotas_with(**changes):
    """Quotas in which that of Pléiades is another one."""
    document = {**people.QUOTAS, "sensors": [{**people.QUOTAS["sensors"][0], **changes}]}
    return list(people.quotas_from_json(document))


def preferences():
    made = PreferencesDialog(LocalPreferences(120, True, ""), people.projects())
    made.set_preferences(Preferences())
    return made


def notifications():
    made = NotificationsPage()
    listed = people.notifications()
    made.set_notifications(listed.notifications, listed.unread)
    made._view.setCurrentIndex(made.model.index(0, 0))
    return made


def window():
    model = ProjectsModel()
    model.set_projects(people.projects())
    made = ProjectsWindow(model)
    model.setParent(made)
    return made


def form(scientific=True, project=None):
    return ProjectDialog(scientific=scientific, project=project)


def form_with_budget():
    return form(project=people.project())


def page(document=people.FULL, **changes):
    made = ProjectPage()
    project = people.project(document, **changes)
    made.show_project(project)
    made.set_orders([make_order(1, **{"dinamis:project_id": project.id})])
    made.set_history(project.id, people.history())
    return made


GENERAL = ("Informations générales du projet", "Titre *", "Thèmes", "Date de fin *")
SCIENCE = (
    "Spécificités des projets scientifiques",
    "Objectifs *",
    "Méthodologie *",
    "Résultats attendus *",
)
ONE_EURO = {"unit": "km2", "eur": 1}
COLUMNS = ("Identifiant", "Titre", "Date de début", "Date de fin", "Nombre de demandes", "Statut")

SCREENS = {
    "ACC-13": (
        menu,
        (
            "Demande d'acquisition…",
            "Notifications (3 non lues)",
            "Préférences…",
            "Langues",
            "Rejouer le tutoriel",
            "Registre",
        ),
    ),
    "ACC-14": (
        account,
        ("Camille Martin", "camille.martin@demo.example", "UMR Exemple", "Scientifique français"),
    ),
    "ACC-15": (
        preferences,
        (
            "Courriels",
            "Langue des courriels",
            "Celle du service",
            "Quand une demande change d'état",
            "Quand un message arrive",
            "Quand un devis attend une réponse",
            "Quand des images sont livrées",
            "Relire l'état des demandes toutes les",
            "Projet habituel",
            f"2026-034-SCI {formats.DASH} Suivi du trait de côte et des dunes du golfe d'Aigues-Mortes",
            "Annoncer les notifications dans la barre de QGIS",
            "Enregistrer",
        ),
    ),
    "ACC-16": (menu, ("Langues", "Français", "English")),
    "ACC-17": (
        notifications,
        (
            "Notifications",
            "3 non lues",
            "Non lues seulement",
            "Tout marquer comme lu",
            "Message de l'instructeur",
            "Images livrées",
            "Ouvrir la demande",
        ),
    ),
    "REQ-01": (window, ("Nouveau projet…", "Cadastre des friches", "Ouverts et clos", "3 projets")),
    "REQ-02": (window, (*COLUMNS, "2026-034-SCI", "11", "Ouvert", "Clos")),
    "REQ-03": (
        lambda: form(scientific=False),
        (*GENERAL, "Description du projet", "Description *", "Publications antérieures", "Partage et budget"),
    ),
    "REQ-04": (form, (*GENERAL, *SCIENCE, "Publications antérieures")),
    "REQ-05": (
        page,
        (
            *(title for title in COLUMNS if title != "Titre"),
            "2026-034-SCI",
            "Propriétaire",
            "Camille Martin camille.martin@demo.example",
            "Type de projet",
            "SCI",
            "Description du projet",
            "Objectifs",
            "Méthodologie",
            "Résultats attendus",
            "Publications antérieures",
            "Thèmes",
            "Littoral, Biodiversité",
            "Partagé avec l'entité",
            "Oui",
            "Ouvert",
            "Actions",
            "Nouvelle programmation…",
            "Modifier…",
            "Clôturer le projet…",
            "Demandes",
            "Historique",
        ),
    ),
    "REQ-27": (
        account,
        (
            "Appels à demandes",
            "Appel à demandes permanent",
            "Ouvert, permanent",
            "Pléiades, SPOT 6/7, Pléiades Neo · Archive, Programmation",
            "Appel Pléiades Neo 2027",
        ),
    ),
    "QUO-02": (
        account,
        ("Pléiades", "1 500 km²", "offerts par demande", "SPOT 6/7", "18 000 km²", "Pléiades Neo"),
    ),
    "QUO-03": (account, ("Table 2026, version 3",)),
    "QUO-04": (
        account,
        ("Au-delà, archive", "1,40 €/km²", "Au-delà, programmation", "1,80 €/km²"),
    ),
    "QUO-05": (
        lambda: account(quotas_with(prices={"archive": ONE_EURO, "programming": ONE_EURO})),
        ("1 €/km²",),
    ),
    "QUO-06": (
        account,
        (
            "5 crédits de 3 600 km²",
            "1 000 € le crédit",
            "Tranche de 5 crédits",
            "sur devis",
            "Tranche de 10 crédits",
            "Tranche de 20 crédits",
            "20 000 €",
            "Tranche de 50 crédits",
            "50 000 €",
        ),
    ),
    "QUO-07": (account, ("non défini", "9 €/km²", "13 €/km²", "Quotas en cours de définition.")),
    "QUO-08": (account, ("Minimum", "100 km²", "aucun")),
    "QUO-09": (lambda: account(quotas_with(quota_km2=0)), ("pas de gratuité", "1,40 €/km²")),
    "QUO-10": (
        form_with_budget,
        ("Un budget du projet paie les petits volumes", "Budget", "Référence du budget"),
    ),
    "QUO-12": (
        page,
        (
            "Conditions",
            "Quota accordé par demande",
            "Pléiades 3 000 km²",
            "Forfait sur mesure",
            "Accompagnement personnalisé 2026 : volume dédié au littoral.",
            "Quota du forfait, par demande",
            "Volume ouvert, SPOT 6/7",
            "12 500 km² utilisés sur 40 000 km², reste 27 500 km²",
            "Budget du projet",
            "20 000 €, dont 5 400,50 € engagés, reste 14 599,50 €",
        ),
    ),
}
ASKED_OF_THESE_SCREENS = (
    *(f"REQ-{number:02d}" for number in range(1, 6)),
    *(f"ACC-{number}" for number in range(13, 18)),
    *(f"QUO-{number:02d}" for number in range(2, 9)),
)


@pytest.fixture
def in_french(french):  # noqa: F811
    """Words, numbers and days in French."""
    formats.speak("fr")
    yield
    formats.speak("")


@pytest.mark.parametrize("capability", SCREENS)
def test_the_screen_says_all_that_the_capability_asks_for(in_french, qtbot, capability):
    make, wanted = SCREENS[capability]
    screen = make()
    qtbot.addWidget(screen)
    if not isinstance(screen, QMenu):
        screen.show()
        QApplication.processEvents()
    words = words_of(screen)
    missing = [text for text in wanted if said(text) not in words]
    assert not missing, f"{capability}: {missing} not in {words}"


@pytest.mark.parametrize("capability", ASKED_OF_THESE_SCREENS)
def test_no_capability_of_these_screens_is_forgotten(capability):
    assert SCREENS[capability][1]


def test_the_columns_of_the_table_are_the_six_in_their_order(in_french, qtbot):
    made = window()
    qtbot.addWidget(made)
    model = made._table.model()
    titles = [model.headerData(number, Qt.Orientation.Horizontal) for number in range(model.columnCount())]
    assert tuple(titles) == COLUMNS


def test_scientific_fields_are_for_scientific_projects_only(in_french, qtbot):
    made = form(scientific=False)
    qtbot.addWidget(made)
    made.show()
    words = words_of(made)
    assert not set(SCIENCE) & set(words)


def test_a_closed_project_says_since_when_and_offers_to_reopen(in_french, qtbot):
    made = page(people.CLOSED)
    qtbot.addWidget(made)
    made.show()
    words = words_of(made)
    assert "Clos depuis le 31/10/2026" in words
    assert "Rouvrir le projet" in words
    assert "Clôturer le projet…" not in words
    assert "Les quotas et tarifs habituels." in words
