"""A store of images that has a signing service of its own, beside the connected service (CAT-37)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .object_roots import ObjectRoots, clean_root


@dataclass(frozen=True)
class SigningStore:
    """Where its images lie, who signs them, and where the key lies.

    Attributes:
        objects: Address of the images, such as `https://host` or `https://host/bucket`.
        signing: Address of the signing routes; empty where the connected service signs its images too.
        key_config: Id of the authentication configuration of QGIS with the key: the key itself is no setting.
    """

    objects: str = ""
    signing: str = ""
    key_config: str = ""

    @classmethod
    def typed(cls, objects: str, signing: str, key_config: str) -> SigningStore:
        """Take what a person typed; what is no address counts as empty."""
        return cls(clean_root(objects), clean_root(signing), key_config.strip())

    @property
    def host(self) -> str:
        """Name of the signing service for a person."""
        return urlsplit(self.signing).netloc

    def holds(self, href: str) -> bool:
        """Say whether the image at an unsigned address is signed by it."""
        return bool(self.signing) and ObjectRoots.of([self.objects]).hold(href)


PRESET_STORE = SigningStore("https://s3-data.meso.umontpellier.fr", "https://signing.stac.teledetection.fr")
"""DINAMIS and THEIA at the Maison de la Télédétection."""
