"""Places for long answers: whose they are, by whatever way somebody comes."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from guesting import link_to

from accounts import tokens
from gallery import files, placing, zipping
from gallery.engine import references
from gallery.models import Gallery
from gallery.places import Places
from gallery.zipping import Busy, Zip


@pytest.fixture
def image(alice, make_image, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 10)  # so that any picture is long
    image = make_image(alice)
    gallery = Gallery.objects.create(owner=alice, name="Doors")
    placing.place_many([image], gallery, by=alice)
    return image


@pytest.fixture
def link(image):
    path = link_to(image.placements.get().gallery, allows_downloads=True, shows_prompts=True)
    return f"{path}images/{image.pk}/download/"


@pytest.fixture
def reading():
    """Asks, and reads nothing of the answer before the test is over."""
    answers = []

    def ask(client, path, **more):
        answers.append(client.get(path, **more))
        return answers[-1].status_code

    yield ask
    for answer in answers:
        answer.close()
    assert files._places.taken == 0


def from_address(address):
    return Client(REMOTE_ADDR=address)


def test_a_person_has_one_share_by_whatever_way(image, link, alice, admin, client_of, reading):
    browser = client_of(alice)
    token = tokens.make(alice, name="program", may_read=True, may_make=False, days=30)
    program, shown = Client(), {"headers": {"authorization": f"Bearer {token}"}}
    ways = [
        (browser, f"/images/{image.pk}/original/", {}),
        (browser, f"/images/{image.pk}/download/", {}),
        (browser, f"/images/{image.pk}/large.webp", {}),
        (browser, link, {}),
        (program, f"/api/v1/images/{image.pk}/file", shown),
    ]

    assert [reading(who, path, **more) for who, path, more in ways] == [200] * files.EACH
    assert {reading(who, path, **more) for who, path, more in ways} == {503}
    assert reading(client_of(admin), link) == 200


def test_a_guest_has_the_share_of_their_address(link, reading):
    asked = [reading(from_address("192.0.2.1"), link) for _ in range(files.EACH + 1)]

    assert asked == [200] * files.EACH + [503]
    assert reading(from_address("192.0.2.2"), link) == 200


def test_the_provider_fetches_many_reference_pictures_at_once(alice, make_image, image, reading):
    pictures = [make_image(alice) for _ in range(files.EACH + 1)]
    paths = [f"/flux/reference/{references._sign(one)}/" for one in pictures]

    assert {reading(from_address("192.0.2.3"), path) for path in paths} == {200}


def test_one_alone_leaves_zips_for_others(image, alice):
    entries = zipping.entries_of([image.pk], alice, "")
    zips = [Zip(entries, default_storage, who="alice") for _ in range(zipping.EACH)]

    with pytest.raises(Busy):
        Zip(entries, default_storage, who="alice")
    zips.append(Zip(entries, default_storage, who="bob"))
    for each in zips:
        each.close()
    assert zipping._places.taken == 0


def test_of_those_who_have_left_nothing_is_kept():
    places = Places(2, each=1)
    for number in range(3):
        place = places.take(str(number))
        place.leave()
        place.leave()

    assert places.take("one") and places.take("two")
    assert places._taken.keys() == {"one", "two"}
