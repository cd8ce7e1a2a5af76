"""GeoJSON answers, written fast: a page of a hundred items takes longer to write than to find."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import JSONResponse


class GeoJSONResponse(JSONResponse):
    """A feature or a feature collection."""

    media_type = "application/geo+json"

    def render(self, content: Any) -> bytes:
        """The content as JSON."""
        return orjson.dumps(content)
