import contextlib
import tracemalloc

import pytest
from asking import DATA, NAME, SAME_DAY, SIZE, ask, body
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage
from django.http import Http404, HttpResponse

from gallery import files
from gallery.storage import DurableFileSystemStorage

pytestmark = pytest.mark.django_db  # the end of an answer looks after its connections


def test_a_file_is_sent_whole(kept):
    response = ask(kept)

    assert response.status_code == 200
    assert body(response) == DATA
    assert dict(response.headers) == {
        "Content-Type": "image/png",
        "Content-Length": str(SIZE),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": '"abc123"',
        "Last-Modified": SAME_DAY,
        "Accept-Ranges": "bytes",
    }


def test_a_file_that_may_change_is_asked_for_each_time(kept):
    assert ask(kept, "head", is_immutable=False)["Cache-Control"] == "private, no-cache"


def test_head_tells_everything_but_the_bytes(kept):
    whole, head = ask(kept), ask(kept, "head", Range="bytes=0-9")

    assert head.status_code == 200
    assert body(head) == b""
    assert dict(head.headers) == dict(whole.headers)
    whole.close()


@pytest.mark.parametrize(
    "known",
    [
        {"If_None_Match": '"abc123"'},
        {"If_None_Match": '"x", W/"abc123"'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": SAME_DAY},
        {"If_None_Match": '"abc123"', "Range": "bytes=0-9"},
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_the_browser_has_is_not_sent_again(kept, method, known):
    response = ask(kept, method, **known)

    assert response.status_code == 304
    assert body(response) == b""
    assert response["ETag"] == '"abc123"'
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "known",
    [
        {"If_None_Match": '"other"'},
        {"If_None_Match": '"other"', "If_Modified_Since": SAME_DAY},
        {"If_Modified_Since": "Sun, 22 Nov 2026 09:59:59 GMT"},
        {"If_Modified_Since": "yesterday"},
    ],
)
def test_what_has_changed_is_sent(kept, known):
    assert body(ask(kept, **known)) == DATA


def test_a_precondition_that_fails_is_told(kept):
    assert ask(kept, If_Match='"other"').status_code == 412


def test_an_empty_file_is_sent_too(kept):
    kept.save("empty", ContentFile(b""))

    assert body(ask(kept, name="empty")) == b""
    assert ask(kept, name="empty", Range="bytes=0-").status_code == 416


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_file_that_is_gone_is_not_found(anywhere, method):
    with pytest.raises(Http404):
        ask(anywhere, method, name="gone.png")


def test_a_name_that_leads_outside_is_refused(folder):
    with pytest.raises(SuspiciousFileOperation):
        ask(folder, name="../secret")


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a fox.png", 'attachment; filename="a fox.png"'),
        ("żółw.png", "attachment; filename*=utf-8''%C5%BC%C3%B3%C5%82w.png"),
        ('a"b.png', 'attachment; filename="a-b.png"'),
        ("../../etc/passwd", 'attachment; filename="..-..-etc-passwd"'),
        ("a\r\nSet-Cookie: b=c.png", 'attachment; filename="a-Set-Cookie- b=c.png"'),
        ("photo\u202egnp.exe", 'attachment; filename="photo-gnp.exe"'),
    ],
)
def test_a_download_has_a_name_that_can_do_no_harm(kept, name, expected):
    assert ask(kept, "head", download_as=name)["Content-Disposition"] == expected


@pytest.mark.parametrize("read", [0, 1])
def test_a_file_is_closed_with_its_response(tmp_path, read):
    class Watched(DurableFileSystemStorage):
        opened = []

        def _open(self, *args):
            self.opened.append(super()._open(*args))
            return self.opened[-1]

    storage = Watched(tmp_path)
    storage.save(NAME, ContentFile(DATA))
    response = ask(storage)
    for _ in range(read):
        next(iter(response))

    response.close()

    assert [file.closed for file in storage.opened] == [True]


def test_a_large_file_is_never_whole_in_memory(folder):
    large = 32 * 1024 * 1024
    folder.save(NAME, ContentFile(bytes(large)))
    tracemalloc.start()

    with contextlib.closing(ask(folder)) as response:
        total = sum(len(piece) for piece in response)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == large
    assert peak < 1024 * 1024


def test_nginx_is_told_where_the_file_is(folder):
    folder.save(NAME, ContentFile(DATA))

    response = ask(folder, accel="/internal/", Range="bytes=0-9", download_as="a fox.png")

    assert type(response) is HttpResponse
    assert response.content == b""
    assert response["X-Accel-Redirect"] == "/internal/images/ab/za%C5%BC%C3%B3%C5%82%C4%87%201.png"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'attachment; filename="a fox.png"'
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


def test_nginx_is_not_sent_to_a_file_that_is_gone(folder):
    with pytest.raises(Http404):
        ask(folder, accel="/internal/")


def test_nginx_cannot_send_what_is_in_no_folder():
    storage = InMemoryStorage()
    storage.save(NAME, ContentFile(DATA))

    assert body(ask(storage, accel="/internal/")) == DATA


def test_slow_readers_leave_threads_for_the_pages():
    storage = InMemoryStorage()
    storage.save(NAME, ContentFile(DATA))
    reading = [ask(storage, who=str(number)) for number in range(files.AT_ONCE)]

    refused = ask(storage)
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert ask(storage, Range="bytes=0-99").status_code == 206  # what is short keeps nobody
    reading.pop().close()
    reading.append(ask(storage))
    assert reading[-1].status_code == 200
    for each in reading:
        each.close()
        each.close()  # once too often gives back no place that somebody else has
    assert files._places.taken == 0


def test_one_alone_leaves_places_for_others():
    storage = InMemoryStorage()
    storage.save(NAME, ContentFile(DATA))
    reading = [ask(storage, who="alice", Range="bytes=9-") for _ in range(files.EACH)]

    assert ask(storage, who="alice").status_code == 503
    assert ask(storage, who="alice", Range="bytes=0-99").status_code == 206
    reading.append(ask(storage, who="bob"))
    assert reading[-1].status_code == 200
    for each in reading:
        each.close()


def test_a_place_is_free_again_whatever_its_end(monkeypatch):
    storage = InMemoryStorage()
    storage.save(NAME, ContentFile(DATA))
    reading = ask(storage)
    monkeypatch.setattr(File, "close", lambda self: 1 / 0)

    reading.close()  # Django goes on whatever a file says

    assert files._places.taken == 0
