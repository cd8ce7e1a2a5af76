"""What the plugin tells a person: a notice for every error, with a way out where there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication

from ..domain import errors
from ..domain.errors import AoiError, AoiProblem, DinamisError, KeyProblem, SigningKeyError

translate = QCoreApplication.translate


class NoticeLevel(Enum):
    """How much a notice matters."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class NoticeAction:
    """A button beside a notice."""

    label: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Notice:
    """One message: a title, a sentence, what to do next, and perhaps a button.

    Attributes:
        detail: what the service or the system said word for word, for the fold-out; may be empty.
        fields: message by field of a form, where the error is about fields.
    """

    level: NoticeLevel
    title: str
    text: str
    hint: str = ""
    detail: str = ""
    action: NoticeAction | None = None
    fields: tuple[tuple[str, str], ...] = ()

    def with_action(self, label: str, run: Callable[[], object]) -> Notice:
        """The same notice with a button."""
        return replace(self, action=NoticeAction(label, run))


_Words = tuple[str, str, str]  # title, text, hint


def notice_for(error: DinamisError) -> Notice:
    """Turn an error into a translated notice; unknown errors are shown as faults of the program."""
    title, text, hint = _words(error)
    fields = tuple(error.fields.items()) if isinstance(error, errors.InvalidRequestError) else ()
    level = NoticeLevel.WARNING if isinstance(error, _MILD) else NoticeLevel.ERROR
    return Notice(level, title, text, hint, error.detail if error.detail != text else "", fields=fields)


_MILD: tuple[type[DinamisError], ...] = (
    errors.NotSignedInError,
    errors.SigningKeyError,
    errors.TooManyRequestsError,
    errors.UnavailableError,
    errors.ConflictError,
    errors.InvalidRequestError,
    errors.SignInExpiredError,
    errors.CancelledError,
)


def _words(error: DinamisError) -> _Words:
    if isinstance(error, AoiError):
        return _aoi_words(error)
    if isinstance(error, SigningKeyError):
        return _key_words(error)
    table = _table()
    for kind in type(error).__mro__:
        if kind in table:
            title, text, hint = table[kind]
            return title, _said(error) or text, _pause(error) or hint
    return (
        translate("Dinamis", "Unexpected error"),
        translate("Dinamis", "The plugin met an error that it did not foresee."),
        translate("Dinamis", "The log tab DINAMIS holds the details."),
    )


def _said(error: DinamisError) -> str:
    """The sentence of the service, which knows better why it refuses, or that of a rule of ours."""
    if isinstance(error, errors.InvalidRequestError):
        rules = _rules()
        broken = [rules[problem] for problem in error.fields.values() if problem in rules]
        if broken:
            return " ".join(broken)
    refusals = (
        errors.ForbiddenError,
        errors.ConflictError,
        errors.InvalidRequestError,
        errors.NotFoundError,
    )
    return error.detail if isinstance(error, refusals) else ""


def _rules() -> dict[str, str]:
    """The rules of the domain, by the codes that it puts beside the fields."""
    return {
        "after_end": translate("Dinamis", "The first day comes after the last one."),
        "not_here": translate("Dinamis", "This catalogue does not tell what is covered."),
        "not_an_address": translate("Dinamis", "This is not the address of a service."),
        "sensors": translate("Dinamis", "One request is for scenes of one sensor that can be ordered."),
        "missing": translate("Dinamis", "Something that is required is missing."),
        "not_a_search": translate("Dinamis", "This is not a saved search of DINAMIS."),
        "broken_area": translate("Dinamis", "An area of this saved search cannot be read."),
    }


def _pause(error: DinamisError) -> str:
    pause = getattr(error, "retry_after_s", None)
    if not pause:
        return ""
    return translate("Dinamis", "Try again in {seconds} s.").format(seconds=int(pause))


def _table() -> dict[
    type[DinamisError], _Words
]:  # built at each call: the language is only known at run time
    return {**_connection_words(), **_access_words(), **_request_words(), **_local_words()}


def _connection_words() -> dict[type[DinamisError], _Words]:
    return {
        errors.TimedOutError: (
            translate("Dinamis", "No answer in time"),
            translate("Dinamis", "The service, or the network to it, took too long to answer."),
            translate(
                "Dinamis", "Nothing was lost. Try again; if it lasts, check the network and QGIS's proxy."
            ),
        ),
        errors.UntrustedCertificateError: (
            translate("Dinamis", "Certificate not trusted"),
            translate("Dinamis", "The server shows a certificate that QGIS does not trust."),
            translate(
                "Dinamis",
                "If it is that of your institution or of its proxy, add the authority in QGIS's options under"
                " Authentication; otherwise tell the service desk.",
            ),
        ),
        errors.ServiceUnreachableError: (
            translate("Dinamis", "Service not reachable"),
            translate("Dinamis", "Nothing answers at the address of the service."),
            translate("Dinamis", "Check the address, the network and the proxy set in QGIS's options."),
        ),
        errors.NotDinamisError: (
            translate("Dinamis", "Not a DINAMIS service"),
            translate("Dinamis", "Something answers at this address, but it is not a DINAMIS service."),
            translate("Dinamis", "Check the address of the service."),
        ),
        errors.BadAnswerError: (
            translate("Dinamis", "Answer not understood"),
            translate("Dinamis", "The service answered something that the plugin cannot read."),
            translate(
                "Dinamis", "A proxy or a login page of the network may stand in between. Try again later."
            ),
        ),
        errors.ServiceFailureError: (
            translate("Dinamis", "The service failed"),
            translate("Dinamis", "The service met an error of its own."),
            translate("Dinamis", "Nothing was lost. Try again in a moment."),
        ),
        errors.UnavailableError: (
            translate("Dinamis", "Service not available"),
            translate("Dinamis", "The service is there, but cannot work at the moment."),
            translate("Dinamis", "Try again in a few minutes."),
        ),
        errors.TooManyRequestsError: (
            translate("Dinamis", "Too many requests"),
            translate("Dinamis", "The service asks for a pause."),
            translate("Dinamis", "Try again in a moment."),
        ),
        errors.CancelledError: (
            translate("Dinamis", "Cancelled"),
            translate("Dinamis", "The work was stopped."),
            "",
        ),
    }


def _access_words() -> dict[type[DinamisError], _Words]:
    return {
        errors.NotSignedInError: (
            translate("Dinamis", "Sign-in needed"),
            translate("Dinamis", "The session is over, or you are not signed in."),
            translate("Dinamis", "Sign in, then try again."),
        ),
        errors.SignInDeniedError: (
            translate("Dinamis", "Sign-in refused"),
            translate("Dinamis", "The sign-in was refused in the browser."),
            translate("Dinamis", "Start again if this was not meant."),
        ),
        errors.SignInExpiredError: (
            translate("Dinamis", "Sign-in expired"),
            translate("Dinamis", "The code was not confirmed in time, or the session has ended."),
            translate("Dinamis", "Sign in again."),
        ),
        errors.ForbiddenError: (
            translate("Dinamis", "Not allowed"),
            translate("Dinamis", "Your account does not give access to this."),
            translate("Dinamis", "The DINAMIS referent of your entity can tell what your account allows."),
        ),
    }


def _request_words() -> dict[type[DinamisError], _Words]:
    return {
        errors.NotFoundError: (
            translate("Dinamis", "Not found"),
            translate("Dinamis", "The service does not know this any more."),
            translate("Dinamis", "Search again: the catalogue may have changed."),
        ),
        errors.ConflictError: (
            translate("Dinamis", "Not possible now"),
            translate("Dinamis", "This contradicts what the service already holds."),
            translate("Dinamis", "Refresh the list, then try again."),
        ),
        errors.InvalidRequestError: (
            translate("Dinamis", "Something is not right in the form"),
            translate("Dinamis", "The service refuses what was filled in."),
            translate(
                "Dinamis", "Correct the fields that are marked. Nothing was sent twice, nothing was lost."
            ),
        ),
    }


def _key_words(error: SigningKeyError) -> _Words:
    """A signing service of its own does not know the person."""
    choose = translate("Dinamis", "Choose the configuration that holds your key in the options.")
    texts = {
        KeyProblem.MISSING: (
            translate("Dinamis", "{host} signs these images only for those who have a key of it."),
            translate(
                "Dinamis",
                "Make a key on its web page, keep it in QGIS's authentication configurations, then choose it"
                " in the options.",
            ),
        ),
        KeyProblem.LOCKED: (
            translate("Dinamis", "The key of {host} is encrypted with QGIS's master password."),
            translate("Dinamis", "Give the master password to use it."),
        ),
        KeyProblem.UNUSABLE: (
            translate("Dinamis", "The configuration chosen for {host} is gone, or holds no key."),
            choose,
        ),
        KeyProblem.REFUSED: (
            translate("Dinamis", "{host} does not accept your key: it was revoked, or mistyped."),
            translate("Dinamis", "Make another one on its web page, and put it into the configuration."),
        ),
    }
    text, hint = texts[error.problem]
    return translate("Dinamis", "Key needed"), text.format(host=error.host), hint


def _local_words() -> dict[type[DinamisError], _Words]:
    return {
        errors.DiskFullError: (
            translate("Dinamis", "Disk full"),
            translate("Dinamis", "There is not enough room on the disk for this file."),
            translate(
                "Dinamis", "Free some room, then start the download again. The project is not touched."
            ),
        ),
        errors.FileGoneError: (
            translate("Dinamis", "File not reachable"),
            translate("Dinamis", "The file or folder is not there any more, or cannot be written."),
            translate("Dinamis", "Choose another folder."),
        ),
        errors.DamagedFileError: (
            translate("Dinamis", "File not as promised"),
            translate("Dinamis", "What came is not the file that the catalogue describes; nothing was kept."),
            translate("Dinamis", "Try again; if it lasts, tell the service desk the name of the scene."),
        ),
        errors.OutsideImageError: (
            translate("Dinamis", "Outside the image"),
            translate("Dinamis", "The area of interest does not touch this image."),
            translate("Dinamis", "Choose another area, or download the whole image."),
        ),
        errors.NotClippableError: (
            translate("Dinamis", "Not to be cut"),
            translate("Dinamis", "No part of this image can be fetched alone."),
            translate("Dinamis", "Download the whole image."),
        ),
        errors.CorruptImageError: (
            translate("Dinamis", "Image not readable"),
            translate("Dinamis", "The image was found, but its content cannot be read."),
            translate("Dinamis", "Tell the service desk of DINAMIS the name of the scene."),
        ),
    }


def _aoi_words(error: AoiError) -> _Words:
    title = translate("Dinamis", "Area not usable")
    texts = {
        AoiProblem.UNREADABLE: (
            translate("Dinamis", "This file cannot be read as a map layer."),
            translate(
                "Dinamis", "GeoPackage, GeoJSON, Shapefile (also zipped), KML, KMZ and GPX are understood."
            ),
        ),
        AoiProblem.EMPTY: (
            translate("Dinamis", "There is no area in it."),
            translate("Dinamis", "Choose a layer with at least one polygon."),
        ),
        AoiProblem.NO_CRS: (
            translate("Dinamis", "It does not say its coordinate reference system."),
            translate("Dinamis", "Choose the coordinate reference system, then import it again."),
        ),
        AoiProblem.NOT_AREA: (
            translate("Dinamis", "It holds points or lines, but no area."),
            translate("Dinamis", "Draw a polygon, or make a buffer around the points or lines first."),
        ),
        AoiProblem.INVALID: (
            translate("Dinamis", "Its coordinates are not valid or could not be repaired."),
            translate("Dinamis", "Check its coordinate reference system and its geometry in QGIS."),
        ),
        AoiProblem.OUTSIDE: (
            translate("Dinamis", "It lies where its coordinate reference system has no meaning."),
            translate(
                "Dinamis", "Check that its coordinates and its coordinate reference system belong together."
            ),
        ),
        AoiProblem.TOO_COMPLEX: (
            translate("Dinamis", "It has too many vertices."),
            translate("Dinamis", "Simplify it in QGIS, then import it again."),
        ),
        AoiProblem.TOO_LARGE: (
            translate("Dinamis", "It is too large to be read as an area."),
            translate("Dinamis", "Open it in QGIS, select what you need, and take the selected features."),
        ),
        AoiProblem.NOT_TEXT: (
            translate("Dinamis", "The clipboard holds no area."),
            translate("Dinamis", "WKT, EWKT, GeoJSON, KML, GPX and features copied in QGIS are understood."),
        ),
        AoiProblem.NO_SELECTION: (
            translate("Dinamis", "No feature is selected."),
            translate("Dinamis", "Select polygons in any layer of the map, then try again."),
        ),
    }
    text, hint = texts[error.kind]
    return title, text, hint
