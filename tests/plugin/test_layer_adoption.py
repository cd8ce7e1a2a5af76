"""Layers that a person added by hand become ours; layers of several images are signed as one."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

import pytest
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer

from dinamis_plugin.domain.layer_document import signed_source
from dinamis_plugin.domain.layer_source import LayerIdentity
from dinamis_plugin.domain.signed_url import strip_signature
from dinamis_plugin.domain.signing_store import SigningStore
from dinamis_plugin.qgisio import images, rasters

from .images import addresses_of, compose_mosaic, make_cog
from .layer_support import add, is_placeholder, shows_pixels
from .local_http import LocalServer
from .scripted_service import ScriptedService
from .waiting import Caught, run_for, wait_until


def by_hand(project, source, name="By hand"):
    layer = QgsRasterLayer(source, name, "gdal")
    assert layer.isValid()
    return project.addMapLayer(layer)


def saved(project, tmp_path):
    path = tmp_path / "p.qgs"
    assert project.write(str(path))
    return str(path), path.read_text("utf-8")


@pytest.mark.parametrize("form", ["/vsicurl/{0}", "/vsicurl?empty_dir=yes&list_dir=no&url={1}"])
def test_a_layer_added_by_hand_is_signed_by_the_service_and_saved_unsigned(  # noqa: PLR0917 - fixtures
    signed_in, hrefs, scripted, project, tmp_path, form
):
    [href] = hrefs()
    scripted.lifetime_s = 3600
    own = scripted.signed(href, datetime.now(timezone.utc))
    scripted.lifetime_s = 28800
    layer = by_hand(project, form.format(own, quote(own, safe="")))
    layer.renderer().setOpacity(0.3)
    identity = rasters.identity_of(layer)
    assert (identity.href, identity.title, identity.shape) == (href, "By hand", (1024, 1024))
    extent = layer.extent()
    wait_until(lambda: rasters.lives(layer), 20)
    assert [strip_signature(url) for url in addresses_of(layer)[:1]] == [href]
    assert addresses_of(layer)[0] != own
    assert (layer.extent(), layer.renderer().opacity(), layer.bandCount()) == (extent, 0.3, 4)
    path, text = saved(project, tmp_path)
    assert f"/vsicurl/{href}#dinamis:v1;" in text
    project.clear()
    assert project.read(path)
    [again] = project.mapLayers().values()
    wait_until(lambda: rasters.lives(again), 20)
    assert shows_pixels(again)


def test_signed_out_a_layer_added_by_hand_lives_by_its_own_signature(
    controllers, hrefs, scripted, project, tmp_path
):
    [href] = hrefs()
    controllers.layers._paths.remember_root(f"{scripted.url}/objects")
    own = scripted.signed(href, datetime.now(timezone.utc))
    layer = by_hand(project, f"/vsicurl/{own}")
    wait_until(lambda: rasters.lives(layer), 20)
    assert set(addresses_of(layer)) == {own}
    assert "X-Amz" not in saved(project, tmp_path)[1]
    controllers.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=9)
    controllers.layers.tick()
    wait_until(lambda: is_placeholder(layer))


def test_what_the_service_does_not_sign_keeps_its_own_signature(signed_in, hrefs, scripted, project):
    [href] = hrefs()
    scripted.refusals[href] = {"code": "forbidden", "detail": "Not yours."}
    own = scripted.signed(href, datetime.now(timezone.utc))
    layer = by_hand(project, f"/vsicurl/{own}")
    wait_until(lambda: rasters.lives(layer), 20)
    assert set(addresses_of(layer)) == {own}


def saved_before_the_plugin(controllers, layer, tmp_path):
    """Save a layer with its signatures, as QGIS does without the plugin; gives the project's path."""
    of_before, path = QgsProject(), tmp_path / "p.qgs"
    of_before.addMapLayer(layer)
    controllers.layers._paths.remove()
    assert of_before.write(str(path))
    of_before.clear()
    controllers.layers._paths.install()
    assert "X-Amz-Signature" in unquote(path.read_text("utf-8"))
    return path


def test_a_project_of_before_with_signatures_that_ended_comes_back(
    signed_in, hrefs, scripted, project, tmp_path
):
    """As the command line of the service's own client writes them: today it goes blank after eight hours."""
    [href] = hrefs()
    scripted.lifetime_s = 3
    layer = QgsRasterLayer(signed_source(scripted.signed(href, datetime.now(timezone.utc))), "Old", "gdal")
    scripted.lifetime_s = 28800
    layer.renderer().setRedBand(4)
    path = saved_before_the_plugin(signed_in, layer, tmp_path)
    time.sleep(4)
    asked = len(scripted.object_requests)
    assert project.read(str(path))
    assert len(scripted.object_requests) == asked
    [again] = project.mapLayers().values()
    assert is_placeholder(again)
    wait_until(lambda: rasters.lives(again), 20)
    assert (again.name(), again.renderer().redBand(), again.extent().width()) == ("Old", 4, 2048)
    assert shows_pixels(again)


def test_images_of_others_are_left_alone(signed_in, cog, project):
    with LocalServer() as server:
        others = ScriptedService(server)
        others.files["/objects/a.tif"] = cog[0].read_bytes()
        source = f"/vsicurl/{others.signed(f'{others.url}/objects/a.tif', datetime.now(timezone.utc))}"
        layer = by_hand(project, source)
        run_for(0.5)
        assert rasters.identity_of(layer) is None
        assert layer.source() == source
        project.clear()


def test_the_hosts_of_images_are_settings_with_presets(controllers):
    paths, settings = controllers.layers._paths, controllers.settings
    assert paths.owns("https://s3-data.meso.umontpellier.fr/bucket/a.tif")
    assert not paths.owns("https://s3-data.meso.umontpellier.fr.evil.example/a.tif")
    controllers.use_object_hosts(["images.example.org/public/", "not an address", "ftp://x.example"])
    assert settings.object_hosts == ["https://images.example.org/public"]
    assert paths.owns("https://images.example.org/public/a.tif")
    again = type(controllers)(open_url=lambda _url: True)
    owns = again.layers._paths.owns
    assert owns("https://images.example.org/public/a.tif")
    assert not owns("https://images.example.org/private/a.tif")
    assert owns("https://s3-data.meso.umontpellier.fr/bucket/a.tif")
    again.use_signing_store(SigningStore.typed("store.example.org/b/", "sign.example.org", "abc1234"))
    assert not owns("https://s3-data.meso.umontpellier.fr/bucket/a.tif")
    assert owns("https://store.example.org/b/a.tif")
    assert settings.signing_store == SigningStore(
        "https://store.example.org/b", "https://sign.example.org", "abc1234"
    )
    again.shutdown()


def test_a_mosaic_by_hand_is_one_layer_of_several_images(signed_in, hrefs, scripted, project, tmp_path):
    urls = [scripted.signed(href, datetime.now(timezone.utc)) for href in hrefs(2)]
    text = compose_mosaic({url: signed_source(url) for url in urls})
    layer = by_hand(project, text)
    assert rasters.identity_of(layer).parts == tuple(hrefs(2))
    wait_until(lambda: rasters.lives(layer), 20)
    assert {strip_signature(url) for url in addresses_of(layer)} == set(hrefs(2))
    assert "X-Amz" not in saved(project, tmp_path)[1]


@pytest.fixture
def two_halves(scripted, tmp_path):
    """Two images side by side."""
    found = []
    for number in range(2):
        path = tmp_path / f"{number}.tif"
        make_cog(path, size=256, seed=number, west=770000 + 512 * number)
        scripted.files[f"/objects/half{number}.tif"] = path.read_bytes()
        found.append(f"{scripted.url}/objects/half{number}.tif")
    return tuple(found)


@pytest.mark.parametrize("lifetime_s", [2, 28800])
def test_a_mosaic_by_hand_in_a_project_of_before_is_not_opened_before_it_is_signed(  # noqa: PLR0917
    signed_in, two_halves, scripted, project, tmp_path, lifetime_s
):
    scripted.lifetime_s = lifetime_s
    urls = [scripted.signed(href, datetime.now(timezone.utc)) for href in two_halves]
    scripted.lifetime_s = 28800
    layer = QgsRasterLayer(compose_mosaic({url: signed_source(url) for url in urls}), "Old", "gdal")
    layer.renderer().setRedBand(4)
    looks = (layer.extent(), layer.crs().authid(), layer.width(), layer.height(), layer.bandCount())
    path = saved_before_the_plugin(signed_in, layer, tmp_path)
    images.forget_addresses()
    time.sleep(min(lifetime_s, 3))
    asked, signings = len(scripted.object_requests), scripted.signings
    assert project.read(str(path))
    assert len(scripted.object_requests) == asked
    [again] = project.mapLayers().values()
    assert is_placeholder(again)
    assert (
        again.extent(),
        again.crs().authid(),
        again.width(),
        again.height(),
        again.bandCount(),
    ) == looks
    assert again.renderer().redBand() == 4
    assert rasters.identity_of(again).parts == two_halves
    wait_until(lambda: rasters.lives(again), 20)
    assert scripted.signings == signings + 1
    assert not set(addresses_of(again)) & set(urls)
    assert shows_pixels(again)
    assert "X-Amz" not in saved(project, tmp_path)[1]


def test_a_mosaic_that_reads_images_of_others_too_is_left_to_qgis(signed_in, two_halves, scripted):
    now = datetime.now(timezone.utc)
    urls = [scripted.signed(two_halves[0], now), scripted.signed("https://elsewhere.example/b.tif", now)]
    text = compose_mosaic({url: signed_source(scripted.signed(two_halves[0], now)) for url in urls[:1]})
    for other in ("https://elsewhere.example/b.tif", "/data/b.tif", "nonsense"):
        mixed = text.replace(
            "</VRTRasterBand>", f"<X><SourceFilename>{other}</SourceFilename></X></VRTRasterBand>"
        )
        assert signed_in.layers._paths.to_opened(mixed) == mixed
    assert signed_in.layers._paths.to_opened(text) != text


def add_mosaic(controllers, parts):
    added, failed = Caught(controllers.layers.layer_added), Caught(controllers.layers.failed)
    identity = LayerIdentity(parts[0], "PASS", "pleiades", "ms", "Two halves", parts=parts)
    controllers.layers.add_identities([identity], compose=compose_mosaic)
    wait_until(lambda: added.values or failed.values, 20)
    return added.values, failed.values


def test_a_layer_of_several_images_is_signed_saved_opened_and_renewed_as_one(
    signed_in, two_halves, scripted, project, tmp_path
):
    [layer], _ = add_mosaic(signed_in, two_halves)
    assert (layer.width(), layer.height(), layer.bandCount()) == (512, 256, 4)
    assert shows_pixels(layer)
    path, text = saved(project, tmp_path)
    assert "X-Amz" not in text
    project.clear()
    asked = scripted.signings
    assert project.read(path)
    [again] = project.mapLayers().values()
    assert is_placeholder(again)
    assert (again.width(), again.bandCount()) == (512, 4)
    wait_until(lambda: rasters.lives(again), 20)
    assert scripted.signings == asked + 1
    assert shows_pixels(again)
    old = addresses_of(again)
    time.sleep(1.1)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    signed_in.layers.tick()
    wait_until(lambda: not set(addresses_of(again)) & set(old))
    images.forget_addresses()
    assert shows_pixels(again)


@pytest.mark.parametrize("fault", ["refused", "gone"])
def test_one_image_that_fails_is_told_for_the_layer(signed_in, two_halves, scripted, fault):
    if fault == "refused":
        scripted.refusals[two_halves[1]] = {"code": "forbidden", "detail": "Pas celle-ci."}
    else:
        del scripted.files["/objects/half1.tif"]
    added, failed = add_mosaic(signed_in, two_halves)
    assert added == []
    [(_scene, notice)] = failed
    assert "Two halves" in notice.text
    assert notice.title == {"refused": "Not allowed", "gone": "Image gone"}[fault]
    assert gdal.ReadDir("/vsimem/dinamis-live") in (None, [])


def test_signing_many_layers_of_many_images_takes_few_requests(signed_in, hrefs, scripted, project):
    urls = hrefs(70)
    added = Caught(signed_in.layers.layer_added)
    identities = [
        LayerIdentity(urls[n], "P", "c", "ms", f"Mosaic {n}", parts=tuple(urls[n : n + 7]))
        for n in range(0, 70, 7)
    ]
    before = scripted.signings
    signed_in.layers.add_identities(identities, compose=compose_mosaic)
    added.wait(10, 60)
    assert scripted.signings - before == 2
    assert add(signed_in, urls[:1])
