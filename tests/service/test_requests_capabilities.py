"""Every field, column, section and message of the requests is told by the service, by capability."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from requesters import ARCHIVE, Requester, archive, scene, window
from running import TEST_CLIENT_URL, sign_in
from shapely.geometry import box, mapping
from stored import put_item

from dinamis_service.app import create_app, create_context
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import State
from dinamis_service.settings import Settings

CAPABILITIES_MD = Path(__file__).resolve().parents[2] / "docs" / "capabilities.md"
WANTED_IDS = {
    *(f"REQ-{number:02d}" for number in range(1, 32)),
    *(f"QUO-{number:02d}" for number in range(2, 13)),
    "CAT-33", "CAT-35", "SUP-09", "ACC-13", "ACC-17",
}  # fmt: skip
"""Those of issue 6."""

LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # some 3,600 km2, beyond the quota of Pléiades
ORDER = "properties."
PARAMETERS = "properties.order_parameters."
FORM = "components.schemas.ProjectForm.properties."

TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "REQ-01": {
        "project": ("shared", "own", "editable", "etag", "closed", "status=open", "owner_name"),
        "project history": ("changes.0.moment", "changes.0.author", "changes.0.text", "changes.0.reason"),
    },
    "REQ-02": {
        "projects": tuple(
            f"projects.0.{column}"
            for column in ("id", "title", "start_date", "end_date", "request_count", "status")
        ),
        "projects page": ("Identifiant", "Titre", "Demandes", "État"),
    },
    "REQ-03": {
        "openapi": (f"{FORM}title", f"{FORM}themes", f"{FORM}end_date", f"{FORM}description"),
        "themes": ("themes.0.id", "themes.0.title"),
    },
    "REQ-04": {
        "openapi": tuple(
            FORM + name for name in ("objectives", "methodology", "expected_results", "publications")
        ),
    },
    "REQ-05": {
        "project": (
            "id~^20\\d\\d-\\d{3}-SCI$", "owner~@", "kind=SCI", "description", "objectives", "methodology",
            "expected_results", "start_date~^20", "end_date=2099-12-31", "themes.0=Coast",
            "request_count=3", "status", "publications",
        ),
        "project page": (
            "Description", "Objectifs", "Méthodologie", "Résultats attendus", "Publications antérieures",
            "Thèmes", "Dates", "Demandes", "Fermer le projet", "Historique",
        ),
    },
    "REQ-06": {"archive": (f"{PARAMETERS}item_ids.0=PHR-WEST",)},
    "REQ-07": {"archive": (f"{PARAMETERS}item_ids.1=PHR-EAST",)},
    "REQ-08": {"archive page": ("<svg", "Scènes commandées", "PHR-WEST", "PHR-EAST", "Nuages", "Incidence")},
    "REQ-09": {
        "archive": ("id~^20\\d\\d-\\d{3}-SCI-20\\d\\d-A-\\d{3}-PLEIADES$",),
        "programming": ("id~^20\\d\\d-\\d{3}-SCI-20\\d\\d-P-\\d{3}-PLEIADES$",),
    },
    "REQ-10": {
        "archive": (f"{ORDER}dinamis:sensor=PLEIADES", f"{ORDER}dinamis:kind=archive"),
        "programming": (f"{PARAMETERS}acquisition_mode=stereo",),
        "tasking form": ('"Mode d\'acquisition"', '"Mono", "Stéréo", "Tri-stéréo"'),
        "archive page": ("Pléiades, archive",),
    },
    "REQ-11": {
        "archive": ("bbox.3", "geometry.coordinates", f"{ORDER}dinamis:area_km2", f"{ORDER}dinamis:zone_id"),
        "archive page": ("Zone d'intérêt", "Zone nº", "Surface", "Nord", "Sud", "Ouest", "Est", "km²"),
    },
    "REQ-12": {
        "programming": (
            f"{ORDER}dinamis:quota_km2=1500.0", f"{ORDER}dinamis:excess_km2",
            f"{ORDER}dinamis:assessment.share", f"{ORDER}dinamis:assessment.messages.0.text",
        ),
        "estimate": (
            "area_km2", "counted_km2", "quota_km2=1500.0", "share", "excess_km2", "acceptable=True",
            "messages.0.level", "year", "version",
        ),
        "estimate text": ("vous avez dépassé le quota de gratuité de 1", "elle risque d'être rejetée"),
        "programming page": ("Quota de la demande", "Dépassement", "Part du quota", "risque d'être rejetée"),
    },
    "REQ-13": {
        "statuses": ("statuses.0.dinamis:state=submitted", "statuses.0.status_code=received"),
        "openapi": ("paths./stapi/products/{product_id}/orders.post",),
    },
    "REQ-14": {
        "messages": (
            "messages.0.moment", "messages.0.side=requester", "messages.0.author", "messages.0.own=True",
            "messages.0.text=Bonjour", "messages.0.attachments.0.name=plan.txt",
            "messages.0.attachments.0.size", "messages.0.attachments.0.media_type",
            "messages.0.attachments.0.href",
        ),
        "archive page": ("Messages", "Bonjour", "plan.txt", "demandeur", "Écrire au demandeur"),
        "archive": (f"{ORDER}dinamis:unread_messages",),
    },
    "REQ-15": {
        "archive form": ('"x-section": "project"', '"x-section": "request"', '"x-section": "production"'),
        "archive page": ("Paramètres de la demande", "Paramètres de production", "Projet", "Objet du test"),
    },
    "REQ-16": {"archive form": ('"Niveau de traitement"', '"Ortho", "Primary"')},
    "REQ-17": {"archive form": ('"Format de l\'image"', '"DIMAP GeoTIFF", "DIMAP JPEG 2000"')},
    "REQ-18": {
        "archive form": (
            '"Traitement radiométrique"', '"Réflectance", "Brute (Basic)", "Affichage (Display)"',
        ),
    },
    "REQ-19": {"archive form": ('"Codage des pixels"', '"12 bits", "8 bits"', '"x-reason"')},
    "REQ-20": {
        "programming": (f"{ORDER}dinamis:price_eur=4321.0", f"{ORDER}dinamis:assessment.price.eur"),
        "estimate": ("price.unit=km2", "price.quantity", "price.eur", "price.tranches"),
        "programming page": ("Quota et prix", "Prix de la table", "Devis envoyé", "Quantité payante"),
    },
    "REQ-21": {
        "archive form": ('"Images produites"', '"Panchromatique", "Multispectral"'),
        "delivered": (f"{ORDER}dinamis:delivered_items.0.id=PHR-WEST",),
        "delivered page": ("Images livrées", "PHR-WEST"),
    },
    "REQ-22": {
        "archive page": ("Décision", "Raison, que le demandeur lira", "Accepter", "Refuser"),
        "queue page": ("Demandeur", "Projet", "Surface", "À payer", "État", "Envoyée le"),
        "archive": (f"{ORDER}dinamis:current_task.who=operator", f"{ORDER}dinamis:current_task.text"),
        "delivered": (f"{ORDER}dinamis:current_task.text=Aucune tâche en cours",),
    },
    "REQ-23": {
        "programming": (
            f"{ORDER}dinamis:state=quotation", f"{ORDER}status.status_code=held",
            f"{ORDER}dinamis:current_task.text=Réponse au devis",
        ),
        "queue page": ("Demandes par état", "Dans cet état depuis"),
    },
    "REQ-24": {
        "statuses": (
            "statuses.1.timestamp", "statuses.1.dinamis:state=arbitration", "statuses.1.dinamis:by=operator",
            "statuses.4.dinamis:state=delivered", "statuses.4.reason_text=Tout y est",
        ),
        "delivered page": ("Historique", "Tout y est"),
        "csv": ("Identifiant", "Capteur", "Type", "Envoyée le (UTC)", "État", "Motif", "Prix (€)"),
    },
    "REQ-25": {
        "programming": (
            f"{ORDER}search_parameters.datetime", f"{ORDER}search_parameters.geometry",
            f"{ORDER}opportunity_properties.eo:cloud_cover=10",
        ),
        "queryables": ('"Couverture nuageuse maximale (%)"', '"Angle d\'incidence maximal (degrés)"'),
        "tasking form": ('"Objet de la demande"', '"Commentaire"'),
        "programming page": ("Fenêtre d'acquisition", "Couverture nuageuse maximale (%)"),
    },
    "REQ-26": {
        "opportunities": ("features", "dinamis:reason", "dinamis:passes", "dinamis:passes_reason"),
        "products": ("products.3.id=pleiades-programming", "products.4.id=pneo-programming",
                     "products.5.id=spot-programming"),
    },
    "REQ-27": {
        "calls": tuple(f"calls.0.{name}" for name in ("id", "title", "text", "opens", "closes", "sensors",
                                                      "kinds", "state")),
        "archive": (f"{ORDER}dinamis:call_id",),
        "calls page": ("Appels à demandes", "Annoncer un appel"),
    },
    "REQ-28": {"orders": ("features.2.id", "features.0.properties.dinamis:project_title=Coastline")},
    "REQ-29": {
        "delivered": (f"{ORDER}dinamis:delivered_items.0.collection=pleiades",),
        "delivered page": ("/stac/collections/pleiades/items/PHR-WEST",),
    },
    "REQ-30": {"search": ("features.0.properties.order:status=orderable",)},
    "REQ-31": {"archive": ("links", f"{ORDER}product_id=pleiades-archive", f"{ORDER}dinamis:own=True",
                           f"{ORDER}dinamis:requester.name", f"{ORDER}dinamis:requester.email")},
    "QUO-02": {"quotas": ("user_kind=SCI", "sensors.0.sensor=PLEIADES", "sensors.0.quota_km2=1500.0",
                          "sensors.0.requested_km2")},
    "QUO-03": {
        "quotas": ("year", "version", "sensors.0.version"),
        "versions": ("versions.0.year", "versions.0.version", "versions.0.valid_from", "versions.0.created",
                     "versions.0.reason"),
        "archive": (f"{ORDER}dinamis:quota_year", f"{ORDER}dinamis:quota_version=1"),
        "tariffs page": ("Quotas et tarifs", "Toutes les versions", "Raison"),
    },
    "QUO-04": {"quotas": ("sensors.0.prices.archive.eur=1.4", "sensors.0.prices.programming.eur=1.8",
                          "sensors.0.prices.archive.unit=km2")},
    "QUO-05": {"table": ("content.sensors.PLEIADES.cofinancing.enabled=False",
                         "content.sensors.PLEIADES.cofinancing.eur=1.00")},
    "QUO-06": {
        "quotas": ("sensors.2.sensor=SPOT", "sensors.2.quota_credits=5", "sensors.2.km2_per_credit=3600.0",
                   "sensors.2.tranches.0.credits=5", "sensors.2.tranches.3.eur=50000.0"),
        "spot estimate": ("credits.needed", "credits.free=5", "credits.beyond", "price.tranches.0"),
    },
    "QUO-07": {"quotas": ("sensors.1.sensor=PNEO", "sensors.1.quota_km2=None",
                          "sensors.1.prices.programming.eur=13.0", "sensors.1.note~cours de définition")},
    "QUO-08": {"quotas": ("sensors.0.minimum_km2=100.0",), "estimate": ("minimum_km2=100.0",)},
    "QUO-09": {"private quotas": ("user_kind=RND", "sensors.0.quota_km2=0.0")},
    "QUO-10": {
        "project": ("budget.eur=90000.0", "budget.reference=B-1", "budget.committed_eur", "budget.left_eur"),
        "estimate": ("payment=quotation", "budget.left_eur", "budget.enough=True"),
        "archive form": ('"Paiement"', '"Sur devis", "Sur le budget du projet"'),
    },
    "QUO-11": {"contractor": ('"code": "forbidden"', "mission")},
    "QUO-12": {"project": ("granted_km2.SPOT=7200.0",), "project page": ("Quota accordé par demande",)},
    "CAT-33": {"products": ("products.0.id=pleiades-archive", "products.1.id=pneo-archive",
                            "products.2.id=spot-archive", "products.0.title=Pléiades, archive")},
    "CAT-35": {"held scene": ("code=invalid", "errors.0.field=item_ids")},
    "SUP-09": {
        "project": ("package.text=Accompagnement", "package.quota_km2", "package.volume_km2.PNEO=5000.0",
                    "package.used_km2.PNEO"),
        "project page": ("Accompagnement : volume du projet", "Volume déjà pris"),
    },
    "ACC-13": {
        "me": ("given_name", "family_name", "email", "roles", "user_kind", "entity.name"),
        "preferences": ("language", "emails.state", "emails.message", "emails.quotation", "emails.delivery"),
    },
    "ACC-17": {
        "notifications": (
            "unread", "notifications.0.moment", "notifications.0.kind", "notifications.0.title",
            "notifications.0.text", "notifications.0.read=False", "notifications.0.order_id",
            "notifications.0.project_id", "links",
        ),
    },
}  # fmt: skip
"""What is told of each capability: in JSON a path, which may have to be `=value` or match `~pattern`;
in pages and schemas, in French, a text."""


@pytest.fixture(scope="module")
def told(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The live documents and pages of one service with three requests, by name."""
    folder = tmp_path_factory.mktemp("capabilities") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        yield Stage(context, client).documents()
    context.catalogue.close()
    context.database.close()


class Stage:
    """A member with a project and three requests: one just sent, one to be paid, one delivered."""

    def __init__(self, context: Any, client: TestClient) -> None:
        self.context, self.client = context, client
        footprints = {"PHR-WEST": box(3.6, 43.4, 3.85, 43.8), "PHR-EAST": box(3.8, 43.4, 4.1, 43.8)}
        context.catalogue.upsert([scene(name, shape) for name, shape in footprints.items()])
        held = {"dinamis:product_type": "downloadable", "order:status": None}
        context.catalogue.upsert([scene("PHR-HELD", footprints["PHR-WEST"], **held)])
        self.member = Requester(client, sign_in(context))
        self.member.headers["Accept-Language"] = "fr"
        self.operator = sign_in(context, "operator", "ETR")
        self._terms()
        self.archive = self._order_scenes("PHR-WEST", "PHR-EAST")
        body = {"project_id": self.member.project, "acquisition_mode": "stereo"}
        self.programming = self.member.submit(geometry=LARGE, order_parameters=body)["id"]
        self.delivered = self._order_scenes("PHR-WEST")
        self._decide()
        files = [("files", ("plan.txt", b"plan", "text/plain"))]
        thread = f"/api/orders/{self.archive}/messages"
        sent = client.post(thread, data={"text": "Bonjour"}, files=files, headers=self.member.headers)
        assert sent.status_code == 201, sent.text

    def _terms(self) -> None:
        path = f"/api/projects/{self.member.project}"
        prose = ("description", "objectives", "methodology", "expected_results", "publications")
        form = {"budget": {"eur": 90_000, "reference": "B-1"}, **dict.fromkeys(prose, "Texte")}
        package = {"text": "Accompagnement", "quota_km2": {}, "volume_km2": {"PNEO": 5000}}
        given = {"granted_km2": {"SPOT": 7200}, "package": package, "reason": "Convenu"}
        sure = {"If-Match": "*"}
        self.client.patch(path, json=form, headers=self.member.headers | sure).raise_for_status()
        terms = self.client.patch(f"{path}/terms", json=given, headers=self.operator.headers | sure)
        terms.raise_for_status()

    def _order_scenes(self, *item_ids: str) -> str:
        body = archive(self.member.project, list(item_ids))
        body["order_parameters"]["comment"] = "Objet du test"
        answer = self.member.post(ARCHIVE, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def _decide(self) -> None:
        orders = Orders(self.context.database, self.context.catalogue, self.context.clock)
        operator = Caller(self.operator.principal, "fr")
        quoted = [State.ARBITRATION, State.QUOTATION]
        orders.move(operator, self.programming, quoted, None, quoted_cents=432_100)
        way = [State.ARBITRATION, State.ACCEPTED, State.PRODUCTION, State.DELIVERED]
        items = [{"collection": "pleiades", "id": "PHR-WEST"}]
        orders.move(operator, self.delivered, way, "Tout y est", delivered_items=items)

    def documents(self) -> dict[str, Any]:
        """Everything that the table asks for, by name."""
        get, post, project = self.member.get, self.member.post, self.member.project
        asked = {"geometry": LARGE, "project_id": project, "payment": "quotation"}
        large = mapping(box(0, 42, 4, 45))
        zone = {"datetime": window(), "geometry": LARGE}
        year = self.context.clock().year
        private = sign_in(self.context, kind="RND").headers
        found = {
            "project": get(f"/api/projects/{project}"),
            "project history": get(f"/api/projects/{project}/history"),
            "projects": get("/api/projects"),
            "themes": get("/api/themes"),
            "openapi": get("/openapi.json"),
            "archive": get(f"/stapi/orders/{self.archive}"),
            "programming": get(f"/stapi/orders/{self.programming}"),
            "delivered": get(f"/stapi/orders/{self.delivered}"),
            "statuses": get(f"/stapi/orders/{self.delivered}/statuses"),
            "orders": get("/stapi/orders"),
            "messages": get(f"/api/orders/{self.archive}/messages"),
            "products": get("/stapi/products"),
            "opportunities": post("/stapi/products/pleiades-programming/opportunities", zone),
            "estimate": post("/api/estimate", {"product_id": "pleiades-programming", **asked}),
            "spot estimate": post("/api/estimate", {"product_id": "spot-programming", "geometry": large}),
            "held scene": post(ARCHIVE, archive(project, ["PHR-HELD"])),
            "calls": get("/api/calls"),
            "quotas": get("/api/quotas"),
            "private quotas": self.client.get("/api/quotas", headers=private),
            "versions": get("/api/quotas/versions"),
            "table": get(f"/api/quotas/versions/{year}/1"),
            "search": get("/stac/search?collections=pleiades&ids=PHR-EAST"),
            "me": get("/api/me"),
            "preferences": get("/api/preferences"),
            "notifications": get("/api/notifications"),
        }
        documents: dict[str, Any] = {name: answer.json() for name, answer in found.items()}
        documents["estimate text"] = " ".join(one["text"] for one in documents["estimate"]["messages"])
        documents["csv"] = get("/api/orders.csv").text
        documents["contractor"] = self._sign_as_contractor()
        schemas = {
            "archive form": "pleiades-archive/order-parameters",
            "tasking form": "pleiades-programming/order-parameters",
            "queryables": "pleiades-programming/queryables",
        }
        for name, path in schemas.items():
            documents[name] = json.dumps(get(f"/stapi/products/{path}").json(), ensure_ascii=False)
        return documents | self._pages()

    def _sign_as_contractor(self) -> str:
        """What is said to a contractor without a mission who wants an image."""
        put_item(self.context, "IMAGE")
        contractor = sign_in(self.context, kind="PCP").headers
        url = f"{TEST_CLIENT_URL}/objects/pleiades/IMAGE/pan.tif"
        return self.client.post("/sign_urls", json={"urls": [url]}, headers=contractor).text.replace(
            '":"', '": "'
        )

    def _pages(self) -> dict[str, str]:
        pages = Operator(self.client, self.operator, language="fr")
        addresses = {
            "queue page": "/operator/?state=all",
            "archive page": f"/operator/requests/{self.archive}",
            "programming page": f"/operator/requests/{self.programming}",
            "delivered page": f"/operator/requests/{self.delivered}",
            "projects page": "/operator/projects",
            "project page": f"/operator/projects/{self.member.project}",
            "tariffs page": "/operator/tariffs",
            "calls page": "/operator/calls",
        }
        texts = {name: unescape(pages.open(address)) for name, address in addresses.items()}
        return {name: re.sub("[\u00a0\u202f]", " ", text) for name, text in texts.items()}


@pytest.mark.parametrize("capability", sorted(WANTED_IDS))
def test_what_belongs_to_a_capability_is_told(told: dict[str, Any], capability: str) -> None:
    wanted = TABLE[capability]
    missing = [
        f"{name}: {one}"
        for name, expected in wanted.items()
        for one in expected
        if not is_there(told[name], one)
    ]
    assert wanted
    assert missing == []


def test_the_capabilities_are_those_of_the_list() -> None:
    places = {}
    for cell, place in re.findall(
        r"^\| ([A-Z]{3}-\d\d[^|]*) \|[^|]*\| (.*) \|$", CAPABILITIES_MD.read_text("utf-8"), re.MULTILINE
    ):
        for part in cell.split(", "):
            first, _, last = part.partition(" to ")
            family, start = first.split("-")
            end = int((last or first).split("-")[1])
            places |= {f"{family}-{number:02d}": place for number in range(int(start), end + 1)}
    assert set(TABLE) == WANTED_IDS
    assert {one: places[one] for one in WANTED_IDS if places.get(one, "-") == "-"} == {}


def is_there(document: Any, expected: str) -> bool:
    """Whether a page holds a text; whether a document has a path, with a value that suits."""
    if isinstance(document, str):
        return expected in document
    path, sign, value = [*re.split(r"([=~])", expected, maxsplit=1), "", ""][:3]
    for step in re.split(r"\.(?![^{/]*})", path):
        if isinstance(document, list) and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return False
    return bool(re.search(value, str(document))) if sign == "~" else sign == "" or str(document) == value
