"""The portal page, its files, and the colours people have to read."""

from __future__ import annotations

import re

import pytest
from catalogue_model import make_item
from fastapi.testclient import TestClient

from dinamis_service.context import Context
from dinamis_service.settings import Settings
from dinamis_service.web.pages import STATIC


@pytest.fixture
def settings(tmp_path, request) -> Settings:
    return Settings(data_dir=tmp_path / "data", **getattr(request, "param", {}))


def test_the_portal_says_where_to_connect_and_its_links_answer(client: TestClient) -> None:
    page = client.get("/").text
    assert '<html lang="fr">' in page
    assert "<code>http://testserver</code>" in page
    assert "Démonstration" not in page
    links = set(re.findall(r'(?:href|src)="(/[^"]*)"', page))
    assert {"/stac/", "/docs", "/stapi/"} <= links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_the_portal_counts_the_products_of_each_mission(client: TestClient, context: Context) -> None:
    context.catalogue.upsert(
        make_item(number, properties={"dinamis:mission": "SPOT 5" if number % 4 else "PWH"})
        for number in range(1400)
    )
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td>', client.get("/").text)
    assert rows == [("SPOT 5", "1\u202f050"), ("Pléiades World Heritage", "350")]
    rows = re.findall(r"<td>([^<]*)</td>", client.get("/?lang=en").text)
    assert rows == ["1,050", "350"]


@pytest.mark.parametrize("settings", [{"demo": True, "title": "DINAMIS <essai>"}], indirect=True)
def test_a_demonstration_says_that_it_is_one(client: TestClient) -> None:
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Demonstration" in page
    assert "DINAMIS &lt;essai&gt;" in page
    assert "<essai>" not in page


@pytest.mark.parametrize("name", ["..%2fpages.py", "%2e%2e/pages.py", "dinamis.css/x", "nothing.css", ""])
def test_only_the_files_of_the_folder_are_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_files_have_their_type(client: TestClient) -> None:
    assert client.get("/static/dinamis.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/logo.svg").headers["content-type"].startswith("image/svg+xml")


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "ground"),
        ("quiet", "ground"),
        ("quiet", "#ffffff"),
        ("teal", "#ffffff"),
        ("teal", "ground"),
        ("teal", "#e3f2f1"),
        ("teal-dark", "#ffffff"),
        ("blue", "#ffffff"),
        ("blue", "ground"),
        ("#4a3000", "#ffe3ad"),
        ("#7d1414", "#fdecec"),
        ("problem", "#ffffff"),
    ],
)
def test_colours_reach_the_contrast_of_wcag_aa(text: str, ground: str) -> None:
    css = (STATIC / "dinamis.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))
    pair = [named.get(colour, colour) for colour in (text, ground)]
    assert all(colour.replace("#ffffff", "#fff") in css for colour in pair), "not a colour of the sheet"
    assert contrast(*pair) >= 4.5
