"""django-oauth-toolkit as an OpenID Connect issuer, run as a process of its own: another implementation.

`python django_issuer.py FOLDER` serves on a free port of the loopback and writes FOLDER/ready.json with its
address. People are read from FOLDER/people.json whenever they are asked for: e-mail address to claims.
Clients whose name begins with `jwt-` get access tokens that are JWT, the others opaque ones.
"""

from __future__ import annotations

import json
import os
import socketserver
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings
from joserfc.jwk import RSAKey

SECRET = "a secret of the pages"  # pragma: allowlist secret
CALLBACKS = "http://127.0.0.1/sign-in/callback"
LOGIN = """<html><body><form method="post" action="">{% csrf_token %}{{ form.as_p }}
<input type="hidden" name="next" value="{{ next }}"><button>Log in</button></form></body></html>"""
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPES = ("openid", "offline_access", "profile", "email", "introspection")


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """Answers several at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def configure(folder: Path, base: str) -> None:
    """Set Django up with nothing but accounts and the provider."""
    middleware = ("sessions.middleware.SessionMiddleware", "auth.middleware.AuthenticationMiddleware")
    template = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [folder / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
    settings.configure(
        PEOPLE=folder / "people.json",
        ISSUER=f"{base}/o",
        SECRET_KEY="of a test",  # pragma: allowlist secret
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="django_issuer_parts",
        LOGIN_URL="/login/",
        AUTHENTICATION_BACKENDS=["django_issuer_parts.People"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "django.sqlite"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            f"django.contrib.{middleware[0]}",
            "django.middleware.csrf.CsrfViewMiddleware",
            f"django.contrib.{middleware[1]}",
        ],
        TEMPLATES=[template],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGGING={
            "version": 1,
            "handlers": {"log": {"class": "logging.StreamHandler"}},
            "loggers": {"django": {"handlers": ["log"], "level": "WARNING"}},
        },
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OAUTH2_VALIDATOR_CLASS": "django_issuer_parts.Validator",
            "ACCESS_TOKEN_GENERATOR": "django_issuer_parts.access_token",
            "REFRESH_TOKEN_GENERATOR": "oauthlib.oauth2.rfc6749.tokens.random_token_generator",
            "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
            "DEVICE_FLOW_INTERVAL": 1,
            "OAUTH_DEVICE_VERIFICATION_URI": f"{base}/o/device/",
            "SCOPES": {name: name for name in SCOPES},
        },
    )
    (folder / "templates" / "registration").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / "registration" / "login.html").write_text(LOGIN, encoding="utf-8")
    django.setup()


def fill() -> None:
    """Make the tables and the clients."""
    # Django has to be set up before its parts are read
    from django.core.management import call_command  # noqa: PLC0415
    from oauth2_provider.models import Application  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for prefix in ("", "jwt-", "jwt-other-", "other-"):
        Application.objects.create(
            client_id=f"{prefix}dinamis-web",
            client_secret=SECRET,
            client_type="confidential",
            authorization_grant_type="authorization-code",
            redirect_uris=CALLBACKS,
            algorithm="RS256",
            name="Pages of DINAMIS",
        )
        Application.objects.create(
            client_id=f"{prefix}dinamis-qgis",
            client_type="public",
            authorization_grant_type=DEVICE_CODE,
            algorithm="RS256",
            name="QGIS",
        )


def main(folder: Path) -> None:
    """Serve until killed."""
    server = Server(("127.0.0.1", 0), Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    configure(folder, base)
    fill()
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    server.set_app(get_wsgi_application())
    draft = folder / f"ready.{os.getpid()}"
    draft.write_text(json.dumps({"url": base}), encoding="utf-8")
    draft.rename(folder / "ready.json")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
