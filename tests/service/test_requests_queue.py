"""The queue of requests, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from requesters import Requester
from running import LiveService

from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.queue import Queued, QueueFilter, look_through
from dinamis_service.requests.states import State


def test_the_queue_is_narrowed_counted_and_paged(on_either: LiveService) -> None:
    with httpx.Client(base_url=on_either.url, timeout=60) as client:
        first, second = (Requester(client, on_either.sign_in("user", kind)) for kind in ("SCI", "PUB"))
        made = [requester.submit()["id"] for requester in (first, second, first)]
        assert first.post(f"/stapi/orders/{made[0]}/cancel").status_code == 200

    def found(offset: int = 0, limit: int = 10, **wanted: object) -> Queued:
        with on_either.context.database.reading() as session:
            return look_through(session, QueueFilter(**wanted), offset=offset, limit=limit)

    def ids(queued: Queued) -> Sequence[str]:
        return [order.id for order in queued.rows]

    assert ids(found()) == made
    assert ids(found(newest_first=True)) == made[::-1]
    assert ids(found(offset=1, limit=1)) == [made[1]]
    waiting = found(states=frozenset({State.SUBMITTED}))
    assert ids(waiting) == made[1:]
    assert (waiting.total, dict(waiting.counts)) == (2, {State.SUBMITTED: 2, State.CANCELLED: 1})
    assert ids(found(project_id=second.project)) == [made[1]]
    assert ids(found(kind=RequestKind.ARCHIVE)) == []
    assert ids(found(sensor=Sensor.PLEIADES)) == made
    assert ids(found(text="CAMILLE coast")) == made
    assert ids(found(text=second.principal.email)) == [made[1]]
    assert ids(found(text="camille nobody")) == []
    assert ids(found(text="100%")) == ids(found(text="_")) == []
    assert found().rows[0].project.title == "Coastline"
