"""A whole gallery as a zip, for guests: it says no more than the pages of the link do."""

import csv
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from guesting import link_to
from PIL import Image as Picture

from gallery import placing, zipping
from gallery.models import Gallery
from gallery.zipping import Zip

SECRET = "A secret lighthouse"


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring {id}", owner=alice)


@pytest.fixture
def images(alice, spring, make_image):
    images = [make_image(alice, prompt=f"{SECRET} {number}") for number in (1, 2)]
    placing.place_many(images, spring, by=alice)
    return images


def fetched(path, client=None):
    """Its name, its whole content, and what is in it."""
    answer = (client or Client()).post(f"{path}zip/")
    data = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    return answer["Content-Disposition"], data, inside


def table(inside):
    return list(csv.DictReader(io.StringIO(inside["facts.csv"].decode("utf-8-sig"))))


def test_the_originals_come_in_the_gallerys_order(images, spring):
    path = link_to(spring, allows_downloads=True, shows_prompts=True)
    assert "Download all" in Client().get(path).content.decode()

    name, _, inside = fetched(path)

    assert "2 pictures.zip" in name
    assert list(inside) == [
        "1-a-secret-lighthouse-1.png",
        "2-a-secret-lighthouse-2.png",
        "facts.csv",
    ]
    for image, data in zip(images, inside.values(), strict=False):
        with default_storage.open(image.original) as file:
            assert data == file.read()
    assert [row["prompt"] for row in table(inside)] == [image.prompt for image in images]
    assert set(table(inside)[0]) == {"file", "prompt", "width", "height", "note"}


def test_hidden_prompts_are_in_no_name_no_file_and_no_table(images, spring):
    path = link_to(spring, allows_downloads=True)

    name, data, inside = fetched(path)

    assert list(inside) == ["1-spring-id.png", "2-spring-id.png", "facts.csv"]
    for each in (name.encode(), data, *inside.values()):
        assert b"lighthouse" not in each and b"secret" not in each
    assert set(table(inside)[0]) == {"file", "width", "height", "note"}
    assert Picture.open(io.BytesIO(inside["1-spring-id.png"])).size == (64, 48)


@pytest.mark.parametrize("terms", [{}, {"shows_prompts": True}])
def test_a_missing_file_is_named_in_the_table(terms, images, spring):
    default_storage.delete(images[0].original)

    _, _, inside = fetched(link_to(spring, allows_downloads=True, **terms))

    assert len(inside) == 2
    assert [row["note"] for row in table(inside)] == [zipping.MISSING, ""]


def test_where_downloads_are_off_there_is_no_zip(images, spring):
    path = link_to(spring, shows_prompts=True)

    assert Client().post(f"{path}zip/").status_code == 404
    assert "Download all" not in Client().get(path).content.decode()


def test_an_empty_gallery_has_none(spring):
    path = link_to(spring, allows_downloads=True)

    assert Client().post(f"{path}zip/").status_code == 404
    assert "Download all" not in Client().get(path).content.decode()


def test_it_is_not_fetched_by_looking_at_an_address(images, spring):
    assert Client().get(f"{link_to(spring, allows_downloads=True)}zip/").status_code == 405


def test_too_many_at_once_are_told(images, spring, alice):
    path = link_to(spring, allows_downloads=True)
    entries = zipping.entries_of([images[0].pk], alice, "")
    zips = [Zip(entries, default_storage, who=str(number)) for number in range(zipping.AT_ONCE)]
    busy = Client().post(f"{path}zip/")
    for each in zips:
        each.close()

    assert (busy.status_code, busy["Retry-After"]) == (503, "60")
    assert "Try again in a minute" in busy.content.decode()


def test_more_than_fit_are_cut_and_the_name_says_so(images, spring, monkeypatch):
    monkeypatch.setattr("gallery.selections.MOST", 1)

    name, _, inside = fetched(link_to(spring, allows_downloads=True))

    assert "first 1 picture" in name and len(inside) == 2
