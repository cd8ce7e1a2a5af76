"""Serves a made catalogue of N items until its standard input closes; run with the service's Python.

Prints the address of the service as soon as it answers.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from bench._catalogue_items import batch, batches
from bench.catalogue import SEED, service
from dinamis_service.catalogue import collections, sqlite_load


def main(count: int) -> int:
    """Load, serve, wait."""
    parts = [partial(batch, SEED, number, size) for number, size in batches(count)]
    with tempfile.TemporaryDirectory() as folder:
        sqlite_load.load(Path(folder) / "catalogue.sqlite", collections.standard_collections(), parts)
        with service(Path(folder), 1) as (url, _process):
            print(url, flush=True)
            sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
