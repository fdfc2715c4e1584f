"""What a site of many machines keeps things in: databases, a Redis and buckets of its own."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import psycopg
import redis

POSTGRESQL = os.environ.get("FLUX_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("FLUX_TEST_REDIS", "redis://127.0.0.1:6379")


@contextlib.contextmanager
def database(options: str = "") -> Iterator[str]:
    """The address of a PostgreSQL database that is dropped afterwards."""
    name = f"fluxsite_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} {options}")
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def redis_database() -> Iterator[str]:
    """The address of an empty Redis database that this run has to itself."""
    url = f"{REDIS}/{1 + os.getpid() % 11}"  # those from 12 on are others' (see tests/settings.py)
    with redis.Redis.from_url(url) as server:
        server.flushdb()
        yield url
        server.flushdb()


def s3(store: str) -> Any:
    """Whatever is in the store at this address."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.resource("s3", endpoint_url=store, region_name="us-east-1", **keys)


def bucket_in(store: str, name: str) -> str:
    """STORAGE_URL of a bucket in the store at this address."""
    return f"s3://key:secret@{name}?endpoint={store}&region=us-east-1"


@contextlib.contextmanager
def scaled(store: str) -> Iterator[dict[str, str]]:
    """The settings of a site with all three; the store that speaks S3 is at this address."""
    bucket = f"site-{uuid.uuid4().hex[:12]}"
    s3(store).Bucket(bucket).create()
    with database() as database_url, redis_database() as redis_url:
        yield {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "STORAGE_URL": bucket_in(store, bucket),
        }
