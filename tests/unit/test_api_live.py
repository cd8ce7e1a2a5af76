"""The clients against the real service: the whole of what a signed-in person does."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from operator import attrgetter
from uuid import uuid4

import pytest
import requests
from live_service import PYTHON, ROOT, LiveService, decide
from shapely.geometry import Point, box

from dinamis_plugin.api.download import download
from dinamis_plugin.api.http import HttpClient
from dinamis_plugin.api.service import Service
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.counts import FACETS
from dinamis_plugin.domain.device import PollOutcome, Tokens, next_interval
from dinamis_plugin.domain.download import Journal
from dinamis_plugin.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    NotSignedInError,
    SignInExpiredError,
)
from dinamis_plugin.domain.form import FieldKind, collect, settled
from dinamis_plugin.domain.order import (
    LEGAL_NEXT,
    STATE_OF_STAPI_CODE,
    OrderKind,
    OrderState,
)
from dinamis_plugin.domain.order_draft import OrderDraft, split_by_sensor
from dinamis_plugin.domain.project import Project, ProjectDraft, ProjectStatus
from dinamis_plugin.domain.search import MISSIONS, ProductType, SearchQuery

MONTPELLIER = Aoi("Montpellier", box(3.6, 43.4, 4.2, 43.8), 2100.0)
THIS_YEAR = datetime.now(timezone.utc).year


class Keeper:
    """The tokens of one person, in memory."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None
        self.service: Service | None = None

    def access_token(self) -> str | None:
        return self.tokens.access_token if self.tokens else None

    def renew_rejected(self) -> bool:
        if not self.tokens:
            return False
        try:
            self.tokens = self.service.auth.refresh(self.tokens.refresh_token)
        except SignInExpiredError:
            return False
        return True


def connect(live: LiveService, language: str = "fr") -> tuple[Service, Keeper]:
    keeper = Keeper()
    session = requests.Session()
    session.trust_env = False
    service = Service(lambda: session, live.url, language, keeper)
    keeper.service = service
    return service, keeper


def sign_in(live: LiveService, decision: str = "accept") -> tuple[Service, Keeper, list[PollOutcome]]:
    """Sign the scientist in; gives the outcomes of all questions asked."""
    service, keeper = connect(live)
    device = service.auth.start()
    outcomes = [service.auth.poll(device.device_code)[0]]
    decide(device.verification_uri_complete, live.scientist(), decision)
    pause = device.interval_s
    while outcomes[-1] in (PollOutcome.PENDING, PollOutcome.SLOW_DOWN) and len(outcomes) < 6:
        pause = next_interval(pause, outcomes[-1])
        time.sleep(pause)
        outcome, keeper.tokens = service.auth.poll(device.device_code)
        outcomes.append(outcome)
    return service, keeper, outcomes


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    if not PYTHON.exists():
        pytest.skip("no environment of the service in .venv/service")
    service = LiveService(tmp_path_factory.mktemp("live"))
    yield service
    service.stop()


@pytest.fixture(scope="module")
def member(live) -> Service:
    service, _, outcomes = sign_in(live)
    assert outcomes[0] is PollOutcome.PENDING
    assert outcomes[-1] is PollOutcome.GRANTED
    return service


@pytest.fixture
def nobody(live) -> Service:
    return connect(live)[0]


@pytest.fixture(scope="module")
def project(member) -> Project:
    draft = ProjectDraft(
        "Trait de côte",
        ("littoral",),
        date(THIS_YEAR + 1, 6, 30),
        "Suivi du trait de côte.",
        objectives="Mesurer le recul.",
        methodology="Comparaison de dates.",
        expected_results="Cartes.",
    )
    return member.projects.create(draft, str(uuid4()))


def first_page(service: Service, query: SearchQuery, size: int = 50):
    return next(service.catalogue.pages(query, size))


@pytest.fixture(scope="module")
def orderable(member):
    scenes = first_page(member, SearchQuery(product_type=ProductType.ORDERABLE), 200).scenes
    return split_by_sensor(scenes)


def test_the_service_says_where_its_parts_are(nobody, live):
    endpoints = nobody.endpoints
    assert endpoints.service == live.url
    assert endpoints.demo
    assert endpoints.client_id == "dinamis-qgis"


def test_the_account_has_a_name_and_an_entity(member, live):
    account = member.auth.account()
    assert account.full_name == live.scientist()["name"]
    assert str(account.entity)
    assert account.user_kind == "SCI"
    assert "user" in account.roles


def test_a_refused_sign_in_is_told(live):
    _, keeper, outcomes = sign_in(live, "refuse")
    assert outcomes[-1] is PollOutcome.DENIED
    assert keeper.tokens is None


def test_an_unknown_code_is_expired(nobody):
    assert nobody.auth.poll("invented")[0] is PollOutcome.EXPIRED


def test_anyone_searches_and_pages_are_exact(nobody):
    pages = nobody.catalogue.pages(SearchQuery(), page_size=60)
    three = [next(pages) for _ in range(3)]
    scenes = [scene for page in three for scene in page.scenes]
    assert [len(page.scenes) for page in three] == [60, 60, 60]
    assert {page.matched for page in three} == {three[0].matched}
    assert three[0].matched >= 2000
    assert sum(page.unreadable for page in three) == 0
    assert len({(scene.collection, scene.id) for scene in scenes}) == 180
    times = [scene.acquired for scene in scenes]
    assert times == sorted(times, reverse=True)
    assert all(scene.footprint.is_valid and scene.footprint.area > 0 for scene in scenes)
    assert {scene.mission for scene in scenes} <= {code for code, _ in MISSIONS}


def test_every_filter_holds_for_every_result(nobody):
    query = SearchQuery(
        aois=(MONTPELLIER,),
        start=date(2015, 1, 1),
        end=date(2025, 12, 31),
        missions=("PLEIADES", "SPOT 6/7"),
        max_cloud=40,
        max_incidence=35,
    )
    page = first_page(nobody, query, 100)
    assert page.scenes
    for scene in page.scenes:
        assert scene.footprint.intersects(MONTPELLIER.geometry)
        assert 2015 <= scene.acquired.year <= 2025
        assert scene.mission in query.missions
        assert scene.cloud <= 40
        assert scene.incidence <= 35
    wider = first_page(nobody, replace(query, max_cloud=None, max_incidence=None), 100)
    assert wider.matched >= page.matched


def test_a_first_page_brings_the_numbers_of_all(nobody):
    query = SearchQuery(start=date(2020, 1, 1), without_missions=("SPOT 5",))
    pages = nobody.catalogue.pages(query, 50, facets=FACETS)
    first, second = next(pages), next(pages)
    assert first.counted
    assert {sum(first.facets[facet].values()) for facet in FACETS} == {first.matched}
    assert "SPOT 5" not in first.facets["mission"]
    assert second.facets == {}
    assert second.matched == first.matched
    assert nobody.catalogue.count(query, ["mission"]) == (first.matched, {"mission": first.facets["mission"]})


def test_a_page_that_is_not_counted_says_so(nobody):
    page = next(nobody.catalogue.pages(SearchQuery(max_cloud=13), 50, counted=False))
    assert not page.counted
    assert len(page.scenes) == 50
    total, _ = nobody.catalogue.count(SearchQuery(max_cloud=13), [])
    assert total > 50


def test_words_are_read_by_the_service(nobody):
    page = first_page(nobody, SearchQuery(text="pléiades 2024"))
    assert page.scenes
    assert {(scene.mission, scene.acquired.year) for scene in page.scenes} == {("PLEIADES", 2024)}
    assert first_page(nobody, SearchQuery(text="blork")).matched == 0
    named = first_page(nobody, SearchQuery(text=page.scenes[0].id))
    assert [scene.id for scene in named.scenes] == [page.scenes[0].id]


def test_places_are_suggested_and_found_by_their_title(nobody):
    end, places = nobody.places.at_end_of("pléiades Montpell")
    assert end == "Montpell"
    assert "Montpellier" in [place.name for place in places]
    title = next(place.title for place in places if place.name == "Montpellier")
    reading = nobody.free_text.read(f"pléiades {title}")
    assert [chip.kind for chip in reading.chips] == ["place", "mission"]
    assert nobody.places.at_end_of("") == ("", ())


@pytest.mark.parametrize("kind", [ProductType.DOWNLOADABLE, ProductType.ORDERABLE])
def test_product_types_are_told_apart(nobody, kind):
    page = first_page(nobody, SearchQuery(product_type=kind))
    assert page.scenes
    assert {scene.product_type for scene in page.scenes} == {kind}


def test_words_find_missions_satellites_identifiers_and_days(nobody):
    scene = first_page(nobody, SearchQuery(missions=("SPOT 6/7",)), 1).scenes[0]
    everything = first_page(nobody, SearchQuery()).matched
    for text in ("spot", scene.platform.lower(), scene.acquired.strftime("%Y-%m-%d"), scene.id):
        page = first_page(nobody, SearchQuery(text=text), 1000)
        assert scene.id in [one.id for one in page.scenes]
        assert page.matched < everything
    neo = first_page(nobody, SearchQuery(text="pléiades neo"))
    assert {one.mission for one in neo.scenes} == {"PLEIADES NEO"}
    assert first_page(nobody, SearchQuery(text="xyzzy%_")).matched == 0


def test_a_complex_area_is_taken(nobody):
    ragged = Aoi("rond", Point(3.9, 43.6).buffer(0.4, 2000), 1.0)
    assert first_page(nobody, SearchQuery(aois=(ragged,))).matched >= 1


def test_one_scene_is_found_again(nobody):
    scene = first_page(nobody, SearchQuery(), 1).scenes[0]
    assert nobody.catalogue.scene(scene.collection, scene.id) == scene
    assert nobody.catalogue.scene(scene.collection, "invented") is None


@pytest.fixture(scope="module")
def image(member):
    page = first_page(member, SearchQuery(product_type=ProductType.DOWNLOADABLE))
    scene = next(one for one in page.scenes if one.preferred_asset() and not one.open_data)
    return scene.preferred_asset()


def test_an_image_says_all_that_a_placeholder_needs(image):
    assert image.epsg
    assert image.shape
    assert image.transform
    assert image.band_count
    assert image.data_type
    assert "X-Amz" not in image.href


def test_an_image_opens_with_its_signature_only(member, nobody, image):
    result = member.signing.sign([image.href], duration_s=600)
    signed = result.signed[image.href]
    left = signed.expires_at - datetime.now(timezone.utc)
    assert timedelta(seconds=580) < left <= timedelta(seconds=602)
    answer = requests.get(signed.href, headers={"Range": "bytes=0-3"}, timeout=20)
    assert (answer.status_code, answer.content[:2] in (b"II", b"MM")) == (206, True)
    assert requests.get(image.href, timeout=20).status_code == 403
    assert requests.get(signed.href[:-4] + "0000", timeout=20).status_code == 403
    with pytest.raises(NotSignedInError):
        nobody.signing.sign([image.href])


def test_addresses_that_are_not_ours_are_refused_and_the_others_signed(member, image):
    result = member.signing.sign([image.href, image.href + ".missing", "http://elsewhere.example/a.tif"])
    assert image.href in result.signed
    unsigned = {"http://elsewhere.example/a.tif", image.href + ".missing"}
    for url in unsigned & set(result.refused):
        assert result.refused[url].code
        assert result.refused[url].detail
    for url in unsigned & set(result.signed):
        assert result.signed[url].expires_at is None or url.startswith(member.endpoints.objects)


def test_an_image_is_downloaded_whole(member, image, tmp_path):
    steps = []
    link = member.link(image.href, lambda done, total: steps.append((done, total)))
    path = download(link, tmp_path / "image.tif")
    assert path.stat().st_size == image.size_bytes == steps[-1][0]
    assert [one.name for one in tmp_path.iterdir()] == ["image.tif"]


def test_a_download_goes_on_where_it_was_cut(member, image, tmp_path):
    whole = download(member.link(image.href), tmp_path / "whole.tif").read_bytes()
    href = member.signing.sign([image.href]).signed[image.href].href
    etag = (
        requests.head(href, timeout=20).headers.get("ETag")
        or requests.get(href, headers={"Range": "bytes=0-0"}, timeout=20).headers["ETag"]
    )
    half = len(whole) // 2
    (tmp_path / "rest.tif.part").write_bytes(whole[:half])
    note = Journal(image.href, etag, len(whole), None, ((0, half),))
    (tmp_path / "rest.tif.part.json").write_text(note.to_text(), "utf-8")
    steps = []
    link = member.link(image.href, lambda done, total: steps.append((done, total)))
    path = download(link, tmp_path / "rest.tif")
    assert path.read_bytes() == whole
    assert steps[0][0] > half
    assert steps[-1] == (len(whole), len(whole))


def test_thumbnails_are_open(nobody):
    page = first_page(nobody, SearchQuery(product_type=ProductType.DOWNLOADABLE))
    href = next(scene.thumbnail_href for scene in page.scenes if scene.thumbnail_href)
    assert nobody.http.get_bytes(href).startswith(b"\x89PNG")


def test_quotas_are_those_of_decision_5(member):
    quotas = {quota.sensor: quota for quota in member.quotas.quotas()}
    assert set(quotas) == {"PLEIADES", "SPOT", "PNEO"}
    assert quotas["PLEIADES"].quota_km2 == 1500
    assert quotas["PLEIADES"].minimum_km2 == 100
    assert (quotas["PLEIADES"].archive.eur, quotas["PLEIADES"].programming.eur) == (1.4, 1.8)
    assert (quotas["SPOT"].quota_km2, quotas["SPOT"].quota_credits) == (18000, 5)
    assert quotas["PNEO"].quota_km2 is None
    assert quotas["PLEIADES"].user_kind == "SCI"


def test_projects_are_made_and_listed(member, project):
    assert project.id.endswith("-SCI")
    assert project.status is ProjectStatus.OPEN
    assert project.id in [one.id for one in member.projects.all()]


def test_a_project_without_title_names_its_field(member):
    with pytest.raises(InvalidRequestError) as caught:
        member.projects.create(ProjectDraft("", (), None, ""), str(uuid4()))
    assert any("title" in field for field in caught.value.fields)
    assert caught.value.detail


def test_products_and_their_forms(member):
    products = {product.id: product for product in member.requests.products()}
    assert set(products) == {
        f"{sensor}-{kind}" for sensor in ("pleiades", "pneo", "spot") for kind in ("archive", "programming")
    }
    for product in products.values():
        fields = {field.name: field for field in member.requests.order_parameters(product.id)}
        assert fields["project_id"].kind is FieldKind.PROJECT
        assert fields["processing_level"].kind is FieldKind.CHOICE
        assert ("item_ids" in fields) == (product.kind is OrderKind.ARCHIVE)
        assert all(field.title for field in fields.values())
        chosen = {"radiometric_processing": "display", "pixel_coding": "12bits"}
        shown = settled(tuple(fields.values()), chosen)
        assert shown["pixel_coding"] == "8bits"
        assert "8" in fields["pixel_coding"].reason(shown)


def filled(service: Service, product_id: str, project: Project, **more) -> dict:
    """The form of a product with its defaults and the first choice where there is none."""
    fields = [field for field in service.requests.order_parameters(product_id) if field.name != "item_ids"]
    values = {}
    for field in fields:
        values[field.name] = field.default
        if field.required and field.default is None:
            values[field.name] = field.choices[0].value if field.choices else "Suivi"
    values.update(project_id=project.id, **more)
    return collect(fields, values)


@pytest.fixture(scope="module")
def draft(member, project, orderable) -> OrderDraft:
    (scene,) = orderable["PLEIADES"][:1]
    return OrderDraft.for_scenes([scene], parameters=filled(member, "pleiades-archive", project))


def test_an_estimate_measures_the_area(member, draft):
    estimate = member.requests.estimate(draft)
    assert estimate.sensor == "PLEIADES"
    assert estimate.area_km2 > 0
    assert estimate.quota_km2 == 1500
    assert estimate.share == pytest.approx(estimate.area_km2 / 1500, rel=1e-3)


def test_an_order_submitted_twice_is_one_order(member, draft):
    before = len(member.follow_up.orders().orders)
    first = member.requests.submit(draft)
    again = member.requests.submit(draft)
    assert first.id == again.id
    assert first.state is OrderState.SUBMITTED
    assert first.kind is OrderKind.ARCHIVE
    assert first.item_ids == draft.item_ids
    orders = member.follow_up.orders().orders
    assert len(orders) == before + 1
    assert first.id == orders[0].id
    with pytest.raises(ConflictError):
        member.requests.submit(replace(draft, parameters={**draft.parameters, "comment": "autre"}))


def test_an_order_is_given_up_and_not_twice(member, draft):
    order = member.requests.submit(draft.as_new())
    assert order.can_be_cancelled
    given_up = member.follow_up.cancel(order)
    assert given_up.state is OrderState.CANCELLED
    assert not given_up.can_be_cancelled
    assert member.follow_up.cancel(order) == given_up
    with pytest.raises(ConflictError):
        member.follow_up.accept(order)
    with pytest.raises(NotFoundError):
        member.follow_up.cancel(replace(order, id="2020-001-SCI-2020-A-001-SPOT"))


def test_a_programming_request(member, project):
    today = datetime.now(timezone.utc).date()
    draft = OrderDraft(
        "pleiades-programming",
        MONTPELLIER.geometry,
        start=today + timedelta(days=10),
        end=today + timedelta(days=60),
        max_cloud=10,
        max_incidence=30,
        parameters=filled(member, "pleiades-programming", project),
    )
    estimate = member.requests.estimate(draft)
    assert estimate.area_km2 == pytest.approx(2152, rel=0.02)
    assert estimate.excess_km2 == pytest.approx(estimate.area_km2 - 1500, abs=0.1)
    order = member.requests.submit(draft)
    assert order.kind is OrderKind.PROGRAMMING
    assert order.project_id == project.id
    assert "-P-" in order.id
    late = draft.as_new().changed(start=today - timedelta(days=30), end=today - timedelta(days=2))
    with pytest.raises(InvalidRequestError) as caught:
        member.requests.submit(late)
    assert caught.value.detail


@pytest.mark.parametrize("call", ["quotas.quotas", "projects.all", "follow_up.orders"])
def test_nobody_sees_what_belongs_to_a_person(nobody, call):
    with pytest.raises(NotSignedInError) as caught:
        attrgetter(call)(nobody)()
    assert caught.value.detail


def test_sentences_come_in_the_language_asked_for(live):
    french, english = connect(live, "fr")[0], connect(live, "en")[0]
    sentences = []
    for service in (french, english):
        with pytest.raises(NotSignedInError) as caught:
            service.quotas.quotas()
        sentences.append(caught.value.detail)
    assert sentences[0] != sentences[1]


def test_a_session_is_renewed_and_revoked(live):
    service, keeper, _ = sign_in(live)
    first = keeper.tokens
    keeper.tokens = service.auth.refresh(first.refresh_token)
    assert keeper.tokens.refresh_token != first.refresh_token
    assert service.auth.account().sub
    # An access token that is refused is renewed on the way.
    keeper.tokens = replace(keeper.tokens, access_token="broken")
    assert service.quotas.quotas()
    last = keeper.tokens
    service.auth.revoke(last.refresh_token)
    with pytest.raises(SignInExpiredError):
        service.auth.refresh(last.refresh_token)
    with pytest.raises(NotSignedInError):
        service.auth.account()


def test_a_lost_answer_to_a_renewal_signs_nobody_out(live):
    service, keeper, _ = sign_in(live)
    lost = service.auth.refresh(keeper.tokens.refresh_token)
    keeper.tokens = service.auth.refresh(keeper.tokens.refresh_token)
    assert keeper.tokens.refresh_token != lost.refresh_token
    assert service.auth.account().sub


def test_a_stolen_refresh_token_ends_the_session(live):
    service, keeper, _ = sign_in(live)
    old = keeper.tokens
    keeper.tokens = service.auth.refresh(old.refresh_token)
    keeper.tokens = service.auth.refresh(keeper.tokens.refresh_token)
    assert service.auth.account().sub
    with pytest.raises(SignInExpiredError):
        service.auth.refresh(old.refresh_token)
    with pytest.raises((NotSignedInError, ForbiddenError)):
        service.auth.account()


def test_the_states_of_both_programs_are_the_same(live):
    """The two share no code: their tables are compared here."""
    script = """
import json
from dinamis_service.requests import states
codes = {code: state.value for state, code in states._STAPI_CODES.items()}
print(json.dumps({
    "moves": [[a.value, b.value] for a, b in states.TRANSITIONS],
    "states": [state.value for state in states.State], "codes": codes}))
"""
    done = subprocess.run([str(PYTHON), "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    theirs = json.loads(done.stdout)
    moves = {(a.value, b.value) for a, following in LEGAL_NEXT.items() for b in following}
    assert {tuple(move) for move in theirs["moves"]} == moves
    assert theirs["states"] == [state.value for state in OrderState]
    for code, state in theirs["codes"].items():
        ours = STATE_OF_STAPI_CODE[code].value
        assert ours == state or (code, state) == ("held", "quotation")


def test_a_plain_client_needs_no_session(live):
    http = HttpClient(requests.Session())
    assert http.get_json(f"{live.url}/healthz") == {"status": "ok"}
