"""Requests judged by the published table, or by a change of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from importlib import resources
from typing import Any

from dinamis_service.quotas.reasons import Level
from dinamis_service.quotas.rules import Assessment, assess
from dinamis_service.quotas.table import QuotaTable, RequestKind, Sensor, read_table

SEED = json.loads(resources.files("dinamis_service.quotas").joinpath("seed.json").read_text("utf-8"))
TABLE = read_table(SEED, 2026, 1)
ARCHIVE, PROGRAMMING = RequestKind.ARCHIVE, RequestKind.PROGRAMMING


def changed_table(change: Callable[[Any], object]) -> QuotaTable:
    content = copy.deepcopy(SEED)
    change(content["sensors"])
    return read_table(content, 2026, 2)


def judge(user_kind: Any, sensor: Sensor, kind: RequestKind, area: str | Decimal, **extra: Any) -> Assessment:
    return assess(extra.pop("table", TABLE), user_kind, sensor, kind, Decimal(area), **extra)


def told(judged: Assessment, level: Level) -> str:
    return " ".join(one.words.fr for one in judged.messages if one.level is level)
