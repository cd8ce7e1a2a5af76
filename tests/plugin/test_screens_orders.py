"""What each capability of requests asks to be on the screen is there: one table, by the ids of the domain.

The left column of `SCREENS` is the capability, then a screen of `screens`, then what must be found on it: a
widget by its name, or a text that some visible widget shows. Texts are French, as the person reads them.
"""

from __future__ import annotations

import re

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QTranslator
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QWidget,
)
from shapely.geometry import box, mapping

from dinamis_plugin.domain.feasibility import Feasibility
from dinamis_plugin.domain.follow_up import Message, StatusChange
from dinamis_plugin.domain.form import fields_of
from dinamis_plugin.domain.order import Order
from dinamis_plugin.gui.order_dialog import OrderDialog
from dinamis_plugin.gui.order_view import OrderView
from dinamis_plugin.gui.programming_dialog import ProgrammingDialog
from dinamis_plugin.gui.requests_page import RequestsPage
from dinamis_plugin.gui.results import ResultsPage

from .conftest import ROOT
from .gui_support import PRODUCTS, PROJECT, make_estimate, make_scene, no_mime

EXCEEDED = (
    "Attention, vous avez dépassé le quota de gratuité de 1 500 km². Votre demande risque d'être rejetée."
)
ORDER_ID = "2026-001-SCI-2026-A-002-PLEIADES"


def choice(title, *titles):
    return {
        "type": "string",
        "title": title,
        "enum": [str(number) for number in range(len(titles))],
        "x-enum-titles": list(titles),
        "default": "0",
        "x-section": "production",
    }


PRODUCTION = {
    "processing_level": choice("Niveau de traitement", "Ortho", "Primary"),
    "image_format": choice("Format de l'image", "DIMAP GeoTIFF", "DIMAP JPEG 2000"),
    "radiometric_processing": choice("Traitement radiométrique", "Réflectance"),
    "pixel_coding": choice("Codage des pixels", "12 bits"),
    "spectral_processing": choice("Images produites", "Bundle"),
    "payment": choice("Paiement", "Devis", "Budget du projet"),
}
MODE = {
    **choice("Mode d'acquisition", "Mono", "Stéréo", "Tri-stéréo"),
    "enum": ["mono", "stereo", "tristereo"],
    "default": "mono",
    "x-section": "request",
}
ARCHIVE_FORM = fields_of({"properties": PRODUCTION})
PROGRAMMING_FORM = fields_of({"properties": {"acquisition_mode": MODE, **PRODUCTION}})


def order_document(state="quotation"):
    return Order.from_stapi(
        {
            "id": ORDER_ID,
            "geometry": mapping(box(3.6, 43.5, 3.7, 43.6)),
            "links": [{"rel": rel} for rel in ("messages", "cancel", "accept", "decline")],
            "properties": {
                "product_id": "pleiades-archive",
                "created": "2026-11-01T10:00:00Z",
                "dinamis:state": state,
                "dinamis:sensor": "PLEIADES",
                "dinamis:kind": "archive",
                "dinamis:project_id": "2026-001-SCI",
                "dinamis:project_title": "Suivi du littoral",
                "dinamis:area_km2": 1800.4,
                "dinamis:price_eur": 420.56,
                "dinamis:quota_year": 2026,
                "dinamis:quota_version": "3",
                "dinamis:zone_id": 775433,
                "dinamis:requester": {"name": "Camille Martin", "email": "camille@demo.example"},
                "dinamis:delivered_items": [{"collection": "pleiades", "id": "x"}],
                "dinamis:assessment": {
                    "share": 1.2,
                    "quota_km2": 1500,
                    "excess_km2": 300.4,
                    "price": {"unit": "km2", "quantity": 300.4, "eur": 420.56},
                    "messages": [{"level": "warning", "text": EXCEEDED}],
                },
                "order_parameters": {"processing_level": "0", "spectral_processing": "0", "comment": "x"},
            },
        }
    )


@pytest.fixture(scope="module")
def french(qgis_app, tmp_path_factory):
    """The translations of the plugin, compiled from their source."""
    import subprocess  # noqa: PLC0415

    compiled = tmp_path_factory.mktemp("i18n") / "dinamis_fr.qm"
    source = ROOT / "i18n" / "dinamis_fr.ts"
    subprocess.run(["lrelease", "-silent", str(source), "-qm", str(compiled)], check=True)
    translator = QTranslator()
    assert translator.load(str(compiled))
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def archive_order():
    dialog = OrderDialog(
        [make_scene(1, "PLEIADES", "orderable"), make_scene(2, "SPOT 6/7", "orderable")], has_areas=True
    )
    dialog.set_projects([PROJECT])
    dialog.begin()
    dialog.set_form(ARCHIVE_FORM)
    dialog.set_wanted(box(3.62, 43.52, 3.95, 43.57))
    dialog.set_zone(box(3.62, 43.52, 3.7, 43.57))
    dialog.set_estimate(
        make_estimate(
            area_km2=1800.4,
            share=1.2,
            excess_km2=300.4,
            version=3,
            price={"unit": "km2", "quantity": 300.4, "eur": 420.56},
            messages=[{"level": "warning", "text": EXCEEDED}],
        )
    )
    return dialog


def spot_order():
    dialog = OrderDialog([make_scene(1, "SPOT 6/7", "orderable")])
    dialog.set_projects([PROJECT])
    dialog.begin()
    dialog.set_form(ARCHIVE_FORM)
    dialog.set_estimate(
        make_estimate(
            sensor="SPOT",
            area_km2=21600,
            quota_km2=18000,
            share=1.2,
            excess_km2=3600,
            package_km2=600,
            credits={"needed": 6, "free": 5, "beyond": 1},
            budget={"left_eur": 900, "enough": False},
            price={"unit": "credit", "quantity": 1, "eur": None, "tranches": [5]},
        )
    )
    return dialog


def neo_order():
    dialog = OrderDialog([make_scene(1, "PLEIADES NEO", "orderable")])
    dialog.set_projects([PROJECT])
    dialog.begin()
    dialog.set_form(ARCHIVE_FORM)
    price = {"unit": "km2", "quantity": 90, "eur": 810}
    dialog.set_estimate(make_estimate(sensor="PNEO", quota_km2=None, share=None, price=price))
    return dialog


def small_order():
    dialog = OrderDialog([make_scene(1, "PLEIADES", "orderable")])
    dialog.set_projects([PROJECT])
    dialog.begin()
    dialog.set_form(ARCHIVE_FORM)
    dialog.set_estimate(make_estimate(area_km2=12))
    return dialog


def programming_request():
    dialog = ProgrammingDialog(has_areas=True)
    dialog.set_products(PRODUCTS)
    dialog.set_projects([PROJECT])
    dialog.begin()
    dialog.set_form(PROGRAMMING_FORM)
    dialog.set_zone(box(3.6, 43.5, 3.9, 43.8))
    dialog.set_estimate(make_estimate())
    month = {
        "datetime": "2026-12-01T00:00:00Z/2026-12-31T00:00:00Z",
        "dinamis:archived_scenes": 30,
        "dinamis:matching_scenes": 9,
    }
    found = {
        "features": [{"properties": month}],
        "dinamis:reason": "D'après l'archive.",
        "dinamis:passes": [{"datetime": "2026-12-02T10:00:00Z", "platform": "PHR1A", "incidence_angle": 12}],
        "dinamis:passes_reason": "Éléments orbitaux du 1er décembre.",
    }
    dialog.set_feasibility(Feasibility.from_json(found))
    return dialog


def one_request():
    view = OrderView()
    view.set_order(order_document())
    view.set_fields("pleiades-archive", ARCHIVE_FORM)
    history = [
        {"timestamp": "2026-11-01T10:00:00Z", "dinamis:state": "submitted", "dinamis:by": "requester"},
        {
            "timestamp": "2026-11-02T10:00:00Z",
            "dinamis:state": "quotation",
            "dinamis:by": "operator",
            "reason_text": "Devis du fournisseur.",
        },
    ]
    message = {
        "id": "1",
        "moment": "2026-11-02T10:00:00Z",
        "side": "operator",
        "author": "Dominique Durand",
        "text": "Deux semaines.",
        "attachments": [{"id": "a", "name": "devis.pdf", "size": 1000}],
    }
    changes = [StatusChange.from_json(entry) for entry in history]
    view.set_details(order_document(), changes, [Message.from_json(message)])
    return view


def requests_tab():
    page = RequestsPage()
    page.set_why_not("")
    page.set_orders([order_document("arbitration")])
    page.filter._more.setChecked(True)
    return page


def sent_order():
    dialog = archive_order()
    dialog.set_submitted(order_document("submitted"))
    return dialog


def results_list(cart):
    page = ResultsPage(no_mime, cart)
    page.set_why_not("")
    return page


SCREENS = [
    ("REQ-06", "results", ("orderButton",), ()),
    ("REQ-07", "archive", ("orderScenesList", "orderSplitLabel"), ("Demande 1 sur 2",)),
    ("REQ-08", "archive", ("orderZoneMap", "orderScenesList"), ("Résumé", "Scènes", "Hors des scènes")),
    ("REQ-09", "sent", ("orderIdLabel",), (ORDER_ID,)),
    ("REQ-09", "request", ("orderIdTitle",), (ORDER_ID,)),
    ("REQ-10", "archive", (), ("Capteur et type de produit", "Pléiades - Mono - archive")),
    ("REQ-10", "request", (), ("Capteur et type de produit", "Pléiades - Mono - archive")),
    (
        "REQ-11",
        "archive",
        ("orderZoneMap", "orderNorthLabel", "orderSouthLabel", "orderEastLabel", "orderWestLabel"),
        ("Zone d'intérêt", "Étendue", "Nord", "Sud", "Est", "Ouest", "Surface", "Zone d'intérêt ID", "km²"),
    ),
    ("REQ-11", "request", ("orderZoneMap",), ("Étendue", "Nord", "Sud", "Est", "Ouest", "775433")),
    (
        "REQ-12",
        "archive",
        ("orderAreaLabel", "orderQuotaLabel", "orderExcessLabel"),
        ("Surface comptée", "au-delà du quota", EXCEEDED),
    ),
    ("REQ-12", "request", (), ("au-delà du quota", EXCEEDED)),
    ("REQ-13", "archive", ("orderSubmitButton",), ("Envoyer", "rien n'est facturé avant")),
    ("REQ-13", "programming", ("programmingSubmitButton",), ("Envoyer",)),
    (
        "REQ-14",
        "request",
        ("messageEdit", "messageSendButton", "messageAttachButton", "attachmentButton"),
        ("Messages", "Demandeur / Destinataire", "Écrivez votre message…", "Destinataire", "Deux semaines."),
    ),
    ("REQ-15", "archive", (), ("Résumé", "Paramètres de la demande", "Paramètres de production")),
    ("REQ-15", "programming", (), ("Résumé", "Paramètres de la demande", "Paramètres de production")),
    ("REQ-15", "request", (), ("Résumé", "Paramètres de la demande", "Paramètres de production")),
    ("REQ-16", "archive", ("field_processing_level",), ("Niveau de traitement",)),
    ("REQ-16", "request", (), ("Niveau de traitement", "Ortho")),
    ("REQ-17", "archive", ("field_image_format",), ("Format de l'image",)),
    ("REQ-18", "archive", ("field_radiometric_processing",), ("Traitement radiométrique",)),
    ("REQ-19", "archive", ("field_pixel_coding",), ("Codage des pixels",)),
    ("REQ-20", "archive", ("orderPriceLabel",), ("Prix", "420")),
    ("REQ-20", "request", ("acceptQuotationButton", "declineQuotationButton"), ("Prix", "420")),
    ("REQ-21", "archive", ("field_spectral_processing",), ("Images produites",)),
    ("REQ-21", "request", (), ("Images produites", "Images livrées", "1 image")),
    ("REQ-22", "request", (), ("opérateur DINAMIS", "Devis du fournisseur.")),
    ("REQ-23", "request", ("orderStateLabel",), ("Statut", "Devis à accepter", "Aucune tâche en cours")),
    ("REQ-23", "list", ("ordersView",), ("Arbitrage de la demande",)),
    ("REQ-24", "request", ("orderTimeline", "orderDuplicateButton", "cancelOrderButton"), ("Suivi",)),
    (
        "REQ-24",
        "list",
        (
            "requestsSearchEdit",
            "requestsStateCombo",
            "requestsSensorCombo",
            "requestsProjectCombo",
            "requestsSortCombo",
            "refreshOrdersButton",
            "exportOrdersButton",
        ),
        ("État", "Capteur", "Projet", "Tri par"),
    ),
    (
        "REQ-25",
        "programming",
        (
            "programmingProductCombo",
            "programmingStartEdit",
            "programmingEndEdit",
            "programmingCalendar",
            "programmingCloudSpin",
            "programmingIncidenceSpin",
            "field_acquisition_mode",
            "feasibilityBars",
            "programmingRectangleButton",
        ),
        ("Stéréo", "Tri-stéréo", "Un jour précis ne peut pas être demandé", "Faisabilité", "PHR1A"),
    ),
    ("REQ-26", "programming", ("programmingProductCombo",), ("Pléiades", "SPOT 6/7", "programmation")),
    ("REQ-28", "list", ("newProgrammingButton",), ("Demandes",)),
    ("REQ-29", "request", ("orderImagesButton", "orderTickButton"), ("Ajouter les images à la carte",)),
    ("REQ-30", "list", ("requestsTab",), ()),
    ("REQ-31", "results", ("orderButton",), ()),
    ("REQ-31", "list", ("newProgrammingButton",), ("Nouvelle programmation",)),
    ("QUO-02", "archive", ("orderQuotaLabel",), ("Quota 2026 par demande", "120", "Table des quotas 2026")),
    ("QUO-04", "archive", ("orderPriceLabel",), ("420", "km²")),
    ("QUO-06", "spot", (), ("Crédits", "6 nécessaires", "5 gratuits", "Tranches de crédits : 5")),
    ("QUO-07", "neo", (), ("Aucun quota", "810")),
    ("QUO-08", "small", ("orderAreaLabel",), ("au minimum", "100")),
    ("QUO-09", "neo", ("orderPriceLabel",), ("Prix",)),
    ("QUO-10", "archive", ("field_payment",), ("Paiement", "Budget du projet")),
    ("QUO-10", "spot", (), ("Le budget du projet ne suffit pas", "900")),
    ("QUO-12", "spot", (), ("Pris sur l'accompagnement du projet", "600")),
    ("CAT-33", "archive", ("orderDialog",), ("Pléiades", "Demande d'archive")),
    ("CAT-33", "spot", ("orderDialog",), ("SPOT - Mono - archive",)),
    ("CAT-33", "neo", ("orderDialog",), ("Pléiades Neo - Mono - archive",)),
]
MAKERS = {
    "archive": archive_order,
    "spot": spot_order,
    "neo": neo_order,
    "small": small_order,
    "programming": programming_request,
    "request": one_request,
    "list": requests_tab,
    "sent": sent_order,
}


@pytest.fixture(scope="module")
def screens(french):
    """Each screen once, shown."""
    made = {}
    yield made
    for screen in made.values():
        if hasattr(screen, "done"):
            screen.done(0)
        screen.close()
        screen.deleteLater()


def screen_of(screens, name, cart):
    if name not in screens:
        screens[name] = results_list(cart) if name == "results" else MAKERS[name]()
        screens[name].resize(620, 900)
        screens[name].show()
        QApplication.processEvents()
    return screens[name]


def texts_of(screen):
    """Everything that is written on a screen, in lists and choices too."""
    found = [screen.windowTitle()]
    for widget in (screen, *screen.findChildren(QWidget)):
        if not widget.isVisibleTo(screen) and widget is not screen:
            continue
        if isinstance(widget, (QLabel, QAbstractButton)):
            found.append(widget.text())
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(number) for number in range(widget.count())]
        elif isinstance(widget, (QPlainTextEdit, QLineEdit)):
            found.append(widget.placeholderText())
        elif isinstance(widget, QListView):
            model = widget.model()
            found += [model.index(row, 0).data(11) or "" for row in range(model.rowCount())]
    return plain("\n".join(found))


def plain(text):
    """Kinds of spaces and of apostrophes do not matter here."""
    return re.sub(r"[\u00a0\u202f]", " ", text).replace("\u2019", "'")


@pytest.mark.parametrize("case", SCREENS, ids=[f"{one[0]}-{one[1]}" for one in SCREENS])
def test_what_a_capability_asks_for_is_on_the_screen(screens, controllers, case):
    capability, name, widgets, texts = case
    screen = screen_of(screens, name, controllers.cart)
    for widget in widgets:
        found = [screen] if screen.objectName() == widget else screen.findChildren(QWidget, widget)
        assert found, f"{capability}: {widget} is missing"
        # The buttons of the results come with the first scene.
        shown = name == "results" or any(one.isVisibleTo(screen) or one is screen for one in found)
        assert shown, f"{capability}: {widget} is hidden"
    said = texts_of(screen)
    missing = [text for text in texts if plain(text) not in said]
    assert not missing, f"{capability}: {missing} not in:\n{said}"


def test_the_table_names_every_capability_that_is_shown_here():
    listed = {one[0] for one in SCREENS}
    wanted = {f"REQ-{number:02d}" for number in range(6, 32)} - {"REQ-27"}
    wanted |= {"QUO-02", "QUO-04", "QUO-06", "QUO-07", "QUO-08", "QUO-09", "QUO-10", "QUO-12", "CAT-33"}
    assert wanted <= listed


def test_what_dinamis_holds_already_is_not_offered_for_order():
    """CAT-35: a scene that can be downloaded makes no order."""
    held, wanted = make_scene(1, "PLEIADES", "downloadable"), make_scene(2, "PLEIADES", "orderable")
    dialog = OrderDialog([held, wanted])
    assert [scene.id for scene in dialog.scenes] == [wanted.id]
    dialog.done(0)
    dialog.deleteLater()
