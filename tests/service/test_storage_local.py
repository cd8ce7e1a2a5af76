"""The folder of objects: what it stores, and what it never touches."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from dinamis_service.storage.local import LocalObjectStore, load_or_create_key
from dinamis_service.storage.store import InvalidKeyError

REFUSED_KEYS = [
    "",
    "/etc/passwd",
    "..",
    "../outside",
    "a/../../outside",
    "a//b",
    "a/./b",
    "./a",
    "a/",
    ".hidden",
    "a/.partial-x",
    "a\\..\\b",
    "a\0b",
]


@pytest.fixture
def store(tmp_path: Path) -> LocalObjectStore:
    (tmp_path / "outside").write_text("outside")
    return LocalObjectStore(tmp_path / "objects", tmp_path / "keys")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"0123456789")
    return path


def test_an_object_comes_back_as_it_was_put(store: LocalObjectStore, source: Path) -> None:
    store.put_file("pleiades/été/a b.tif", source)
    assert store.exists("pleiades/été/a b.tif")
    assert store.size("pleiades/été/a b.tif") == 10
    path = store.path("pleiades/été/a b.tif")
    assert path is not None
    assert path.read_bytes() == b"0123456789"
    with store.open("pleiades/été/a b.tif") as file:
        assert file.read() == b"0123456789"


def test_a_reader_keeps_the_version_it_opened(store: LocalObjectStore, source: Path) -> None:
    store.put_file("a", source)
    with store.open("a") as file:
        source.write_bytes(b"new")
        store.put_file("a", source)
        assert file.read() == b"0123456789"
    assert store.size("a") == 3


def test_an_interrupted_writing_leaves_what_was_there(
    store: LocalObjectStore, tmp_path: Path, source: Path
) -> None:
    with pytest.raises(OSError):
        store.put_file("folder/a", tmp_path / "missing")
    assert not store.exists("folder/a")
    store.put_file("folder/a", source)
    with contextlib.suppress(RuntimeError), store.writing("folder/a") as file:
        file.write(b"half of")
        raise RuntimeError
    with store.open("folder/a") as file:
        assert file.read() == b"0123456789"
    assert [path.name for path in (tmp_path / "objects" / "folder").iterdir()] == ["a"]


def test_a_name_that_is_taken_by_a_folder_or_leads_through_a_file_is_refused(
    store: LocalObjectStore, tmp_path: Path, source: Path
) -> None:
    store.put_file("folder/a", source)
    for key in ("folder", "folder/a/b", "x" * 300, "folder/" + "é" * 200):
        with pytest.raises(InvalidKeyError):
            store.put_file(key, source)
    files = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["a"]


def test_a_folder_that_is_exchanged_for_a_link_meanwhile_leads_nowhere(
    store: LocalObjectStore, tmp_path: Path, source: Path
) -> None:
    """Somebody who may write among the objects swaps a folder and a link as fast as they can."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "a").write_text("outside")
    store.put_file("folder/a", source)
    folder, link = (tmp_path / "objects" / name for name in ("folder", "link"))
    link.symlink_to(outside)
    exchange, here = ctypes.CDLL(None, use_errno=True).renameat2, -100  # AT_FDCWD
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            assert exchange(here, bytes(folder), here, bytes(link), 2) == 0  # RENAME_EXCHANGE

    thread = threading.Thread(target=swap)
    thread.start()
    read = written = 0
    deadline = time.monotonic() + 1.5
    try:
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError), store.open("folder/a") as file:
                assert file.read() == b"0123456789"
                read += 1
            with contextlib.suppress(OSError, InvalidKeyError):
                store.put_file("folder/b", source)
                written += 1
    finally:
        stop.set()
        thread.join()
    assert read
    assert written
    assert [path.name for path in outside.iterdir()] == ["a"]


@pytest.mark.parametrize("key", REFUSED_KEYS)
def test_a_key_that_leads_elsewhere_names_nothing(store: LocalObjectStore, source: Path, key: str) -> None:
    assert not store.exists(key)
    for read in (store.open, store.path, store.size):
        with pytest.raises(FileNotFoundError):
            read(key)
    with pytest.raises(InvalidKeyError):
        store.put_file(key, source)


def test_links_folders_and_devices_are_no_objects(
    store: LocalObjectStore, tmp_path: Path, source: Path
) -> None:
    objects = tmp_path / "objects"
    (objects / "file").symlink_to(tmp_path / "outside")
    (objects / "folder").symlink_to(tmp_path)
    (objects / "true").mkdir()
    os.mkfifo(objects / "pipe")
    for key in ("file", "folder/outside", "true", "pipe", "file/below", "x" * 300):
        assert not store.exists(key), key
        with pytest.raises(FileNotFoundError):
            store.open(key)
    with pytest.raises(InvalidKeyError):
        store.put_file("folder/new", source)
    assert not (tmp_path / "new").exists()


def test_a_root_given_through_a_link_works(tmp_path: Path, source: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "objects").symlink_to(tmp_path / "real")
    store = LocalObjectStore(tmp_path / "objects", tmp_path / "keys")
    store.put_file("folder/a", source)
    assert store.exists("folder/a")


def test_the_key_is_made_once_and_kept_secret(tmp_path: Path) -> None:
    first = load_or_create_key(tmp_path / "keys")
    assert load_or_create_key(tmp_path / "keys") == first
    assert len(first[1]) >= 40
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "signing.json").stat().st_mode) == 0o600


def test_services_that_start_together_share_one_key(tmp_path: Path) -> None:
    found: list[tuple[str, str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_or_create_key(tmp_path / "keys"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_damaged_key_file_is_reported_and_kept(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "signing.json").write_text("{}")
    with pytest.raises(ValueError, match="is not a signing key"):
        load_or_create_key(tmp_path / "keys")
    assert (tmp_path / "keys" / "signing.json").read_text() == "{}"
