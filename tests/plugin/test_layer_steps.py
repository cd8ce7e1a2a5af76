"""What signed layers are made of, each for itself: turns, openings, reasons, messages."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone

import pytest

from dinamis_plugin.controllers import layer_notices
from dinamis_plugin.controllers.layer_notices import WaysOut, layer_notice
from dinamis_plugin.controllers.turns import AT_ONCE, Gathering, Turns
from dinamis_plugin.domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    ServiceFailureError,
    ServiceUnreachableError,
    TooManyRequestsError,
    UnavailableError,
)
from dinamis_plugin.domain.layer_source import LayerIdentity
from dinamis_plugin.domain.lease import Clocks
from dinamis_plugin.domain.object_roots import ObjectRoots
from dinamis_plugin.domain.signed_url import SignedUrl
from dinamis_plugin.qgisio import images
from dinamis_plugin.qgisio.layer_paths import LayerPaths, origin_of
from dinamis_plugin.tasks.opening import ImageOpener, Opened, Order

from .waiting import run_for, wait_until


def now():
    return datetime.now(timezone.utc)


def in_a_task(runner, work):
    """Do work in a worker thread as the plugin does; gives its result, or the error."""
    results = []
    runner.run("Working", work, results.append, results.append)
    wait_until(lambda: results, 30)
    return results[0]


def test_a_step_that_fails_does_not_stop_the_others(qgis_app, faults_seen):
    turns, taken = Turns(), []
    turns.later(lambda: 1 / 0)
    turns.later(lambda: taken.append(1))
    wait_until(lambda: taken == [1])
    assert "ZeroDivisionError" in faults_seen.pop()
    assert not turns._timer.isActive()


def test_a_step_that_turns_the_event_loop_ends_before_the_next(qgis_app):
    turns, taken = Turns(), []

    def long_step():
        taken.append("begins")
        run_for(0.05)  # as QGIS does while it adds a layer
        taken.append("ends")

    turns.later(long_step)
    turns.later(lambda: taken.append("next"))
    wait_until(lambda: "next" in taken)
    assert taken == ["begins", "ends", "next"]


def test_what_came_is_handed_on_a_few_together_when_those_before_are_done(qgis_app):
    several, busy = [], [False]

    def hand_on(names):
        several.append(names)
        busy[0] = True

    gathering = Gathering(hand_on)
    gathering.is_busy = lambda: busy[0]
    names = [str(number) for number in range(2 * AT_ONCE + 3)]
    for name in names:
        gathering.add(name)
    wait_until(lambda: several)
    run_for(0.5)
    assert several == [names[:AT_ONCE]]
    assert gathering.waiting() == set(names[AT_ONCE:])
    busy[0] = False
    wait_until(lambda: len(several) == 2)
    gathering.finish()
    assert len(several) == 2
    busy[0] = False
    wait_until(lambda: len(several) == 3)
    assert [name for names in several for name in names] == names
    assert not gathering._timer.isActive()


def test_the_only_one_is_handed_on_at_once_when_nothing_more_comes(qgis_app):
    several = []
    gathering = Gathering(several.append)
    gathering.finish()
    assert several == []
    gathering.add("a")
    gathering.finish()
    assert several == [["a"]]


class Signer:
    """Who signs; fails as it is told."""

    def __init__(self, error):
        self._error = error

    def sign(self, _hrefs, _cancel):
        raise self._error


@pytest.mark.parametrize("error", [ServiceUnreachableError("away"), UnavailableError("later", 3)])
def test_signatures_at_hand_are_used_when_nobody_signs(runner, scripted, hrefs, error):
    mine, other = hrefs(2)
    order = Order(
        [LayerIdentity(href, "", "", "", href[-6:]) for href in (mine, other)],
        {mine: SignedUrl.read(scripted.signed(mine, now()))},
    )
    opener = ImageOpener(LayerPaths(ObjectRoots.of([])), Clocks())
    outcomes = in_a_task(runner, lambda context: list(opener.open(Signer(error), order, context)))
    came = {wanted.href: outcome for wanted, outcome in outcomes}
    assert isinstance(came[mine], Opened)
    assert came[other] is error
    without = in_a_task(
        runner, lambda context: list(opener.open(Signer(error), Order(order.identities), context))
    )
    assert type(without) is type(error)
    cancelled = Signer(CancelledError(""))
    assert isinstance(
        in_a_task(runner, lambda context: list(opener.open(cancelled, order, context))), CancelledError
    )


def test_good_images_come_before_the_reasons_why_others_do_not(runner, server, scripted, hrefs):
    """Four whose server answers late, one that is there."""
    [good] = hrefs()
    bad = [f"{server.url}/objects/bad{number}.tif" for number in range(4)]
    scripted.files.update({f"/objects/bad{number}.tif": b"no image" for number in range(4)})
    signed = {href: scripted.signed(href, now()) for href in [*bad, good]}
    probes = []

    def late(href, _cancelled):
        probes.append((time.monotonic(), threading.get_ident()))
        time.sleep(0.5)
        return FileGoneError("")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "explain", late)
        began = time.monotonic()
        found = in_a_task(runner, lambda context: list(images.open_headers(signed, context.cancelled)))
    assert found[0][0] == good
    assert {href: type(came) for href, came in found[1:]} == dict.fromkeys(bad, FileGoneError)
    assert len({thread for _, thread in probes}) == 4
    assert max(at for at, _ in probes) - min(at for at, _ in probes) < 0.5
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (206, CorruptImageError),
        (401, ForbiddenError),
        (403, ForbiddenError),
        (404, FileGoneError),
        (410, FileGoneError),
        (429, TooManyRequestsError),
        (500, ServiceFailureError),
        (503, UnavailableError),
    ],
)
def test_the_reason_why_an_image_does_not_open_is_what_its_server_says(runner, server, status, kind):
    server.routes["/a.tif"] = lambda _request, _handler: (status, b"")
    found = in_a_task(runner, lambda context: images.explain(f"{server.url}/a.tif", context.cancelled))
    assert type(found) is kind
    assert isinstance(found, DinamisError)


def test_a_store_that_is_away_is_told_so(runner):
    found = in_a_task(runner, lambda context: images.explain("http://127.0.0.1:1/a.tif", context.cancelled))
    assert type(found) is ServiceUnreachableError


def test_a_message_names_a_few_layers_and_counts_the_others(qgis_app):
    identities = [LayerIdentity(f"http://h/{n}", "", "", "", f"Layer {n}") for n in range(100)]
    ways = WaysOut(*[lambda *_: None] * 5)
    text = layer_notice(ForbiddenError("No."), identities, ways).text
    assert text.startswith("Layer 0, Layer 1, Layer 2")
    assert "97" in text
    assert "Layer 3" not in text
    few = layer_notice(ForbiddenError("No."), identities[: layer_notices.NAMED], ways).text
    assert few.startswith("Layer 0, Layer 1, Layer 2: ")


def test_an_address_that_is_none_has_no_origin():
    assert origin_of("http://[bad/a.tif") == ""
    assert origin_of("https://h.example:8/a.tif") == "https://h.example:8"
    paths = LayerPaths(ObjectRoots.of([]))
    paths.remember(LayerIdentity("http://[bad/a.tif", "", "", "", ""))
    elsewhere = "/vsicurl/https://elsewhere.example/a.tif?X-Amz-Signature=ab"
    assert paths.to_saved(elsewhere) == elsewhere
