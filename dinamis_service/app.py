"""Composition root of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from dinamis_service import __version__, discovery, errors, middleware, migrations, openapi
from dinamis_service.catalogue import collections
from dinamis_service.catalogue import routes as catalogue_routes
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.catalogue.freetext import routes as freetext_routes
from dinamis_service.catalogue.freetext.wide_areas import wide_areas
from dinamis_service.clock import Clock, utc_now
from dinamis_service.context import Context
from dinamis_service.db import Database
from dinamis_service.identity import routes as identity_routes
from dinamis_service.identity.service import Identity
from dinamis_service.notifications import routes as notifications_routes
from dinamis_service.notifications.outbox import Outbox
from dinamis_service.notifications.sender import Sender
from dinamis_service.notifications.transports import transport_of
from dinamis_service.quotas import routes as quotas_routes
from dinamis_service.quotas import store as quota_tables
from dinamis_service.registry import legal_texts
from dinamis_service.registry.upkeep import Upkeep
from dinamis_service.regular import Regular
from dinamis_service.requests import calls
from dinamis_service.requests import routes as requests_routes
from dinamis_service.requests.deliverer import Deliverer
from dinamis_service.routing import take_in
from dinamis_service.searches import routes as searches_routes
from dinamis_service.settings import Settings
from dinamis_service.signing import routes as signing_routes
from dinamis_service.storage import routes as storage_routes
from dinamis_service.storage.stores import open_objects
from dinamis_service.web import routes as web_routes

CALLS_POLL_S = 60.0
"""Between two looks for calls for requests that open."""


def create_context(settings: Settings, clock: Clock = utc_now) -> Context:
    """Open the databases and stores that `settings` name, with the newest schema and every collection."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.state_url)
    migrations.upgrade(database)
    with database.session() as session:
        quota_tables.seed(session, clock())
        calls.seed(session, clock())
        legal_texts.seed(session, clock())
    catalogue = open_catalogue(settings)
    collections.install(catalogue)
    return Context(
        settings=settings,
        clock=clock,
        database=database,
        catalogue=catalogue,
        objects=open_objects(settings),
        identity=Identity(database, settings, clock),
    )


def create_app(context: Context) -> FastAPI:
    """The whole service over an open context, closed when the application stops."""
    outbox = Outbox(context.database, context.settings, context.clock)
    helpers = (
        Sender(outbox, transport_of(context.settings)),
        Regular("calls", lambda: calls.announce_openings(context.database, context.clock()), CALLS_POLL_S),
        Deliverer(context),
        Upkeep(context),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        context.catalogue.expect(wide_areas(context.settings.gazetteer_file))
        for helper in helpers:
            helper.start()
        yield
        for helper in helpers:
            helper.stop()
        context.identity.close()
        context.catalogue.close()
        context.database.close()

    app = FastAPI(title=context.settings.title, version=__version__, lifespan=lifespan, openapi_url=None)
    errors.install(app)
    openapi.install(app, context)
    catalogue_routes.mount(app, context)  # stac-fastapi builds on the application itself, under /stac
    for routes in (
        discovery,
        freetext_routes,
        identity_routes,
        storage_routes,
        signing_routes,
        quotas_routes,
        requests_routes,
        notifications_routes,
        searches_routes,
        web_routes,
    ):
        take_in(app, routes.build_router(context))
    app.add_middleware(middleware.BodyLimit, settings=context.settings)
    app.add_middleware(middleware.Compression)
    app.add_middleware(middleware.SecurityHeaders)
    app.add_middleware(middleware.AccessLog)  # added last, hence outermost
    return app
