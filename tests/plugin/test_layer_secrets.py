"""No signature, key or token is written anywhere, whatever form a layer was added in (CAT-37).

Everything that QGIS writes or shows about layers is gathered, then searched: for the signatures that the
service gave out, and for anything that looks like one, also encoded or packed.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import traceback
import zipfile
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
import requests
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsLayerDefinition,
    QgsLayerTreeModel,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsLayoutSize,
    QgsMimeDataUtils,
    QgsPrintLayout,
    QgsProject,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsReadWriteContext,
    QgsUnitTypes,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QBuffer, QIODevice
from qgis.PyQt.QtXml import QDomDocument

from dinamis_plugin.api.http import HttpClient
from dinamis_plugin.api.signing import SigningClient
from dinamis_plugin.domain.layer_document import signed_document, signed_source, unsigned_document
from dinamis_plugin.domain.layer_source import LayerIdentity
from dinamis_plugin.domain.lease import Clocks, Lease
from dinamis_plugin.domain.secret import ApiKey, Secret
from dinamis_plugin.domain.signed_url import SignedUrl
from dinamis_plugin.domain.signed_url import strip_signature as strip
from dinamis_plugin.integrations.mime import scene_mime
from dinamis_plugin.qgisio import images, log, rasters

from .conftest import PYTHON, ROOT
from .images import addresses_of, compose_mosaic, make_cog, scene_of
from .waiting import Caught, run_for, wait_until

ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
LOOKS_SIGNED = re.compile(r"X-Amz-(Signature|Credential)\W*[0-9A-Za-z]", re.IGNORECASE)


class Findings:
    """Texts and files by where they came from, and the secrets that may not be in them."""

    def __init__(self, secrets):
        self._secrets = secrets
        self._texts = []

    def add(self, where, content):
        """Keep what was written, zipped content unpacked."""
        if isinstance(content, (bytes, bytearray)):
            content = bytes(content)
            if zipfile.is_zipfile(BytesIO(content)):
                with zipfile.ZipFile(BytesIO(content)) as zipped:
                    for name in zipped.namelist():
                        self.add(f"{where}/{name}", zipped.read(name))
                return
            self._texts += [(where, content.decode(code, "replace")) for code in ("latin-1", "utf-16-le")]
        else:
            self._texts.append((where, str(content)))

    def leaks(self):
        """Name every place that holds a secret."""
        given = re.compile("|".join(map(re.escape, self._secrets())))
        found = set()
        for where, written in self._texts:
            text = written
            for _ in range(4):
                if LOOKS_SIGNED.search(text) or given.search(text):
                    found.add(where)
                if not ENCODED.search(text):
                    break
                text = ENCODED.sub(lambda match: chr(int(match[1], 16)), text)
        return sorted(found)


@contextmanager
def postgres():
    """A PostgreSQL of this test's own, run by the helper of the service's tests; gives its address."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or not PYTHON.exists():
        yield None
        return
    program = "import sys, postgres; print(postgres.server().new_database(), flush=True); sys.stdin.read()"
    environment = {
        "PYTHONPATH": f"{ROOT / 'tests' / 'service'}:{ROOT}",
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    }
    process = subprocess.Popen(
        [str(PYTHON), "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process.stdout.readline().strip() or None
    finally:
        process.stdin.close()
        process.wait(30)


def forms(scripted, hrefs, folder):
    """A source in every form that GDAL accepts, each with a signature of a person's own."""
    signed = [scripted.signed(href, datetime.now(timezone.utc)) for href in hrefs]
    mosaic = "/vsimem/mosaic-by-hand.vrt"
    gdal.BuildVRT(mosaic, [signed_source(url) for url in signed[:2]]).FlushCache()
    file = gdal.VSIFOpenL(mosaic, "rb")
    text = bytes(gdal.VSIFReadL(1, gdal.VSIStatL(mosaic).size, file)).decode()
    gdal.VSIFCloseL(file)
    on_disk = folder / "mosaic.vrt"
    on_disk.write_text(text, "utf-8")
    return {
        "plain": f"/vsicurl/{signed[0]}",
        "quoted": f"/vsicurl?list_dir=no&empty_dir=yes&url={quote(signed[1], safe='')}",
        "with options": f"/vsicurl?url={quote(signed[2], safe='')}&empty_dir=yes&use_head=no",
        "text of a mosaic": text,
        "mosaic in memory": mosaic,
        "mosaic on disk": str(on_disk),
    }, signed


def gather_from_projects(found, project, folder, database):
    for relative in (True, False):
        project.writeEntryBool("Paths", "/Absolute", not relative)
        for suffix in ("qgs", "qgz"):
            path = folder / f"p{int(relative)}.{suffix}"
            assert project.write(str(path))
            found.add(path.name, path.read_bytes())
    package = folder / "projects.gpkg"
    uris = {"geopackage": f"geopackage:{package}?projectName=p"}
    if database:
        host = re.fullmatch(r"postgresql://(\w+)@([\d.]+):(\d+)/(\w+)", database)
        user, address, port, name = host.groups()
        uris["postgresql"] = (
            f"postgresql://{user}@{address}:{port}?sslmode=disable&dbname={name}&schema=public&project=p"
        )
    for kind, uri in uris.items():
        if kind == "geopackage":
            gdal.GetDriverByName("GPKG").Create(str(package), 0, 0, 0, gdal.GDT_Unknown)
        assert project.write(uri), (kind, project.error())
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.ReadWrite)
        storage = QgsApplication.projectStorageRegistry().projectStorageFromType(kind)
        assert storage.readProject(uri, buffer, QgsReadWriteContext())
        assert len(buffer.data()) > 1000
        found.add(f"project in {kind}", bytes(buffer.data()))
    found.add("geopackage file", package.read_bytes())


def gather_from_layers(found, project, layers, folder):
    root = project.layerTreeRoot()
    for name, layer in layers.items():
        node = [root.findLayer(layer.id())]
        qlr, qml, sld = (folder / f"{layer.id()}.{suffix}" for suffix in ("qlr", "qml", "sld"))
        ok, message = QgsLayerDefinition.exportLayerDefinition(str(qlr), node)
        assert ok, message
        found.add(f"QLR of {name}", qlr.read_bytes())
        layer.saveNamedStyle(str(qml))
        found.add(f"QML of {name}", qml.read_bytes())
        layer.saveSldStyle(str(sld))
        found.add(f"SLD of {name}", sld.read_bytes() if sld.exists() else b"")
        document = QDomDocument()
        QgsLayerDefinition.exportLayerDefinition(document, node, QgsReadWriteContext())
        found.add(f"clipboard of {name}", document.toString())
        layer.loadDefaultStyle()
        found.add(f"answer of the style database on {name}", repr(layer.saveDefaultStyle()))
        if hasattr(layer, "saveStyleToDatabase"):  # rasters have it in newer versions
            found.add(f"answer of the source on {name}", repr(layer.saveStyleToDatabase("s", "", True, "")))
    model = QgsLayerTreeModel(root)
    dragged = model.mimeData([model.index(row, 0) for row in range(model.rowCount())])
    for kind in dragged.formats():
        found.add(f"drag from the layer tree, {kind}", bytes(dragged.data(kind)))
    for uri in QgsMimeDataUtils.layerTreeNodesToUriList(root.findLayers()):
        found.add("entry of a drag", uri)


def gather_from_exports(found, project, layers, folder):
    layer = layers["ours"]
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    item = QgsLayoutItemMap(layout)
    item.attemptResize(QgsLayoutSize(100, 100, QgsUnitTypes.LayoutUnit.LayoutMillimeters))
    item.setLayers(list(layers.values()))
    item.setExtent(layer.extent())
    layout.addLayoutItem(item)
    exporter = QgsLayoutExporter(layout)
    picture = QgsLayoutExporter.ImageExportSettings()
    picture.generateWorldFile = True
    document = QgsLayoutExporter.PdfExportSettings()
    picture.dpi = document.dpi = 50
    for suffix, export in {
        "png": lambda path: exporter.exportToImage(path, picture),
        "tif": lambda path: exporter.exportToImage(path, picture),
        "pdf": lambda path: exporter.exportToPdf(path, document),
    }.items():
        assert export(str(folder / f"map.{suffix}")) == QgsLayoutExporter.ExportResult.Success
    canvas = QgsMapCanvas()
    canvas.setLayers(list(layers.values()))
    canvas.setDestinationCrs(layer.crs())
    canvas.resize(100, 100)
    canvas.setExtent(layer.extent())
    canvas.refresh()
    run_for(1)
    canvas.saveAsImage(str(folder / "canvas.png"))
    pipe = QgsRasterPipe()
    pipe.set(layer.dataProvider().clone())
    writer = QgsRasterFileWriter(str(folder / "saved.tif"))
    context = project.transformContext()
    extent, crs = layer.extent(), layer.crs()
    result = writer.writeRaster(pipe, 64, 64, extent, crs, context)
    assert result == QgsRasterFileWriter.WriterError.NoError
    for path in folder.iterdir():
        found.add(f"exported {path.name}", path.read_bytes())


def gather_from_profile(found):
    for path in Path(QgsApplication.qgisSettingsDirPath()).rglob("*"):
        if path.is_file() and path.stat().st_size < 20_000_000:
            found.add(f"profile: {path.name}", path.read_bytes())
    styles = Path(QgsApplication.qgisUserDatabaseFilePath()).with_suffix(".qmldb")
    with closing(sqlite3.connect(styles)) as database:
        assert database.execute("SELECT count(*) FROM tbl_styles").fetchone()[0] > 0


def crash_text(error):
    """What the most talkative of programs says of an error: its frames with all their variables.

    Those of the test, which come first, know the secrets by heart.
    """
    frames = error.__traceback__
    while frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    told = traceback.TracebackException(type(error), error, frames, capture_locals=True)
    return "".join(told.format())


def provoke_errors(found, controllers, scripted, layers):
    """Tell people of every fault; the objects fail while maps are drawn."""
    wrong = scripted.signed(f"{scripted.url}/objects/none.tif", datetime.now(timezone.utc))
    try:
        images.open_header(SignedUrl.read(wrong).href)
    except Exception as error:  # noqa: BLE001 - whatever is said
        found.add("crash text", crash_text(error))
        log.warning(f"{error} {wrong}")
    before = dict(scripted.files)
    scripted.files.clear()
    draw_a_part(layers)
    open_while_drawing(controllers, scripted, layers["ours"])
    for _ in range(3):  # from the second time on it fails by what it remembers, and names the file then
        draw_a_part({"ours": layers["ours"]})
    scripted.files.update(before)


def open_while_drawing(controllers, scripted, layer):
    """Have GDAL open the image of a layer when it draws it, as when it has let go of what it read of it."""
    identity, [old, *_] = rasters.identity_of(layer), addresses_of(layer)
    new = scripted.signed(identity.href, datetime.now(timezone.utc) + timedelta(seconds=30))
    file = gdal.VSIFOpenL(layer.source(), "rb")
    vrt = bytes(gdal.VSIFReadL(1, gdal.VSIStatL(layer.source()).size, file)).decode()
    gdal.VSIFCloseL(file)
    assert quote(old, safe="") in vrt
    vrt = vrt.replace(quote(old, safe=""), quote(new, safe=""))
    assert rasters.swap_source(layer, controllers.layers._paths.put_live(identity, vrt))


def draw_a_part(layers):
    """Draw what is in the middle of the layers."""
    canvas = QgsMapCanvas()
    canvas.setLayers(list(layers.values()))
    canvas.setDestinationCrs(layers["ours"].crs())
    canvas.resize(400, 400)
    extent = layers["ours"].extent()
    extent.scale(0.15)
    canvas.setExtent(extent)
    canvas.refresh()
    run_for(1)
    del canvas


def test_what_is_hidden_in_what_was_written_is_found():
    secret = "0f" * 32
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("p.qgs", quote(quote(f"x={secret}")))
    for content in (secret, packed.getvalue(), secret.encode("utf-16-le"), b"X-Amz-Signature%253Dab"):
        found = Findings(lambda: {secret})
        found.add("here", content)
        assert [where.partition("/")[0] for where in found.leaks()] == ["here"]
    found = Findings(lambda: {secret})
    found.add("nothing", "X-Amz- is a name; 0f0f is not it")
    assert found.leaks() == []


def test_no_secret_is_written_anywhere(  # noqa: PLR0915, PLR0917 - one test searches all
    signed_in, scripted, project, tmp_path, capfd, qtlog
):
    folders = {name: tmp_path / name for name in ("projects", "at_once", "layers", "maps", "by_hand")}
    for folder in folders.values():
        folder.mkdir()
    make_cog(tmp_path / "a.tif", size=512)
    paths = [f"/objects/s{number}.tif" for number in range(8)]
    make_cog(tmp_path / "wide.tif", size=2048)
    scripted.files.update(dict.fromkeys(paths, (tmp_path / "a.tif").read_bytes()))
    scripted.files[paths[4]] = (tmp_path / "wide.tif").read_bytes()
    hrefs = [scripted.url + path for path in paths]
    by_hand, urls = forms(scripted, hrefs[:4], folders["by_hand"])
    secrets = {url.rpartition("=")[2] for url in urls}
    found = Findings(lambda: secrets)
    heard = Caught(signed_in.layers.failed, signed_in.layers.notice, signed_in.session.notice)
    messages = QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel]
    said = Caught(messages)

    added = Caught(signed_in.layers.layer_added)
    signed_in.loading.load([scene_of(hrefs[4], scene_id="OURS")])
    signed_in.layers.add_identities(
        [LayerIdentity(hrefs[5], "M", "pleiades", "ms", "Mosaic", parts=(hrefs[5], hrefs[6]))],
        compose=compose_mosaic,
    )
    added.wait(2, 30)
    layers = dict(
        zip(("ours", "our mosaic"), sorted(added.values, key=lambda layer: layer.name() == "Mosaic"))
    )
    for name, source in by_hand.items():
        layer = QgsRasterLayer(source, name, "gdal")
        assert layer.isValid(), name
        layers[name] = project.addMapLayer(layer)
    found.add("a project saved at once", _saved(project, folders["projects"] / "at_once.qgs"))
    # A layer of one's own signature gives it away nowhere, not even before the service has signed it.
    mine = {name: layers[name] for name in ("plain", "quoted", "with options", "text of a mosaic")}
    gather_from_layers(found, project, mine, folders["at_once"])
    assert not any(rasters.lives(layer) for layer in mine.values())
    live = ("ours", "our mosaic", "plain", "quoted", "with options", "text of a mosaic")
    wait_until(lambda: all(rasters.lives(layers[name]) for name in live), 30)
    for name in live:
        assert addresses_of(layers[name]), name
        secrets |= {url.rpartition("=")[2] for url in addresses_of(layers[name])}
        found.add(f"source of {name}", layers[name].source() + layers[name].publicSource())
        found.add(f"information on {name}", layers[name].htmlMetadata())
    assert len(secrets) >= 9
    tokens = signed_in.session._keeping.tokens
    secrets |= {tokens.refresh_value, tokens.access_token()}

    with postgres() as database:
        gather_from_projects(found, project, folders["projects"], database)
    gather_from_layers(found, project, layers, folders["layers"])
    gather_from_exports(found, project, layers, folders["maps"])
    provoke_errors(found, signed_in, scripted, {name: layers[name] for name in live})
    dragged = scene_mime([scene_of(urls[0], scene_id="OURS")])
    for kind in dragged.formats():
        found.add(f"drag of a result, {kind}", bytes(dragged.data(kind)))
    scripted.files.clear()
    signed_in.loading.load([scene_of(hrefs[7], scene_id="GONE")])
    wait_until(lambda: any(isinstance(value, tuple) for value in heard.values), 20)
    gather_from_profile(found)
    for value in heard.values:
        found.add("message bar", repr(value))
    for value in said.values:
        found.add("message log", repr(value))
    found.add("standard output and error", "".join(capfd.readouterr()))
    told = [text for text, _, _ in said.values] + [record.message for record in qtlog.records]
    found.add("logs", "\n".join(told))
    assert any("RasterIO error" in text for text in told)  # GDAL's errors while maps were drawn
    if Qgis.QGIS_VERSION_INT < 34400:  # later ones do not open an image again while they draw
        assert any("XXXX does not exist" in text for text in told)
    # What a person wrote to the disk with signatures in it is the person's: only that may be found.
    assert found.leaks() == []
    if not database:
        pytest.skip("all searched but a project in PostgreSQL, which is not installed here")


def test_variables_of_a_crash_hide_secrets(scripted):
    """Whatever fails on the way from the service to GDAL, its variables name no signature and no token."""
    url = scripted.signed(f"{scripted.url}/objects/none.tif", datetime.now(timezone.utc))
    secret, token = url.rpartition("=")[2], "eyJhY2Nlc3M.00000001.c2ln"
    signed, scripted.access_valid = SignedUrl.read(url), {token}
    http = HttpClient(requests.Session(), access_token=lambda: token, sleep=lambda _s: None)
    http.trust([scripted.url])
    source = f"<SourceFilename>{escape(signed_source(url))}</SourceFilename>"
    document, _ = unsigned_document(f"<VRTDataset>{source}</VRTDataset>")
    foreign = f"<VRTDataset>{source}<A><SourceFilename>/etc/x</SourceFilename></A></VRTDataset>"

    def sign(answer):
        scripted.documents["/sign_urls"] = answer
        SigningClient(http, scripted.url, ApiKey(Secret(token), Secret(secret)).headers()).sign([strip(url)])

    faults = {
        "opening": lambda: images.open_header(signed.href),
        "document opened": lambda: images.open_document(
            Secret(signed_document(document, {strip(url): signed.href})[:-9])
        ),
        "document not signed": lambda: signed_document(document, {"other": signed.href}),
        "document refused": lambda: unsigned_document(Secret(foreign)),
        "answer of another kind": lambda: sign({"hrefs": [], "expiry": ""}),
        "refused call": lambda: http.get_json(f"{scripted.url}/nothing"),
        "lease": lambda: Lease.of([signed], None, Clocks()),
    }
    found = Findings(lambda: {secret, token})
    for name, fail in faults.items():
        with pytest.raises(Exception) as caught:
            fail()
        told = crash_text(caught.value)
        assert " = " in told  # variables are in it
        found.add(name, told)
    assert len(found._texts) == len(faults)
    assert found.leaks() == []


def _saved(project: QgsProject, path: Path) -> bytes:
    assert project.write(str(path))
    return path.read_bytes()
