import pytest
from django.utils import timezone

from gallery.models import Gallery, Membership, Placement


@pytest.fixture
def image(alice, make_image):
    return make_image(alice, prompt="A lighthouse at dusk, by the sea", seed="284719306")


def addresses(image):
    return [
        f"/images/{image.pk}/",
        f"/images/{image.pk}/original/",
        f"/images/{image.pk}/small.webp",
        f"/images/{image.pk}/medium.webp",
        f"/images/{image.pk}/large.webp",
    ]


def body(answer):
    return b"".join(answer.streaming_content)  # which closes the file, too


def statuses(client, image):
    answers = [client.get(address) for address in addresses(image)]
    for answer in filter(lambda answer: answer.streaming, answers):
        body(answer)
    return {answer.status_code for answer in answers}


def test_an_outsider_finds_nothing_at_any_address(image, charlie, client_of):
    client = client_of(charlie)

    assert statuses(client, image) == {404}


def test_a_stranger_is_asked_to_sign_in(image, client):
    assert statuses(client, image) == {302}


def test_who_may_see_its_gallery_sees_the_picture(image, alice, bob, client_of):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=image)
    client = client_of(bob)

    assert statuses(client, image) == {200}
    assert "?again=" not in client.get(f"/images/{image.pk}/").content.decode()


def test_its_page_tells_what_is_known(image, alice, client_of):
    page = client_of(alice).get(f"/images/{image.pk}/").content.decode()

    for fact in ("Flux Dev", "64 × 48", "284719306", "Alice Adler", "PNG 1 kB", image.sha256):
        assert fact in page
    assert 'alt="A lighthouse at dusk, by the sea"' in page
    assert f'href="/?again={image.generation_id}"' in page


def test_its_neighbours_are_one_step_away(alice, client_of, make_image):
    older, image, newer = (make_image(alice) for _ in range(3))

    walk = client_of(alice).get(f"/images/{image.pk}/").context["view"].walk

    assert (walk.previous.page, walk.next.page) == (f"/images/{newer.pk}/", f"/images/{older.pk}/")


def test_its_family_is_shown(alice, client_of, make_image):
    parent = make_image(alice)
    image = make_image(alice, parent=parent)
    sibling = make_image(alice, generation=image.generation, position=1, parent=parent)
    child = make_image(alice, parent=image)

    answer = client_of(alice).get(f"/images/{image.pk}/")

    (together,) = answer.context["view"].families
    assert [tile.id for tile in together.tiles] == [str(sibling.pk)]
    page = answer.content.decode()
    assert 'aria-current="true"' in page
    for other in (parent, child):
        assert f'href="/images/{other.pk}/"' in page
        assert f'href="/compare/?a={other.pk}&amp;b={image.pk}"' in page


def test_a_parent_that_one_may_not_see_is_not_shown(alice, bob, client_of, make_image):
    image = make_image(alice, parent=make_image(bob))

    assert not client_of(alice).get(f"/images/{image.pk}/").context["view"].families


def test_the_original_comes_as_it_is_and_may_be_kept(image, alice, client_of):
    answer = client_of(alice).get(f"/images/{image.pk}/original/")

    assert (answer["Content-Type"], int(answer["Content-Length"])) == ("image/png", image.bytes)
    assert answer["ETag"] == f'"{image.sha256}"'
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert len(body(answer)) == image.bytes


def test_a_download_has_a_name_of_its_own(image, alice, client_of):
    answer = client_of(alice).get(f"/images/{image.pk}/original/?download")

    name = f"a-lighthouse-at-dusk-by-the-sea-{image.pk.hex[:8]}.png"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert body(answer)


def test_what_the_browser_has_is_not_sent_again(image, alice, client_of):
    client, address = client_of(alice), f"/images/{image.pk}/medium.webp"
    tag = client.head(address)["ETag"]

    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_each_rendition_has_a_tag_of_its_own(image, alice, client_of):
    client = client_of(alice)

    tags = {client.head(address)["ETag"] for address in addresses(image)[1:]}

    assert len(tags) == 4


def test_a_part_can_be_asked_for(image, alice, client_of):
    address = f"/images/{image.pk}/original/"

    answer = client_of(alice).get(address, HTTP_RANGE="bytes=0-7")

    assert (answer.status_code, body(answer)) == (206, b"\x89PNG\r\n\x1a\n")


def test_nginx_may_send_the_file(files_on_disk, image, alice, client_of, settings):
    settings.ACCEL_REDIRECT = "/media"

    answer = client_of(alice).get(f"/images/{image.pk}/original/")

    assert answer["X-Accel-Redirect"] == f"/media/{image.original}"


def test_a_rendition_that_was_never_made_is_not_found(alice, client_of, make_image):
    image = make_image(alice, renditions={})

    assert client_of(alice).get(f"/images/{image.pk}/small.webp").status_code == 404


def test_what_it_cost_is_told_for_all_of_a_job(alice, client_of, make_generation, make_image):
    job = make_generation(alice, status="succeeded", cost="0.432", submitted_at=timezone.now())
    image = make_image(alice, generation=job)
    make_image(alice, generation=job)

    facts = client_of(alice).get(f"/images/{image.pk}/").context["view"].facts

    assert "0.432 credits for 2 pictures" in [fact.value for fact in facts]
