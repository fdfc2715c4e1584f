import io
import zipfile

import pytest

from gallery import zipping
from gallery.zipping import Zip

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def images(alice, make_image):
    return [make_image(alice) for _ in range(2)]


def ticked(images, **fields):
    return {"image": " ".join(str(image.pk) for image in images), **fields}


def test_names_are_asked_for_and_then_the_zip_comes(files_on_disk, images, alice, client_of):
    client = client_of(alice)
    for extra in ({}, HTMX):
        page = client.post("/selection/zip/", ticked(images), **extra).content.decode()
        assert "{date}-{prompt}-{id}" in page and images[0].pk.hex in page

    answer = client.post("/selection/zip/", ticked(images, names="{number}"))

    data = b"".join(answer)
    answer.close()
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["1.png", "2.png", "facts.csv"]
    assert int(answer["Content-Length"]) == len(data)
    assert "2 pictures.zip" in answer["Content-Disposition"]


def test_everything_is_downloaded(images, alice, client_of):
    answer = client_of(alice).post("/selection/zip/", {"everything": "1", "names": ""})

    assert len(zipfile.ZipFile(io.BytesIO(b"".join(answer))).namelist()) == 3
    answer.close()


def test_a_bad_template_is_told_at_its_field_and_kept(images, alice, client_of):
    answer = client_of(alice).post("/selection/zip/", ticked(images, names="{colour}"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no {colour}" in page and 'value="{colour}"' in page


def test_too_many_zips_at_once_are_told(images, alice, client_of):
    entries = zipping.entries_of([images[0].pk], alice, "")
    storage = zipping.FileSystemStorage()
    zips = [Zip(entries, storage, who=str(number)) for number in range(zipping.AT_ONCE)]

    answer = client_of(alice).post("/selection/zip/", ticked(images, names="{id}"))

    for each in zips:
        each.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Try again in a minute" in answer.content.decode()


def test_an_outsider_gets_nothing(images, charlie, client_of):
    answer = client_of(charlie).post("/selection/zip/", ticked(images, names="{id}"))

    assert answer.status_code == 303
