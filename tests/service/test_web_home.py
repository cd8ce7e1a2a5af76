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


CSS = (STATIC / "dinamis.css").read_text(encoding="utf-8")


def colours(theme: str) -> dict[str, str]:
    """Named colours of a theme of the sheet: those of the dark one take the place of the light ones."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in (light, dark)]
    assert found[1], "no dark theme"
    return found[0] if theme == "light" else found[0] | found[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(
            (ink, ground)
            for ink in ("ink", "quiet", "teal", "teal-dark", "blue")
            for ground in ("ground", "paper", "tint")
        ),
        ("warning-ink", "warning-ground"),
        ("problem-ink", "problem-ground"),
        ("problem-ink", "paper"),
        ("#ffffff", "fill"),
        ("#ffffff", "bar"),
    ],
)
def test_colours_reach_the_contrast_of_wcag_aa(theme: str, text: str, ground: str) -> None:
    named = colours(theme)
    assert contrast(named.get(text, text), named[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["focus", "line", "problem", "zone", "scene"])
def test_signs_and_borders_reach_the_contrast_of_what_is_not_text(theme: str, mark: str) -> None:
    named = colours(theme)
    grounds = ("sea", "land") if mark in ("zone", "scene") else ("paper", "ground")
    assert all(contrast(named[mark], named[ground]) >= 3 for ground in grounds)
