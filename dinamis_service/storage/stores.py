"""The store that the settings name."""

from __future__ import annotations

from dinamis_service.settings import Settings
from dinamis_service.storage.local import LocalObjectStore
from dinamis_service.storage.store import ObjectStore


def open_objects(settings: Settings) -> ObjectStore:
    """A folder of this machine, or the bucket of an S3 where one is set."""
    if settings.s3_bucket is None:
        return LocalObjectStore(settings.objects_root, settings.data_dir / "keys")
    # its client takes its time to load, and no other installation needs it
    from dinamis_service.storage.s3 import Bucket, S3ObjectStore  # noqa: PLC0415

    bucket = Bucket(
        settings.s3_bucket,
        settings.s3_endpoint or "",
        settings.s3_region,
        settings.s3_key_id,
        settings.s3_secret.get_secret_value(),
        settings.objects_base(""),
    )
    return S3ObjectStore(bucket)
