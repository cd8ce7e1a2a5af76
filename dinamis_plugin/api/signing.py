"""Addresses that open without credentials for a while (CAT-37)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain.errors import BadAnswerError, DinamisError, ForbiddenError, NotFoundError, NotSignedInError
from ..domain.parsing import mapping_of, text_of, utc_of
from ..domain.secret import Secret
from ..domain.signed_url import SignedUrl, expiry_of, is_signed, strip_signature
from .http import Cancel, HttpClient, never

BATCH = 64
NOT_SIGNED_IN = "not-signed-in"
"""Code of a refusal that a sign-in would help against."""


@dataclass(frozen=True)
class Refusal:
    """Why an address was not signed: a code of the contract, and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True)
class SignResult:
    """What was signed and what was not, by the address without a signature."""

    signed: Mapping[str, SignedUrl]
    refused: Mapping[str, Refusal]
    faults: Mapping[str, DinamisError] = field(default_factory=dict)


def only_address(result: SignResult) -> str:
    """Give the address of the one file that was to be signed.

    Raises:
        NotFoundError: It is not there.
        ForbiddenError: It is not signed.
        DinamisError: Who should sign it failed.
    """
    for fault in result.faults.values():
        raise fault
    for refusal in result.refused.values():
        error = NotFoundError if refusal.code == "not-found" else ForbiddenError
        raise error(refusal.detail)
    return next(iter(result.signed.values())).href


class SigningClient:
    """Has addresses signed by a service.

    Args:
        http: Its client.
        root: Address of its signing routes.
        headers: More headers of every call, such as those of a key.
    """

    def __init__(self, http: HttpClient, root: str, headers: Mapping[str, str] | None = None) -> None:
        self._http = http
        self._url = f"{root}/sign_urls"
        self._headers = dict(headers or {})

    def sign(
        self,
        urls: Iterable[str],
        duration_s: int | None = None,
        cancel: Cancel = never,
        *,
        anonymous: bool = False,
    ) -> SignResult:
        """Have any number of addresses signed, in batches.

        Times of expiry are by the clock of this machine, also when it differs from the service's.

        Args:
            urls: The addresses.
            duration_s: Life of the signatures, the service's choice when None.
            cancel: Says that nobody waits any more.
            anonymous: Nobody is signed in, and what is not open to everyone counts as refused.

        Raises:
            NotSignedInError: Nobody is signed in, or the key is not accepted.
            DinamisError: As `HttpClient` raises them.
        """
        wanted = list(dict.fromkeys(strip_signature(url) for url in urls))
        signed: dict[str, SignedUrl] = {}
        refused: dict[str, Refusal] = {}
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            try:
                self._sign_batch(batch, duration_s, cancel, signed, refused)
            except NotSignedInError as error:
                if not anonymous:
                    raise
                refused.update(dict.fromkeys(batch, Refusal(NOT_SIGNED_IN, error.detail)))
        return SignResult(signed, refused)

    def _sign_batch(
        self,
        batch: list[str],
        duration_s: int | None,
        cancel: Cancel,
        signed: dict[str, SignedUrl],
        refused: dict[str, Refusal],
    ) -> None:
        body: dict[str, object] = {"urls": batch}
        if duration_s is not None:
            body["duration_seconds"] = duration_s
        sent = self._http.post_json(self._url, body, headers=self._headers, repeatable=True, cancel=cancel)
        answer = _with_secrets(mapping_of(sent))
        del sent
        hrefs, refusals = answer.get("hrefs"), mapping_of(answer.get("refused"))
        if not isinstance(hrefs, dict):
            raise BadAnswerError.about("hrefs", "missing")
        expiry = utc_of(answer.get("expiry"))
        for url in batch:
            href = hrefs.get(url)
            if href:
                ends = (expiry_of(href) or expiry) if is_signed(href) else None
                signed[url] = SignedUrl(href, ends - self._http.clock_offset if ends else None)
            else:
                reason = mapping_of(refusals.get(url))
                refused[url] = Refusal(
                    text_of(reason.get("code")) or "unanswered", text_of(reason.get("detail"))
                )


def _with_secrets(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same answer, whose signed addresses do not show in descriptions of it."""
    hrefs = answer.get("hrefs")
    if not isinstance(hrefs, dict):
        return answer
    return {**answer, "hrefs": {url: Secret(text_of(href)) for url, href in hrefs.items()}}
