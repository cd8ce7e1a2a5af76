"""Places and readings over HTTP (CAT-06)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from fastapi.testclient import TestClient
from gazetteers import gazetteer_file
from hypothesis import strategies as st
from running import TEST_CLIENT_URL

from dinamis_service.app import create_app, create_context
from dinamis_service.catalogue.areas import read_area
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_zones import zone_of
from dinamis_service.context import Context
from dinamis_service.settings import Settings


@pytest.fixture
def settings(tmp_path, request) -> Settings:
    path = tmp_path / "none.sqlite" if "without_gazetteer" in request.fixturenames else gazetteer_file()
    return Settings(data_dir=tmp_path / "data", gazetteer_path=path)


@pytest.fixture
def without_gazetteer() -> None:
    """The service of this test has no gazetteer."""


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        yield client


def suggested(client: TestClient, q: str, **more: object) -> list[str]:
    answer = client.get("/places", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [place["id"] for place in answer.json()["places"]]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("montp", "commune/34172"),
        ("MONTPELL", "commune/34172"),
        ("monpellier", "commune/34172"),
        ("strasbuorg", "commune/67482"),
        ("saint etiene", "commune/42218"),
        ("st-den", "commune/97411"),
        ("hérau", "departement/34"),
        ("herault", "departement/34"),
        ("guya", "region/03"),
        ("réunion", "region/04"),
        ("lond", "city/2643743"),
        ("sénég", "country/SN"),
        ("paris 13", "arrondissement/75113"),
        ("34090", "commune/34172"),
    ],
)
def test_suggestions(client: TestClient, written: str, wanted: str):
    assert wanted in suggested(client, written)


def test_homonyms_are_told_apart(client: TestClient):
    answer = client.get("/places", params={"q": "saint-denis"}).json()
    titles = [place["title"] for place in answer["places"]]
    assert titles[:2] == [
        "Saint-Denis (commune, La Réunion, France)",
        "Saint-Denis (commune, Seine-Saint-Denis, Île-de-France)",
    ]
    assert "IGN" in answer["attribution"]
    english = client.get("/places", params={"q": "senegal"}, headers={"Accept-Language": "en"}).json()
    assert english["places"][0]["title"] == "Senegal (country)"


def test_limit(client: TestClient):
    assert len(suggested(client, "saint", limit=3)) == 3


def test_the_outline_of_a_place_is_that_of_the_search_by_its_name(client: TestClient):
    place = client.get("/places/region/03").json()
    assert place["title"] == "Guyane (région, France)"
    assert "IGN" in place["attribution"]
    search = client.get("/freetext", params={"q": "Guyane"}).json()["search"]
    assert place["geometry"] == search["intersects"]


@pytest.mark.parametrize("path", ["region/zz", "nowhere/03", "region/%27"])
def test_a_place_that_is_not_there(client: TestClient, path: str):
    answer = client.get(f"/places/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_a_town_abroad_is_a_point(client: TestClient):
    assert client.get("/places/city/2643743").json()["geometry"]["type"] == "Point"


def test_a_text_is_read(client: TestClient):
    answer = client.get("/freetext", params={"q": "littoral Guyane pléiades < 10 % forêt Zblurp 2023"}).json()
    chips = {(chip["kind"], chip["value"]): chip for chip in answer["chips"]}
    assert set(chips) == {
        ("place", "region/03"),
        ("period", "2023-01-01/2023-12-31"),
        ("mission", "PLEIADES"),
        ("cloud", "10"),
        ("theme", "littoral"),
        ("theme", "foret"),
    }
    assert chips["mission", "PLEIADES"]["title"] == "Pléiades"
    assert chips["cloud", "10"]["title"] == "Nuages < 10\N{NARROW NO-BREAK SPACE}%"
    assert not chips["theme", "foret"]["applied"]
    assert "Forêt" in answer["notes"][0]
    assert [one["word"] for one in answer["unknown"]] == ["zblurp"]
    assert answer["search"]["intersects"]["type"] in ("Polygon", "MultiPolygon")


def test_choices_are_offered(client: TestClient):
    (place,) = client.get("/freetext", params={"q": "Valence"}).json()["places"]
    assert place["id"] == "commune/26362"
    assert any("Espagne" in choice["title"] for choice in place["choices"])


@pytest.mark.parametrize(
    "q",
    ["Montpellier spot 2023", "littoral", "Paris 2019, 2021 sauf spot 5", "France open data incidence < 20°"],
)
def test_the_search_can_be_sent_as_it_is(client: TestClient, q: str):
    search = client.get("/freetext", params={"q": q}).json()["search"]
    answer = client.post("/stac/search", json=search)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", ["/places", "/freetext"])
@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "x" * 301}])
def test_bad_input_is_told(client: TestClient, path: str, params: dict[str, str]):
    answer = client.get(path, params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "q"


@pytest.mark.parametrize(
    "q", ["\x00", "%", "'; DROP TABLE place; --", "\ud83d\ude00", "((((((", "_" * 300, "é" * 300]
)
def test_strange_input_is_answered(client: TestClient, q: str):
    for path in ("/places", "/freetext"):
        assert (
            client.get(path, params={"q": q.encode("utf-16", "surrogatepass").decode("utf-16")}).status_code
            == 200
        )


def test_they_are_in_the_openapi_document(client: TestClient):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/places", "/freetext"} <= set(paths)


@pytest.mark.usefixtures("without_gazetteer")
def test_a_service_without_a_gazetteer_says_so(client: TestClient):
    assert client.get("/places", params={"q": "Paris"}).json()["places"] == []
    answer = client.get("/freetext", params={"q": "Paris spot 6 2020"}).json()
    assert [chip["kind"] for chip in answer["chips"]] == ["period", "platform"]
    assert "noms de lieux" in answer["notes"][0]
    assert "dinamis-service" not in answer["notes"][0]


@pytest.mark.parametrize(
    ("q", "fr", "en"),
    [
        ("2023", "2023", "2023"),
        ("juillet 2023", "juillet 2023", "July 2023"),
        ("décembre 2023", "décembre 2023", "December 2023"),
        ("14 juillet 2023", "14/07/2023", "14 July 2023"),
        ("du 3 au 5 mars 2021", "03/03/2021 – 05/03/2021", "3 March 2021 – 5 March 2021"),  # noqa: RUF001
        ("depuis le 2 mai 2020", "depuis le 02/05/2020", "since 2 May 2020"),
        (
            "nuages <= 2,5 %",
            "Nuages ≤ 2,5\N{NARROW NO-BREAK SPACE}%",
            "Clouds ≤ 2.5\N{NARROW NO-BREAK SPACE}%",
        ),
    ],
)
def test_chips_speak_as_people_write(client: TestClient, q: str, fr: str, en: str):
    for language, wanted in (("fr", fr), ("en", en)):
        answer = client.get("/freetext", params={"q": q}, headers={"Accept-Language": language}).json()
        assert [chip["title"] for chip in answer["chips"]] == [wanted]


@pytest.mark.parametrize(
    ("q", "without", "left"),
    [
        (
            "images Pléiades de la Guyane, nuages < 10 %, juillet 2023",
            "cloud/10",
            "images Pléiades de la Guyane, juillet 2023",
        ),
        ("littoral Guyane pléiades < 10 % Zblurp", "mission/PLEIADES", "littoral Guyane < 10 % Zblurp"),
        ("littoral Guyane pléiades", "theme/littoral", "Guyane pléiades"),
        ("Paris 2019, 2021 sauf spot 5", "mission/SPOT 5", "Paris 2019, 2021"),
        ("Paris 2019, 2021 sauf spot 5", "period/2019-01-01/2019-12-31", "Paris, 2021 sauf spot 5"),
        ("spot 2023", "mission/SPOT 5", "2023 SPOT 1 SPOT 2 SPOT 3 SPOT 4 SPOT 6/7"),
        ("Valence Espagne", "place/city/2509954", ""),
        ("Montpellier", "mission/PWH", "Montpellier"),
    ],
)
def test_one_chip_is_taken_out_of_a_text(client: TestClient, q: str, without: str, left: str):
    answer = client.get("/freetext", params={"q": q, "without": without})
    assert answer.status_code == 200, answer.text
    assert answer.json()["q"] == left


QUERIES = json.loads((Path(__file__).parent / "freetext_queries.json").read_text(encoding="utf-8"))


@hypothesis.settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(query=st.sampled_from(QUERIES), pick=st.integers(0, 20))
def test_whatever_chip_goes_the_others_stay(client: TestClient, query: dict[str, Any], pick: int):
    def chips(**params: str) -> set[tuple[str, str, bool]]:
        answer = client.get("/freetext", params=params).json()
        return {(chip["kind"], chip["value"], chip["excluded"]) for chip in answer["chips"]}

    before = chips(q=query["q"])
    if not before:
        return
    gone = sorted(before)[pick % len(before)]
    after = chips(q=query["q"], without="/".join(gone[:2]))
    assert gone not in after
    assert len(before - {gone} - after) == 0 or gone[0] == "place", (query["q"], gone, after)


@pytest.mark.parametrize("written", ["France", "métropole", "outre-mer", "Bretagne", "la Réunion"])
def test_numbers_of_the_widest_places_are_kept(client: TestClient, context: Context, written: str):
    """The outline that a person gets for a name is, once it is sent back, the area the catalogue expects."""
    catalogue = context.catalogue
    assert isinstance(catalogue, SqliteCatalogue)
    catalogue.settle()
    outline = client.get("/freetext", params={"q": written}).json()["search"]["intersects"]
    with catalogue._reading() as connection:
        assert zone_of(connection, Area(read_area(outline))) is not None
        assert zone_of(connection, Area(read_area(outline).buffer(0.1))) is None


@pytest.mark.parametrize("body", [b"not a database" * 100, b""])
def test_a_gazetteer_that_cannot_be_read_does_not_keep_the_service_from_starting(tmp_path: Path, body: bytes):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(body)
    settings = Settings(data_dir=tmp_path / "data", gazetteer_path=broken)
    with TestClient(create_app(create_context(settings)), base_url=TEST_CLIENT_URL) as client:
        assert client.get("/stac/search").status_code == 200
