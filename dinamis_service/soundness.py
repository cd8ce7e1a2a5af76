"""What can be kept and told again of the JSON that clients send."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic_core import PydanticCustomError

MAX_DEPTH = 32


def sound_json(value: Any, most: int = MAX_DEPTH) -> Any:
    """`value` itself, when it can be kept and told again.

    Raises:
        PydanticCustomError: it is nested more than `most` levels deep, or holds text that is no Unicode or
            has null characters, or a number that JSON cannot write (NaN, infinity) or no computation takes.
    """
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > most:
            raise PydanticCustomError("unsound_depth", "at most {most} levels", {"most": most})
        if isinstance(node, dict):
            stack += [(part, depth + 1) for pair in node.items() for part in pair]
        elif isinstance(node, list):
            stack += [(part, depth + 1) for part in node]
        elif isinstance(node, str) and ("\0" in node or not _is_unicode(node)):
            raise PydanticCustomError("unsound_text", "holds characters that are not text")
        elif isinstance(node, (int, float)) and not isinstance(node, bool) and not is_number(node):
            raise PydanticCustomError("unsound_number", "holds a number beyond all measure")
    return value


SOUND = AfterValidator(sound_json)
"""For a field of a form; it comes after the other constraints of the field."""
JsonObject = Annotated[dict[str, Any], SOUND]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), SOUND]
"""A reason that has to be given."""


def is_number(value: Any) -> bool:
    """Whether `value` is a number that a float can hold; true, NaN and an integer of 400 digits are not."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max


def size_of(document: Any) -> int:
    """Bytes of a document as JSON."""
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def digest_of(form: BaseModel) -> str:
    """Fingerprint of what was sent: equal for bodies that are the same JSON."""
    return hashlib.sha256(json.dumps(form.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def printable(value: str) -> str:
    """A text on one line, without what is not shown: nothing of it ends a line of a log, a mail or a form."""
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())


def _is_unicode(value: str) -> bool:
    """Whether the text can be written as UTF-8: JSON can spell halves of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
