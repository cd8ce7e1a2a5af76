"""Options that exclude each other: what a form offers and sends is what the schema allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_domain_scene import JSON

from dinamis_plugin.domain.errors import InvalidRequestError
from dinamis_plugin.domain.form import collect, fields_of, settled
from dinamis_plugin.domain.form_limits import limits_of

NAMES, VALUES = "abcd", ("one", "two", "three")
EIGHT_ONLY = "Display exists in 8 bits only."
SCHEMA = {
    "properties": {
        "radiometry": {"enum": ["reflectance", "basic", "display"], "default": "reflectance"},
        "coding": {"enum": ["12", "8"], "default": "12"},
    },
    "allOf": [
        {
            "if": {"properties": {"radiometry": {"const": "display"}}, "required": ["radiometry"]},
            "then": {"properties": {"coding": {"const": "8", "x-reason": EIGHT_ONLY}}},
            "else": {"properties": {"coding": {"enum": ["12"]}}},
        }
    ],
}
FIELDS = fields_of(SCHEMA)
CODING = FIELDS[1]


def test_the_last_choice_decides_and_the_reason_is_told():
    values = settled(FIELDS, {"radiometry": "display", "coding": "12"}, "radiometry")
    assert values == {"radiometry": "display", "coding": "8"}
    assert [choice.value for choice in CODING.choices_left(values)] == ["8"]
    assert CODING.reason(values) == EIGHT_ONLY
    back = settled(FIELDS, {**values, "radiometry": "basic"}, "radiometry")
    assert back["coding"] == "12"
    assert CODING.reason(back) == ""


@pytest.mark.parametrize(
    ("radiometry", "coding", "problem"), [("display", "12", EIGHT_ONLY), ("basic", "8", "not_together")]
)
def test_an_impossible_pair_is_not_sent(radiometry, coding, problem):
    with pytest.raises(InvalidRequestError) as caught:
        collect(FIELDS, {"radiometry": radiometry, "coding": coding})
    assert caught.value.fields == {"coding": problem}


def test_what_is_left_out_stays_out():
    assert settled(FIELDS, {"radiometry": "display", "coding": None}) == {
        "radiometry": "display",
        "coding": None,
    }


@pytest.mark.parametrize(
    "condition",
    [
        {"properties": {"a": {"pattern": "x"}}},
        {"properties": {"a": {"enum": ["one"]}}, "minProperties": 2},
        {"not": {"required": ["a"]}},
        {"required": ["a"]},
        {},
        True,
    ],
)
def test_a_condition_that_is_not_understood_limits_nothing(condition):
    rule = {"if": condition, "then": {"properties": {"b": {"enum": ["one"]}}}}
    assert limits_of({"allOf": [rule]}) == {}


@given(JSON)
def test_any_rules_are_read(rules):
    assert isinstance(limits_of({"allOf": rules, "if": rules, "then": rules}), dict)


def listed(values):
    return st.one_of(
        st.lists(values, min_size=1, max_size=3, unique=True).map(lambda chosen: {"enum": chosen}),
        values.map(lambda chosen: {"const": chosen}),
    )


@st.composite
def rules(draw):
    """A rule from some fields to a later one, so that following the last choice always ends."""
    target = draw(st.integers(1, len(NAMES) - 1))
    sources = draw(st.lists(st.sampled_from(NAMES[:target]), min_size=1, max_size=2, unique=True))
    values = st.sampled_from(VALUES)
    condition = {"properties": {name: draw(listed(values)) for name in sources}}
    if draw(st.booleans()):
        condition["required"] = draw(st.lists(st.sampled_from(sources), unique=True))
    branches = draw(st.lists(st.sampled_from(["then", "else"]), min_size=1, unique=True))
    return {
        "if": condition,
        **{branch: {"properties": {NAMES[target]: draw(listed(values))}} for branch in branches},
    }


FILLED = st.fixed_dictionaries({name: st.sampled_from([None, *VALUES]) for name in NAMES})


def schema_with(chosen):
    return {
        "properties": {name: {"enum": list(VALUES), "default": VALUES[0]} for name in NAMES},
        "allOf": chosen,
    }


def given_values(values):
    return {name: value for name, value in values.items() if value is not None}


@given(st.lists(rules(), max_size=5), FILLED)
def test_what_is_sent_is_exactly_what_the_schema_allows(chosen, values):
    schema = schema_with(chosen)
    try:
        sent = collect(fields_of(schema), values)
    except InvalidRequestError:
        sent = None
    valid = Draft202012Validator(schema).is_valid(given_values(values))
    assert (sent == given_values(values)) is valid


@given(st.lists(rules(), max_size=5), FILLED)
def test_a_settled_form_can_be_sent_unless_nothing_is_left_to_choose(chosen, values):
    schema = schema_with(chosen)
    fields = fields_of(schema)
    made = settled(fields, values)
    assert {name for name, value in made.items() if value is None} == {
        name for name, value in values.items() if value is None
    }
    if all(field.choices_left(made) for field in fields):
        assert Draft202012Validator(schema).is_valid(given_values(made))
    assert settled(fields, made) == made
