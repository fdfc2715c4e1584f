import pytest
from asking import DATA, NAME, SAME_DAY, SIZE, ask, body
from django.core.files.base import ContentFile

pytestmark = pytest.mark.django_db  # the end of an answer looks after its connections


@pytest.mark.parametrize(
    "asked, start, stop",
    [
        ("bytes=0-9", 0, 10),
        ("bytes=0-0", 0, 1),
        ("bytes=1000-", 1000, SIZE),
        ("bytes=0-", 0, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=5-{SIZE * 3}", 5, SIZE),
        ("BYTES=300000-800000", 300_000, 800_001),
    ],
)
def test_a_range_is_sent_alone(kept, asked, start, stop):
    response = ask(kept, Range=asked)

    assert response.status_code == 206
    assert body(response) == DATA[start:stop]
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response["Content-Length"] == str(stop - start)
    assert response["ETag"] == '"abc123"'


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(kept, asked):
    response = ask(kept, Range=asked)

    assert response.status_code == 416
    assert body(response) == b""
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert "Cache-Control" not in response


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-9,20-29", "bytes=9-0", "bytes=-", "bytes=", "lines=0-9", "bytes=a-b", "bytes=--5"]
    + ["bytes=0x0-9", "bytes= 0-9", "bytes=٠-٩", "bytes=0-" + "9" * 5000, ""],
)
def test_a_range_that_cannot_be_followed_is_the_whole_file(kept, asked):
    response = ask(kept, Range=asked)

    assert response.status_code == 200
    assert body(response) == DATA


@pytest.mark.parametrize(
    "known, status",
    [
        ('"abc123"', 206),
        (SAME_DAY, 206),
        ('"other"', 200),
        ('W/"abc123"', 200),
        ("Sun, 22 Nov 2026 09:59:59 GMT", 200),
        ("", 200),
        ("junk", 200),
    ],
)
def test_a_range_is_only_sent_of_the_same_file(kept, known, status):
    response = ask(kept, Range="bytes=0-9", If_Range=known)

    assert response.status_code == status
    assert len(body(response)) == (10 if status == 206 else SIZE)


def test_only_the_part_that_was_asked_for_is_fetched_from_a_bucket(bucket):
    bucket.save(NAME, ContentFile(DATA))
    fetched = []
    events = bucket.connection.meta.client.meta.events
    watch = lambda params, **_: fetched.append(params["Range"])  # noqa: E731
    events.register("provide-client-params.s3.GetObject", watch)

    data = body(ask(bucket, Range="bytes=300000-800000"))

    events.unregister("provide-client-params.s3.GetObject", watch)
    assert data == DATA[300_000:800_001]
    assert fetched == ["bytes=300000-800000"]
