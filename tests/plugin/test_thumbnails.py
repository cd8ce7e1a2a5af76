"""Thumbnails as a list asks for them: over real HTTP, in memory and on the disk."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QBuffer, QIODevice, Qt
from qgis.PyQt.QtGui import QImage

from dinamis_plugin.controllers import thumbnails as module
from dinamis_plugin.controllers.thumbnails import AT_ONCE, ThumbnailController
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.qgisio.picture_store import PictureStore

from .waiting import Caught, run_for, wait_until

SIGNATURE = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123456789abcdef"


def png(side=8, colour=Qt.GlobalColor.red):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(colour)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    return bytes(buffer.data())


def scene_with(href, number=0):
    return Scene.from_stac(
        {
            "id": f"s{number}",
            "collection": "c",
            "properties": {"datetime": "2026-01-01T00:00:00Z"},
            "assets": {"thumbnail": {"href": href, "roles": ["thumbnail"]}},
        }
    )


@pytest.fixture
def pictures(tmp_path):
    return PictureStore(tmp_path / "pictures", 10_000_000)


@pytest.fixture
def thumbnails(connected, pictures):
    return ThumbnailController(connected.runner, connected.session, connected, pictures)


def asked(server, path):
    return sum(request.path == path for request in server.requests)


def test_those_in_view_are_read_once_and_shared(server, thumbnails):
    server.routes["/p/shared.png"] = lambda *_: (200, png())
    scenes = [scene_with(f"{server.url}/p/shared.png", number) for number in range(3)]
    came = Caught(thumbnails.ready)
    assert thumbnails.image_of(scenes[0]) is None
    thumbnails.set_wanted(scenes)
    came.wait(3)
    assert {scene.id for scene, image in came.values if image.width() == 8} == {"s0", "s1", "s2"}
    thumbnails.set_wanted(scenes)
    run_for(0.1)
    assert asked(server, "/p/shared.png") == 1
    assert thumbnails.image_of(scenes[2]).width() == 8


def test_only_a_few_are_read_at_once_in_the_order_of_the_list(server, thumbnails):
    go_on, lock, now, most = threading.Event(), threading.Lock(), [0], [0]

    def slow(*_):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        go_on.wait(10)
        with lock:
            now[0] -= 1
        return 200, png()

    server.routes["*"] = slow
    scenes = [scene_with(f"{server.url}/p/{number}.png", number) for number in range(8)]
    came = Caught(thumbnails.ready)
    thumbnails.set_wanted(scenes)
    wait_until(lambda: now[0] == AT_ONCE)
    run_for(0.1)
    begun = [r.path for r in server.requests if r.path.startswith("/p/")]
    assert set(begun) == {"/p/0.png", "/p/1.png", "/p/2.png"}
    go_on.set()
    came.wait(8)
    assert most[0] == AT_ONCE


def test_what_is_scrolled_away_is_cancelled(server, thumbnails):
    go_on = threading.Event()
    server.routes["/p/gone.png"] = lambda *_: (go_on.wait(10), (200, png()))[1]
    server.routes["/p/here.png"] = lambda *_: (200, png(5))
    gone, here = scene_with(f"{server.url}/p/gone.png", 1), scene_with(f"{server.url}/p/here.png", 2)
    came = Caught(thumbnails.ready)
    thumbnails.set_wanted([gone])
    wait_until(lambda: asked(server, "/p/gone.png"))
    thumbnails.set_wanted([here])
    assert came.wait()[0] is here
    go_on.set()
    run_for(0.2)
    assert [scene.id for scene, _ in came.values] == ["s2"]
    assert thumbnails.image_of(gone) is None


def test_another_session_reads_them_from_the_disk(server, connected, pictures):
    server.routes["/p/a.png"] = lambda *_: (200, png())
    scene = scene_with(f"{server.url}/p/a.png")
    for _ in range(2):
        session = ThumbnailController(connected.runner, connected.session, connected, pictures)
        came = Caught(session.ready)
        session.set_wanted([scene])
        assert not came.wait()[1].isNull()
    assert asked(server, "/p/a.png") == 1


def test_what_is_no_picture_is_told_once_and_not_kept(server, thumbnails, tmp_path):
    server.routes["/p/x.png"] = lambda *_: (200, b"<html>not a picture</html>")
    scene = scene_with(f"{server.url}/p/x.png")
    came = Caught(thumbnails.ready)
    thumbnails.set_wanted([scene])
    assert came.wait()[1].isNull()
    thumbnails.set_wanted([scene])
    run_for(0.1)
    assert len(came.values) == asked(server, "/p/x.png") == 1
    assert not list((tmp_path / "pictures").glob("*"))


def test_the_scene_in_hand_is_answered_in_any_case(server, thumbnails):
    server.routes["/p/a.png"] = lambda *_: (200, png())
    came = Caught(thumbnails.ready)
    bare = scene_with("", 1)
    thumbnails.request(bare)
    assert came.values == [(bare, came.values[0][1])]
    assert came.values[0][1].isNull()
    thumbnails.request(scene_with(f"{server.url}/p/a.png", 2))
    assert not came.wait(2)[1].isNull()


def test_memory_is_bounded(server, thumbnails, monkeypatch):
    monkeypatch.setattr(module, "MEMORY_BYTES", 2000)
    server.routes["*"] = lambda *_: (200, png(16))
    scenes = [scene_with(f"{server.url}/p/{number}.png", number) for number in range(5)]
    came = Caught(thumbnails.ready)
    thumbnails.set_wanted(scenes)
    came.wait(5)
    assert sum(thumbnails.image_of(scene) is not None for scene in scenes) == 1


def test_no_signature_reaches_the_disk(pictures, tmp_path):
    pictures.keep(f"http://h.example/t.png?{SIGNATURE}", b"data")
    assert pictures.read("http://h.example/t.png") == b"data"
    (path,) = (tmp_path / "pictures").iterdir()
    assert "X-Amz" not in path.name
    assert b"X-Amz" not in path.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"short", None], ids=["empty", "cut", "flipped"])
def test_a_damaged_picture_is_none(pictures, tmp_path, damage):
    pictures.keep("http://h.example/t.png", b"data")
    (path,) = (tmp_path / "pictures").iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"!" if damage is None else damage)
    assert pictures.read("http://h.example/t.png") is None
    assert not path.exists()
    assert pictures.keep("http://h.example/t.png", b"data")
    assert pictures.read("http://h.example/t.png") == b"data"


def test_the_least_used_go_first(tmp_path):
    store = PictureStore(tmp_path / "pictures", 5 * 1032)
    for number in range(5):
        assert store.keep(f"http://h.example/{number}", bytes(1000))
        os.utime(store._path(f"http://h.example/{number}"), (number, number))
    assert store.read("http://h.example/0") is not None  # used now
    assert store.keep("http://h.example/5", bytes(1000))
    kept = [number for number in range(6) if store.read(f"http://h.example/{number}") is not None]
    assert 0 in kept
    assert 5 in kept
    assert 1 not in kept
    assert sum(path.stat().st_size for path in (tmp_path / "pictures").iterdir()) <= 5 * 1032


def test_a_bound_smaller_than_a_picture_keeps_none(tmp_path):
    store = PictureStore(tmp_path / "pictures", 10)
    assert not store.keep("http://h.example/t.png", b"more than ten bytes")
    assert store.read("http://h.example/t.png") is None


def test_a_profile_that_cannot_be_written_shows_pictures_all_the_same(server, connected, tmp_path):
    (tmp_path / "file").write_text("a file, where the folder should be")
    store = PictureStore(tmp_path / "file", 1000)
    assert not store.keep("http://h.example/t.png", b"data")
    server.routes["/p/a.png"] = lambda *_: (200, png())
    session = ThumbnailController(connected.runner, connected.session, connected, store)
    came = Caught(session.ready)
    session.set_wanted([scene_with(f"{server.url}/p/a.png")])
    assert not came.wait()[1].isNull()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_keeps_nothing_and_leaves_nothing(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    store = PictureStore(folder, 1000)
    path = store._path("http://h.example/t.png")
    fresh = path.with_name(f"{path.stem}.{threading.get_ident()}.new")
    fresh.symlink_to("/dev/full")
    assert not store.keep("http://h.example/t.png", b"data")
    assert list(folder.iterdir()) == []
