import io
import re

import pytest
from django.test import Client
from guesting import expire, link_to, row_of
from PIL import Image as Picture

from gallery import placing
from gallery.models import Comment, Gallery, Guest, GuestHeart, Placement, ShareLink

PASSWORD = "a green door"
SECRET = "A secret lighthouse"


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring campaign", owner=alice, description="Soft light")


@pytest.fixture
def image(alice, spring, make_image):
    image = make_image(alice, prompt=SECRET)
    placing.place_many([image], spring, by=alice)
    return image


def open_link(path, client=None):
    client = client or Client()
    return client, client.get(path)


def introduced(path, name="Greta"):
    """A guest's browser, once they have given their name."""
    client = Client()
    client.post(f"{path}name/", {"name": name})
    return client


def body_of(answer):
    """Read to its end, which closes its file, too."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_guests_see_the_gallery_without_an_account(spring, image):
    _, answer = open_link(link_to(spring))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Spring campaign" in page and "Soft light" in page and "1 picture" in page
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]


def test_nothing_of_the_page_leads_into_the_site(spring, image):
    path = link_to(spring, allows_downloads=True, shows_prompts=True, takes_responses=True)
    client = introduced(path)

    for page in (path, f"{path}images/{image.pk}/"):
        text = client.get(page).content.decode()
        led = re.findall(r'(?:href|src|action|formaction|hx-\w+)="(/[^"]*)"', text)
        led += re.findall(r"(/\S+\.webp) \d+w", text)
        assert led and all(each.startswith((path, "/static/")) for each in led)


def test_only_the_hash_of_a_token_is_kept(spring):
    path = link_to(spring, password=PASSWORD)
    token, link = path.split("/")[2], ShareLink.objects.get()

    kept = " ".join(str(value) for value in vars(link).values())

    assert token not in kept and PASSWORD not in kept
    assert link.token_hint == token[-4:] and len(token) >= 32


def test_a_view_is_counted_once_for_each_browser(spring, image):
    path = link_to(spring)

    for _ in range(2):
        client = Client()
        for _ in range(3):
            client.get(path)
            client.get(f"{path}images/{image.pk}/")

    assert row_of(path).get().views == 2


def test_hidden_prompts_are_nowhere(spring, image):
    path = link_to(spring, allows_downloads=True, takes_responses=True)
    client = introduced(path)

    pages = [path, f"{path}images/{image.pk}/"]
    pages += [f"{path}images/{image.pk}/{name}" for name in ("large.webp", "small.webp")]
    for address in [*pages, f"{path}images/{image.pk}/download/"]:
        answer = client.get(address)
        body = body_of(answer)
        assert b"lighthouse" not in body and b"secret" not in body
        assert "lighthouse" not in str(dict(answer.headers))


def test_a_file_is_written_anew_where_prompts_are_hidden(spring, alice, image, make_image):
    path = link_to(spring, allows_downloads=True)
    data = Client().get(f"{path}images/{image.pk}/download/")

    assert "spring-campaign" in data["Content-Disposition"]
    assert Picture.open(io.BytesIO(data.content)).size == (64, 48)


def test_shown_prompts_are_the_words_of_the_pictures(spring, image):
    path = link_to(spring, shows_prompts=True, allows_downloads=True)
    client, answer = open_link(path)

    assert f'alt="{SECRET}"' in answer.content.decode()
    assert SECRET in client.get(f"{path}images/{image.pk}/").content.decode()
    file = client.get(f"{path}images/{image.pk}/download/")
    assert "a-secret-lighthouse" in file["Content-Disposition"]
    assert body_of(file)[:8] == b"\x89PNG\r\n\x1a\n"


def test_where_downloads_are_off_there_is_no_original(spring, image):
    path = link_to(spring, shows_prompts=True)
    client, _ = open_link(path)

    assert client.get(f"{path}images/{image.pk}/download/").status_code == 404
    assert "Download" not in client.get(f"{path}images/{image.pk}/").content.decode()
    small = client.get(f"{path}images/{image.pk}/small.webp")
    assert small["Cache-Control"] == "private, no-cache"
    assert body_of(small)[8:12] == b"WEBP"


def test_only_what_is_in_the_gallery_is_opened(spring, image, alice, make_image):
    path, other = link_to(spring), make_image(alice)

    for verb in ("", "large.webp", "download/"):
        assert Client().get(f"{path}images/{other.pk}/{verb}").status_code == 404
    Placement.objects.all().delete()
    for verb in ("", "large.webp"):
        assert Client().get(f"{path}images/{image.pk}/{verb}").status_code == 404


def test_pages_of_a_gallery_follow_each_other_for_guests(spring, alice, make_image, monkeypatch):
    monkeypatch.setattr("gallery.public.PAGE", 2)
    generation = make_image(alice).generation
    images = [make_image(alice, generation=generation) for _ in range(5)]
    placing.place_many(images, spring, by=alice)
    address, seen = link_to(spring), []

    while address:
        shown = Client().get(address).context["shown"]
        seen += [tile.id for tile in shown.tiles]
        address = shown.older

    assert seen == [str(image.pk) for image in images]
    assert Client().get(f"{link_to(spring)}?after=x").status_code == 404


@pytest.mark.parametrize("number", [2, 20])
def test_guests_take_the_same_number_of_queries_for_few_and_many(
    number, spring, alice, make_image, django_assert_num_queries
):
    generation = make_image(alice).generation
    images = [make_image(alice, generation=generation) for _ in range(number)]
    placing.place_many(images, spring, by=alice)
    path = link_to(spring)
    client, _ = open_link(path)

    with django_assert_num_queries(3):
        assert len(client.get(path).context["shown"].tiles) == number


@pytest.mark.parametrize("end", ["expired", "revoked", "its maker has left"])
def test_a_link_that_has_ended_says_so_and_opens_nothing(end, spring, image, alice):
    path = link_to(spring, allows_downloads=True, takes_responses=True)
    client = introduced(path)
    if end == "expired":
        expire(path)
    elif end == "revoked":
        row_of(path).update(revoked_at="2026-01-01T00:00:00Z")
    else:
        alice.is_active = False
        alice.save()

    for verb in ("", f"images/{image.pk}/", f"images/{image.pk}/large.webp"):
        answer = client.get(path + verb)
        assert answer.status_code == 410
        assert "This link has ended" in answer.content.decode()
    assert client.post(f"{path}images/{image.pk}/heart/").status_code == 410


def test_a_password_is_asked_for_and_remembered(spring, image):
    path = link_to(spring, password=PASSWORD, allows_downloads=True)
    client, answer = open_link(path)
    assert "This gallery has a password" in answer.content.decode()
    assert "Spring" not in answer.content.decode()
    for verb in ("large.webp", "download/"):
        assert client.get(f"{path}images/{image.pk}/{verb}").status_code == 404

    wrong = client.post(f"{path}unlock/", {"password": "a red door"})
    assert wrong.status_code == 422 and "That is not the password." in wrong.content.decode()
    assert row_of(path).get().views == 0

    assert client.post(f"{path}unlock/", {"password": PASSWORD})["Location"] == path
    assert "Spring campaign" in client.get(path).content.decode()
    assert body_of(client.get(f"{path}images/{image.pk}/large.webp"))[8:12] == b"WEBP"
    assert row_of(path).get().views == 1


def test_a_cookie_opens_its_own_link_with_its_own_password(spring, image, alice):
    path = link_to(spring, password=PASSWORD)
    client = Client()
    client.post(f"{path}unlock/", {"password": PASSWORD})
    value = client.cookies["fluxsite_guest"].value

    # The same cookie, put by hand before another link, and changed.
    other = link_to(spring, password="another door")
    thief = Client()
    for path_of, cookie in ((other, value), (path, value[:-2] + "xx"), (path, "rubbish")):
        thief.cookies["fluxsite_guest"] = cookie
        assert "has a password" in thief.get(path_of).content.decode()
    row_of(path).update(password=row_of(other).get().password)
    assert "has a password" in client.get(path).content.decode()


def test_the_cookie_is_sent_to_its_link_alone_and_to_no_script(spring):
    path = link_to(spring)
    client, _ = open_link(path)
    cookie = client.cookies["fluxsite_guest"]

    assert cookie["path"] == path and cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.parametrize("is_https", [True, False])
def test_on_a_site_with_https_the_cookie_goes_over_tls_alone(spring, settings, is_https):
    settings.SESSION_COOKIE_SECURE = is_https
    client, _ = open_link(link_to(spring))

    assert bool(client.cookies["fluxsite_guest"]["secure"]) is is_https


def test_twenty_guesses_slow_the_next_ones_down_even_the_right_one(spring):
    path = link_to(spring, password=PASSWORD)
    answers = [
        Client().post(f"{path}unlock/", {"password": f"guess {number}"}).status_code
        for number in range(22)
    ]

    assert answers == [422] * 20 + [429] * 2
    last = Client().post(f"{path}unlock/", {"password": PASSWORD})
    assert last.status_code == 429 and "Wait ten minutes" in last.content.decode()


def test_a_token_that_nobody_has_is_not_found_and_costs_as_much_as_a_wrong_password(
    spring, monkeypatch
):
    checks = []
    monkeypatch.setattr("gallery.guests.check_password", lambda *args: bool(checks.append(args[1])))
    path = link_to(spring, password=PASSWORD)

    for at in (path, "/g/nobody-has-this-token/"):
        Client().post(f"{at}unlock/", {"password": "x"})

    assert len(checks) == 2 and all(check.startswith("md5$") for check in checks)
    assert Client().post("/g/nobody-has-this-token/unlock/").status_code == 404
    assert Client().get("/g/nobody-has-this-token/").status_code == 404


def test_guests_like_decide_and_comment_under_the_name_that_they_give(spring, image):
    path = link_to(spring, takes_responses=True)
    client, page = introduced(path), f"{path}images/{image.pk}/"

    client.post(f"{page}heart/", {"is_favourite": "1"})
    client.post(f"{page}approval/", {"approval": "approved"})
    client.post(f"{page}comments/", {"text": "More sky", "x": "250", "y": "100"})

    text = client.get(page).content.decode()
    assert "Approved by Greta (guest)" in text and "More sky" in text
    assert 'x="25.0%" y="10.0%"' in text and 'aria-pressed="true"' in text
    assert (GuestHeart.objects.count(), Guest.objects.count()) == (1, 1)
    comment = Comment.objects.get()
    assert (comment.author, comment.x, comment.y) == ("Greta", 250, 100)


def test_guests_take_back_what_is_theirs_alone(spring, image):
    path = link_to(spring, takes_responses=True)
    greta, gustav = introduced(path), introduced(path, "Gustav")
    page = f"{path}images/{image.pk}/"
    for _ in range(2):
        greta.post(f"{page}heart/", {"is_favourite": "1"})
    greta.post(f"{page}comments/", {"text": "More sky"})
    delete = f"{page}comments/{Comment.objects.get().pk}/delete/"

    gustav.post(f"{page}heart/", {"is_favourite": "0"})
    assert gustav.post(delete).status_code == 404 and GuestHeart.objects.count() == 1
    greta.post(f"{page}heart/", {"is_favourite": "0"})
    assert greta.post(delete).status_code == 302

    assert not GuestHeart.objects.exists() and not Comment.objects.exists()


@pytest.mark.parametrize("case", ["no name", "no responses"])
def test_nobody_responds_without_a_name_or_where_it_is_not_wanted(case, spring, image):
    path = link_to(spring, takes_responses=case == "no name")
    client, page = Client(), f"{path}images/{image.pk}/"
    if case == "no responses":
        assert client.post(f"{path}name/", {"name": "Greta"}).status_code == 404

    for verb in ("heart", "approval", "comments"):
        answer = client.post(f"{page}{verb}/", {"text": "x", "approval": "approved"})
        assert answer.status_code == 404
    assert Placement.objects.get().approval == "" and not Comment.objects.exists()


def test_guests_who_send_too_much_are_slowed(spring, image, settings):
    settings.ACCOUNT_RATE_LIMITS = {"link_response": "3/10m/ip"}
    path = link_to(spring, takes_responses=True)
    client = introduced(path)

    statuses = [client.post(f"{path}images/{image.pk}/heart/").status_code for _ in range(4)]

    assert statuses == [302, 302, 429, 429]


def test_an_empty_name_or_comment_is_told_at_the_field(spring, image):
    path = link_to(spring, takes_responses=True)
    client = introduced(path)

    refused = client.post(f"{path}name/", {"name": " "})
    assert refused.status_code == 422 and "Give a name" in refused.content.decode()
    refused = client.post(f"{path}images/{image.pk}/comments/", {"text": " ", "x": "5"})
    assert refused.status_code == 422 and "Write something" in refused.content.decode()


def test_what_another_site_sends_changes_nothing(spring, image):
    path = link_to(spring, takes_responses=True)
    client = introduced(path)

    answer = client.post(f"{path}images/{image.pk}/heart/", HTTP_SEC_FETCH_SITE="cross-site")

    assert answer.status_code == 404 and not GuestHeart.objects.exists()


def test_what_guests_write_is_shown_as_it_was_typed(spring, image):
    path = link_to(spring, takes_responses=True)
    client = introduced(path, "<b>Greta</b>")

    client.post(f"{path}images/{image.pk}/comments/", {"text": "<script>alert(1)</script>"})

    text = client.get(f"{path}images/{image.pk}/").content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert "<b>Greta" not in text
