"""Files that are meant to do harm: endless ones, and pictures that are something else besides."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.models import Upload
from tests.conftest import a_picture

BOUNDARY = "a-boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="x.png"\r\n'
    "Content-Type: image/png\r\n\r\n"
).encode()


class Endless:
    """A gigabyte of nothing, which no machine has to hold; counts what is read."""

    def __init__(self):
        self.begin, self.read_so_far = io.BytesIO(HEAD), 0

    def read(self, size=-1):
        data = self.begin.read(size) or bytes(size)
        self.read_so_far += len(data)
        return data

    readline = read


def test_of_a_gigabyte_hardly_anything_is_read(alice, client_of):
    source, client = Endless(), client_of(alice)

    answer = client.request(
        PATH_INFO="/uploads/",
        REQUEST_METHOD="POST",
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}",
        CONTENT_LENGTH=str(2**30),
        **{"wsgi.input": source},
    )

    assert answer.status_code == 422 and "25.0 MB are the most" in answer.text
    assert source.read_so_far < 2**20
    assert not Upload.objects.exists()


BESIDES = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a zip": b"PK\x03\x04evil.txtPK\x05\x06" + bytes(18),
    "a program": b"<?php system($_GET['x']); ?>",
}


@pytest.mark.parametrize("besides", BESIDES)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_of_a_picture_that_is_something_else_besides_the_pixels_are_kept(
    alice, client_of, kind, besides
):
    data = a_picture(kind, (64, 48)) + BESIDES[besides]

    client_of(alice).post("/uploads/", {"picture": SimpleUploadedFile("x.html", data)})

    upload = Upload.objects.get()
    with default_storage.open(upload.name) as file:
        assert BESIDES[besides] not in file.read()
    assert upload.name.endswith((".png", ".jpg")) and upload.content_type.startswith("image/")
