"""A draft as it is kept: in the profile at every change, and in the account (REQ-06, REQ-25).

The profile also remembers what the account does not: the scenes of an archive order, whose draft it is, and
whether it was being sent when nobody heard of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import uuid4

from shapely.geometry import mapping

from .order import OrderKind
from .order_draft import OrderDraft
from .parsing import iso_utc, mapping_of, objects_of, required_text, text_of, utc_of
from .scene import Scene


@dataclass(frozen=True)
class KeptDraft:
    """One draft.

    Attributes:
        id: Identifier, and the key under which it is sent.
        product_id: Product to order.
        title: What the list calls it.
        content: Members of the order, as far as they are filled in.
        changed: When it was changed last.
        owner: Whose it is: address of the service and subject of the account.
        etag: Its state in the account, empty while it is not there.
        saved: Whether the account holds it as it is here.
        deleted: Whether it is to be forgotten in the account too, where that was not possible yet.
        scenes: Items of the scenes of an archive order, for the list and the map.
        sending: Body of the order that is under way, None when none is.
    """

    id: str
    product_id: str
    title: str
    content: Mapping[str, Any]
    changed: datetime
    owner: str = ""
    etag: str = ""
    saved: bool = False
    deleted: bool = False
    scenes: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    sending: Mapping[str, Any] | None = None

    @classmethod
    def from_service(cls, document: Mapping[str, Any], owner: str) -> KeptDraft:
        """Read a draft of the account.

        Raises:
            BadAnswerError: It has no identifier, no product, or no time.
        """
        changed = utc_of(document.get("changed")) or utc_of(document.get("created"))
        return cls(
            id=required_text(document, "id"),
            product_id=required_text(document, "product_id"),
            title=text_of(document.get("title")),
            content=mapping_of(document.get("content")),
            changed=changed or utc_of("1970-01-01"),  # type: ignore[arg-type] # a time
            owner=owner,
            etag=text_of(document.get("etag")),
            saved=True,
        )

    @classmethod
    def from_file(cls, document: Mapping[str, Any]) -> KeptDraft:
        """Read what `to_file` wrote.

        Raises:
            BadAnswerError: As `from_service`.
        """
        kept = cls.from_service(document, text_of(document.get("owner")))
        sending = document.get("sending")
        return replace(
            kept,
            saved=document.get("saved") is True,
            deleted=document.get("deleted") is True,
            scenes=tuple(objects_of(document.get("scenes"))),
            sending=sending if isinstance(sending, dict) else None,
        )

    def to_service(self) -> dict[str, Any]:
        """Give what the account keeps."""
        return {
            "id": self.id,
            "product_id": self.product_id,
            "title": self.title,
            "content": dict(self.content),
        }

    def to_file(self) -> dict[str, Any]:
        """Give what the profile keeps."""
        return {
            **self.to_service(),
            "changed": iso_utc(self.changed),
            "owner": self.owner,
            "etag": self.etag,
            "saved": self.saved,
            "deleted": self.deleted,
            "scenes": list(self.scenes),
            "sending": self.sending,
        }

    @property
    def scene_list(self) -> list[Scene]:
        """The scenes of an archive order, none where the profile does not know them."""
        return [Scene.from_stac(item) for item in self.scenes]

    @property
    def draft(self) -> OrderDraft:
        """The request as far as it is filled in."""
        return OrderDraft.from_content(self.id, self.product_id, self.content)

    @property
    def kind(self) -> OrderKind:
        """Archive or programming."""
        return self.draft.kind


def document_of(scene: Scene) -> dict[str, Any]:
    """Give what is kept of a scene, as a STAC item: enough to list it, to draw it, and to order it."""
    properties = {
        "datetime": iso_utc(scene.acquired),
        "title": scene.title,
        "platform": scene.platform,
        "dinamis:mission": scene.mission,
        "dinamis:product_type": scene.product_type.value if scene.product_type else "",
        "eo:cloud_cover": scene.cloud,
        "view:incidence_angle": scene.incidence,
        "gsd": scene.gsd,
    }
    return {
        "id": scene.id,
        "collection": scene.collection,
        "geometry": mapping(scene.footprint),
        "properties": properties,
    }


class Step(Enum):
    """What is to be done with a draft so that profile and account hold the same."""

    KEEP = "keep"
    """Write it into the profile."""
    FORGET = "forget"
    """Take it out of the profile."""
    SEND = "send"
    """Put it into the account."""
    DROP = "drop"
    """Take it out of the account."""


def reconcile(here: Iterable[KeptDraft], there: Iterable[KeptDraft]) -> list[tuple[Step, KeptDraft]]:
    """Bring the drafts of one person together; what changed in both places is kept twice, nothing is lost.

    Args:
        here: Drafts of the person in the profile.
        there: Drafts in the account.
    """
    account = {one.id: one for one in there}
    steps: list[tuple[Step, KeptDraft]] = []
    for local in here:
        remote = account.pop(local.id, None)
        if local.sending is not None:
            continue  # settled first
        steps += _forgotten(local, remote) if local.deleted else _kept(local, remote)
    return steps + [(Step.KEEP, one) for one in account.values()]


def _forgotten(local: KeptDraft, remote: KeptDraft | None) -> list[tuple[Step, KeptDraft]]:
    if remote is None:
        return [(Step.FORGET, local)]
    # One that was changed elsewhere since it was deleted here comes back.
    return [(Step.DROP, remote) if remote.etag == local.etag else (Step.KEEP, remote)]


def _kept(local: KeptDraft, remote: KeptDraft | None) -> list[tuple[Step, KeptDraft]]:
    if remote is None:
        # What the account had was sent or deleted elsewhere, unless it was changed here since.
        return [(Step.FORGET, local) if local.saved else (Step.SEND, replace(local, etag=""))]
    same = remote.etag == local.etag
    theirs = replace(remote, scenes=local.scenes)
    if local.saved:
        return [] if same else [(Step.KEEP, theirs)]
    mine = [(Step.SEND, replace(local, etag=remote.etag))]
    copy = replace(theirs, id=str(uuid4()), etag="", saved=False)
    return mine if same else [(Step.KEEP, copy), *mine]
