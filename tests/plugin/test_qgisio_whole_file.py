"""Files of the profile: whole whoever writes, and never lost when somebody broke them."""

from __future__ import annotations

import json
import threading

import pytest
from shapely.geometry import box

from dinamis_plugin.controllers.kept_areas import KeptAreas
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.qgisio.kept_areas import kept_path, read_kept, write_kept
from dinamis_plugin.qgisio.whole_file import read_json, write_whole

from .waiting import Caught, wait_until

AREA = Aoi("Zone", box(3, 43, 4, 44), 8800.0)


def test_two_writers_leave_one_whole_text_and_nothing_else(qgis_app, tmp_path):
    path = tmp_path / "deep" / "file.json"
    texts = [json.dumps([letter] * 20_000) for letter in "ab"]
    write_whole(path, texts[0])
    failed = []

    def write(text):
        try:
            for _ in range(60):
                write_whole(path, text)
        except OSError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_text("utf-8") in texts
    assert not failed
    assert [one.name for one in path.parent.iterdir()] == ["file.json"]


def test_a_disk_that_refuses_leaves_no_piece_behind(qgis_app, tmp_path):
    (tmp_path / "file.json").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "file.json", "{}")
    assert [one.name for one in tmp_path.iterdir()] == ["file.json"]


@pytest.mark.parametrize("text", ["{ not json", "[" * 100_000, ""])
def test_a_broken_file_is_put_aside_each_time(qgis_app, tmp_path, text):
    path = tmp_path / "file.json"
    for name in ("file.json.broken", "file.json.broken2"):
        path.write_text(text, "utf-8")
        assert read_json(path) is None
        assert (tmp_path / name).read_text("utf-8") == text
        assert not path.exists()


@pytest.mark.parametrize("document", [{"features": 5}, [], {}, "x"])
def test_kept_areas_that_are_none_are_put_aside(qgis_app, tmp_path, document):
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(document), "utf-8")
    assert read_kept(path) == []
    assert json.loads((tmp_path / "areas.geojson.broken").read_text("utf-8")) == document


def test_what_can_be_read_of_broken_areas_stays(qgis_app, tmp_path):
    path = tmp_path / "areas.geojson"
    write_kept([AREA], path)
    document = json.loads(path.read_text("utf-8"))
    document["features"].append({"type": "Feature", "properties": {"name": "lost"}, "geometry": None})
    path.write_text(json.dumps(document), "utf-8")
    for _ in range(2):
        assert [one.name for one in read_kept(path)] == ["Zone"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["areas.geojson", "areas.geojson.broken"]
    assert "lost" in (tmp_path / "areas.geojson.broken").read_text("utf-8")


def test_areas_that_cannot_be_read_are_not_written_over(controllers):
    path = kept_path()
    path.mkdir(parents=True)  # no file: nobody can read it
    kept = KeptAreas(controllers.runner)
    failed, changed = Caught(kept.failed), Caught(kept.changed)
    kept.load()
    wait_until(lambda: failed.values)
    kept.keep(AREA)
    wait_until(lambda: len(failed.values) == 2)
    assert path.is_dir()
    assert str(path) in failed.values[0].text
    path.rmdir()
    kept.keep(AREA)
    wait_until(lambda: path.is_file() and changed.values)
    assert [one.name for one in read_kept(path)] == ["Zone"]
    path.unlink()
