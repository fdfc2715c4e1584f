import io

import pytest
from PIL import Image as Pillow

from gallery import favourites, trash

VIEWER = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "viewer-body"}


@pytest.fixture
def image(alice, make_image):
    return make_image(alice, prompt="A lighthouse at dusk", seed="284719306")


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_dialog_and_the_page_show_the_same(image, alice, client_of):
    client, address = client_of(alice), f"/images/{image.pk}/?in=feed"

    part, page = client.get(address, **VIEWER), client.get(address)

    assert part.templates[0].name == "gallery/_viewer.html" and "<html" not in part.content.decode()
    assert "gallery/_viewer.html" in [template.name for template in page.templates]
    assert "HX-Request" in part["Vary"] and "HX-Request" in page["Vary"]


def test_another_part_of_a_page_gets_the_whole_page(image, alice, client_of):
    answer = client_of(alice).get(f"/images/{image.pk}/", HTTP_HX_REQUEST="true")

    assert "<html" in answer.content.decode()


@pytest.mark.parametrize("name", ["library", "favourites", "feed"])
def test_its_steps_stay_in_the_list_that_it_was_opened_from(
    name, image, alice, client_of, make_image
):
    favourites.mark(image, by=alice, is_favourite=True)
    favourites.mark(make_image(alice), by=alice, is_favourite=True)

    view = client_of(alice).get(f"/images/{image.pk}/?in={name}").context["view"]

    assert view.walk.back == {"library": "/library/", "feed": "/"}.get(name, f"/library/{name}/")
    assert view.walk.previous.page.endswith("/" if name == "library" else f"/?in={name}")


def test_a_viewer_role_looks_and_is_offered_nothing_to_make(image, alice, victor, client_of):
    page = client_of(alice).get(f"/images/{image.pk}/").content.decode()
    assert "count=4" in page and "Move to trash" in page and "Add to gallery" in page

    alice.role = "viewer"
    alice.save()

    page = client_of(alice).get(f"/images/{image.pk}/").content.decode()
    assert "count=4" not in page and "Use again" not in page.split("<main")[1].split("</main")[0]


def test_vary_opens_the_edit_page_with_four(image, alice, client_of):
    client = client_of(alice)

    for text, count in (("4", 4), ("9", 4), ("0", 1), ("x", 1), ("", 1), ("44", 1)):
        answer = client.get(f"/edit/?image={image.pk}&count={text}")
        assert answer.context["editor"].composer.count == str(count)


def test_in_the_trash_it_can_be_restored_and_deleted_and_nothing_else(image, alice, client_of):
    trash.throw_away(image)

    page = client_of(alice).get(f"/images/{image.pk}/").content.decode().split("<main")[1]

    assert "In the trash until" in page and "Delete for good" in page and "Restore" in page
    assert "Move to trash" not in page and "/edit/" not in page


def test_the_original_is_downloaded_as_it_arrived(image, alice, client_of):
    answer = client_of(alice).get(f"/images/{image.pk}/download/?as=original&facts=1")

    assert answer["Content-Disposition"].endswith('.png"')
    assert len(body(answer)) == image.bytes


@pytest.mark.parametrize(("kind", "extension"), [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
@pytest.mark.parametrize("facts", ["", "&facts=1"])
def test_other_files_come_with_facts_or_without(kind, extension, facts, image, alice, client_of):
    answer = client_of(alice).get(f"/images/{image.pk}/download/?as={kind}{facts}")

    name = f'filename="a-lighthouse-at-dusk-{image.pk.hex[:8]}.{extension}"'
    assert name in answer["Content-Disposition"]
    picture = Pillow.open(io.BytesIO(answer.content))
    assert picture.format.lower() == kind == answer["Content-Type"].split("/")[1]
    assert (b"284719306" in answer.content) == bool(facts)


@pytest.mark.parametrize("kind", ["gif", "../png", "exe"])
def test_a_kind_of_file_that_is_none_is_not_found(kind, image, alice, client_of):
    assert client_of(alice).get(f"/images/{image.pk}/download/?as={kind}").status_code == 404


def test_an_outsider_downloads_nothing(image, charlie, client_of):
    assert client_of(charlie).get(f"/images/{image.pk}/download/?as=png").status_code == 404


def test_a_download_only_reads(image, alice, client_of):
    assert client_of(alice).post(f"/images/{image.pk}/download/").status_code == 405


@pytest.mark.parametrize("number", [2, 30])
def test_the_page_takes_as_many_queries_in_a_large_library(
    number, alice, client_of, make_image, django_assert_num_queries
):
    image = make_image(alice)
    for _ in range(number):
        make_image(alice, generation=image.generation)
    client = client_of(alice)
    client.get(f"/images/{image.pk}/")

    with django_assert_num_queries(15):
        client.get(f"/images/{image.pk}/", **VIEWER)
