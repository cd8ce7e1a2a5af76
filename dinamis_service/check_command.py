"""`dinamis-service check`: says what is wrong with an installation before its users do."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy import text as sql

from dinamis_service import migrations
from dinamis_service.catalogue.engine import CatalogueEngine, SearchRequest, object_keys
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.db import Database
from dinamis_service.requests.attachments import AttachmentStore
from dinamis_service.requests.message_tables import OrderAttachment
from dinamis_service.settings import Settings
from dinamis_service.storage.local import problems, read_key
from dinamis_service.storage.stores import open_objects

_DOWNLOADABLE = {"op": "=", "args": [{"property": "dinamis:product_type"}, "downloadable"]}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `check`."""
    parser = subparsers.add_parser(
        "check", help="verify databases, keys and objects; exit code 1 when something is wrong"
    )
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=_check)


def _check(args: argparse.Namespace, settings: Settings) -> int:
    """Print one line for each finding."""
    settings = settings.in_folder(args.data_dir)
    count = 0
    for part, inspect in _PARTS.items():
        found = list(inspect(settings))
        count += len(found)
        for line in found:
            print(f"PROBLEM  {part}: {line}")
        if not found:
            print(f"ok       {part}")
    return 1 if count else 0


def _inspect_state(settings: Settings) -> Iterator[str]:
    """Integrity and schema of the state database, and the files that it names."""
    if settings.database_url is None and not (settings.data_dir / "state.sqlite").exists():
        yield f"there is no {settings.data_dir / 'state.sqlite'}; the service has never run here"
        return
    database = Database(settings.state_url)
    try:
        if database.engine.dialect.name == "sqlite":
            with database.session() as session:
                findings = session.scalars(sql("PRAGMA integrity_check"))
                yield from (finding for finding in findings if finding != "ok")
                for row in session.execute(sql("PRAGMA foreign_key_check")):
                    yield f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there"
        version, newest = migrations.version(database), migrations.newest()
        if version != newest:
            yield f"schema version is {version}, the program wants {newest}"
        else:
            yield from _missing_attachments(database, AttachmentStore(settings.attachments_dir))
    except Exception as error:  # noqa: BLE001  (a broken database breaks in any way)
        yield str(error)
    finally:
        database.close()


def _missing_attachments(database: Database, store: AttachmentStore) -> Iterator[str]:
    """Files that messages name and that are not there, or not whole."""
    with database.reading() as session:
        for one in session.scalars(select(OrderAttachment).order_by(OrderAttachment.id)):
            path = store.path(one.sha256)
            if not path.is_file() or path.stat().st_size != one.size:
                yield f"{path}, attached to message {one.message_id}, is not there or not whole"


def _inspect_catalogue(settings: Settings) -> Iterator[str]:
    """What the catalogue says about itself."""
    if settings.catalogue_url is None and not settings.catalogue_file.exists():
        yield f"there is no {settings.catalogue_file}"
        return
    try:
        catalogue = open_catalogue(settings)
        try:
            yield from catalogue.check()
            yield from _missing_objects(catalogue, _among_objects(settings))
        finally:
            catalogue.close()
    except Exception as error:  # noqa: BLE001  (a broken catalogue breaks in any way)
        yield str(error)


def _missing_objects(catalogue: CatalogueEngine, there: Callable[[list[str]], set[str]]) -> Iterator[str]:
    """Objects that downloadable items name and that are not there."""
    token: str | None = None
    while True:
        request = SearchRequest(filter=_DOWNLOADABLE, limit=1000, token=token)
        result = catalogue.search(request)
        named = [(item["id"], key) for item in result.items for key in object_keys(item)]
        found = there([key for _, key in named])
        for item_id, key in named:
            if key not in found:
                yield f"item {item_id} names the object {key}, which is not there"
        token = result.next_token
        if token is None:
            return


def _among_objects(settings: Settings) -> Callable[[list[str]], set[str]]:
    """Tells which keys have an object; nothing is made where the service has never run."""
    if settings.s3_bucket is not None:
        return open_objects(settings).existing
    return lambda keys: {key for key in keys if (settings.objects_root / key).is_file()}


def _inspect_objects(settings: Settings) -> Iterator[str]:
    """Whether every object can be read, and none lies where the service would refuse it."""
    if settings.s3_bucket is None:
        yield from problems(settings.objects_root)
        return
    try:
        open_objects(settings).probe()
    except OSError as error:
        yield str(error)


def _inspect_keys(settings: Settings) -> Iterator[str]:
    """Whether the keys are there, whole, and for the service's user only."""
    folder = settings.data_dir / "keys"
    if not folder.is_dir():
        yield f"there is no folder {folder}; the service has never run here"
        return
    for path in (folder, *sorted(folder.iterdir())):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"{path} has mode {mode:04o}: other users may read it"
        if not os.access(path, os.R_OK):
            yield f"{path} cannot be read"
    try:
        read_key(folder)
    except (OSError, ValueError) as error:
        yield str(error)


_PARTS = {
    "state": _inspect_state,
    "catalogue": _inspect_catalogue,
    "objects": _inspect_objects,
    "keys": _inspect_keys,
}
