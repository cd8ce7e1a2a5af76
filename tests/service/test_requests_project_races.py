"""Several who do the same at once, on each kind of database: one of them does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from httpx import Client
from requesters import Requester
from running import LiveService

from dinamis_service.quotas.store import stored_table

FORM = {"title": "Coast", "end_date": "2099-12-31"}


def test_one_key_sent_at_once_makes_one_project(on_either: LiveService) -> None:
    with Client(base_url=on_either.url, timeout=60) as client:
        requester = Requester(client, on_either.sign_in())
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: requester.post("/api/projects", FORM, "key"), range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(requester.get("/api/projects").json()["projects"]) == 2


def test_operators_at_once_publish_one_version_from_the_same_one(on_either: LiveService) -> None:
    context = on_either.context
    now = context.clock()
    with context.database.reading() as session:
        content = stored_table(session, now).content
    body = {"year": now.year, "content": content, "reason": "Revision", "base": 1}
    with Client(base_url=on_either.url, timeout=60) as client:
        operator = Requester(client, on_either.sign_in("operator"))
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: operator.post("/api/quotas/versions", body), range(6)))
        assert sorted(answer.status_code for answer in answers) == [201] + [412] * 5


def test_one_version_of_a_project_is_edited_once(on_either: LiveService) -> None:
    with Client(base_url=on_either.url, timeout=60) as client:
        owner = Requester(client, on_either.sign_in())
        path = f"/api/projects/{owner.project}"
        headers = owner.headers | {"If-Match": owner.get(path).json()["etag"]}
        with ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(lambda n: client.patch(path, json={"title": f"T{n}"}, headers=headers), range(6))
            )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
        assert len(owner.get(f"{path}/history").json()["changes"]) == 2
