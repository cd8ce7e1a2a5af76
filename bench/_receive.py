"""Receives and parses the pages of a whole search, in a process of its own: `_receive.py HOW URL ITEMS PAGE`.

HOW is `requests` (a bare loop with its JSON), `pystac-client` (as dictionaries) or `pystac-client items`.
Prints the seconds, the items and the largest memory in MB as JSON. No QGIS.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests

from dinamis_plugin._vendor.pystac_client import Client
from dinamis_plugin.domain.search import NEWEST_FIRST


def by_requests(url: str, page: int) -> Iterator[int]:
    """The numbers of items of each page, by requests and its JSON alone."""
    session = requests.Session()
    address, body = f"{url}/stac/search", {"limit": page, "sortby": NEWEST_FIRST}
    while True:
        document = session.post(address, json=body, timeout=60).json()
        yield len(document["features"])
        follow = [link for link in document["links"] if link["rel"] == "next"]
        if not follow:
            return
        address, body = follow[0]["href"], follow[0]["body"]


def by_client(url: str, page: int, *, items: bool) -> Iterator[int]:
    """The numbers of items of each page, by pystac-client."""
    search = Client.open(f"{url}/stac").search(limit=page, sortby=NEWEST_FIRST)
    for found in search.pages() if items else search.pages_as_dicts():
        yield len(found.items if items else found["features"])


def main(how: str, url: str, items: int, page: int) -> int:
    """Receive until there are enough."""
    began = time.perf_counter()
    pages = by_requests(url, page) if how == "requests" else by_client(url, page, items=how.endswith("items"))
    received = 0
    for count in pages:
        received += count
        if received >= items:
            break
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "items": received, "peak_mb": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
