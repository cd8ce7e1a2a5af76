"""Who may have which URL signed: the open parts everyone, everything members, contractors a part (QUO-11).

Whoever has not signed the charter and the licence of a sensor has none of its images but the open ones
(REG-45).

This is decision 7 of the architecture. Nothing here touches a quota: downloads are free (QUO-01).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import shapely

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.moments import parse_moment
from dinamis_service.context import Context
from dinamis_service.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    ServiceError,
    TextsUnsignedError,
)
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, text
from dinamis_service.registry.legal_texts import texts_for, unsigned_titles
from dinamis_service.registry.missions import Acquired, Bound, Terms, missions_of, reach, terms_of
from dinamis_service.requests.obtained import obtained_by
from dinamis_service.storage.access import Openness, collection_access, openness, scene_of
from dinamis_service.storage.addresses import object_key
from dinamis_service.storage.sigv4 import unsigned

Access = Openness | Literal["member", "mission", "upload"]
"""Why a URL is signed."""


TEXTS_PATH = "/account/texts"
"""The page where people sign the charter and the licences."""


@dataclass(frozen=True)
class Decision:
    """Outcome for one URL: its object, why it may be had and to which day (UTC), or the refusal to tell."""

    url: str
    key: str = ""
    collection: str = ""
    mission: str = ""
    access: Access = "member"
    refusal: ServiceError | None = None
    last_day: date | None = None


def decide_reads(
    context: Context, principal: Principal | None, base: str, urls: Iterable[str], language: Language
) -> list[Decision]:
    """Whether `principal` (None for someone not signed in) may read the object at each URL.

    Everything is asked of the catalogue at once, then of the store for what is allowed, whatever the number
    of URLs; nobody learns whether what they may not read is there.
    """
    keys = _keys(context, base, urls)
    items = context.catalogue.items_of_objects(key for key in keys.values() if key is not None)
    access_of = collection_access(context.catalogue)
    rights = _rights(context, principal, base, language)
    decisions = []
    for url, key in keys.items():
        if key is None:
            decisions.append(Decision(url, refusal=_foreign(context, base, language)))
            continue
        item = items.get(key)
        access = item and openness(item, key, access_of)
        of_scene = Decision(url, key, *scene_of(item), access or rights.access)
        decisions.append(of_scene if access else rights.judge(of_scene, item))
    there = context.objects.existing(one.key for one in decisions if one.refusal is None)
    absent = NotFoundError(text(language, fr="Cet objet n'existe pas.", en="There is no such object."))
    return [
        one if one.refusal is not None or one.key in there else replace(one, refusal=absent)
        for one in decisions
    ]


def decide_writes(context: Context, base: str, urls: Iterable[str], language: Language) -> list[Decision]:
    """Whether an operator may write an object at each URL."""
    return [
        Decision(url, key, access="upload")
        if key is not None and context.objects.may_hold(key)
        else Decision(url, refusal=_foreign(context, base, language))
        for url, key in _keys(context, base, urls).items()
    ]


def require_operator(principal: Principal | None, language: Language) -> None:
    """Refuse uploads to anyone but operators.

    Raises:
        ForbiddenError: the person is not an operator.
    """
    if principal is None or not principal.is_operator:
        raise ForbiddenError(
            text(language, fr="Seuls les opérateurs déposent des images.", en="Only operators upload images.")
        )


def _keys(context: Context, base: str, urls: Iterable[str]) -> dict[str, str | None]:
    """Key of the object at each URL; None for those that are not ours."""
    bases = [context.settings.objects_base(base)]
    if context.objects.address is None or context.settings.public_url is not None:
        # with an S3, an address that only the Host header of the request names may be another of its buckets
        bases.append(f"{base}/objects")
    keys = {url: object_key(url, bases) for url in urls}
    if context.objects.address is not None:
        # an S3 does other things than to give or to take the object where the query names them
        return {url: None if unsigned(url)[1] else key for url, key in keys.items()}
    return keys


class _Rights:
    """What a caller may read beyond the open parts: a member everything."""

    access: Access = "member"

    def judge(self, decision: Decision, item: Item | None) -> Decision:  # noqa: ARG002 - for those who have less
        """The decision on an image of the scene `item` (None for what belongs to no scene)."""
        return decision


class _Nobody(_Rights):
    """Someone not signed in has the open parts only."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def judge(self, decision: Decision, item: Item | None) -> Decision:  # noqa: ARG002
        """Sign in first."""
        sentence = text(
            self._language, fr="Connectez-vous pour accéder à cette image.", en="Sign in to read this image."
        )
        return replace(decision, refusal=NotSignedInError(sentence))


class _Contractor(_Rights):
    """A contractor of public procurement has what its missions reach, as long as they last."""

    access: Access = "mission"

    def __init__(self, terms: Sequence[Terms], today: date, language: Language) -> None:
        self._terms = terms
        self._today = today
        self._language = language

    def judge(self, decision: Decision, item: Item | None) -> Decision:
        """Until the end of a mission that reaches the scene, or the bound that leaves it out."""
        if item is None:
            return self._refused(decision, _NO_SCENE)
        reached = reach(self._terms, _acquired(item), self._today)
        if isinstance(reached, Bound):
            return self._refused(decision, _SENTENCES[reached])
        return replace(decision, last_day=reached)

    def _refused(self, decision: Decision, sentence: tuple[str, str]) -> Decision:
        fr, en = sentence
        return replace(decision, refusal=ForbiddenError(text(self._language, fr=fr, en=en)))


_NO_SCENE = (
    "La mission de votre entité ne donne accès qu'aux images de scènes du catalogue.",
    "The mission of your entity reaches images of scenes of the catalogue only.",
)
_SENTENCES = {
    Bound.NO_MISSION: (
        "Votre entité n'a pas de mission pour une entité publique : demandez-lui de valider le partenariat.",
        "Your entity has no mission for a public entity: ask that entity to validate the partnership.",
    ),
    Bound.OVER: (
        "La mission de votre entité n'est pas en cours de validité.",
        "The mission of your entity is not valid today.",
    ),
    Bound.SENSOR: (
        "Image d'un capteur que la mission de votre entité n'a pas, et non obtenue par son commanditaire.",
        "An image of a sensor that your entity's mission has not, nor obtained by the commissioning entity.",
    ),
    Bound.DATES: (
        "Image acquise hors des dates de la mission de votre entité, et non obtenue par son commanditaire.",
        "An image outside the dates of your entity's mission, nor obtained by the commissioning entity.",
    ),
    Bound.AREA: (
        "Image hors de la zone de la mission de votre entité, et non obtenue par son commanditaire.",
        "An image outside the area of your entity's mission, nor obtained by the commissioning entity.",
    ),
}


class _Unsigned(_Rights):
    """Somebody with texts to sign has what needs none of them, of what they might have (REG-45, SUP-14)."""

    def __init__(
        self, rights: _Rights, person: Principal, titles: dict[str, dict[str, str]], page: str, told: Language
    ) -> None:
        self.access = rights.access
        self._rights = rights
        self._person = person
        self._titles = titles
        self._page = page
        self._language = told

    def judge(self, decision: Decision, item: Item | None) -> Decision:
        """What would be decided, unless a text that the sensor needs is unsigned."""
        decided = self._rights.judge(decision, item)
        wanted = texts_for(decision.mission, self._person.entity_nationality)
        needed = [one for one in wanted if one in self._titles]
        if decided.refusal is not None or not needed:
            return decided
        named = ", ".join(self._titles[one][self._language] for one in needed)
        sentence = text(
            self._language,
            fr=f"Signez d'abord ce que cette image demande ({named}) : {self._page}",
            en=f"Sign first what this image needs ({named}): {self._page}",
        )
        return replace(decision, refusal=TextsUnsignedError(sentence))


def _rights(context: Context, principal: Principal | None, base: str, language: Language) -> _Rights:
    """What the caller may read."""
    if principal is None:
        return _Nobody(language)
    rights, contracts = _Rights(), principal.user_kind == "PCP" and not principal.is_operator
    with context.database.reading() as session:
        titles = unsigned_titles(session, principal.sub, principal.entity_nationality)
        if contracts:
            terms = [
                terms_of(mission, obtained_by(session, mission.commissioner_id))
                for mission in missions_of(session, principal.entity_id)
            ]
            rights = _Contractor(terms, context.clock().date(), language)
    if not titles:
        return rights
    return _Unsigned(rights, principal, titles, f"{base}{TEXTS_PATH}", language)


def _acquired(item: Item) -> Acquired:
    """A scene as the rules of missions see it."""
    properties = item["properties"]
    start = properties.get("start_datetime") or properties["datetime"]
    end = properties.get("end_datetime") or properties["datetime"]
    return Acquired(
        collection=item["collection"],
        id=item["id"],
        mission=properties.get("dinamis:mission", ""),
        first=parse_moment(start).date(),
        last=parse_moment(end).date(),
        footprint=shapely.geometry.shape(item["geometry"]),
    )


def _foreign(context: Context, base: str, language: Language) -> InvalidError:
    """Refusal of an address that is not one of our objects."""
    address = context.settings.objects_base(base)
    return InvalidError(
        text(
            language,
            fr=f"Cette adresse n'est pas celle d'un objet de {address}.",
            en=f"This is not the address of an object of {address}.",
        )
    )
