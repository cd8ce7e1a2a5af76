"""Every field, mark, label, warning, mail and state of adhesion, by its capability, in both languages."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from adhesions import REPRESENTATIVE, Filling, a_pdf, link_in, mails, partner
from fastapi.testclient import TestClient
from running import TEST_CLIENT_URL

from dinamis_service.app import create_app, create_context
from dinamis_service.notifications.wording import worded
from dinamis_service.registry.adhesion_states import TITLES, State
from dinamis_service.registry.tables import Adhesion
from dinamis_service.settings import Settings

ASKED = "Une demande de validation électronique de l'acte d'adhésion"
TAKEN = "Votre demande a bien été prise en compte."
CAPABILITIES = Path(__file__).parents[2] / "docs" / "capabilities.md"


class Row(NamedTuple):
    """What has to be read of a capability on a page (or in a letter), in French and in English."""

    id: str
    where: str
    fr: str
    en: str


def rows(where: str, *told: tuple[str, str, str]) -> list[Row]:
    return [Row(one, where, fr, en) for one, fr, en in told]


TABLE = [
    *rows(
        "portal",
        (
            "REG-01",
            "Bienvenue dans le portail de demande d'adhésion et d'inscription au dispositif DINAMIS",
            "Welcome to the portal of adhesion and registration to DINAMIS",
        ),
        ("REG-01", "Votre entité n'est pas adhérente", "Your entity is not a member"),
        ("REG-01", "Votre entité est adhérente", "Your entity is a member"),
        (
            "REG-01",
            "n'est effective qu'après validation par l'instance DINAMIS",
            "only after validation by the DINAMIS",
        ),
        ("REG-01", "permanent au sein de sa structure", "permanent staff"),
        ("REG-01", "sélectionner votre entité adhérente", "choose your member entity"),
        ("REG-02", "Entité adhérente", "Member entity"),
        ("REG-02", 'placeholder="Rechercher une entité..."', 'placeholder="Search for an entity..."'),
        ("REG-02", "Création d'un nouveau compte utilisateur", "Create a new user account"),
        ("REG-07", "un compte THEIA existant est rattaché", "an existing THEIA account is attached"),
        ("REG-08", "Demande d'adhésion d'une nouvelle Entité", "Adhesion request of a new entity"),
        ("REG-32", "Télécharger le modèle de projet R&D", "Download the R&D project template"),
        (
            "REG-44",
            "Télécharger le modèle de projet scientifique étranger",
            "Download the foreign scientific project",
        ),
    ),
    *rows("found", ("REG-02", "UMR TETIS d'exemple", "UMR TETIS d'exemple"), ("REG-03", "TETIS", "TETIS")),
    *rows(
        "email",
        (
            "REG-04",
            "Vérification d'e-mail du référent DINAMIS",
            "Check of the e-mail address of the DINAMIS contact",
        ),
        ("REG-04", "Saisissez votre adresse email *", "Type your e-mail address *"),
        ("REG-04", "Vérifier l'e-mail", "Check the address"),
        ("REG-05", "Une adresse professionnelle", "A professional address"),
        ("REG-06", "courriers indésirables", "spam folder"),
        ("REG-06", "formulaire Contact", "contact form"),
        ("REG-07", "annuaire THEIA", "THEIA directory"),
    ),
    *rows(
        "refused email",
        ("REG-05", "gmail.com donne des adresses à tout le monde", "gmail.com gives addresses to everybody"),
    ),
    *rows("sent", ("REG-04", "Consultez vos mails", "Read your mails"), ("REG-06", "spam", "spam")),
    *rows(
        "public reminder",
        (
            "REG-09",
            "Votre adresse e-mail : lea.petit@labo.example est valide.",
            "lea.petit@labo.example is valid.",
        ),
        ("REG-09", "Services centraux et services déconcentrés de l'État", "Central and devolved services"),
        (
            "REG-09",
            "Entité publique de recherche scientifique de pays hors UE",
            "of a country outside the EU",
        ),
        ("REG-10", "Formulaire d'adhésion en 6 points", "Adhesion form in 6 points"),
        ("REG-11", "Poursuivre", "Continue"),
    ),
    *(
        Row("REG-10", "public reminder", f"{number} {fr}", f"{number} {en}")
        for number, (fr, en) in enumerate(
            [
                ("Rappel", "Reminder"),
                ("Informations de l'Entité", "The entity"),
                ("Secteur d'activité", "Sector of activity"),
                ("Représentant Légal", "Legal representative"),
                ("Référent", "DINAMIS contact"),
                ("Soumettre", "Submit"),
            ],
            1,
        )
    ),
    *rows(
        "public entity",
        ("REG-11", "Champs obligatoires *", "Mandatory fields *"),
        ("REG-11", "Retour", "Back"),
        ("REG-12", "Email du Référent de l'Entité *", "E-mail address of the contact of the entity *"),
        ("REG-12", "Acronyme/Nom court de l'Entité *", "Acronym or short name of the entity *"),
        ("REG-12", "Nom complet de l'Entité *", "Full name of the entity *"),
        ("REG-12", "Nationalité de l'Entité *", "Nationality of the entity *"),
        ("REG-12", "Établissement de rattachement", "Parent establishment"),
        ("REG-12", "Adresse de l'Entité *", "Address of the entity *"),
        ("REG-12", "Code Postal *", "Postcode *"),
        ("REG-12", "Ville *", "Town *"),
    ),
    *rows(
        "public sector",
        ("REG-13", "Eligibilité *", "Eligibility *"),
        ("REG-13", "Domaine d'intérêt *", "Field of interest *"),
        ("REG-13", "Secteur d'activité *", "Sector of activity *"),
        ("REG-13", "Type de secteur *", "Type of sector *"),
        ("REG-13", "Type d'activité *", "Type of activity *"),
        ("REG-13", "Aménagement du Territoire", "Spatial planning"),
        ("REG-13", "Communes", "Municipalities"),
        ("REG-33", "Au titre de la R&D", "For R&D"),
        ("REG-38", "Partenariat public", "Public partnership"),
    ),
    *rows(
        "public legal_representative",
        ("REG-14", "Prénom *", "First name *"),
        ("REG-14", "Nom *", "Last name *"),
        ("REG-14", "Fonction *", "Function *"),
        ("REG-14", "Email professionnel *", "Professional e-mail address *"),
        ("REG-14", "Confirmation email *", "The same address again *"),
        ("REG-14", "Nationalité *", "Nationality *"),
        (
            "REG-15",
            "Le représentant légal recevra un e-mail à l'adresse indiquée",
            "will get an e-mail at this address",
        ),
    ),
    *rows(
        "public referent",
        ("REG-16", "Prénom *", "First name *"),
        ("REG-16", "Nom *", "Last name *"),
        ("REG-16", "Fonction *", "Function *"),
        ("REG-16", "Téléphone *", "Telephone *"),
        ("REG-16", "Mot de passe *", "Password *"),
        ("REG-16", "Confirmation mot de passe *", "The same password again *"),
        ("REG-16", "Nationalité *", "Nationality *"),
        ("REG-16", "Adresse", "Address"),
        ("REG-16", "Code Postal", "Postcode"),
        ("REG-16", "Ville", "Town"),
        (
            "REG-17",
            "Utiliser les coordonnées du représentant légal",
            "Use the details of the legal representative",
        ),
    ),
    *rows(
        "public submit",
        ("REG-18", "6 - Récapitulatif", "6 - Summary"),
        ("REG-18", "Acronyme/Nom court de l'Entité LABEX", "Acronym or short name of the entity LABEX"),
        ("REG-18", "Email professionnel anne.blanc@labo.example", "anne.blanc@labo.example"),
        ("REG-18", "Accepter le formulaire", "Accept the form"),
        (
            "REG-19",
            "reçoivent par e-mail la charte et les licences",
            "get the charter and the licences by e-mail",
        ),
        ("REG-20", "reçoit aussi un lien pour finaliser la démarche", "also gets a link to finish"),
        (
            "REG-21",
            "générée, horodatée et transmise à DINAMIS pour instruction",
            "generated, time-stamped and sent",
        ),
    ),
    *rows(
        "public accepted",
        (
            "REG-22",
            f"{TAKEN} {ASKED} a été envoyée à : {REPRESENTATIVE}",
            f"was sent to: {REPRESENTATIVE}",
        ),
    ),
    *rows(
        "public validation",
        (
            "REG-23",
            "Validation électronique du représentant légal pour l'adhésion d'une nouvelle entité",
            "Electronic validation by the legal representative of the adhesion of a new entity",
        ),
        ("REG-23", "Bonjour Anne Blanc", "Hello Anne Blanc"),
        (
            "REG-23",
            "Vous êtes sur le point de valider la demande d'adhésion de l'entité Laboratoire d'essai",
            "You are about to validate the adhesion request of the entity Laboratoire d'essai",
        ),
        (
            "REG-23",
            "informations fournies par le futur référent DINAMIS : Léa Petit (lea.petit@labo.example)",
            "Léa Petit (lea.petit@labo.example)",
        ),
        *(
            ("REG-23", fr, en)
            for fr, en in (
                ("Informations de l'Entité", "The entity"),
                ("Secteur d'activité", "Sector of activity"),
                ("Représentant Légal", "Legal representative"),
                ("Référent", "DINAMIS contact"),
            )
        ),
        ("REG-24", "1. Charte d'utilisation DINAMIS", "1. DINAMIS charter of use"),
        (
            "REG-24",
            "J'atteste avoir pris connaissance de la Charte DINAMIS *",
            "note of the DINAMIS Charter *",
        ),
        *(
            (
                "REG-24",
                f"J'atteste avoir pris connaissance des licences d'utilisation des images {sensor} *",
                f"the licences for the use of {sensor} images *",
            )
            for sensor in ("SPOT 6-7", "Pléiades CAT1", "Pléiades ISIS", "Pléiades PWH", "Pléiades Néo")
        ),
        ("REG-25", "Le bouton de validation reste inactif", "The button stays inactive"),
        (
            "REG-26",
            "Valider électroniquement l'acte d'adhésion",
            "Validate the deed of adhesion electronically",
        ),
        (
            "REG-27",
            "L'adhésion sera effective après une instruction positive par l'instance DINAMIS",
            "takes effect after a positive instruction by the DINAMIS body",
        ),
        (
            "REG-29",
            "Un Acte d'Adhésion DINAMIS (PDF) vous sera transmis : il est à conserver",
            "is to be kept",
        ),
    ),
    *rows(
        "public validated",
        (
            "REG-21",
            "La demande est transmise à l'instance DINAMIS pour instruction",
            "sent to the DINAMIS body",
        ),
        (
            "REG-30",
            "Une notification vous parviendra dès que l'entité sera créée.",
            "as soon as the entity is created",
        ),
    ),
    *rows(
        "rnd mission",
        ("REG-31", "Formulaire d'adhésion en 7 points", "Adhesion form in 7 points"),
        ("REG-33", "4 Mission de l'Entité", "4 Mission of the entity"),
        ("REG-34", "Titre de la mission *", "Title of the mission *"),
        (
            "REG-34",
            "Période de validité (JJ/MM/AAAA - JJ/MM/AAAA) *",
            "Period of validity (DD/MM/YYYY - DD/MM/YYYY) *",
        ),
        ("REG-35", "Zone d'intérêt", "Area of interest"),
        *(
            ("REG-35", fr, en)
            for fr, en in (
                ("NORD", "NORTH"),
                ("OUEST", "WEST"),
                ("EST", "EAST"),
                ("SUD", "SOUTH"),
                ("Étendue", "Extent"),
            )
        ),
        ("REG-35", 'class="pointer"', 'class="pointer"'),
        ("REG-36", "Données souhaitées *", "Wanted data *"),
        ("REG-36", "Capteurs *", "Sensors *"),
        ("REG-36", "Ajouter une ligne", "Add a line"),
        (
            "REG-37",
            "Importer un fichier de description de votre projet de R&D",
            "description file of your R&D project",
        ),
        ("REG-37", "taille maximale : 25 Mo", "largest size: 25 MB"),
        ("REG-32", "Télécharger le modèle à compléter", "Download the template to fill in"),
    ),
    *rows(
        "rnd submit",
        ("REG-43", "Nature Recherche & Développement", "Nature Research and development"),
        (
            "REG-43",
            "Période de validité 28/10/2025 - 01/10/2026",
            "Period of validity 2025-10-28 - 2026-10-01",
        ),
        ("REG-43", "NORD 43,7129, OUEST 3,6872, EST 4,0313, SUD 43,504", "NORTH 43.7129, WEST 3.6872"),
        ("REG-43", "SPOT 6/7, 01/01/2020 - 31/12/2022", "SPOT 6/7, 2020-01-01 - 2022-12-31"),
        ("REG-43", "Fichier de description MonProjetRD.pdf", "Description file MonProjetRD.pdf"),
    ),
    *rows(
        "partner partner",
        ("REG-38", "Formulaire d'adhésion en 9 points", "Adhesion form in 9 points"),
        ("REG-38", "8 Soumettre", "8 Submit"),
        ("REG-38", "3bis", "3bis"),
        (
            "REG-40",
            "Choisissez une Entité partenaire dans la liste ci-dessous",
            "Choose a partner entity in the list below",
        ),
        ("REG-40", "Je cherche...", "I am looking for..."),
        ("REG-40", "Nom Acronyme Nationalité", "Name Acronym Nationality"),
        ("REG-40", 'type="checkbox"', 'type="checkbox"'),
        ("REG-40", "1 - 1 sur 1 < 1 / 1 >", "1 - 1 of 1 < 1 / 1 >"),
    ),
    *rows(
        "partner submit",
        ("REG-43", "Prestataire de la commande publique", "Contractor of public procurement"),
        (
            "REG-43",
            "Entité publique partenaire UMR TETIS d'exemple",
            "Public partner entity UMR TETIS d'exemple",
        ),
    ),
    *rows(
        "partner validated",
        ("REG-38", "doit maintenant valider le partenariat", "now has to validate the partnership"),
    ),
    *rows(
        "foreign project",
        ("REG-44", "4 Projet scientifique", "4 Scientific project"),
        (
            "REG-44",
            "Importer un fichier de description de votre projet scientifique",
            "file of your scientific project",
        ),
    ),
    *rows(
        "documents",
        ("SUP-06", "Charte d'utilisation DINAMIS", "DINAMIS charter of use"),
        ("SUP-06", "Description d'un projet de R&D", "Description of an R&D project"),
        ("SUP-06", "Fiche : quotas et tarifs", "Sheet: quotas and tariffs"),
        ("SUP-06", "Licence d'utilisation des images Pléiades Néo", "Licence of use of Pléiades Neo images"),
    ),
    *rows("verify", ("REG-29", "Vérifier un acte d'adhésion", "Verify a deed of adhesion")),
    *rows("letter_check_address", ("REG-04", "Vérification de votre adresse", "Check of your address")),
    *rows(
        "letter_adhesion_texts",
        (
            "REG-19",
            "La charte et les licences d'utilisation des images sont jointes",
            "the licences of use of the images",
        ),
    ),
    *rows(
        "letter_validation_link", ("REG-20", "validez électroniquement la demande", "validate electronically")
    ),
    *rows(
        "letter_deed",
        ("REG-29", "L'Acte d'Adhésion DINAMIS est joint à ce message : conservez-le", "keep it"),
    ),
    *rows(
        "letter_entity_created",
        ("REG-30", "L'entité Laboratoire d'essai est créée", "Laboratoire d'essai is created"),
    ),
    *rows("letter_partnership_to_validate", ("REG-41", "Valider le partenariat", "validate the partnership")),
    *rows(
        "states",
        ("REG-28", "Validée Refusée En instruction Clôturée", "Validated Refused Under instruction Closed"),
    ),
    *rows("portal", ("SUP-08", "/registry/email", "/registry/email")),
]
OWN = {f"REG-{number:02d}" for number in (*range(1, 31), *range(31, 42), 43, 44)} | {"SUP-06", "SUP-08"}


class Tour:
    """Every page of adhesion in one language, as text with its marks of HTML after it."""

    def __init__(self, folder: Path, language: str) -> None:
        self.context = create_context(Settings(data_dir=folder))
        self.pages: dict[str, str] = {}
        self.language = language
        with TestClient(create_app(self.context), TEST_CLIENT_URL) as client:
            self.client = client
            partner(self.context)
            person = self.person("public")
            for name, address in {
                "portal": "/registry", "found": "/registry?entity=tetis", "email": "/registry/email",
                "documents": "/documents", "verify": "/registry/verify",
            }.items():  # fmt: skip
                person.open(address)
                self.keep(name, person)
            person.open("/registry/email")
            person.send("/registry/email", email="lea@gmail.com")
            self.keep("refused email", person)
            person.send("/registry/email", email="lea@labo.example")
            self.keep("sent", person)
            self.walk("public")
            for variant, until in (("rnd", False), ("partner", True), ("foreign", False)):
                self.walk(variant, whole=until)
            self.letters()
            self.pages["states"] = " ".join(
                TITLES[one].told("en" if language == "en" else "fr")
                for one in (State.VALIDATED, State.REFUSED, State.INSTRUCTION, State.CLOSED)
            )
        self.context.catalogue.close()
        self.context.database.close()

    def person(self, variant: str) -> Filling:
        return Filling(self.client, self.context, variant, self.language)

    def keep(self, name: str, person: Filling) -> None:
        self.pages[name] = f"{person.shown} {person.page.text}"

    def walk(self, variant: str, *, whole: bool = True) -> None:
        """One form step by step, then to the signature."""
        person = self.person(variant)
        person.begin()
        for _ in range(9):
            step = person.at
            self.keep(f"{variant} {step}", person)
            if step == "submit":
                break
            files = {"project_file": ("MonProjetRD.pdf", io.BytesIO(a_pdf()), "application/pdf")}
            values = dict(person.values(step))
            if step == "partner":
                values["entity_id"] = partner(self.context).id
            with_file = (variant, step) in {("rnd", "mission"), ("foreign", "project")}
            person.go(files=files if with_file else None, **values)
        if not whole:
            return
        person.go("accept")
        self.keep(f"{variant} accepted", person)
        link = link_in(self.context, mails(self.context, "letter_validation_link")[-1])
        person.open(f"/registry/validation?link={link}")
        self.keep(f"{variant} validation", person)
        person.validate()
        self.keep(f"{variant} validated", person)
        with self.context.database.session() as session:  # another form of the same person may follow
            for one in session.query(Adhesion):
                one.email, one.state = f"{one.id}@labo.example", "refused"

    def letters(self) -> None:
        facts = {
            "entity": "Laboratoire d'essai", "referent": "Léa Petit", "representative": "Anne Blanc",
            "contractor": "Bureau", "title": "MaMission",
        }  # fmt: skip
        language = "en" if self.language == "en" else "fr"
        for topic in {row.where for row in TABLE if row.where.startswith("letter_")}:
            told = {} if topic == "letter_check_address" else facts
            self.pages[topic] = " ".join(" ".join(worded(topic, None, told, language)).split())


@pytest.fixture(scope="module", params=["fr", "en"])
def tour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    return Tour(tmp_path_factory.mktemp("tour") / "data", request.param)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.id} {row.where}: {row.fr[:40]}")
def test_it_is_there(tour: Tour, row: Row) -> None:
    assert (row.en if tour.language == "en" else row.fr) in tour.pages[row.where]


def test_every_capability_of_adhesion_is_in_the_table() -> None:
    """REG-37, REG-39 and REG-42 beside: what is not to be seen, and what referents do."""
    assert {row.id for row in TABLE} | {"REG-39"} == OWN


def test_the_mission_of_a_partnership_has_no_file(tour: Tour) -> None:
    """REG-39."""
    assert 'name="project_file"' in tour.pages["rnd mission"]
    assert 'name="project_file"' not in tour.pages["partner mission"]


def test_mandatory_fields_are_marked_for_programs_too(tour: Tour) -> None:
    """REG-11: a star stands where a browser asks for a value."""
    for name in ("public entity", "public sector", "public legal_representative", "public referent"):
        for label, control in re.findall(
            r"<label for=[^>]*>(.*?)</label>\s*<(?:input|select)([^>]*)>", tour.pages[name], re.DOTALL
        ):
            assert ('class="must"' in label) == (" required" in control) or "readonly" in control, (
                name,
                label,
            )


def test_each_of_them_is_said_to_be_built() -> None:
    lines = [
        line for line in CAPABILITIES.read_text("utf-8").splitlines() if re.match(r"\| (REG|SUP)-", line)
    ]
    built: set[str] = set()
    for line in lines:
        ids, where = line.split("|")[1], line.split("|")[3].strip()
        for first, last in re.findall(r"(?:REG|SUP)-(\d+)(?: to (?:REG|SUP)-(\d+))?", ids):
            kind = "REG" if "REG" in ids else "SUP"
            if where != "-":
                built |= {f"{kind}-{number:02d}" for number in range(int(first), int(last or first) + 1)}
    assert built >= OWN - {"REG-27"}
