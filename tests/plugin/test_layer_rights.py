"""Whose rights sign a layer: a colleague's, a key's at another signing service, or anyone's; on the real one.

The second signing service is ours too: nobody is connected to it, and it knows people by their keys only.
"""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsProjectBadLayerHandler,
    QgsRasterLayer,
    QgsSettings,
)

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.layer_source import LayerIdentity
from dinamis_plugin.domain.signing_store import SigningStore
from dinamis_plugin.qgisio import rasters

from .layer_support import add, is_placeholder, shows_pixels
from .live_people import image_hrefs, key_of, person, signed_for
from .waiting import Caught, run_for, wait_until


@pytest.fixture
def broken(project):
    """What QGIS would show in its dialog of broken layers."""
    shown = []

    class Recorder(QgsProjectBadLayerHandler):
        def handleBadLayers(self, layers):  # noqa: N802 - QGIS's name
            shown.extend(layers)

    handler = Recorder()
    project.setBadLayerHandler(handler)
    yield shown
    project.setBadLayerHandler(QgsProjectBadLayerHandler())


def identities(hrefs):
    return [LayerIdentity(href, f"I{n}", "c", "ms", f"Image {n}") for n, href in enumerate(hrefs)]


def add_from(controllers, hrefs):
    """Add layers by their addresses alone; gives what was added and what was told of the others."""
    added, failed = Caught(controllers.layers.layer_added), Caught(controllers.layers.failed)
    controllers.layers.add_identities(identities(hrefs))
    wait_until(lambda: len(added.values) + len(failed.values) >= len(hrefs), 60)
    return added.values, [notice for _, notice in failed.values]


def write(project, tmp_path):
    path = tmp_path / "p.qgs"
    assert project.write(str(path))
    project.clear()
    return str(path)


def by_href(controllers):
    return {rasters.identity_of(layer).href: layer for layer in controllers.layers.layers()}


# A colleague


def test_broken_layers_would_be_seen(broken, project, tmp_path):
    (tmp_path / "p.qgs").write_text("", "utf-8")
    layer = QgsRasterLayer(str(tmp_path / "none.tif"), "None", "gdal")
    project.addMapLayer(layer)
    path = write(project, tmp_path)
    project.read(path)
    assert len(broken) == 1


@pytest.mark.long
def test_a_project_is_signed_with_the_rights_of_who_opens_it(  # noqa: PLR0917 - fixtures
    controllers, live, sign_in_live, project, tmp_path, broken
):
    hrefs = image_hrefs(live, open_data=False)[:2]
    sign_in_live(controllers)
    add_from(controllers, hrefs)
    path = write(project, tmp_path)
    controllers.session.sign_out()

    sign_in_live(controllers, person(live, "PCP"))
    before = len(signed_for(live))
    failed, settled = Caught(controllers.layers.failed), Caught(controllers.layers.settled)
    assert project.read(path)
    settled.wait(seconds=30)
    notices = [notice for _, notice in failed.values]
    assert [notice.title for notice in notices] == ["Not allowed"]
    assert notices[0].hint
    assert notices[0].action.label == "Try again"
    assert all(is_placeholder(layer) and layer.isValid() for layer in controllers.layers.layers())
    assert {controllers.layers.why_waiting(layer) for layer in controllers.layers.layers()} == {
        "Not available"
    }
    assert signed_for(live)[before:] == []
    controllers.session.sign_out()

    project.clear()  # else its layers are signed too
    sign_in_live(controllers, live.accounts["nadia.benali"])
    assert project.read(path)
    wait_until(lambda: all(rasters.lives(layer) for layer in controllers.layers.layers()), 30)
    assert all(shows_pixels(layer) for layer in controllers.layers.layers())
    assert sorted(signed_for(live)[before:]) == sorted(("nadia.benali", href) for href in hrefs)
    assert broken == []


# Anyone


@pytest.mark.long
def test_open_data_needs_no_sign_in_and_the_rest_waits_for_it(  # noqa: PLR0917 - fixtures
    controllers, live, sign_in_live, project, tmp_path, broken
):
    free, closed = image_hrefs(live, open_data=True)[0], image_hrefs(live, open_data=False)[0]
    sign_in_live(controllers)
    add_from(controllers, [free, closed])
    path = write(project, tmp_path)
    controllers.session.sign_out()

    before = len(signed_for(live))
    failed, told = Caught(controllers.layers.failed), Caught(controllers.layers.notice)
    assert project.read(path)
    layers = by_href(controllers)
    wait_until(lambda: rasters.lives(layers[free]), 30)
    notice = told.wait()
    assert shows_pixels(layers[free])
    assert is_placeholder(layers[closed])
    assert controllers.layers.why_waiting(layers[closed]) == "Waits for your sign-in"
    assert notice.action.label == "Sign in"
    assert notice.text.startswith("1 ")
    assert signed_for(live)[before:] == [(None, free)]
    # It is asked for once.
    for _ in range(3):
        controllers.layers.tick()
        run_for(0.2)
    assert signed_for(live)[before:] == [(None, free)]
    assert len(told.values) == 1
    assert failed.values == []
    assert broken == []
    sign_in_live(controllers)
    wait_until(lambda: rasters.lives(layers[closed]), 30)


def test_a_project_opened_before_the_connection_has_its_open_images_then(
    controllers, live, sign_in_live, project, tmp_path
):
    [free] = image_hrefs(live, open_data=True)[:1]
    sign_in_live(controllers)
    add_from(controllers, [free])
    path = write(project, tmp_path)
    controllers.session.sign_out()
    controllers.session._service = None
    assert project.read(path)
    run_for(0.5)
    [layer] = controllers.layers.layers()
    assert is_placeholder(layer)
    controllers.session.connect_service()
    wait_until(lambda: rasters.lives(layer), 30)
    assert controllers.session.state is SessionState.SIGNED_OUT


# Another signing service


@pytest.fixture
def keep_key(master_password):
    """Keeps a key in QGIS's authentication database, as a person does; gives the id of the configuration."""
    kept = []

    def keep(access, secret):
        config = QgsAuthMethodConfig("Basic")
        config.setName(f"key {len(kept)}")
        config.setConfig("username", access)
        config.setConfig("password", secret)
        stored = master_password.storeAuthenticationConfig(config)
        assert stored[0] if isinstance(stored, tuple) else stored
        kept.append(config.id())
        return config.id()

    yield keep
    for one in kept:
        master_password.removeAuthenticationConfig(one)


def use_store(controllers, live, key="", signing=None):
    controllers.use_signing_store(SigningStore.typed(f"{live.url}/objects", signing or live.url, key))


def test_a_store_with_a_signing_service_of_its_own_signs_by_a_key(  # noqa: PLR0917 - fixtures
    controllers, live, keep_key, project, tmp_path, broken
):
    account = live.accounts["nadia.benali"]
    access, secret = key_of(live, account)
    use_store(controllers, live, keep_key(access, secret))
    hrefs = image_hrefs(live, open_data=False)[:2]
    before = len(signed_for(live))
    layers, notices = add_from(controllers, hrefs)
    assert notices == []
    assert all(shows_pixels(layer) for layer in layers)
    path = write(project, tmp_path)
    told = Caught(controllers.layers.failed, controllers.layers.notice)
    assert project.read(path)
    wait_until(lambda: all(rasters.lives(layer) for layer in controllers.layers.layers()), 30)
    assert len(controllers.layers.layers()) == 2
    assert told.values == broken == []
    assert signed_for(live)[before:] == [(account["username"], href) for href in hrefs] * 2
    assert controllers.session.service is None
    # The key is nowhere but in the authentication database.
    written = (tmp_path / "p.qgs").read_text("utf-8")
    store = QgsSettings()
    kept = [str(store.value(name)) for name in store.allKeys()]
    assert controllers.settings.signing_store.key_config in kept
    for text in (access, secret):
        assert text not in unquote(written)
        assert not any(text in value for value in kept)


def test_two_services_sign_one_project(signed_in, hrefs, scripted, live, keep_key, project, tmp_path):  # noqa: PLR0917
    """One is connected to, the other one knows a key; when one fails, the other one does its part."""
    access, secret = key_of(live, person(live, "SCI"))
    use_store(signed_in, live, keep_key(access, secret))
    add(signed_in, hrefs())
    [theirs] = image_hrefs(live, open_data=False)[:1]
    add_from(signed_in, [theirs])
    path = write(project, tmp_path)
    assert project.read(path)
    wait_until(lambda: all(rasters.lives(layer) for layer in signed_in.layers.layers()), 30)
    assert len(signed_in.layers.layers()) == 2
    asked = [request.json["urls"] for request in scripted.server.requests if request.path == "/sign_urls"]
    assert all(theirs not in urls for urls in asked)
    assert not any("secret-key" in request.headers for request in scripted.server.requests)
    project.clear()
    scripted.down.add("/sign_urls")
    failed = Caught(signed_in.layers.failed)
    assert project.read(path)
    wait_until(lambda: rasters.lives(by_href(signed_in)[theirs]), 30)
    failed.wait(seconds=30)
    assert [notice.title for _, notice in failed.values] == ["Service not reachable"]


def test_faults_of_a_signing_service_are_told_apart_each_with_a_way_out(controllers, live, keep_key, project):
    closed = image_hrefs(live, open_data=False)[:1]
    asked = Caught(controllers.layers.options_wanted)

    def told(hrefs, **store):
        use_store(controllers, live, **store)
        layers, notices = add_from(controllers, hrefs)
        assert layers == []
        return notices[0]

    notice = told(closed)
    assert (notice.title, notice.action.label) == ("Key needed", "Options")
    assert "only for those who have a key" in notice.text
    notice.action.run()
    assert len(asked.values) == 1
    access, secret = key_of(live, person(live, "SCI"))
    notice = told(closed, key=keep_key(access, f"{secret}x"))
    assert "does not accept your key" in notice.text
    notice = told(closed, key=keep_key(*key_of(live, person(live, "PCP"))))
    assert (notice.title, notice.action.label) == ("Not allowed", "Try again")
    assert "public entity" in notice.text or "mission" in notice.text
    good = keep_key(access, secret)
    notice = told([f"{live.url}/objects/none.tif"], key=good)
    assert notice.title == "Image gone"
    notice = told(closed, key=good, signing="http://127.0.0.1:1")
    assert notice.title == "Service not reachable"
    assert "127.0.0.1:1" in notice.detail
    assert notice.hint
    notice = told(closed, key="gone123")
    assert "is gone, or holds no key" in notice.text
    QgsApplication.authManager().clearMasterPassword()
    notice = told(closed, key=good)
    assert (notice.title, notice.action.label) == ("Key needed", "Unlock")
    QgsApplication.authManager().setMasterPassword("a-test-password", True)


def test_without_a_key_it_signs_what_is_open(controllers, live, project):
    use_store(controllers, live)
    layers, notices = add_from(controllers, image_hrefs(live, open_data=True)[:1])
    assert notices == []
    assert shows_pixels(layers[0])
