"""View services (WMS, WMTS, tiles) as layers, made in worker threads: QGIS waits for their capabilities."""

from __future__ import annotations

import requests
from qgis.core import QgsRasterLayer

from ..api.faults import error_of_answer, error_of_exception
from ..domain.errors import BadAnswerError
from ..domain.view_service import ViewService
from ..domain.view_source import capabilities_address, view_source
from .rasters import handed_over
from .transport import qgis_session

_PATIENCE_S = 30.0


def make_view_layer(service: ViewService, title: str, system: str) -> QgsRasterLayer:
    """Ask a service what it can do and make a layer of it, ready to be added on the GUI thread.

    Args:
        service: what is shown.
        title: name of the layer.
        system: coordinate system of the map, taken where the service has it.

    Raises:
        DinamisError: The service does not answer, or not so that it can be shown.
    """
    address = capabilities_address(service)
    source = view_source(service, _fetched(address) if address else b"", system)
    layer = QgsRasterLayer(source, title, "wms")
    if not layer.isValid():
        raise BadAnswerError.about(service.kind, "QGIS cannot show it")
    return handed_over(layer)


def _fetched(address: str) -> bytes:
    try:
        answer = qgis_session().get(address, timeout=_PATIENCE_S)
    except requests.RequestException as error:
        raise error_of_exception(error) from None
    if not answer.ok:
        raise error_of_answer(answer.status_code, answer.headers, None)
    return bytes(answer.content)
