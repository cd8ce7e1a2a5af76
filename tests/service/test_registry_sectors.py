"""What follows from the dependent lists, which nationalities there are, which addresses are professional."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_service.language import Language
from dinamis_service.registry import adhesion_steps as steps
from dinamis_service.registry.addresses import AddressError, is_phone, professional, public_domains
from dinamis_service.registry.kinds import CATEGORIES as KNOWN
from dinamis_service.registry.kinds import user_kind
from dinamis_service.registry.nationalities import EUROPE, countries, eligibility_of
from dinamis_service.registry.sectors import (
    CATEGORIES,
    ELIGIBILITIES,
    SECTORS,
    TYPES,
    NoCategoryError,
    category_of,
    variant_of,
)

ACTIVITIES = sorted({code for kind in TYPES.values() for code in kind.activities})
LEADING = [
    (kind.eligibility, kind.sector, name, activity, category)
    for name, kind in TYPES.items()
    for activity, (_, category) in kind.activities.items()
]
VARIANT_OF_CATEGORY = {7: "rnd", 8: "partner", 9: "foreign", 11: "foreign"}


def form(*chosen: str) -> dict[str, Any]:
    names = ("eligibility", "sector", "sector_type", "activity")
    return {"sector": dict(zip(names, chosen, strict=True))}


def test_every_category_is_reached_and_no_other() -> None:
    assert {category for *_, category in LEADING} == set(KNOWN) == set(CATEGORIES)


@given(
    st.sampled_from([one[:4] for one in LEADING])
    | st.tuples(*(st.sampled_from([*one, ""]) for one in (ELIGIBILITIES, SECTORS, TYPES, ACTIVITIES)))
)
def test_only_choices_that_go_together_have_a_category(chosen: tuple[str, str, str, str]) -> None:
    leads = {one[:4]: one[4] for one in LEADING}
    if chosen in leads:
        category = category_of(form(*chosen))
        assert category == leads[chosen]
        assert variant_of(form(*chosen)) == VARIANT_OF_CATEGORY.get(category, "public")
    else:
        with pytest.raises(NoCategoryError):
            category_of(form(*chosen))
        assert variant_of(form(*chosen)) == "public"


@given(st.sampled_from(LEADING))
def test_kinds_of_users_follow_the_lists(leading: tuple[str, str, str, str, int]) -> None:
    eligibility, sector, *_, category = leading
    kind = user_kind(category)
    assert (kind == "ETR") == (eligibility != "france")
    assert (kind in ("RND", "PCP")) == (sector == "private")


@given(st.recursive(st.none() | st.text() | st.integers(), lambda one: st.dictionaries(st.text(), one)))
def test_whatever_was_kept_has_a_variant(kept: Any) -> None:
    assert variant_of({"sector": kept if isinstance(kept, dict) else {}}) in steps.STEPS


def test_forms_have_their_points() -> None:
    assert {variant: len(order) for variant, order in steps.STEPS.items()} == {
        "public": 6, "rnd": 7, "partner": 8, "foreign": 7,
    }  # fmt: skip
    for order in steps.STEPS.values():
        assert set(order) <= set(steps.STEP_TITLES)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nationalities_are_countries_in_order(language: Language) -> None:
    names = countries(language)
    assert 190 <= len(names) <= 240
    assert {"FR", "DE", "CH", "SN", "US"} <= set(names)
    assert not {"EU", "RE", "UN", "ZZ"} & set(names)
    assert set(names) == set(countries("fr"))
    assert len(EUROPE) == 29
    assert next(iter(names)) == "AF"
    assert countries("fr")["DE"] == "Allemagne"


@pytest.mark.parametrize(
    ("nationality", "eligibility"),
    [
        ("FR", "france"),
        ("DE", "europe"),
        ("CH", "europe"),
        ("IS", "europe"),
        ("NO", "europe"),
        ("GB", "world"),
        ("SN", "world"),
        ("", "world"),
    ],
)
def test_eligibility_goes_with_the_nationality(nationality: str, eligibility: str) -> None:
    assert eligibility_of(nationality) == eligibility


class TestAddresses:
    """REG-05."""

    @pytest.mark.parametrize("typed", ["  Lea.Petit@Labo.Example ", "a+b@x.labo.example", "x@univ-y.fr"])
    def test_professional_ones_are_taken(self, typed: str) -> None:
        assert professional(typed) == typed.strip().casefold()

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "lea",
            "lea@",
            "@labo.example",
            "lea@labo",
            "a b@labo.example",
            "a@b@labo.example",
            "a..b@labo.example",
            ".a@labo.example",
            "a@-x.example",
            "a@labo.example\nBcc: x@labo.example",
            "a\r@labo.example",
            '"a b"@labo.example',
            "a@[127.0.0.1]",
            f"{'a' * 65}@labo.example",
            f"a@{'b' * 250}.example",
            "a@labo..example",
            "é@labo.example",
            "a,b@labo.example",
            "a@labo.example, b@labo.example",
            "a@labo.123",
        ],
    )
    def test_what_is_none_is_refused(self, typed: str) -> None:
        with pytest.raises(AddressError) as refused:
            professional(typed)
        assert refused.value.words.fr
        assert refused.value.words.en

    @given(st.sampled_from(sorted(public_domains())), st.sampled_from(["", "mail.", "a.b."]))
    def test_services_open_to_everybody_are_refused(self, domain: str, above: str) -> None:
        with pytest.raises(AddressError, match="professional"):
            professional(f"lea@{above}{domain.upper()}")

    def test_the_setting_adds_others(self) -> None:
        assert professional("lea@perso.example", " other.example")
        with pytest.raises(AddressError):
            professional("lea@perso.example", "other.example, Perso.Example")

    @given(st.text(max_size=60))
    def test_nothing_that_is_typed_becomes_a_header(self, typed: str) -> None:
        try:
            known = professional(typed)
        except AddressError:
            return
        assert known.isascii()
        assert known.isprintable()
        assert " " not in known


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("06 01 02 03 04", True),
        ("+33 (0)4-67/00.00", True),
        ("(04) 67", True),
        ("call me", False),
        ("...", False),
        ("٠٦٠١", False),
        ("0" * 41, False),
    ],
)
def test_a_telephone_number_is_one_by_one_rule(typed: str, is_one: bool) -> None:
    assert is_phone(typed) is is_one
