"""What a request would take, as `/api/estimate` tells it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dinamis_service.language import Language
from dinamis_service.quotas.reasons import Level
from dinamis_service.requests.orders import Estimated


def estimate_document(estimated: Estimated, language: Language) -> dict[str, Any]:
    """What a request would take, every reason in the language of the reader."""
    judged = estimated.judged
    told = [(Level.INFO, repair) for repair in estimated.zone.repairs]
    told += [(one.level, one.words) for one in judged.messages]
    if estimated.no_call is not None:
        told.append((Level.ERROR, estimated.no_call))
    cents = judged.price.cents
    return {
        "year": judged.year,
        "version": judged.version,
        "sensor": judged.sensor.value,
        "area_km2": float(judged.area_km2),
        "counted_km2": float(judged.counted_km2),
        "quota_km2": None if judged.quota_km2 is None else float(judged.quota_km2),
        "share": None if judged.share is None else float(judged.share),
        "excess_km2": float(judged.excess_km2),
        "package_km2": float(judged.package_km2),
        "minimum_km2": float(judged.minimum_km2),
        "payment": judged.payment.value,
        "price": {
            "unit": judged.price.unit.value,
            "quantity": float(judged.price.quantity),
            "eur": None if cents is None else cents / 100,
            "tranches": list(judged.price.tranches),
        },
        "credits": None if judged.credits is None else asdict(judged.credits),
        "budget": None
        if judged.budget is None
        else {"left_eur": judged.budget.left_cents / 100, "enough": judged.budget.enough},
        "messages": [{"level": level.value, "text": words.told(language)} for level, words in told],
        "acceptable": judged.acceptable and estimated.no_call is None,
    }
