"""Settings of the service, one per `DINAMIS_*` environment variable."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dinamis_service.catalogue.engine import SEARCH_S
from dinamis_service.identity.clients import read_clients
from dinamis_service.registry.kinds import ROLES
from dinamis_service.smtp_address import read_address

_MAILBOX = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
_ADDRESS = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"


class Settings(BaseSettings):
    """Everything an operator may set; each field is the variable `DINAMIS_<NAME>` in upper case."""

    model_config = SettingsConfigDict(
        env_prefix="DINAMIS_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # addresses may hold passwords
    )

    data_dir: Path = Field(Path("data"), description="Folder of the embedded databases, keys and objects")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer")
    public_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="Address clients use; by default the one of each request (its Host header)",
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Reverse proxies whose X-Forwarded-* headers are believed, separated by commas",
    )
    title: str = Field("DINAMIS", description="Name shown by clients and pages")
    time_zone: str = Field("Europe/Paris", description="Time in which pages and mails tell moments")
    drop_dir: Path | None = Field(
        None, description="Folder in which suppliers put deliveries, each a folder or an archive of its own"
    )
    dem_path: Path | None = Field(
        None,
        description="Terrain for raw deliveries, heights in metres above the ellipsoid;"
        " by default a flat ground",
    )
    demo: bool = Field(False, description="Tell clients that images are synthetic and accounts are examples")

    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the state; by default SQLite in data_dir/state.sqlite"
    )
    catalogue_url: str | None = Field(
        None,
        description="Address of a pgstac catalogue in PostgreSQL (postgresql://user:password@host/name);"
        " by default the catalogue is an SQLite file",
    )
    catalogue_path: Path | None = Field(
        None, description="SQLite file of the catalogue; by default data_dir/catalogue.sqlite"
    )
    gazetteer_path: Path | None = Field(
        None, description="SQLite file of the places' names; by default data_dir/gazetteer.sqlite"
    )
    objects_dir: Path | None = Field(None, description="Folder of the objects; by default data_dir/objects")
    objects_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="Address clients read objects at; by default the one of the S3 bucket, or /objects here",
    )
    s3_bucket: str | None = Field(
        None, description="Bucket of an S3 that holds the objects in place of the folder"
    )
    s3_endpoint: str | None = Field(
        None, pattern=_ADDRESS, description="Address of the S3, without the bucket; by default that of Amazon"
    )
    s3_region: str = Field("us-east-1", pattern=r"^[a-z0-9-]+$", description="Region of the S3")
    s3_key_id: str = Field("", description="Access key of the S3")
    s3_secret: SecretStr = Field(SecretStr(""), description="Secret key of the S3")

    smtp_url: SecretStr | None = Field(
        None,
        description="SMTP server for mails: smtp://host:port, starttls://user:password@host:port or smtps://...;"
        " by default they are written to data_dir/outbox",
    )
    mail_from: str = Field("DINAMIS <dinamis@localhost>", description="Sender of mails: Name <address>")

    reminder_days: int = Field(
        7, ge=1, le=90, description="Days before the end of an account or a mission when its people are told"
    )
    directory_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="Address of an external directory of people (THEIA), told of every account by"
        " PUT <address>/<account>; by default there is none",
    )
    directory_secret: SecretStr = Field(SecretStr(""), description="Bearer token of the external directory")
    contact_address: str | None = Field(
        None,
        description="Mailbox that messages of the contact form are sent to; they are kept for operators too",
    )
    pneo_contact_address: str | None = Field(
        None, description="Mailbox for questions about Pléiades Neo, shown on the contact page"
    )
    public_mail_domains: str = Field(
        "",
        description="More mail services whose addresses are not professional, separated by commas",
    )

    access_lifetime_s: int = Field(300, ge=1, description="Life of an access token, in seconds")
    refresh_lifetime_s: int = Field(30 * 86400, ge=1, description="Life of a refresh token, in seconds")
    refresh_grace_s: int = Field(
        60, ge=0, description="Time for a client that lost an answer to ask for its tokens again, in seconds"
    )
    browser_lifetime_s: int = Field(3600, ge=1, description="Life of a sign-in on the pages, in seconds")
    leaked_passwords: Path | None = Field(
        None,
        description="File of SHA-1 digests of leaked passwords, one a line, in order: nobody may choose them;"
        " by default the most common ones, which the service knows",
    )
    device_lifetime_s: int = Field(600, ge=1, description="Life of a device code, in seconds")
    device_interval_s: int = Field(5, ge=1, description="Shortest time between two polls, in seconds")
    key_age_days: int = Field(
        90,
        ge=0,
        description="Age at which the key that signs tokens is replaced, in days; 0: by command only",
    )
    clients_file: Path | None = Field(
        None,
        description="JSON file of further OpenID Connect clients: web applications, their redirect addresses",
    )

    issuer_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="OpenID Connect issuer that signs people in in place of ours; it is asked for its"
        " /.well-known/openid-configuration",
    )
    issuer_client_id: str = Field("dinamis-web", description="Our client at that issuer, for the pages")
    issuer_client_secret: SecretStr = Field(SecretStr(""), description="Secret of that client")
    issuer_device_client_id: str = Field(
        "dinamis-qgis",
        description="Public client at that issuer with which the plugin asks for a device code",
    )
    issuer_scope: str = Field("openid profile email", description="Scope that the pages ask that issuer for")
    issuer_tokens: Literal["jwt", "introspection", "userinfo"] = Field(
        "jwt",
        description="How its access tokens are checked: jwt by its keys; introspection for opaque ones;"
        " userinfo for opaque ones of an issuer that serves nobody but us, as no audience is seen then",
    )
    issuer_device_endpoint: str | None = Field(
        None, pattern=_ADDRESS, description="Its device authorization endpoint, where its document names none"
    )
    issuer_audience: str = Field(
        "dinamis", min_length=1, description="Audience that its access tokens have to name"
    )
    issuer_roles_claim: str = Field(
        "", description="Claim that lists roles, such as realm_access.roles; without it they are kept here"
    )
    issuer_roles: str = Field(
        "",
        description="Its names of roles and ours, such as dinamis-operator=operator, separated by commas;"
        " by default they bear our names",
    )
    issuer_entity_claim: str = Field(
        "",
        description="Claim that names the entity of somebody new by identifier, acronym or name; without it"
        " the person names it and waits for the referent",
    )
    issuer_emails_verified: bool = Field(
        False, description="Take its e-mail addresses for verified also where it does not say so"
    )
    issuer_timeout_s: float = Field(5, gt=0, le=60, description="Time it has for an answer, in seconds")
    issuer_cache_s: int = Field(
        60, ge=0, le=3600, description="Time for which what it said of a token is taken for true, in seconds"
    )

    signature_duration_s: int = Field(28800, ge=1, description="Life of a signed URL by default, in seconds")
    signature_max_duration_s: int = Field(
        6 * 86400, ge=1, description="Longest life of a signed URL a client may ask for, in seconds"
    )
    sign_batch_max: int = Field(64, ge=1, description="URLs of one signing call")
    sign_rate_max: int = Field(
        6000, ge=0, description="URLs that one person may have signed in a minute; 0 sets no limit"
    )
    search_limit_max: int = Field(1000, ge=1, description="Items of one page of a search")
    search_max_s: int = Field(
        SEARCH_S, ge=1, description="Longest time that a search of the catalogue may take, in seconds"
    )
    keep_mails_days: int = Field(180, ge=1, description="Life of a mail that was sent, in days")
    keep_news_days: int = Field(730, ge=1, description="Life of a notification, in days")
    keep_journal_days: int = Field(
        1095, ge=1, description="Time after which the journal of signatures forgets people, in days"
    )
    keep_access_days: int = Field(
        1095, ge=1, description="Life of a record of who looked at whose data, in days"
    )
    keep_contact_days: int = Field(730, ge=1, description="Life of a message of the contact form, in days")
    keep_closed_days: int = Field(
        730, ge=1, description="Time after which a closed or expired account forgets its person, in days"
    )
    body_max_bytes: int = Field(20 * 1024 * 1024, ge=1, description="Largest body of a request, in bytes")
    object_max_bytes: int = Field(
        50 * 1024**3, ge=1, description="Largest object that may be uploaded to a signed URL, in bytes"
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        """Refuse a name that this machine knows no time of."""
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = f"{name!r} is not a time zone that this machine knows; Europe/Paris is one"
            raise ValueError(msg) from None
        return name

    @field_validator("leaked_passwords")
    @classmethod
    def _can_be_read(cls, path: Path | None) -> Path | None:
        """Refuse a file that is not there before somebody chooses a password."""
        if path is not None and not path.is_file():
            msg = f"there is no file {path}"
            raise ValueError(msg)
        return path

    @field_validator("clients_file")
    @classmethod
    def _lists_clients(cls, path: Path | None) -> Path | None:
        """Refuse a file whose clients do not hold together."""
        if path is not None:
            read_clients(path)
        return path

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str | None) -> str | None:
        """Refuse what names no database, or one without its driver; the URL may hold a password."""
        try:
            if url is not None:
                make_url(url).get_dialect().import_dbapi()
        except (ArgumentError, ImportError) as error:
            msg = f"no database can be opened by it ({type(error).__name__})"
            raise ValueError(msg) from None
        return url

    @field_validator("catalogue_url")
    @classmethod
    def _is_postgresql(cls, url: str | None) -> str | None:
        """Refuse what is no address of PostgreSQL, without showing it; it may hold a password."""
        if url is None:
            return None
        msg = "no PostgreSQL database can be opened by it; postgresql://user:password@host/name is expected"
        if not url.startswith(("postgresql://", "postgres://")):
            raise ValueError(msg)
        try:
            conninfo_to_dict(url)
        except ProgrammingError:
            raise ValueError(msg) from None
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: SecretStr | None) -> SecretStr | None:
        """Refuse what is no address of an SMTP server, without showing it; it may hold a password."""
        if url is not None:
            read_address(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, sender: str) -> str:
        """Refuse what no mail could come from."""
        try:
            Address(addr_spec=parseaddr(sender)[1])
        except (ValueError, IndexError, HeaderParseError) as error:
            msg = "a mail address is expected, such as DINAMIS <dinamis@example.org>"
            raise ValueError(msg) from error
        return sender

    @field_validator("issuer_roles")
    @classmethod
    def _names_roles(cls, pairs: str) -> str:
        """Refuse a role that there is not."""
        for pair in filter(None, map(str.strip, pairs.split(","))):
            name, equals, role = pair.partition("=")
            if not name.strip() or not equals or role.strip() not in ROLES:
                msg = f"{pair!r} is not NAME=ROLE, with one of {', '.join(sorted(ROLES))}"
                raise ValueError(msg)
        return pairs

    @field_validator("contact_address", "pneo_contact_address")
    @classmethod
    def _is_a_mailbox(cls, address: str | None) -> str | None:
        """Refuse what no mail could go to."""
        if address is not None and not re.fullmatch(_MAILBOX, address):
            msg = "a mail address is expected, such as contact@example.org"
            raise ValueError(msg)
        return address

    @model_validator(mode="after")
    def _trusts_its_issuer(self) -> Settings:
        """Refuse an issuer that others could play, or whose identity tokens would open the service."""
        if self.issuer_url is None:
            return self
        for address in filter(None, (self.issuer_url, self.issuer_device_endpoint)):
            if not address.startswith("https://") and not _is_this_machine(urlsplit(address).hostname or ""):
                msg = "DINAMIS_ISSUER_URL has to be https, or on the loopback of this machine"
                raise ValueError(msg)
        if self.issuer_audience in (self.issuer_client_id, self.issuer_device_client_id):
            msg = "DINAMIS_ISSUER_AUDIENCE must not be a client: identity tokens would open the service"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _opens_its_bucket(self) -> Settings:
        """Refuse a bucket without the keys that open it and sign its URLs."""
        if self.s3_bucket is not None and not (self.s3_key_id and self.s3_secret.get_secret_value()):
            msg = "DINAMIS_S3_BUCKET needs DINAMIS_S3_KEY_ID and DINAMIS_S3_SECRET"
            raise ValueError(msg)
        return self

    @property
    def state_url(self) -> str:
        """SQLAlchemy URL of the state database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'state.sqlite'}"

    def in_folder(self, data_dir: Path | None) -> Settings:
        """These settings with another data folder, where one is given."""
        return self if data_dir is None else self.model_copy(update={"data_dir": data_dir})

    @property
    def own_url(self) -> str:
        """Address of the service where no request tells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def objects_base(self, base: str) -> str:
        """Address under which clients of the service at `base` read objects, without a trailing slash."""
        if self.objects_url is None and self.s3_bucket is not None:
            endpoint = self.s3_endpoint or f"https://s3.{self.s3_region}.amazonaws.com"
            return f"{endpoint.rstrip('/')}/{self.s3_bucket}"
        return (self.objects_url or f"{base}/objects").rstrip("/")

    @property
    def catalogue_file(self) -> Path:
        """SQLite file of the catalogue."""
        return self.catalogue_path or self.data_dir / "catalogue.sqlite"

    @property
    def gazetteer_file(self) -> Path:
        """SQLite file of the gazetteer, made by `dinamis-service gazetteer`."""
        return self.gazetteer_path or self.data_dir / "gazetteer.sqlite"

    @property
    def objects_root(self) -> Path:
        """Folder of the objects."""
        return self.objects_dir or self.data_dir / "objects"

    @property
    def attachments_dir(self) -> Path:
        """Folder of the files attached to messages; nothing in it is served but to who sees the request."""
        return self.data_dir / "attachments"

    @property
    def outbox_dir(self) -> Path:
        """Folder of the mails where no SMTP server is set."""
        return self.data_dir / "outbox"


def _is_this_machine(host: str) -> bool:
    """Whether what is said to this host stays on the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
