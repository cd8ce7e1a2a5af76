"""What can go wrong, as types: `controllers.messages` turns each one into a translated sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class DinamisError(Exception):
    """Root of every error that the plugin explains to a person.

    Attributes:
        detail: What the service or the system said, possibly empty, never holding a secret.
    """

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class ServiceUnreachableError(DinamisError):
    """No answer at all: refused connection, unknown host, cut cable, broken proxy or certificate."""


class TimedOutError(ServiceUnreachableError):
    """The service, or the network to it, took longer than the time allowed."""


class NotDinamisError(DinamisError):
    """Something answers at this address, but it is not a DINAMIS service."""


class NotSignedInError(DinamisError):
    """The call needs a signed-in member (401), and renewing the session did not help."""


class ForbiddenError(DinamisError):
    """The member may not do this (403)."""


class NotFoundError(DinamisError):
    """The service does not know what was asked for (404 or 410)."""


class ConflictError(DinamisError):
    """What was asked contradicts what the service already holds (409)."""


class ChangedMeanwhileError(ConflictError):
    """What was to be changed is not as it was read any more (412)."""


class InvalidRequestError(DinamisError):
    """The service, or a rule of ours, refuses what was filled in (400, 413 or 422).

    Attributes:
        fields: What is wrong, by field of the form; empty when no field is meant.
    """

    def __init__(self, detail: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.fields = dict(fields or {})


class TooManyRequestsError(DinamisError):
    """The service asks for a pause (429).

    Attributes:
        retry_after_s: Pause asked for, in seconds, None when not said.
    """

    def __init__(self, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ServiceFailureError(DinamisError):
    """The service failed (5xx other than 503, or a status that no rule of ours foresees).

    Attributes:
        status: HTTP status of the answer.
    """

    def __init__(self, detail: str = "", status: int = 500) -> None:
        super().__init__(detail)
        self.status = status


class UnavailableError(DinamisError):
    """The service is there but cannot work now (503).

    Attributes:
        retry_after_s: Pause asked for, in seconds, None when not said.
    """

    def __init__(self, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class BadAnswerError(DinamisError):
    """The service answered what its contract does not allow: not JSON, cut short, fields missing."""

    @classmethod
    def about(cls, what: str, problem: str) -> BadAnswerError:
        """Name the part of the answer that is wrong, and how."""
        return cls(f"{what}: {problem}")


class CancelledError(DinamisError):
    """The person, or the plugin on unloading, gave the work up."""


class SignInDeniedError(DinamisError):
    """The person refused the sign-in in the browser."""


class SignInExpiredError(DinamisError):
    """The code was not typed in time, or the session is over."""


class AoiProblem(Enum):
    """Why a geometry cannot be an area of interest."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NO_CRS = "no_crs"
    NOT_AREA = "not_area"
    INVALID = "invalid"
    OUTSIDE = "outside"
    TOO_COMPLEX = "too_complex"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NO_SELECTION = "no_selection"


class AoiError(DinamisError):
    """A geometry cannot be an area of interest.

    Attributes:
        kind: The reason.
    """

    def __init__(self, kind: AoiProblem, detail: str = "") -> None:
        super().__init__(detail)
        self.kind = kind


class DiskFullError(DinamisError):
    """There is not enough room on the disk for the file."""


class FileGoneError(DinamisError):
    """A file or folder that is needed is not there any more, or cannot be written."""


class DamagedFileError(DinamisError):
    """A file that came is not the one that the catalogue or the service describes: length or checksum."""


class OutsideImageError(DinamisError):
    """The area does not touch the image that shall be cut to it."""


class NotClippableError(DinamisError):
    """Only the whole of this file can be fetched, not what lies in an area."""


NO_PART = (NotClippableError, OutsideImageError)
"""Faults of a cut that the whole image does not have."""


class KeyProblem(Enum):
    """Why a signing service with keys does not know the person."""

    MISSING = "missing"
    LOCKED = "locked"
    """QGIS's authentication database is closed."""
    UNUSABLE = "unusable"
    """The chosen configuration is gone, or of a kind that holds no key."""
    REFUSED = "refused"


class SigningKeyError(DinamisError):
    """A signing service of its own wants a key that is not there, or refuses the one that is.

    Attributes:
        problem: The reason.
        host: The service.
    """

    def __init__(self, problem: KeyProblem, host: str, detail: str = "") -> None:
        super().__init__(detail)
        self.problem = problem
        self.host = host


class UntrustedCertificateError(ServiceUnreachableError):
    """A server shows a certificate of an authority that QGIS does not trust, or that is not valid."""


class CorruptImageError(DinamisError):
    """The image was reached but cannot be read."""
