"""Forms are built from JSON Schema, and send only what the schema allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_domain_scene import JSON

from dinamis_plugin.domain.errors import InvalidRequestError
from dinamis_plugin.domain.form import Choice, FieldKind, collect, fields_of

SCHEMA = {
    "type": "object",
    "required": ["project_id", "processing_level"],
    "$defs": {"Coding": {"type": "string", "enum": ["8", "12"]}},
    "properties": {
        "project_id": {"type": "string", "title": "Projet", "x-section": "project", "x-widget": "project"},
        "processing_level": {
            "type": "string",
            "title": "Niveau",
            "enum": ["primary", "ortho"],
            "x-enum-titles": ["Primaire", "Ortho"],
            "default": "ortho",
            "x-section": "production",
        },
        "coding": {"$ref": "#/$defs/Coding", "title": "Codage"},
        "purpose": {"type": "string", "x-widget": "multiline", "maxLength": 10},
        "count": {"type": "integer", "minimum": 1, "maximum": 3},
        "ratio": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None, "title": "Rapport"},
        "urgent": {"type": ["boolean", "null"]},
        "modes": {"type": "array", "items": {"enum": ["mono", "stereo"]}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "day": {"type": "string", "format": "date"},
        "item_ids": {"type": "array", "x-widget": "items"},
        "odd": {"type": "object"},
        "fixed": {"const": "v"},
    },
}
FIELDS = {field.name: field for field in fields_of(SCHEMA)}


def test_every_property_is_a_field_in_its_order():
    assert list(FIELDS) == list(SCHEMA["properties"])
    assert [field.kind for field in FIELDS.values()] == [
        FieldKind.PROJECT,
        FieldKind.CHOICE,
        FieldKind.CHOICE,
        FieldKind.MULTILINE,
        FieldKind.INTEGER,
        FieldKind.NUMBER,
        FieldKind.BOOLEAN,
        FieldKind.CHOICES,
        FieldKind.TEXTS,
        FieldKind.DATE,
        FieldKind.ITEMS,
        FieldKind.TEXT,
        FieldKind.CHOICE,
    ]


def test_fields_carry_titles_sections_defaults_and_limits():
    level = FIELDS["processing_level"]
    assert level.choices == (Choice("primary", "Primaire"), Choice("ortho", "Ortho"))
    assert (level.title, level.section, level.default, level.required) == (
        "Niveau",
        "production",
        "ortho",
        True,
    )
    assert FIELDS["coding"].title == "Codage"
    assert FIELDS["coding"].choices[0] == Choice("8", "8")
    assert FIELDS["ratio"].title == "Rapport"
    assert (FIELDS["count"].minimum, FIELDS["count"].maximum, FIELDS["purpose"].max_length) == (1, 3, 10)


GOOD = {"project_id": "P", "processing_level": "ortho"}


def test_empty_values_stay_out():
    values = {
        **GOOD,
        "purpose": "",
        "modes": (),
        "ratio": None,
        "urgent": False,
        "tags": ("a",),
        "count": 0 + 2,
    }
    assert collect(tuple(FIELDS.values()), values) == {**GOOD, "urgent": False, "tags": ["a"], "count": 2}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, {"project_id": "missing", "processing_level": "missing"}),
        ({**GOOD, "processing_level": "raw"}, {"processing_level": "not_a_choice"}),
        ({**GOOD, "modes": ["mono", "quad"]}, {"modes": "not_a_choice"}),
        ({**GOOD, "count": 4}, {"count": "out_of_range"}),
        ({**GOOD, "count": "many"}, {"count": "out_of_range"}),
        ({**GOOD, "purpose": "x" * 11}, {"purpose": "too_long"}),
    ],
)
def test_what_the_schema_forbids_is_named_by_field(values, wrong):
    with pytest.raises(InvalidRequestError) as caught:
        collect(tuple(FIELDS.values()), values)
    assert caught.value.fields == wrong


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), JSON)
def test_any_schema_gives_a_form(properties, required):
    schema = {"properties": properties, "required": required, "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert [field.name for field in fields_of(schema)] == list(properties)
