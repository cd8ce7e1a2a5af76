"""The menu of the pages, by role: the sections of the management platform and the pages of each (REG-49)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.words import Words

PORTAL, CONTACT, DOCUMENTS, HELP = "/registry", "/contact", "/documents", "/help"
OWN_REQUESTS = "/requests"
HOME, REQUESTS, FIGURES, SETTINGS, AID = (
    Words("Accueil", "Home"),
    Words("Demandes", "Requests"),
    Words("Statistiques", "Statistics"),
    Words("Paramètres", "Settings"),
    Words("Aide", "Help"),
)
BACK = Words("Retour au portail", "Back to the portal")


@dataclass(frozen=True)
class Link:
    """A page of the menu; `below` are the beginnings of the addresses that belong to it too."""

    address: str
    words: Words
    below: tuple[str, ...] = ()

    def closeness(self, path: str) -> int:
        """How much of the path this page stands for; 0 where it is another part."""
        if path == self.address:
            return len(path) + 1
        prefixes = (*self.below, self.address if self.address.endswith("/") else f"{self.address}/")
        ways = [one for one in prefixes if one not in ("/", "/operator/", "/entity/")]
        return max((len(one) for one in ways if path == one or path.startswith(one)), default=0)


@dataclass(frozen=True)
class Section:
    """A section of the menu: where it leads, and its pages where there are several."""

    link: Link
    pages: tuple[Link, ...] = ()

    def closeness(self, path: str) -> int:
        """The same for the nearest of its pages."""
        return max(one.closeness(path) for one in (self.link, *self.pages))


@dataclass(frozen=True)
class Place:
    """Where a page is in the menu: its section, and its page of it."""

    section: Section | None = None
    page: Link | None = None


def sections(person: Principal | None) -> list[Section]:
    """The sections that somebody may open, in the order of the menu."""
    if person is None:
        return _VISITOR
    if person.is_operator:
        return _OPERATOR
    return _REFERENT if "referent" in person.roles else _MEMBER


def place(menu: Sequence[Section], path: str) -> Place:
    """Where the page of a path is."""
    section = max((*menu, _OWN), key=lambda one: one.closeness(path))
    if not section.closeness(path):
        return Place()
    page = max(section.pages, key=lambda one: one.closeness(path), default=None)
    return Place(section, page if page is not None and page.closeness(path) else None)


_DOCUMENTS = Link(DOCUMENTS, Words("Documents", "Documents"))
_CONTACT = Link(CONTACT, Words("Contact", "Contact"))
_AID = Section(Link(HELP, AID), (Link(HELP, AID), _DOCUMENTS, _CONTACT))
_BACK = Section(Link(PORTAL, BACK))
_ACCOUNT = (
    Link("/account", Words("Profil", "Profile")),
    Link("/account/security", Words("Sécurité", "Security")),
    Link("/account/texts", Words("Charte et licences", "Charter and licences")),
    Link("/account/data", Words("Mes données", "My data")),
)
_OWN = Section(Link("/account", Words("Mon compte", "My account")), _ACCOUNT)
"""The pages of one's own account, which the name of the person leads to."""

_VISITOR = [
    Section(Link("/", HOME)),
    Section(Link(PORTAL, Words("Adhésion et inscription", "Adhesion and registration"))),
    Section(_DOCUMENTS),
    Section(_CONTACT),
    Section(Link(HELP, AID)),
]
_MEMBER = [
    Section(Link("/", HOME)),
    Section(Link(OWN_REQUESTS, REQUESTS)),
    Section(Link("/account", SETTINGS), _ACCOUNT),
    _AID,
    _BACK,
]
_REFERENT = [
    Section(Link("/entity/", HOME)),
    Section(
        Link("/entity/requests", REQUESTS),
        (
            Link(
                "/entity/requests",
                Words("Comptes et partenariats", "Accounts and partnerships"),
                ("/entity/partnerships/",),
            ),
            Link(OWN_REQUESTS, Words("Mes images", "My images")),
        ),
    ),
    Section(Link("/entity/statistics", FIGURES)),
    Section(
        Link("/entity/settings", SETTINGS),
        (
            Link("/entity/settings", Words("Mon entité", "My entity")),
            Link("/entity/accounts", Words("Utilisateurs", "Users")),
            Link("/entity/missions", Words("Missions", "Missions")),
        ),
    ),
    Section(Link(HELP, AID, ("/entity/help",)), _AID.pages),
    _BACK,
]
_OPERATOR = [
    Section(Link("/operator/home", HOME)),
    Section(
        Link("/operator/", REQUESTS),
        (
            Link("/operator/", Words("Images", "Images"), ("/operator/requests/",)),
            Link("/operator/adhesions", Words("Adhésions", "Adhesions")),
            Link("/operator/projects", Words("Projets", "Projects")),
            Link("/operator/contact", Words("Messages", "Messages")),
        ),
    ),
    Section(Link("/operator/statistics", FIGURES)),
    Section(
        Link("/operator/entities", SETTINGS),
        (
            Link("/operator/entities", Words("Entités", "Entities")),
            Link("/operator/super-entities", Words("Super-entités", "Super-entities")),
            Link("/operator/accounts", Words("Comptes", "Accounts")),
            Link("/operator/texts", Words("Textes", "Texts")),
            Link("/operator/tariffs", Words("Tarifs", "Tariffs")),
            Link("/operator/calls", Words("Appels", "Calls")),
            Link("/operator/outbox", Words("Courriers", "Mails")),
            Link("/operator/access", Words("Consultations", "Accesses")),
        ),
    ),
    _AID,
    _BACK,
]
