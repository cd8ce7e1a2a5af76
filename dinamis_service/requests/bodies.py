"""Bodies that several routes of the requests take or answer."""

from typing import Annotated

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from dinamis_service.requests.documents import GEOJSON
from dinamis_service.soundness import SOUND, JsonObject


class GeoJson(JSONResponse):
    """An answer that is GeoJSON."""

    media_type = GEOJSON


class SearchBody(BaseModel):
    """Where, when and within which limits."""

    datetime: str = Field(examples=["2026-12-01T00:00:00Z/2026-12-31T00:00:00Z"])
    geometry: JsonObject = Field(description="GeoJSON Polygon or MultiPolygon, EPSG:4326")
    filter: JsonObject | None = Field(None, description="CQL2 JSON: limits over the queryables")


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(max_length=2000), SOUND] | None = None
