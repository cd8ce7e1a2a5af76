"""Days and moments in queries: written as RFC 3339 does, and no number that happens to be taken for one."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from dinamis_service.catalogue.moments import parse_moment

_DAY = re.compile(r"\d{4}-\d\d-\d\d", flags=re.ASCII)


def _moment(value: Any) -> Any:
    try:
        return parse_moment(value) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        raise PydanticCustomError("datetime_parsing", "a date and time is expected") from None


def _day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "a date is expected")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
