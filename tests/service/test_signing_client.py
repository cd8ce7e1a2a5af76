"""The published client of the signing, unchanged, against our service.

It asks for signatures of https addresses under one domain only, and hands everything else back as it is: the
objects have such an address here, every address that comes back must bear a signature, and is read from our
store on the loopback under the name of that host.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from oauth import Browser
from running import LiveService, SignedIn
from stored import CONTENT, put_item

from dinamis_service.settings import Settings

HOST = "s3-data.meso.umontpellier.fr"
OBJECTS = f"https://{HOST}/dinamis"
ITEMS = ("DS_1", "DS_2")
CLIENT = [sys.executable, "-u", "-c"]
COMMANDS = """
import json, sys
from teledetection.cli import tld
from teledetection.sdk.model import ApiKey
for command in json.loads(sys.argv[1]):
    stored = ApiKey.from_config_dir()
    tld([stored.access_key if word == "STORED" else word for word in command], standalone_mode=False)
    sys.stderr.flush()
    print("DONE", *command, file=sys.stderr)
"""
SIGN = """
import json, sys
import pystac, pystac_client
import teledetection.sdk.signing as tld
api, objects = sys.argv[1:]
url = f"{objects}/pleiades/DS_1/pan.tif"
catalogue = pystac_client.Client.open(api)
search = lambda: catalogue.search(collections=["pleiades"], sortby="id")
item = next(search().items())
collection = pystac.Collection("c", "d", pystac.Extent(
    pystac.SpatialExtent([[-180, -90, 180, 90]]), pystac.TemporalExtent([[None, None]])))
collection.add_asset("pan", pystac.Asset(url))
many = [f"{url}?n={number}" for number in range(150)]
hrefs = lambda stac: [asset.href for asset in stac.assets.values()]
found = {
    "url": [tld.sign(url)],
    "urls, in batches": list(tld.sign_urls(many).values()),
    "asset": [tld.sign(item.assets["pan"]).href],
    "item": hrefs(tld.sign(item)),
    "item of a search": [href for one in tld.sign(search()) for href in hrefs(one)],
    "item collection": [href for one in tld.sign(search().item_collection()) for href in hrefs(one)],
    "item in place": hrefs(tld.sign_inplace(item.clone())),
    "collection": hrefs(tld.sign(collection)),
    "mapping": [asset["href"] for asset in tld.sign(item.to_dict())["assets"].values()],
    "mapping of items": [
        asset["href"]
        for one in tld.sign(search().item_collection().to_dict())["features"]
        for asset in one["assets"].values()
    ],
    "references": list(tld.sign({"version": 1, "templates": {"u": url}, "refs": {}})["templates"].values()),
}
elsewhere = "https://elsewhere.example/a.tif"
assert tld.sign(elsewhere) == elsewhere
print(json.dumps([len(many), found, tld.sign_url_put(f"{objects}/incoming/new.tif")]))
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"objects_url": OBJECTS, "device_interval_s": 1})


@pytest.fixture
def filled(live_service: LiveService) -> LiveService:
    for item_id in ITEMS:
        put_item(live_service.context, item_id)
    return live_service


def environment(service: LiveService, home: Path, person: SignedIn | None = None) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {
        "HOME": str(home),
        "TLD_CONFIG_DIR": str(home),
        "TLD_SIGNING_ENDPOINT": service.url,
        "TLD_RETRY_TOTAL": "1",
    }
    if person is not None:
        keys = service.context.identity.api_keys
        own["TLD_ACCESS_KEY"], own["TLD_SECRET_KEY"] = keys.create(person.principal.sub, "published client")
    return kept | own


def run(service: LiveService, home: Path, person: SignedIn, script: str, *arguments: str) -> str:
    result = subprocess.run(
        [*CLIENT, script, *arguments],
        env=environment(service, home, person),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def commands(*commands: list[str]) -> tuple[str, str]:
    return COMMANDS, json.dumps(commands)


def read(service: LiveService, href: str) -> bytes:
    """What our store sends to a client of `href`: fails for an address without a signature."""
    assert href.startswith(f"{OBJECTS}/"), href
    assert "X-Amz-Signature=" in urlsplit(href).query, href
    reached = href.replace(OBJECTS, f"{service.url}/objects")
    answer = httpx.get(reached, headers={"Host": HOST}, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_every_kind_of_thing_is_signed(filled: LiveService, tmp_path: Path) -> None:
    person = filled.sign_in("operator")
    output = run(filled, tmp_path / "home", person, SIGN, f"{filled.url}/stac/", OBJECTS)
    many, found, upload = json.loads(output)
    expected = {"urls, in batches": many, "item": 2, "item in place": 2, "mapping": 2}
    several = dict.fromkeys(("item of a search", "item collection", "mapping of items"), 2 * len(ITEMS))
    alone = dict.fromkeys(("url", "asset", "collection", "references"), 1)
    assert {name: len(hrefs) for name, hrefs in found.items()} == expected | several | alone
    for name, hrefs in found.items():
        for href in dict.fromkeys(hrefs[:4]):
            file = urlsplit(href).path.rpartition("/")[2]
            assert read(filled, href) == file.encode() * 50, name
    assert all("X-Amz-Signature=" in href for hrefs in found.values() for href in hrefs)
    reached = upload.replace(OBJECTS, f"{filled.url}/objects")
    assert httpx.put(reached, content=CONTENT, headers={"Host": HOST}).status_code == 200
    assert filled.context.objects.size("incoming/new.tif") == len(CONTENT)


def test_a_service_at_another_address_signs_nothing_for_it(filled: LiveService, tmp_path: Path) -> None:
    """What makes the other tests mean something: the client hands back what is not of its domain."""
    script = "import sys; from teledetection.sdk.signing import sign; print(sign(sys.argv[1]))"
    url = f"{filled.url}/objects/pleiades/DS_1/pan.tif"
    assert run(filled, tmp_path / "home", filled.sign_in(), script, url).strip() == url
    with pytest.raises(AssertionError):
        read(filled, f"{OBJECTS}/pleiades/DS_1/pan.tif")


def test_a_vrt_and_a_project_are_signed_and_signed_again(filled: LiveService, tmp_path: Path) -> None:
    person = filled.sign_in()
    old = filled.context.objects.presign(
        f"{OBJECTS}/pleiades/DS_2/pan.tif", "GET", filled.context.clock().replace(year=2020), 60
    )
    sources = [f"{OBJECTS}/pleiades/DS_1/pan.tif", old]
    vrt, project = tmp_path / "mosaic.vrt", tmp_path / "project.qgz"
    vrt.write_text(mosaic(sources[:1]), encoding="utf-8")
    with zipfile.ZipFile(project, "w") as archive:
        archive.writestr("project.qgs", layers(sources))
        archive.writestr("project_styles.db", b"untouched")
    script = "import sys; from teledetection.sdk.signing import sign; print(sign(sys.argv[1]))"
    signed = run(filled, tmp_path / "home", person, script, mosaic(sources[:1]))
    run(
        filled,
        tmp_path / "home",
        person,
        *commands(["sign", "file", str(vrt)], ["sign", "qgis", str(project)]),
    )
    # the client writes "&Amp;" into a text of a VRT, and "&" into a file
    for text in (signed.replace("&Amp;", "&amp;"), re.sub("&(?!amp;)", "&amp;", vrt.read_text("utf-8"))):
        (source,) = ET.fromstring(text).iter("SourceFilename")
        assert read(filled, str(source.text).removeprefix("/vsicurl/")) == b"pan.tif" * 50
    with zipfile.ZipFile(project) as archive:
        assert archive.read("project_styles.db") == b"untouched"
        document = ET.fromstring(archive.read("project.qgs"))
    found = [str(source.text).removeprefix("/vsicurl/") for source in document.iter("datasource")]
    assert [href.partition("?")[0] for href in found] == [source.partition("?")[0] for source in sources]
    assert found[1] != old
    for href in found:
        assert read(filled, href) == b"pan.tif" * 50


def mosaic(sources: list[str]) -> str:
    bands = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="0">/vsicurl/{source}</SourceFilename></SimpleSource>'
        for source in sources
    )
    band = f'<VRTRasterBand band="1">{bands}</VRTRasterBand>'
    return f'<VRTDataset rasterXSize="1" rasterYSize="1">{band}</VRTDataset>'


def layers(sources: list[str]) -> str:
    found = "".join(
        f"<maplayer><datasource>/vsicurl/{source.replace('&', '&amp;')}</datasource></maplayer>"
        for source in sources
    )
    return (
        f'<qgis projectname="Projet d\'été" version="3.22.16"><projectlayers>{found}</projectlayers></qgis>'
    )


@pytest.fixture
def browser() -> Iterator[Browser]:
    with httpx.Client(timeout=20) as client:
        yield Browser(client)


def test_keys_are_managed_after_a_device_login(filled: LiveService, browser: Browser, tmp_path: Path) -> None:
    person, home = filled.sign_in(), tmp_path / "home"
    keys = filled.context.identity.api_keys
    url = f"{OBJECTS}/pleiades/DS_1/pan.tif"
    script = commands(
        ["apikey", "create", "the first"],
        ["apikey", "list"],
        ["apikey", "register", "the stored one"],
        ["apikey", "list"],
        ["sign", "url", url],
        ["apikey", "revoke", "STORED"],
        ["apikey", "list"],
        ["apikey", "revoke-all"],
        ["apikey", "list"],
    )
    client = subprocess.Popen(
        [*CLIENT, *script],
        env=environment(filled, home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stderr is not None
        shown = (re.search(r"http\S+user_code=[A-Z0-9-]+", line) for line in client.stderr)
        browser.accept(next(found for found in shown if found)[0], person.principal.email)
        _, told = client.communicate(timeout=120)
    finally:
        client.kill()
        client.wait(10)
    assert client.returncode == 0, told
    answers = re.split(r"^DONE .*\n", told, flags=re.MULTILINE)
    stored = json.loads((home / ".apikey").read_text(encoding="utf-8"))["access-key"]
    first, second, third, fourth = (answers[number] for number in (1, 3, 6, 8))
    assert "the first" in first
    assert "the stored one" not in first
    assert re.search(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\t{stored}\tthe stored one", second)
    assert "the first" in third
    assert stored not in third
    assert "No API key found" in fourth
    assert keys.list(person.principal.sub) == []
    signed = re.search(rf"Signed url: ({re.escape(url)}\S+)", answers[4])
    assert signed is not None
    assert read(filled, signed[1]) == b"pan.tif" * 50
    journal: Any = filled.context.database.engine.connect
    with journal() as connection:
        rows = connection.exec_driver_sql("SELECT sub FROM signature_batches").fetchall()
    assert rows == [(person.principal.sub,)]
