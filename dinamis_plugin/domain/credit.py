"""Whom the images of a collection are from, and under which licence they may be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .parsing import objects_of, text_of, texts_of
from .scene import Scene

_UNNAMED_LICENCES = ("", "proprietary", "various", "other")
_MAKERS = ("producer", "licensor")


@dataclass(frozen=True)
class Credit:
    """What a layer says of its origin.

    Attributes:
        attribution: who made and who gives the images, for a map.
        licence: SPDX identifier or `proprietary`, as the catalogue says it.
        licence_title: of the document of the licence, may be empty.
        licence_href: its address, may be empty.
        collection_title: name of the collection for a person.
        description: of the collection.
    """

    attribution: str
    licence: str
    licence_title: str = ""
    licence_href: str = ""
    collection_title: str = ""
    description: str = ""

    @classmethod
    def from_stac(cls, collection: Mapping[str, Any]) -> Credit:
        """Read a STAC collection, whatever it leaves out."""
        links = (link for link in objects_of(collection.get("links")) if link.get("rel") == "license")
        document = next(links, {})
        return cls(
            attribution=_attribution(collection),
            licence=text_of(collection.get("license")),
            licence_title=text_of(document.get("title")),
            licence_href=text_of(document.get("href")),
            collection_title=text_of(collection.get("title")),
            description=text_of(collection.get("description")),
        )

    @property
    def licences(self) -> tuple[str, ...]:
        """The licence in words, every one once."""
        named = () if self.licence in _UNNAMED_LICENCES else (self.licence,)
        told = (*named, self.licence_title)
        known = tuple(dict.fromkeys(text for text in told if text))
        return known or ((self.licence,) if self.licence else ())


def _attribution(collection: Mapping[str, Any]) -> str:
    """`© producer / host`, in the order in which one owes it to them."""
    providers = [one for one in objects_of(collection.get("providers")) if text_of(one.get("name"))]
    makers = [one for one in providers if set(_MAKERS) & set(texts_of(one.get("roles")))]
    others = [one for one in providers if one not in makers]
    names = dict.fromkeys(text_of(one.get("name")) for one in (*makers, *others))
    return f"© {' / '.join(names)}" if names else ""


def citation(scenes: Sequence[Scene], credits_of: Mapping[str, Credit], licence: str) -> str:
    """Write whom scenes are from, a paragraph for each collection and a line for each scene (CAT-56).

    Args:
        scenes: at least one.
        credits_of: what is known of each collection, by its identifier.
        licence: the word before the licences, in the language of the person.
    """
    by_collection: dict[str, list[Scene]] = {}
    for scene in scenes:
        by_collection.setdefault(scene.collection, []).append(scene)
    paragraphs = []
    for collection, found in by_collection.items():
        known = credits_of.get(collection)
        lines = [_about(known, collection, licence)]
        ordered = sorted(found, key=lambda scene: (scene.acquired, scene.id))
        lines += [f"- {scene.title} ({scene.acquired:%Y-%m-%d}), {scene.id}" for scene in ordered]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


def _about(credit: Credit | None, collection: str, licence: str) -> str:
    if credit is None:
        return f"{collection}."
    parts = [credit.attribution, credit.collection_title or collection]
    if credit.licences or credit.licence_href:
        names = ", ".join(credit.licences)
        parts.append(" ".join(part for part in (licence, names, _in_brackets(credit.licence_href)) if part))
    return ". ".join(part for part in parts if part) + "."


def _in_brackets(href: str) -> str:
    return f"<{href}>" if href else ""
