"""Images signed in batches and opened side by side in a worker thread, with no more requests than needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Callable, Union

from qgis.core import QgsRasterLayer

from ..api.signers import Signers
from ..api.signing import NOT_SIGNED_IN, Refusal, SignResult
from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
)
from ..domain.layer_document import signed_document, signed_source
from ..domain.layer_source import LayerIdentity
from ..domain.lease import Clocks, Lease
from ..domain.signed_url import SignedUrl
from ..qgisio import images, rasters, styles
from ..qgisio.layer_paths import LayerPaths
from .runner import TaskContext

MARGIN = timedelta(minutes=30)
"""How long before its end a signature is renewed."""

Compose = Callable[[Mapping[str, str]], str]
"""Writes the VRT of a layer of several images, given what GDAL opens for each unsigned address.

Called in a worker thread, with the headers of all images at hand.
"""

Dress = Callable[[QgsRasterLayer, LayerIdentity, LayerIdentity], None]
"""Gives a new layer its style in a worker thread: the layer, what was wanted, and what it became."""


@dataclass(frozen=True)
class Opened:
    """A layer's images, signed and with their headers at hand.

    Attributes:
        identity: The layer's, completed by what the images say.
        source: What QGIS opens; no signature is in it.
        lease: How long that works.
    """

    identity: LayerIdentity
    source: str
    lease: Lease


Outcome = tuple[LayerIdentity, Union[Opened, DinamisError]]
LayerOutcome = tuple[LayerIdentity, Union[QgsRasterLayer, DinamisError], Union[Opened, None]]


@dataclass(frozen=True)
class Order:
    """Layers to be opened together.

    Attributes:
        identities: What is wanted.
        given: Signatures at hand, by unsigned address: used where the service gives none.
        compose: For layers of several images that have no document yet.
        dress: Style of new layers, the usual one when None.
    """

    identities: Sequence[LayerIdentity]
    given: Mapping[str, SignedUrl] = field(default_factory=dict, repr=False)
    compose: Compose | None = None
    dress: Dress | None = None


class ImageOpener:
    """Signs, opens and makes layers.

    Args:
        paths: Where the virtual rasters of live layers are put.
        clocks: When signatures come.
    """

    def __init__(self, paths: LayerPaths, clocks: Clocks) -> None:
        self._paths = paths
        self._clocks = clocks

    def layers(self, signers: Signers, order: Order, context: TaskContext) -> Iterator[LayerOutcome]:
        """Make a styled layer of each identity, or say why there is none."""
        for wanted, came in self.open(signers, order, context):
            if isinstance(came, DinamisError):
                yield wanted, came, None
                continue
            try:
                yield wanted, self._make(order, wanted, came), came
            except CorruptImageError as error:
                yield wanted, error, None

    def open(self, signers: Signers, order: Order, context: TaskContext) -> Iterator[Outcome]:
        """Sign all images in batches and open their headers side by side; gives each layer as it is ready.

        Args:
            signers: Who signs; where nobody does, only `order.given` counts.
            order: What is wanted.
            context: Asked whether to go on.

        Raises:
            CancelledError: Nobody waits for it any more.
            DinamisError: Nothing can be signed, and no signature is at hand.
        """
        hrefs = list(dict.fromkeys(href for identity in order.identities for href in identity.hrefs))
        answer = _signed(signers, hrefs, order.given, context)
        signed = {**order.given, **answer.signed}
        waiting: list[LayerIdentity] = []
        for identity in order.identities:
            unsigned = next((href for href in identity.hrefs if href not in signed), None)
            if unsigned is None:
                waiting.append(identity)
            else:
                fault = answer.faults.get(unsigned)
                yield identity, fault or _refusal_error(answer.refused.get(unsigned))
        needed = {href: signed[href].href for identity in waiting for href in identity.hrefs}
        headers: dict[str, images.Header | DinamisError] = {}
        for href, header in images.open_headers(needed, context.cancelled):
            headers[href] = header
            ready = [one for one in waiting if href in one.hrefs and headers.keys() >= set(one.hrefs)]
            for identity in ready:
                yield identity, self._finish(identity, headers, signed, order.compose)

    def _make(self, order: Order, wanted: LayerIdentity, came: Opened) -> QgsRasterLayer:
        with rasters.new_layer(came.source, came.identity.title) as layer:
            layer.setCustomProperty(rasters.PROPERTY, self._paths.remember(came.identity))
            if order.dress is None:
                styles.apply_default_style(layer)
            else:
                order.dress(layer, wanted, came.identity)
        return rasters.handed_over(layer)

    def _finish(
        self,
        identity: LayerIdentity,
        headers: Mapping[str, images.Header | DinamisError],
        signed: Mapping[str, SignedUrl],
        compose: Compose | None,
    ) -> Opened | DinamisError:
        for href in identity.hrefs:
            fault = headers[href]
            if isinstance(fault, DinamisError):
                return fault
        urls = {href: signed[href] for href in identity.hrefs}
        try:
            if identity.parts:
                identity, header = _composed(identity, urls, compose)
            else:
                header = headers[identity.href]  # type: ignore[assignment] # no fault, see above
        except CorruptImageError as error:
            return error
        except ValueError:
            return CorruptImageError("")
        identity = header.complete(identity)
        lease = Lease.of(urls.values(), MARGIN, self._clocks)
        return Opened(identity, self._paths.put_live(identity, header.vrt), lease)


def _composed(
    identity: LayerIdentity, urls: Mapping[str, SignedUrl], compose: Compose | None
) -> tuple[LayerIdentity, images.Header]:
    """Put several images together; the VRT that GDAL opens is always written from the document."""
    hrefs = {href: url.href for href, url in urls.items()}
    if not identity.document:
        if compose is None:
            raise ValueError(identity.title)
        identity = identity.composed(compose({href: signed_source(url) for href, url in hrefs.items()}))
    return identity, images.open_document(signed_document(identity.document, hrefs))


def _signed(
    signers: Signers, hrefs: Sequence[str], given: Mapping[str, SignedUrl], context: TaskContext
) -> SignResult:
    """Have addresses signed; where nobody answers, the signatures at hand still open what they are for."""
    try:
        return signers.sign(hrefs, context.cancelled)
    except CancelledError:
        raise
    except DinamisError as error:
        if not given:
            raise
        return SignResult({}, {}, dict.fromkeys(hrefs, error))


def _refusal_error(refusal: Refusal | None) -> DinamisError:
    if refusal is None:
        return ForbiddenError("")
    kinds = {NOT_SIGNED_IN: NotSignedInError, "not-found": NotFoundError}
    return kinds.get(refusal.code, ForbiddenError)(refusal.detail)
