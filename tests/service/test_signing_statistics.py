"""The statistics of downloads, from the journal of signatures (CAT-44)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import SignedIn
from sqlalchemy import delete
from stored import put_item

from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.signing.statistics import Downloads, downloads
from dinamis_service.signing.tables import SignatureBatch

BASE = "http://testserver"
PAST, FUTURE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def lines(context: Context) -> list[Downloads]:
    with context.database.reading() as session:
        return list(downloads(session, PAST, FUTURE))


def sign(client: TestClient, item_id: str, who: SignedIn | None = None) -> None:
    urls = [f"{BASE}/objects/pleiades/{item_id}/{name}" for name in ("pan.tif", "thumbnail.png")]
    answer = client.post("/sign_urls", json={"urls": urls}, headers=who.headers if who else {})
    assert answer.status_code == 200


def test_images_are_counted_by_month_entity_and_sensor(
    client: TestClient, context: Context, clock: MovableClock, signed_in: Callable[..., SignedIn]
) -> None:
    put_item(context, "a")
    put_item(context, "b")
    put_item(context, "free", access="open")
    one, two, town = signed_in(), signed_in(), signed_in("user", "PUB")
    month = f"{context.clock():%Y-%m}"
    for person, item_id in ((one, "a"), (one, "a"), (one, "b"), (two, "a"), (town, "free"), (None, "free")):
        sign(client, item_id, person)
    assert lines(context) == [
        Downloads(month, "", "", "Pléiades", "open", 0, 1, 1),
        Downloads(month, "UMR Exemple PUB", "PUB", "Pléiades", "open", 1, 1, 1),
        Downloads(month, "UMR Exemple SCI", "SCI", "Pléiades", "member", 2, 3, 4),
    ]
    clock.advance(40 * 86400)
    sign(client, "free")
    assert [line.month for line in lines(context)][-1] > month


def test_a_scene_that_was_taken_out_stays_counted(
    client: TestClient, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    put_item(context, "a")
    sign(client, "a", signed_in())
    context.catalogue.delete("pleiades", "a")
    assert [(line.sensor, line.images) for line in lines(context)] == [("Pléiades", 1)]


def test_operators_read_them_as_a_table_and_as_csv(
    client: TestClient,
    context: Context,
    signed_in: Callable[..., SignedIn],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_item(context, "a")
    sign(client, "a", signed_in())
    month = f"{context.clock():%Y-%m}"
    command = ["operator", "--data-dir", str(context.settings.data_dir), "statistics"]
    assert main(command) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["month", "entity", "kind", "sensor", "access", "people", "images", "signatures"]
    assert row.split() == [month, "UMR", "Exemple", "SCI", "SCI", "Pléiades", "member", "1", "1", "1"]
    file = tmp_path / "statistics.csv"
    assert main([*command, "--from", month, "--to", month, "--csv", str(file)]) == 0
    with file.open(encoding="utf-8", newline="") as stream:
        assert [row["images"] for row in csv.DictReader(stream)] == ["1"]
    capsys.readouterr()
    assert main([*command, "--to", "2001-12"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main([*command, "--from", "yesterday"]) == 1


BATCHES = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from([None, "one", "two"]),
        st.sampled_from(["open", "member", "picture"]),
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=4),
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES)
def test_every_signature_of_an_image_is_in_one_line(
    context: Context, batches: list[tuple[int, str | None, str, list[str]]]
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with context.database.session() as session:
        session.execute(delete(SignatureBatch))
        for day, sub, access, keys in batches:
            at = start + timedelta(days=day)
            session.add(
                SignatureBatch(
                    at=at,
                    expires_at=at,
                    sub=sub,
                    method="GET",
                    objects=[{"collection": "c", "mission": "PLEIADES", "access": access, "keys": keys}],
                )
            )
    found = lines(context)
    images = [
        (day, sub, access, key) for day, sub, access, keys in batches for key in keys if access != "picture"
    ]
    assert sum(line.signatures for line in found) == len(images)
    months = {(f"{start + timedelta(days=day):%Y-%m}", sub, access, key) for day, sub, access, key in images}
    assert sum(line.images for line in found) == len(months)
    assert len({(line.month, line.entity, line.sensor, line.access) for line in found}) == len(found)
