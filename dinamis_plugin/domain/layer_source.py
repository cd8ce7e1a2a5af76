"""The source of a signed layer: as a project saves it, as GDAL opens it, and what stands in meanwhile.

A saved source is `/vsicurl/<href>#dinamis:v1;item=...;...`: the address without a signature, and all that
a placeholder needs to be made without a network. A resting source is the text of the placeholder, the saved
source in it: QGIS opens it without the plugin and without a network, and the plugin knows it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape, unescape  # nosec B406 - no parser

from .layer_document import VSICURL, packed, unpacked, unsigned_document
from .scene import Asset, Scene
from .signed_url import strip_signature

MARK = "#dinamis:v1;"
_KEPT = re.compile(r'<MDI key="dinamis">([^<]*)</MDI>')

_GDAL_TYPES = {
    "uint8": "Byte",
    "int8": "Int16",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "uint64": "Float64",
    "int64": "Float64",
    "float16": "Float32",
    "float32": "Float32",
    "float64": "Float64",
}


@dataclass(frozen=True)
class LayerIdentity:
    """What a signed layer is, whatever its signature of the moment.

    A layer may be made of several images (mosaic, pansharpening): `parts` are their addresses and `document`
    is the virtual raster that puts them together; the grid is that of the document. Whoever makes such a
    layer hands `parts` without a `document` to `SignedLayersController.add_identities`, with a function
    `compose` that writes the VRT in a worker thread, once all parts are signed and their headers at hand.

    Attributes:
        href: Address without a signature; of several images, the first.
        item_id: Scene.
        collection: Its collection.
        asset_key: File of the scene.
        title: Name of the layer.
        epsg: Code of the raster's coordinate system, None when unknown.
        shape: Rows and columns, None when unknown.
        transform: Six numbers in affine order, None when unknown.
        band_count: Number of bands.
        data_type: Of STAC, such as `uint16`.
        nodata: Value of missing pixels.
        parts: Addresses of several images without signatures; empty for a single image.
        document: VRT that reads `/vsicurl/<part>`; empty for a single image, and for several that were not
            opened yet.
    """

    href: str
    item_id: str
    collection: str
    asset_key: str
    title: str
    epsg: int | None = None
    shape: tuple[int, int] | None = None
    transform: tuple[float, ...] | None = None
    band_count: int = 1
    data_type: str = "uint8"
    nodata: float | None = None
    parts: tuple[str, ...] = ()
    document: str = ""

    @property
    def hrefs(self) -> tuple[str, ...]:
        """The addresses to be signed."""
        return self.parts or (self.href,)

    @property
    def key(self) -> str:
        """What tells this layer's pixels from those of others, whatever its title and grid."""
        if not self.parts:
            return self.href
        text = self.document or " ".join(self.parts)
        return f"{self.href}#{hashlib.sha256(text.encode('utf-8')).hexdigest()}"

    def composed(self, vrt: str) -> LayerIdentity:
        """Make this the identity of a layer that shows a VRT over several images, signed in it or not.

        Raises:
            ValueError: It is not a VRT, or reads something else than images of servers.
        """
        document, parts = unsigned_document(vrt)
        return replace(self, href=parts[0], parts=parts, document=document)

    @classmethod
    def of(cls, scene: Scene, asset: Asset) -> LayerIdentity:
        """Give the identity of the layer that shows one file of a scene."""
        return cls(
            href=strip_signature(asset.href),
            item_id=scene.id,
            collection=scene.collection,
            asset_key=asset.key,
            title=f"{scene.title} ({asset.title})",
            epsg=asset.epsg,
            shape=asset.shape,
            transform=asset.transform,
            band_count=asset.band_count or 1,
            data_type=asset.data_type or "uint8",
            nodata=asset.nodata,
        )


def to_source(identity: LayerIdentity) -> str:
    """Write the source that is saved in a project: it holds no signature."""
    fields = {
        "item": identity.item_id,
        "collection": identity.collection,
        "asset": identity.asset_key,
        "title": identity.title,
        "epsg": "" if identity.epsg is None else str(identity.epsg),
        "shape": _joined(identity.shape),
        "transform": _joined(identity.transform),
        "bands": str(identity.band_count),
        "type": identity.data_type,
        "nodata": "" if identity.nodata is None else repr(identity.nodata),
    }
    if identity.document:
        fields["document"] = packed(identity.document)
    written = ";".join(f"{key}={quote(value, safe='')}" for key, value in fields.items())
    return strip_signature(f"{VSICURL}{identity.href}{MARK}{written}")


def from_source(source: str) -> LayerIdentity | None:
    """Read a saved source; None for a source that is not ours or that somebody damaged. Never raises."""
    address, mark, written = source.rpartition(MARK)
    if not mark or not address.startswith(VSICURL):
        return None
    pairs = (field.partition("=") for field in written.split(";"))
    fields = {key: unquote(value) for key, _, value in pairs}
    try:
        return _identity(strip_signature(address[len(VSICURL) :]), fields)
    except (KeyError, OverflowError, ValueError):
        return None


def to_resting(identity: LayerIdentity) -> str:
    """Write the source of a layer that nobody looks after: it survives a restart, and holds no signature."""
    first, *others = placeholder_vrt(identity).splitlines()
    kept = f'<Metadata><MDI key="dinamis">{escape(to_source(identity))}</MDI></Metadata>'
    return "".join([first, kept, *(line.strip() for line in others)])


def saved_in_resting(source: str) -> str:
    """Give the saved source within a resting one, empty for any other source."""
    found = _KEPT.search(source) if source.startswith("<VRTDataset") else None
    return unescape(found[1]) if found else ""


def placeholder_vrt(identity: LayerIdentity) -> str:
    """Write a virtual raster of the same size, place, bands and type, all of it missing.

    That is said also of an image without a value for missing pixels: it would be drawn black. Without a known
    size there is one pixel: enough for a layer to keep its style until it is signed.
    """
    rows, columns = identity.shape or (1, 1)
    lines = [f'<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}">']
    if identity.epsg is not None:
        lines.append(f"  <SRS>EPSG:{identity.epsg}</SRS>")
    if identity.transform is not None:
        a, b, c, d, e, f = identity.transform
        terms = ", ".join(repr(term) for term in (c, a, b, f, d, e))
        lines.append(f"  <GeoTransform>{terms}</GeoTransform>")
    gdal_type = _GDAL_TYPES.get(identity.data_type, "Byte")
    nodata = 0.0 if identity.nodata is None else identity.nodata
    for band in range(1, identity.band_count + 1):
        lines.append(f'  <VRTRasterBand dataType="{gdal_type}" band="{band}">')
        lines.append(f"    <NoDataValue>{nodata!r}</NoDataValue>")
        lines.append("  </VRTRasterBand>")
    lines.append("</VRTDataset>")
    return "\n".join(lines) + "\n"


def _joined(numbers: tuple[float, ...] | None) -> str:
    return ",".join(repr(number) for number in numbers or ())


def _identity(href: str, fields: Mapping[str, str]) -> LayerIdentity:
    sizes = tuple(int(size) for size in fields["shape"].split(",") if size)
    terms = tuple(float(term) for term in fields["transform"].split(",") if term)
    bands = int(fields["bands"])
    if not href or len(sizes) not in {0, 2} or len(terms) not in {0, 6} or min((bands, *sizes)) < 1:
        raise ValueError
    identity = LayerIdentity(
        href=href,
        item_id=fields["item"],
        collection=fields["collection"],
        asset_key=fields["asset"],
        title=fields["title"],
        epsg=int(fields["epsg"]) if fields["epsg"] else None,
        shape=(sizes[0], sizes[1]) if sizes else None,
        transform=terms or None,
        band_count=bands,
        data_type=fields["type"],
        nodata=float(fields["nodata"]) if fields["nodata"] else None,
    )
    return identity.composed(unpacked(fields["document"])) if fields.get("document") else identity
