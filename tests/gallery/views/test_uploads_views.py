import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture

from gallery.models import Generation, Image, Upload
from gallery.uploads import MAX_BYTES

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


def a_picture(kind="JPEG", size=(60, 40)):
    data = io.BytesIO()
    Picture.new("RGB", size, "red").save(data, kind)
    return data.getvalue()


def brought(data=None, name="beach.jpg"):
    return SimpleUploadedFile(name, a_picture() if data is None else data)


@pytest.fixture
def change():
    """What the edit form sends."""

    def fields(**others):
        usual = {
            "prompt": "Make the sky pink",
            "model": "flux-kontext-pro",
            "size": "same",
            "count": "1",
            "form_token": "12345678-1234-5678-1234-567812345678",
        }
        return usual | others

    return fields


def test_a_picture_that_is_chosen_becomes_the_source(client, alice, change):
    answer = client.post("/uploads/", change(picture=brought()), **HTMX)

    upload = Upload.objects.get(owner=alice)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="upload" value="{upload.pk}" form="editor"' in page
    assert f"/uploads/{upload.pk}/large.webp" in page
    shown = client.get(f"/uploads/{upload.pk}/small.webp")
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"


def test_an_edit_of_an_upload_starts_from_it(client, change):
    client.post("/uploads/", change(picture=brought()))
    upload = Upload.objects.get()

    client.post("/edit/", change(upload=str(upload.pk)))

    job = Generation.objects.get()
    assert (job.reference_upload, job.reference_image, job.size) == (upload, None, "3:2")


def test_without_a_script_the_picture_comes_with_the_form(client, change):
    answer = client.post("/edit/", change(picture=brought()))

    assert answer.status_code == 303
    assert Generation.objects.get().reference_upload == Upload.objects.get()


def test_what_comes_with_the_form_takes_the_place_of_the_source(client, alice, make_image, change):
    image = make_image(alice)

    client.post("/edit/", change(image=str(image.pk), picture=brought()))

    job = Generation.objects.get(action="edit")
    assert (job.reference_image, job.reference_upload) == (None, Upload.objects.get())


def test_another_mistake_does_not_lose_the_upload(client, change):
    page = client.post("/edit/", change(prompt=" ", picture=brought()))

    assert page.status_code == 422
    assert f'name="upload" value="{Upload.objects.get().pk}"' in page.content.decode()


@pytest.mark.parametrize("address", ["/uploads/", "/edit/"])
def test_a_refused_file_says_why_and_leaves_the_rest(client, alice, make_image, change, address):
    image = make_image(alice)
    sent = change(image=str(image.pk), picture=brought(b"Dear diary", "picture.png"))

    answer = client.post(address, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The file is not a PNG, JPEG, WebP, GIF or HEIC picture." in page
    assert f'name="image" value="{image.pk}"' in page
    assert address == "/uploads/" or "Make the sky pink" in page
    assert not Upload.objects.exists()


@pytest.mark.parametrize("address", ["/uploads/", "/edit/"])
def test_26_megabytes_are_not_read_and_the_instruction_is_kept(client, change, address):
    answer = client.post(address, change(picture=brought(bytes(26_000_000))))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "26.0 MB, and 25.0 MB are the most" in page
    assert address == "/uploads/" or "Make the sky pink" in page
    assert not Upload.objects.exists()


def test_a_token_against_forgery_is_found_before_a_file_that_is_too_large(alice, change):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    browser.get("/edit/")
    token = browser.cookies["fluxsite_csrf"].value
    sent = change(csrfmiddlewaretoken=token) | {"picture": brought(bytes(MAX_BYTES + 600_000))}

    answer = browser.post("/edit/", sent)

    assert answer.status_code == 422
    assert "Make the sky pink" in answer.content.decode()


def test_no_file_is_told(client, change):
    answer = client.post("/uploads/", change())

    assert answer.status_code == 422
    assert "No file came." in answer.content.decode()


def test_the_first_frame_of_an_animation_is_told(client, change):
    data = io.BytesIO()
    red, blue = (Picture.new("RGB", (32, 32), colour) for colour in ("red", "blue"))
    red.save(data, "GIF", save_all=True, append_images=[blue])

    answer = client.post("/uploads/", change(picture=brought(data.getvalue(), "dance.gif")))

    assert "only its first frame is used" in answer.content.decode()


def test_a_viewer_brings_nothing(victor, client_of, change):
    assert client_of(victor).post("/uploads/", change(picture=brought())).status_code == 403
    assert not Upload.objects.exists()


def test_its_files_are_nobody_elses(client, charlie, client_of, change):
    client.post("/uploads/", change(picture=brought()))
    upload = Upload.objects.get()

    assert client_of(charlie).get(f"/uploads/{upload.pk}/small.webp").status_code == 404
    assert client_of(charlie).get(f"/edit/?upload={upload.pk}").status_code == 404


def test_a_card_shows_the_upload_that_it_started_from(client, change):
    client.post("/edit/", change(picture=brought()))
    upload = Upload.objects.get()

    page = client.get("/").content.decode()

    assert f'src="/uploads/{upload.pk}/small.webp" width="40"' in page
    assert Image.objects.count() == 0
    assert default_storage.exists(upload.name)
