"""The thread that makes deliveries one by one, also those that a service left when it was killed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from dinamis_service.catalogue.products.ortho import Ortho
from dinamis_service.context import Context
from dinamis_service.errors import ForbiddenError, ServiceError
from dinamis_service.identity.accounts import principal_of
from dinamis_service.identity.tables import Account
from dinamis_service.language import text
from dinamis_service.quotas.words import Words
from dinamis_service.regular import Regular
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.delivery import Sent, deliver
from dinamis_service.requests.delivery_jobs import FAILED, DeliveryJobs, Job
from dinamis_service.requests.placing import Acquisition
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order

log = logging.getLogger("dinamis.deliveries")

POLL_S = 0.5
MAX_TRIES = 3
"""A delivery in which the service dies each time is not begun for ever."""
_UNFORESEEN = 500
_DIED = Words(
    "La livraison a été interrompue plusieurs fois avec le service : voyez son journal.",
    "The delivery was cut short several times with the service: see its log.",
)
_FAILED = Words(
    "La livraison a échoué sur une erreur imprévue ; elle est au journal du service.",
    "The delivery failed by an unforeseen error; it is in the log of the service.",
)


class Deliverer(Regular):
    """Looks for deliveries to be made, as long as the service lives.

    One that is cut short, by a kill or the end of the service, stays to be made: nothing of it is told, and
    making it again puts the same in the same place.
    """

    def __init__(self, context: Context, poll_s: float = POLL_S) -> None:
        super().__init__("deliveries", self.look, poll_s)
        self._context = context
        self._jobs = DeliveryJobs(context.settings.data_dir)

    def look(self) -> None:
        """Make the deliveries that wait, unless another process does."""
        if not self._jobs.waiting():
            return
        with self._jobs.alone() as alone:
            if not alone:
                return
            self._jobs.sweep()
            for job in self._jobs.waiting():
                if self.stopping.is_set():
                    return
                self._make(job)

    def _make(self, job: Job) -> None:
        """Make one delivery, and keep why it failed."""
        if self._is_delivered(job):  # the service was killed between the last step and the end
            self._jobs.drop(job.order_id)
            return
        if job.tries >= MAX_TRIES:
            self._fail(job, _UNFORESEEN, _DIED.told(job.language))
            return
        job = replace(job, tries=job.tries + 1)
        self._jobs.keep(job)
        try:
            self._deliver(job)
        except ServiceError as error:
            self._fail(job, error.status, error.detail, error.fields)
        except Exception:
            if self.stopping.is_set():  # the databases are closed under it
                return
            log.exception("the delivery of %s failed", job.order_id)
            self._fail(job, _UNFORESEEN, _FAILED.told(job.language))
        else:
            self._jobs.drop(job.order_id)

    def _deliver(self, job: Job) -> None:
        operator = self._operator(job)
        drop_dir = self._context.settings.drop_dir
        dropped = [drop_dir / name for name in job.dropped] if drop_dir is not None else []
        told = dict(job.told)
        if told.get("moment"):
            told["moment"] = datetime.fromisoformat(told["moment"])
        ortho = Ortho(self._context.settings.dem_path, job.height) if job.ortho else None
        deliver(
            self._context,
            operator,
            job.order_id,
            Sent([*dropped, *self._jobs.files(job)], Acquisition(**told), ortho),
            reason=job.reason,
            if_match=job.etag,
            tell=lambda progress: self._jobs.tell(job, progress),
        )

    def _operator(self, job: Job) -> Caller:
        """Who ordered the delivery, with the rights they have now."""
        with self._context.database.reading() as session:
            account = session.get(Account, job.sub)
            if account is not None and account.state == "active":
                return Caller(principal_of(account), job.language)
        raise ForbiddenError(
            text(
                job.language,
                fr="Qui a lancé cette livraison n'a plus de compte.",
                en="Who began this delivery has no account any more.",
            )
        )

    def _is_delivered(self, job: Job) -> bool:
        with self._context.database.reading() as session:
            state = session.scalar(select(Order.state).where(Order.id == job.order_id))
        return state == State.DELIVERED

    def _fail(self, job: Job, status: int, error: str, fields: dict[str, str] | None = None) -> None:
        self._jobs.keep(replace(job, state=FAILED, status=int(status), error=error, fields=fields or {}))
