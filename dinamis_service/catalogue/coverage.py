"""Where nothing can be downloaded yet: the part of an area that no downloadable footprint covers (CAT-36)."""

from __future__ import annotations

from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import NEWEST_FIRST, CatalogueEngine, SearchError, SearchRequest
from dinamis_service.catalogue.filters import all_of

MAX_SCENES = 5_000
"""Downloadable scenes over an area whose gaps are looked for."""
_EDGE = 1e-6
"""Degrees (0.1 m) by which a gap is drawn in: a scene that only touches it shows nothing new."""


def over_gaps(catalogue: CatalogueEngine, search: SearchRequest) -> SearchRequest | None:
    """The search for orderable scenes over what is not covered yet; None when the whole area is covered.

    Downloadable scenes of the same collections and dates count as covering, whatever else is asked.

    Raises:
        SearchError: there is no area, or it has too many downloadable scenes.
    """
    if search.geometry is None:
        raise SearchError(
            fr="« uncovered » : il faut aussi une zone, par « bbox » ou « intersects ».",
            en="'uncovered': an area is expected too, by 'bbox' or 'intersects'.",
            parameter="uncovered",
        )
    gap = _gap(catalogue, search, search.geometry)
    if gap.is_empty:
        return None
    return replace(search, geometry=gap, filter=all_of([search.filter, _is_of("orderable")]))


def _gap(catalogue: CatalogueEngine, search: SearchRequest, area: BaseGeometry) -> BaseGeometry:
    held = SearchRequest(
        collections=search.collections,
        geometry=area,
        start=search.start,
        end=search.end,
        filter=_is_of("downloadable"),
        sort=NEWEST_FIRST,
        limit=MAX_SCENES,
    )
    found = catalogue.search(held)
    if found.next_token is not None:
        raise SearchError(
            fr=f"« uncovered » : {found.matched} scènes téléchargeables touchent la zone, le maximum est"
            f" {MAX_SCENES} : réduisez la zone ou la période.",
            en=f"'uncovered': {found.matched} downloadable scenes touch the area, at most {MAX_SCENES} may:"
            " make the area or the period smaller.",
            parameter="uncovered",
        )
    footprints = [shapely.make_valid(shapely.geometry.shape(item["geometry"])) for item in found.items]
    gap = shapely.difference(area, shapely.union_all(footprints))
    surface = shapely.get_dimensions(area) == 2  # noqa: PLR2004 - of a polygon
    return shapely.buffer(gap, -_EDGE, quad_segs=1) if surface else gap


def _is_of(product_type: str) -> dict[str, object]:
    return {"op": "=", "args": [{"property": "dinamis:product_type"}, product_type]}
