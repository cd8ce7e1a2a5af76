"""Virtual rasters (VRT) that read images of ours: written without signatures, given signatures to be opened.

A document is the VRT of GDAL in which each image stands as `/vsicurl/<href>`, never signed. In place of an
image there may be another document, as for an index computed of a mosaic. A document that reads anything
else, such as a file of this machine, is refused: projects come from colleagues.
"""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ET  # nosec B405 - see `read_document`
import zlib
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

from .secret import Secret
from .signed_url import strip_signature

VSICURL = "/vsicurl/"
LARGEST_BYTES = 4_000_000

# No listing of the folder and no side files: they are not signed. Time limits and pauses are in seconds.
# In its errors of opening GDAL names a file whole, and QGIS logs them: but it crosses out what follows the
# word "password=", as far as the next space. GDAL looks for masks and overviews beside a file, whatever its
# options say, where several threads draw it, unless its name holds "/vsicurl/" and "?": each of them would be
# the image itself again. Of the option that holds both words GDAL reads the number only.
_LIVE = (
    "/vsicurl?list_dir=no&empty_dir=yes&use_head=no&connecttimeout=15&low_speed_time=30&max_retry=3"
    "&retry_delay=0.5&low_speed_limit=100;/vsicurl/;password=&url="
)
# In its errors of reading GDAL names a file by what follows the last slash, and QGIS logs them: so this comes
# after the signature. It is the fragment of the address, which is not sent.
_NAME = "#/image"
_NAMES_A_FILE = frozenset({"SourceFilename", "SourceDataset"})
_DOCUMENT = "<VRTDataset"
_RUNS_CODE = frozenset({"PixelFunctionCode", "PixelFunctionLanguage"})


def signed_source(signed_href: str) -> str:
    """Give what GDAL opens for a signed address.

    This form carries GDAL's options with it, so that none is set for other files, and QGIS 3.44 keeps what
    GDAL has read of it already, which it throws away for `/vsicurl/<href>`.
    """
    return Secret(f"{_LIVE}{quote(signed_href, safe='')}{quote(_NAME)}")


def href_of(source: str) -> str | None:
    """Read the address out of a source of GDAL in either form; None for anything else."""
    if source.startswith(VSICURL):
        return source[len(VSICURL) :].partition("#")[0]
    if source.startswith("/vsicurl?"):
        fields = source[len("/vsicurl?") :].split("&")
        urls = (unquote(field[4:]) for field in fields if field.startswith("url="))
        return next((url.partition("#")[0] for url in urls), None)
    return None


def is_document(source: str) -> bool:
    """Say whether a source of GDAL is the text of a VRT."""
    return source.lstrip().startswith(_DOCUMENT)


def addresses_in(source: str) -> list[str]:
    """The addresses that a source of GDAL reads, as they are written: an address, or the text of a VRT.

    Also those of a VRT within a VRT.
    """
    if not is_document(source):
        return [href for href in [href_of(source)] if href]
    try:
        names = [Secret((element.text or "").strip()) for element in _file_names(read_document(source))]
    except ValueError:
        return []
    return [href for name in names for href in addresses_in(name)]


def unsigned_document(vrt: str) -> tuple[str, tuple[str, ...]]:
    """Make a document of any VRT that reads images of servers, signed or not.

    Returns:
        The document, and the addresses of its images without signatures, each once.

    Raises:
        ValueError: It is not a VRT, or reads something else than images of servers.
    """
    root = read_document(vrt)
    hrefs: dict[str, None] = {}
    for element in _file_names(root):
        name = Secret((element.text or "").strip())
        if is_document(name):
            inner, parts = unsigned_document(name)
            hrefs.update(dict.fromkeys(parts))
            _write_name(element, inner)
            continue
        href = strip_signature(href_of(name) or "")
        if not href.startswith(("https://", "http://")):
            raise ValueError(element.tag)
        hrefs[href] = None
        _write_name(element, VSICURL + href)
    if not hrefs:
        raise ValueError(root.tag)
    return ET.tostring(root, encoding="unicode"), tuple(hrefs)


def signed_document(document: str, signed: Mapping[str, str]) -> str:
    """Write the VRT that GDAL opens for a document, given the signed address of each of its images.

    Raises:
        ValueError: It is not a document, or an image in it has no signed address.
    """
    root = read_document(document)
    for element in _file_names(root):
        name = (element.text or "").strip()
        if is_document(name):
            _write_name(element, signed_document(name, signed))
            continue
        href = href_of(name) or ""
        if href not in signed:
            raise ValueError(element.tag)
        _write_name(element, signed_source(signed[href]))
    return Secret(ET.tostring(root, encoding="unicode"))


def packed(document: str) -> str:
    """Write a document as one short word."""
    return base64.urlsafe_b64encode(zlib.compress(document.encode("utf-8"), 9)).decode("ascii")


def unpacked(word: str) -> str:
    """Read a word written by `packed`.

    Raises:
        ValueError: It is not one, or holds more than `LARGEST_BYTES`.
    """
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.urlsafe_b64decode(word.encode("ascii")), LARGEST_BYTES)
    except (binascii.Error, zlib.error, UnicodeEncodeError) as error:
        raise ValueError(word[:20]) from error
    if not reader.eof:
        raise ValueError(word[:20])
    return content.decode("utf-8")


def with_overviews(vrt: str, factors: Iterable[int]) -> str:
    """Say in a VRT which reduced images exist: else GDAL opens its images to find out, on the GUI thread."""
    root = read_document(vrt)
    written = " ".join(str(factor) for factor in factors)
    if written and root.find("OverviewList") is None:
        ET.SubElement(root, "OverviewList", {"resampling": "nearest"}).text = written
    return Secret(ET.tostring(root, encoding="unicode"))


def read_document(vrt: str) -> ET.Element:
    """Read the text of a virtual raster.

    Raises:
        ValueError: It is none, is longer than `LARGEST_BYTES`, or would have GDAL run code.
    """
    if "<!" in vrt or len(vrt) > LARGEST_BYTES:  # no entities
        raise ValueError(vrt[:20])
    try:
        root = ET.fromstring(vrt)  # noqa: S314 # nosec B314 - no entities, see above
    except ET.ParseError as error:
        raise ValueError(vrt[:20]) from error
    if root.tag != "VRTDataset" or any(element.tag in _RUNS_CODE for element in root.iter()):
        raise ValueError(root.tag)
    return root


def _file_names(root: ET.Element) -> Iterator[ET.Element]:
    """The elements that name a file.

    What says how a file looks goes out: with it GDAL opens files under a lock of all its threads, and a slow
    server would hold up the window of QGIS.
    """
    for parent in list(root.iter()):
        for properties in parent.findall("SourceProperties"):
            parent.remove(properties)
    return (element for element in root.iter() if element.tag in _NAMES_A_FILE)


def _write_name(element: ET.Element, name: str) -> None:
    element.text = name
    element.attrib.pop("relativetoVRT", None)
    element.set("relativeToVRT", "0")
