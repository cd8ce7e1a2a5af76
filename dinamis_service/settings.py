"""Settings of the service, one per `DINAMIS_*` environment variable."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dinamis_service.catalogue.engine import SEARCH_S
from dinamis_service.smtp_address import read_address

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

    access_lifetime_s: int = Field(300, ge=1, description="Life of an access token, in seconds")
    refresh_lifetime_s: int = Field(30 * 86400, ge=1, description="Life of a refresh token, in seconds")
    refresh_grace_s: int = Field(
        60, ge=0, description="Time for a client that lost an answer to ask for its tokens again, in seconds"
    )
    browser_lifetime_s: int = Field(3600, ge=1, description="Life of a sign-in on the pages, in seconds")
    device_lifetime_s: int = Field(600, ge=1, description="Life of a device code, in seconds")
    device_interval_s: int = Field(5, ge=1, description="Shortest time between two polls, in seconds")

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
        except (ValueError, IndexError) as error:
            msg = "a mail address is expected, such as DINAMIS <dinamis@example.org>"
            raise ValueError(msg) from error
        return sender

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
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

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
