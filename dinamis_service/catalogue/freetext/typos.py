"""Finding a name in spite of one slip: two words one letter apart share a form with a letter left out."""

from __future__ import annotations

import zlib

_COMPARED = 7
"""Letters at the beginning in which a slip is looked for; `rapidfuzz` then compares the whole."""
SHORTEST = 4
"""Letters of a name in which a slip is forgiven."""


def deletions(key: str) -> set[int]:
    """Hashes of the beginning of a key, whole and with each letter left out; none for a short key."""
    if len(key) < SHORTEST:
        return set()
    head = key[:_COMPARED]
    forms = {head} | {head[:index] + head[index + 1 :] for index in range(len(head))}
    # a letter left out of the key itself moves the next one into its beginning
    longer = key[: _COMPARED + 1]
    forms |= {longer[:index] + longer[index + 1 :] for index in range(len(longer))}
    return {zlib.crc32(form.encode()) for form in forms}
