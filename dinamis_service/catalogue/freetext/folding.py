"""One spelling for names that people write in many ways: case, accents, hyphens and "St" do not count."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_LONG = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_UPON = re.compile(r"\bs/\s*(?=[a-z])")


def plain(text: str) -> str:
    """Lower case without accents, "s/" written "sur"; digits and other punctuation stay as they are."""
    lowered = text.lower().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", lowered)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _UPON.sub("sur ", bare)


def key_of(name: str) -> str:
    """What two spellings of one name share: plain words, one space apart, "st" written "saint"."""
    words = _NOT_WORD.split(plain(name))
    return " ".join(_LONG.get(word, word) for word in words if word)
