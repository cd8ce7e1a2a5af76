"""Which catalogue engine the settings name."""

from __future__ import annotations

from dinamis_service.catalogue.engine import CatalogueEngine
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.settings import Settings


def open_catalogue(settings: Settings) -> CatalogueEngine:
    """The catalogue of these settings, made when absent.

    Raises:
        CatalogueDownError: the PostgreSQL database cannot be reached.
    """
    if settings.catalogue_url is None:
        return SqliteCatalogue(settings.catalogue_file, search_s=settings.search_max_s)
    # here, because the embedded engine needs neither the time nor the memory of what it imports
    from dinamis_service.catalogue.pgstac import PgstacCatalogue  # noqa: PLC0415

    return PgstacCatalogue(settings.catalogue_url, reading_s=settings.search_max_s)
