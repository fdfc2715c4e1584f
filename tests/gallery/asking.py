"""A file in some storage, and requests for it."""

import contextlib
import datetime

from django.test import RequestFactory

from gallery import files
from gallery.remote import RemoteStorage

DATA = bytes(range(256)) * 4000
SIZE = len(DATA)
ETAG = "abc123"
NAME = "images/ab/zażółć 1.png"
MODIFIED = datetime.datetime(2026, 11, 22, 10, 0, 0, 500, tzinfo=datetime.UTC)
SAME_DAY = "Sun, 22 Nov 2026 10:00:00 GMT"


def in_s3(endpoint, bucket):
    return RemoteStorage(
        bucket_name=bucket,
        endpoint_url=endpoint,
        access_key="key",
        secret_key="secret",
        region_name="us-east-1",
        addressing_style="path",
        signature_version="s3v4",
        file_overwrite=True,
    )


def ask(storage, method="get", **options):
    headers = {key: value for key, value in options.items() if key[0].isupper()}
    options = {key: value for key, value in options.items() if key not in headers}
    request = getattr(RequestFactory(), method)(
        "/", headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    told = {"name": NAME, "content_type": "image/png", "etag": ETAG, "last_modified": MODIFIED}
    return files.send(request, storage=storage, **{**told, **options})


def body(response):
    with contextlib.closing(response):
        return b"".join(response) if response.streaming else response.content
