"""The record of who looked at, or took away, data about people and entities."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.identity.tables import AccessRecord, Account
from dinamis_service.quotas.words import Words
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.operator.listing import PAGE_SIZE, View
from dinamis_service.web.pages import Page

PATH = "/operator/access"
KINDS = {
    "account": Words("Compte", "Account"),
    "entity": Words("Entité", "Entity"),
    "adhesion": Words("Adhésion", "Adhesion"),
    "mission": Words("Mission", "Mission"),
    "mail": Words("Courrier", "Mail"),
    "contact": Words("Message de contact", "Contact message"),
}
ACTIONS = {
    "view": Words("a consulté", "looked at"),
    "list": Words("a consulté la liste", "looked at the list"),
    "download": Words("a téléchargé le fichier", "downloaded the file"),
    "export": Words("a exporté", "exported"),
    "closed": Words("a fermé", "closed"),
    "reopened": Words("a rouvert", "opened again"),
    "role_given": Words("a donné le rôle d'opérateur", "gave the role of operator"),
    "role_taken": Words("a retiré le rôle d'opérateur", "took the role of operator"),
}


def build_router(context: Context) -> APIRouter:
    """The list of the record."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        view = View.of(request, words=None, kind=list(KINDS), about=None)
        wanted = select(AccessRecord)
        if view["kind"]:
            wanted = wanted.where(AccessRecord.about_kind == view["kind"])
        if view["about"]:
            wanted = wanted.where(AccessRecord.about_id == view["about"])
        for word in view["words"].split():
            wanted = wanted.where(AccessRecord.actor.icontains(word, autoescape=True))
        with context.database.reading() as session:
            total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            ordered = wanted.order_by(AccessRecord.id.desc()).offset(view.offset).limit(PAGE_SIZE)
            rows = [(one, *_about(session, page, one)) for one in session.scalars(ordered)]
        return page.render(
            "operator/access.html",
            view=view,
            total=total,
            rows=rows,
            kinds=[(value, words.told(page.language)) for value, words in KINDS.items()],
            actions={value: words.told(page.language) for value, words in ACTIONS.items()},
        )

    return router


def _about(session: Session, page: Page, record: AccessRecord) -> tuple[str, str]:
    """What a record is about: its name, and the address of its page where it has one still."""
    words = KINDS.get(record.about_kind)
    kind = words.told(page.language) if words else record.about_kind
    if record.about_kind == "account":
        account = session.get(Account, record.about_id)
        name = f"{account.given_name} {account.family_name}" if account else ""
        return f"{kind} {name}".strip(), f"/operator/accounts/{record.about_id}" if account else ""
    if record.about_kind == "entity":
        entity = session.get(Entity, record.about_id)
        return f"{kind} {entity.name if entity else ''}".strip(), (
            f"/operator/entities/{record.about_id}" if entity else ""
        )
    if record.about_kind == "adhesion":
        adhesion = session.get(Adhesion, record.about_id)
        name = adhesion.form.get("entity", {}).get("name", "") if adhesion else ""
        return f"{kind} {name}".strip(), f"/operator/adhesions/{record.about_id}" if adhesion else ""
    return f"{kind} {record.about_id}".strip(), ""
