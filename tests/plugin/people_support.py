"""What a service says of a person's projects, quotas, calls and notifications, as its contract has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from qgis.PyQt.QtWidgets import QAction

from dinamis_plugin.domain.call import calls_from_json
from dinamis_plugin.domain.notification import NotificationList
from dinamis_plugin.domain.project import Project, ProjectDraft, history_of
from dinamis_plugin.domain.quota import quotas_from_json

LATER = (datetime.now(timezone.utc).date() + timedelta(days=400)).isoformat()
PAST = (datetime.now(timezone.utc).date() - timedelta(days=40)).isoformat()

FULL = {
    "id": "2026-034-SCI",
    "title": "Suivi du trait de côte et des dunes du golfe d'Aigues-Mortes",
    "kind": "SCI",
    "themes": ["Littoral", "Biodiversité"],
    "start_date": "2026-01-04",
    "end_date": LATER,
    "status": "open",
    "request_count": 2,
    "description": "Évolution du trait de côte depuis 2014 par stéréo-photogrammétrie.",
    "objectives": "Mesurer le recul.",
    "methodology": "Comparer des modèles numériques de surface.",
    "expected_results": "Cartes annuelles.",
    "publications": "Martin et al., 2024.",
    "owner": "camille.martin@demo.example",
    "owner_name": "Camille Martin",
    "own": True,
    "editable": True,
    "shared": True,
    "closed": None,
    "granted_km2": {"PLEIADES": 3000},
    "package": {
        "text": "Accompagnement personnalisé 2026 : volume dédié au littoral.",
        "quota_km2": {"PLEIADES": 3500},
        "volume_km2": {"SPOT": 40000},
        "used_km2": {"SPOT": 12500},
    },
    "budget": {"eur": 20000, "reference": "ANR-26-DUNE", "committed_eur": 5400.5, "left_eur": 14599.5},
    "etag": '"p1"',
}
SHARED = {
    "id": "2026-012-PUB",
    "title": "Cadastre des friches",
    "kind": "PUB",
    "themes": [],
    "start_date": "2026-03-01",
    "end_date": LATER,
    "status": "open",
    "request_count": 11,
    "owner": "dominique.petit@demo.example",
    "owner_name": "Dominique Petit",
    "own": False,
    "editable": False,
    "shared": True,
    "etag": '"s1"',
}
CLOSED = {
    "id": "2025-004-SCI",
    "title": "Ancien projet",
    "kind": "SCI",
    "start_date": "2025-02-01",
    "end_date": LATER,
    "status": "closed",
    "closed": "2026-10-31",
    "request_count": 0,
    "own": True,
    "editable": True,
    "etag": '"c1"',
}
HISTORY = {
    "changes": [
        {
            "moment": "2026-02-01T09:30:00Z",
            "author": "Claude Roux",
            "text": "Quota Pléiades accordé : 3 000 km²",
            "reason": "Programme littoral",
        },
        {
            "moment": "2026-03-01T10:00:00Z",
            "author": "Claude Roux",
            "text": "Forfait : SPOT 40 000 km²",
            "reason": "Convention 2026",
        },
    ]
}
PRICE = {"archive": {"unit": "km2", "eur": 1.4}, "programming": {"unit": "km2", "eur": 1.8}}
QUOTAS = {
    "year": 2026,
    "user_kind": "SCI",
    "sensors": [
        {
            "sensor": "PLEIADES",
            "title": "Pléiades",
            "version": 3,
            "quota_km2": 1500,
            "minimum_km2": 100,
            "requested_km2": 612.4,
            "prices": PRICE,
        },
        {
            "sensor": "SPOT",
            "title": "SPOT 6/7",
            "version": 3,
            "quota_km2": 18000,
            "quota_credits": 5,
            "km2_per_credit": 3600,
            "minimum_km2": 0,
            "requested_km2": 23400,
            "prices": {
                "archive": {"unit": "credit", "eur": 1000},
                "programming": {"unit": "credit", "eur": 1000},
            },
            "tranches": [
                {"credits": 5, "eur": None},
                {"credits": 10, "eur": None},
                {"credits": 20, "eur": 20000},
                {"credits": 50, "eur": 50000},
            ],
        },
        {
            "sensor": "PNEO",
            "title": "Pléiades Neo",
            "version": 3,
            "quota_km2": None,
            "minimum_km2": 0,
            "requested_km2": 0,
            "prices": {"archive": {"unit": "km2", "eur": 9}, "programming": {"unit": "km2", "eur": 13}},
            "note": "Quotas en cours de définition.",
        },
    ],
}
CALLS = {
    "calls": [
        {
            "id": "2025",
            "title": "Appel 2025",
            "opens": "2025-01-01",
            "closes": "2025-12-31",
            "state": "closed",
        },
        {
            "id": "neo-2027",
            "title": "Appel Pléiades Neo 2027",
            "text": "Démonstrateurs sur les villes.",
            "opens": LATER,
            "closes": None,
            "sensors": ["PNEO"],
            "kinds": ["programming"],
            "state": "planned",
        },
        {
            "id": "permanent",
            "title": "Appel à demandes permanent",
            "text": "Demandes d'images d'archive et de programmation, toute l'année.",
            "opens": "2026-01-01",
            "closes": None,
            "sensors": ["PLEIADES", "SPOT", "PNEO"],
            "kinds": ["archive", "programming"],
            "state": "open",
        },
    ]
}
ORDER_ID = "2026-034-SCI-2026-A-002-SPOT"
NOTIFICATIONS = {
    "unread": 3,
    "notifications": [
        {
            "id": "n4",
            "moment": "2026-11-24T15:20:00Z",
            "kind": "quotation",
            "order_id": ORDER_ID,
            "title": f"Devis à accepter : {ORDER_ID}",
            "text": "Un devis de 1 234,50 € attend votre réponse.",
            "read": False,
        },
        {
            "id": "n3",
            "moment": "2026-11-23T08:05:00Z",
            "kind": "message",
            "order_id": ORDER_ID,
            "title": "Message de l'instructeur",
            "text": "Pouvez-vous préciser la période souhaitée ?",
            "read": False,
        },
        {
            "id": "n2",
            "moment": "2026-11-20T08:05:00Z",
            "kind": "project",
            "project_id": FULL["id"],
            "title": "Forfait accordé",
            "text": "40 000 km² de SPOT sont ouverts pour votre projet.",
            "read": False,
        },
        {
            "id": "n1",
            "moment": "2026-11-02T10:00:00Z",
            "kind": "delivery",
            "order_id": "2026-034-SCI-2026-A-001-PLEIADES",
            "title": "Images livrées",
            "text": "Deux images sont au catalogue.",
            "read": True,
        },
    ],
}


def project(document=FULL, **changes):
    """A project of the person, as the service tells of it."""
    return Project.from_json({**document, **changes})


def projects():
    """One of each: open and own, of a colleague, closed by hand."""
    return [project(FULL), project(SHARED), project(CLOSED)]


def quotas():
    """Quotas of the three sensors."""
    return list(quotas_from_json(QUOTAS))


def calls():
    """An open call, one to come and one that is over."""
    return calls_from_json(CALLS)


def notifications():
    """Four, of which three are unread."""
    return NotificationList.from_json(NOTIFICATIONS)


def history():
    """Two changes of terms."""
    return history_of(HISTORY)


def scientific_draft(title="Littoral", **changes):
    """A project that a service takes of a scientific user."""
    made = ProjectDraft(
        title=title,
        themes=("Littoral",),
        end_date=datetime.now(timezone.utc).date() + timedelta(days=300),
        description="Suivi du trait de côte.",
        objectives="Mesurer.",
        methodology="Comparer.",
        expected_results="Des cartes.",
    )
    return replace(made, **changes)


def trigger(owner, name):
    """Choose an entry of a menu that can be chosen."""
    action = owner.findChild(QAction, name)
    assert action.isEnabled(), f"{name} is disabled"
    action.trigger()
