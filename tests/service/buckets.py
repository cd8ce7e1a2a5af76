"""A bucket of an S3 of the tests' own: moto's server, which proves the calls and refuses nothing."""

from __future__ import annotations

import itertools
import logging
import socket
from functools import cache
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

KEY_ID, SECRET, REGION = "KEYOFTHETESTS", "secret of the tests", "eu-west-3"  # pragma: allowlist secret
_NUMBERS = itertools.count(1)


@cache
def _endpoint() -> str:
    """Address of the server, started at first use; it ends with the process."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ThreadedMotoServer("127.0.0.1", port, verbose=False).start()
    return f"http://127.0.0.1:{port}"


def client() -> Any:
    """Another program's way to the S3."""
    return boto3.client(
        "s3",
        endpoint_url=_endpoint(),
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


def new_bucket() -> dict[str, Any]:
    """The settings of a service whose objects lie in a bucket of its own."""
    name = f"dinamis-{next(_NUMBERS)}"
    client().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {
        "s3_bucket": name,
        "s3_endpoint": _endpoint(),
        "s3_region": REGION,
        "s3_key_id": KEY_ID,
        "s3_secret": SecretStr(SECRET),
    }
