"""The checksum that a STAC asset promises (`file:checksum`, a multihash), compared with what came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

# Codes of the multihash table, with the length of the digest in bytes and the name in `hashlib`.
_ALGORITHMS: dict[int, tuple[int, str]] = {
    0x11: (20, "sha1"),
    0x12: (32, "sha256"),
    0x13: (64, "sha512"),
    0x14: (64, "sha3_512"),
    0x15: (48, "sha3_384"),
    0x16: (32, "sha3_256"),
    0x17: (28, "sha3_224"),
    0x20: (48, "sha384"),
    0xD5: (16, "md5"),
    0xB240: (64, "blake2b"),
}
_VARINT_BYTES = 9


@dataclass(frozen=True)
class Checksum:
    """A digest that a file has to have.

    Attributes:
        code: Algorithm, by the multihash table.
        digest: What it has to give.
    """

    code: int
    digest: bytes

    @classmethod
    def from_multihash(cls, text: str) -> Checksum | None:
        """Read a hexadecimal multihash; None for one that is malformed or of an unknown algorithm."""
        try:
            data = bytes.fromhex(text)
        except ValueError:
            return None
        code, data = _varint(data)
        size, digest = _varint(data)
        known = _ALGORITHMS.get(code)
        if known is None or size != known[0] or len(digest) != size:
            return None
        return cls(code, digest)

    def hasher(self) -> Any:
        """Make what takes the bytes of the file, as of `hashlib`."""
        return hashlib.new(_ALGORITHMS[self.code][1], usedforsecurity=False)


def _varint(data: bytes) -> tuple[int, bytes]:
    """Read an unsigned number, 7 bits a byte, the lowest first; -1 when there is none."""
    value = 0
    for place, byte in enumerate(data[:_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, data[place + 1 :]
    return -1, b""
