"""Delivery of images for a request: files sent by the browser, or folders that a supplier dropped."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, ServiceError
from dinamis_service.numbers import read_number
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import Decision
from dinamis_service.requests.delivery import Acquisition, deliver
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import NOTHING_SEEN, refused, strange, whole
from dinamis_service.web.operator.drop import dropped_folders
from dinamis_service.web.operator.request import PATH as REQUEST_PATH
from dinamis_service.web.operator.request import RequestPages, address_of
from dinamis_service.web.pages import Page

PATH = f"{REQUEST_PATH}/delivery"
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
        )


def build_router(context: Context, pages: RequestPages) -> APIRouter:
    """The form of a delivery."""
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

    return router


def _send(pages: RequestPages, page: Page, operator: Caller, order_id: str, data: FormData) -> Response:
    """Deliver, or show the page of the request with what was refused."""
    form, context = DeliveryForm.of(data), pages.context
    if not page.came_from_here(form.form_token):
        return pages.show(page, operator, order_id, strange(page, asdict(form), Decision.DELIVER))
    try:
        acquisition = _acquisition(page, form)
        folders = _chosen(page, context.settings.drop_dir, form.folders)
        with tempfile.TemporaryDirectory(prefix="delivery-", dir=context.settings.data_dir) as received:
            files = _received(page, data, Path(received))
            deliver(
                context,
                operator,
                order_id,
                [*folders, *files],
                acquisition,
                reason=form.reason.strip() or None,
                if_match=form.etag,
            )
    except ServiceError as error:
        return pages.show(page, operator, order_id, refused(page, error, asdict(form), Decision.DELIVER))
    return page.redirect(f"{address_of(order_id)}?done={Decision.DELIVER}")


def _chosen(page: Page, drop_dir: Path | None, names: list[str]) -> list[Path]:
    """The chosen folders, each one that is offered."""
    offered = {one.name for one in dropped_folders(drop_dir)}
    gone = [name for name in names if name not in offered]
    if gone or drop_dir is None:
        if not gone:
            return []
        sentence = page.text(
            f"Ce dossier n'est plus dans le dépôt : {', '.join(gone)}.",
            f"This folder is no longer in the drop folder: {', '.join(gone)}.",
        )
        raise InvalidError(sentence, fields={"folder": sentence})
    return [drop_dir / name for name in names]


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
