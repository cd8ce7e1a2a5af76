"""The log tab of the plugin; nothing secret passes."""

from __future__ import annotations

import re
import traceback
from urllib.parse import unquote

from qgis.core import Qgis, QgsMessageLog

from ..domain.signed_url import strip_signature

TAB = "DINAMIS"

_SECRETS = (
    (re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+"), r"\1***"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "***"),
    (
        re.compile(r"(?i)((?:access|refresh|id)_token|device_code|secret-key)([\"'=:\s]+)[^\s\"'&,}]+"),
        r"\1\2***",
    ),
)


def redact(text: str) -> str:
    """Replace tokens by stars and take signatures out of addresses."""
    text = strip_signature(text)
    for pattern, stars in _SECRETS:
        text = pattern.sub(stars, text)
    return text if "X-Amz-Signature" not in unquote(text) else "***"


def info(text: str) -> None:
    """Note an event."""
    QgsMessageLog.logMessage(redact(text), TAB, Qgis.MessageLevel.Info, notifyUser=False)


def warning(text: str) -> None:
    """Note something that went wrong and was dealt with."""
    QgsMessageLog.logMessage(redact(text), TAB, Qgis.MessageLevel.Warning, notifyUser=False)


def fault(doing: str, error: BaseException) -> None:
    """Note an error of the program itself, with its traceback."""
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    QgsMessageLog.logMessage(redact(f"{doing}: {trace}"), TAB, Qgis.MessageLevel.Critical, notifyUser=False)
