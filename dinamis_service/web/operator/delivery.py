"""Delivery of images for a request: files sent by the browser, or what a supplier dropped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, ServiceError
from dinamis_service.numbers import read_number
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import Decision
from dinamis_service.requests.delivery import require_deliverable, room_told
from dinamis_service.requests.delivery_jobs import FAILED, Job
from dinamis_service.requests.placing import Acquisition
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import NOTHING_SEEN, Said, refused, strange, whole
from dinamis_service.web.operator.drop import dropped
from dinamis_service.web.operator.request import PATH as REQUEST_PATH
from dinamis_service.web.operator.request import RequestPages, address_of
from dinamis_service.web.pages import Page

PATH = f"{REQUEST_PATH}/delivery"
AGAIN_PATH = f"{PATH}/again"
SOON_S = 3.0
"""How long a browser waits for a delivery before it is shown that it goes on."""
FILES_MAX = 400
_FIELDS_MAX = 600


@dataclass(frozen=True)
class DeliveryForm:
    """What the form of a delivery says beside its files, as it was typed."""

    form_token: str
    etag: str
    seen: int
    reason: str
    folders: list[str]
    platform: str
    moment: str
    cloud: str
    incidence: str
    ortho: bool
    height: str

    @classmethod
    def of(cls, data: FormData) -> DeliveryForm:
        """The texts of a form."""

        def text(name: str) -> str:
            value = data.get(name)
            return value if isinstance(value, str) else ""

        return cls(
            form_token=text("form_token"),
            etag=text("etag") or NOTHING_SEEN,
            seen=max(whole(text("seen")), 0),
            reason=text("reason"),
            folders=[one for one in data.getlist("folder") if isinstance(one, str)],
            platform=text("platform"),
            moment=text("moment"),
            cloud=text("cloud"),
            incidence=text("incidence"),
            ortho=bool(text("ortho")),
            height=text("height"),
        )


class AgainForm(BaseModel):
    """What to do with a delivery that failed: `retry` or `drop` it."""

    form_token: str = ""
    etag: str = NOTHING_SEEN
    seen: int = 0
    act: str = ""


def build_router(context: Context, pages: RequestPages) -> APIRouter:
    """The form of a delivery, and what is done with one that failed."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, order_id: str) -> Response:
        return Page(context, request).redirect(address_of(order_id))

    @router.post(PATH)
    async def send(request: Request, order_id: str) -> Response:
        page = Page(context, request)
        operator = await run_in_threadpool(operator_of, page)  # before the files are received
        async with request.form(max_files=FILES_MAX, max_fields=_FIELDS_MAX) as data:
            return await run_in_threadpool(_send, pages, page, operator, order_id, data)

    @router.post(AGAIN_PATH)
    def again(request: Request, order_id: str, form: Annotated[AgainForm, Form()]) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if not page.came_from_here(form.form_token):
            return pages.show(page, operator, order_id, strange(page, form.model_dump(), Decision.DELIVER))
        job = pages.jobs.of(order_id)
        if job is None or job.state != FAILED:
            return page.redirect(address_of(order_id))
        try:
            require_deliverable(pages.orders, operator, order_id, form.etag)
        except ServiceError as error:
            if form.act != "drop":
                said = refused(page, error, form.model_dump(), Decision.DELIVER)
                return pages.show(page, operator, order_id, said)
        if form.act == "drop":
            pages.jobs.drop(order_id)
            return page.redirect(address_of(order_id))
        pages.jobs.retry(job, operator, form.etag)
        return _soon(pages, page, operator, order_id, {})

    return router


def _send(pages: RequestPages, page: Page, operator: Caller, order_id: str, data: FormData) -> Response:
    """Have it delivered, or show the page of the request with what was refused."""
    form, context = DeliveryForm.of(data), pages.context
    if not page.came_from_here(form.form_token):
        return pages.show(page, operator, order_id, strange(page, asdict(form), Decision.DELIVER))
    try:
        require_deliverable(pages.orders, operator, order_id, form.etag)
        job = _job(page, form, operator, order_id, context)
        with pages.jobs.receiving() as folder, room_told(operator):
            files = _received(page, data, folder)
            pages.jobs.add(replace(job, files=[path.name for path in files]), folder, operator)
    except ServiceError as error:
        return pages.show(page, operator, order_id, refused(page, error, asdict(form), Decision.DELIVER))
    return _soon(pages, page, operator, order_id, asdict(form))


def _soon(
    pages: RequestPages, page: Page, operator: Caller, order_id: str, form: Mapping[str, Any]
) -> Response:
    """What became of a small delivery; the page of a larger one tells how it goes on."""
    job = pages.jobs.wait(order_id, SOON_S)
    if job is not None and job.state == FAILED:
        errors = {name: page.typeset(sentence) for name, sentence in job.fields.items()}
        return pages.show(
            page, operator, order_id, Said(job.status, Decision.DELIVER, errors=errors, form=form)
        )
    return page.redirect(f"{address_of(order_id)}?done={Decision.DELIVER}")


def _job(page: Page, form: DeliveryForm, operator: Caller, order_id: str, context: Context) -> Job:
    """What the form wants, checked as far as it can be at once."""
    told = asdict(_acquisition(page, form))
    moment = told["moment"]
    return Job(
        order_id=order_id,
        sub=operator.principal.sub,
        language=operator.language,
        begun=context.clock(),
        dropped=_chosen(page, context.settings.drop_dir, form.folders),
        told={**told, "moment": None if moment is None else moment.isoformat()},
        ortho=form.ortho,
        height=_figure(page, "height", form.height),
        reason=form.reason.strip() or None,
        etag=form.etag,
    )


def _chosen(page: Page, drop_dir: Path | None, names: list[str]) -> list[str]:
    """What was chosen of the drop folder, each one that is offered."""
    offered = {one.name for one in dropped(drop_dir)}
    gone = [name for name in names if name not in offered]
    if gone:
        sentence = page.text(
            f"Ceci n'est plus dans le dépôt : {', '.join(gone)}.",
            f"This is no longer in the drop folder: {', '.join(gone)}.",
        )
        raise InvalidError(sentence, fields={"folder": sentence})
    return names


def _received(page: Page, data: FormData, folder: Path) -> list[Path]:
    """The files that came with the form, under their own names; a browser sends an empty one for none."""
    paths: list[Path] = []
    for upload in data.getlist("files"):
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        path = folder / Path(upload.filename.replace("\\", "/")).name.lstrip(".")
        if path == folder or path in paths:
            sentence = page.text(
                f"Deux fichiers ont le même nom, ou un fichier n'en a pas : « {path.name} ».",
                f"Two files have the same name, or a file has none: '{path.name}'.",
            )
            raise InvalidError(sentence, fields={"files": sentence})
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target, 1024 * 1024)
        paths.append(path)
    return paths


def _acquisition(page: Page, form: DeliveryForm) -> Acquisition:
    """What the form tells of new images."""
    moment: datetime | None = None
    if form.moment.strip():
        try:
            moment = datetime.fromisoformat(form.moment.strip()).replace(tzinfo=UTC)
        except ValueError as error:
            raise _unreadable(page, "moment", form.moment) from error
    return Acquisition(
        form.platform or None,
        moment,
        _figure(page, "cloud", form.cloud),
        _figure(page, "incidence", form.incidence),
    )


def _figure(page: Page, name: str, written: str) -> float | None:
    if not written.strip():
        return None
    try:
        return float(read_number(written, page.language))
    except ValueError as error:
        raise _unreadable(page, name, written) from error


def _unreadable(page: Page, name: str, written: str) -> InvalidError:
    """The refusal of a value that cannot be read."""
    sentence = page.text(f"« {written} » ne peut pas être lu.", f"'{written}' cannot be read.")
    return InvalidError(sentence, fields={name: sentence})
