"""The supplier's archive: Airbus OneAtlas, whose scenes become orderable items (CAT-33, CAT-34).

The archive answers GeoJSON features, page by page; it shows only the first pages of a long answer, so the
walk goes by windows of the date of acquisition, made smaller until each is short enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dinamis_service.catalogue.harvest.fetch import Fetcher, FetchError
from dinamis_service.catalogue.harvest.source import Cursor, Page, Wanted
from dinamis_service.catalogue.moments import format_moment, months, parse_moment

SEARCH = "https://search.foundation.api.oneatlas.airbus.com/api/v2/opensearch"
TOKENS = (
    "https://authenticate.foundation.api.oneatlas.airbus.com/auth/realms/IDP/protocol/openid-connect/token"
)
_PAGE = 100
_DEEPEST = 10_000
"""Features that can be paged through in one answer."""
_SHORTEST = timedelta(hours=1)
_LATE = timedelta(days=90)
"""Time after an acquisition within which the archive still changes what it says of it."""
_CONSTELLATIONS = ("PHR", "SPOT", "PNEO")
_PROPERTIES = {
    "acquisitionDate": "datetime",
    "publicationDate": "created",
    "lastUpdateDate": "updated",
    "cloudCover": "eo:cloud_cover",
    "snowCover": "eo:snow_cover",
    "incidenceAngle": "view:incidence_angle",
    "azimuthAngle": "view:azimuth",
    "illuminationAzimuthAngle": "view:sun_azimuth",
    "illuminationElevationAngle": "view:sun_elevation",
    "resolution": "gsd",
    "processingLevel": "processing:level",
}
_ASSETS = {"thumbnail": ("thumbnail", "image/jpeg"), "quicklook": ("overview", "image/jpeg")}
_FIRST = datetime(1986, 2, 22, tzinfo=UTC)
"""Launch of SPOT 1: nothing is older."""


@dataclass
class OneAtlas:
    """The archive behind a search address."""

    fetcher: Fetcher
    now: datetime
    url: str = SEARCH

    def pages(self, wanted: Wanted, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of every window, oldest first."""
        start = wanted.start or _FIRST
        if wanted.changed_since is not None:
            start = max(start, wanted.changed_since - _LATE)
        end = wanted.end or self.now
        pending = (
            [(parse_moment(first), parse_moment(last)) for first, last in cursor["pending"]]
            if cursor
            else list(reversed(months(start, end)))
        )
        number = int(cursor["page"]) if cursor else 1
        while pending:
            first, last = pending[-1]
            document = self._ask(wanted, first, last, number)
            total = _whole(document.get("totalResults"))
            if total > _DEEPEST and last - first > _SHORTEST:
                middle = first + (last - first) / 2
                pending[-1:] = [(middle, last), (first, middle)]
                number = 1
                continue
            features = [_item(feature) for feature in document["features"]]
            done = not features or number * _PAGE >= min(total, _DEEPEST)
            if done:
                pending.pop()
            number = 1 if done else number + 1
            left = [(format_moment(one), format_moment(other)) for one, other in pending]
            cut = total > _DEEPEST and done
            remarks = [f"{total} scenes from {first} on: only {_DEEPEST} can be read"] if cut else []
            yield Page(features, {"pending": left, "page": number} if pending else None, remarks)

    def _ask(self, wanted: Wanted, first: datetime, last: datetime, number: int) -> dict[str, Any]:
        parameters = {
            "constellation": ",".join(wanted.collections or _CONSTELLATIONS),
            "acquisitionDate": f"[{format_moment(first)},{format_moment(last)}[",
            "sortBy": "acquisitionDate",
            "itemsPerPage": str(_PAGE),
            "startPage": str(number),
        }
        if wanted.bbox is not None:
            parameters["bbox"] = ",".join(f"{side:g}" for side in wanted.bbox)
        answer = self.fetcher.get(f"{self.url}?{urlencode(parameters)}")
        document = answer.document
        if not isinstance(document, dict) or not isinstance(document.get("features"), list):
            msg = f"{self.url}: no collection of scenes"
            raise FetchError(msg)
        return document


@dataclass
class ApiKey:
    """Signs in with a key of the archive; the token it gives is kept until it is refused."""

    fetcher: Fetcher
    key: str
    url: str = TOKENS
    _token: str = ""

    def headers(self, renew: bool) -> Mapping[str, str]:
        """The header of a request."""
        if renew or not self._token:
            form = {"apikey": self.key, "grant_type": "api_key", "client_id": "IDP"}
            answer = self.fetcher.post_form(self.url, form)
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str):
                raise FetchError("the archive gave no token for the key")
            self._token = token
        return {"Authorization": f"Bearer {self._token}"}


def _item(feature: Any) -> Any:
    """A scene of the archive as a STAC item; what is no scene is left as it is, to be refused."""
    told = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(told, dict):
        return feature
    properties = {ours: told[theirs] for theirs, ours in _PROPERTIES.items() if told.get(theirs) is not None}
    links = feature.get("_links") if isinstance(feature.get("_links"), dict) else {}
    return {
        "type": "Feature",
        "id": told.get("acquisitionIdentifier") or told.get("sourceIdentifier") or told.get("id"),
        "geometry": feature.get("geometry"),
        "bbox": feature.get("bbox"),
        "properties": {
            **properties,
            "platform": told.get("platform") or told.get("constellation"),
            "dinamis:product_type": "orderable",
            "order:status": "orderable",
        },
        "assets": _assets(links or {}),
        "links": _services(links or {}),
    }


def _assets(links: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures of a scene."""
    made: dict[str, Any] = {}
    for name, (role, media_type) in _ASSETS.items():
        for href in _hrefs(links.get(name)):
            made.setdefault(name, {"href": href, "type": media_type, "roles": [role], "title": name})
    return made


def _services(links: Mapping[str, Any]) -> list[dict[str, Any]]:
    """View services of a scene."""
    return [
        {"rel": rel, "href": href}
        for name in ("imagesWmts", "wmts", "imagesWms", "wms")
        for rel in (name.removeprefix("images").lower(),)
        for href in _hrefs(links.get(name))
    ]


def _hrefs(link: Any) -> list[str]:
    """Addresses of a link of the archive, which is one or a list."""
    found = link if isinstance(link, list) else [link]
    return [one["href"] for one in found if isinstance(one, dict) and isinstance(one.get("href"), str)]


def _whole(value: Any) -> int:
    """A count, 0 where none is told."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
