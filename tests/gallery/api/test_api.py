import hashlib
import uuid
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import credits, tokens
from accounts.models import CreditEntry, Person, Token
from gallery import generations
from gallery.models import Favourite, FluxModel, Gallery, Generation, Image, Placement
from gallery.models.flux_model import OpenTo
from tests.conftest import PASSWORD

WISH = {"prompt": "A lighthouse at dusk", "model": "flux-dev"}


def code(answer):
    return answer.status_code, answer.json()["code"]


# ── Who is let in ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Basic YTpi", "Bearer", "Bearer  ", "flux_x"])
def test_without_a_token_nothing_opens(client, sent):
    answer = client.get("/api/v1/me", headers={"authorization": sent} if sent else {})

    assert code(answer) == (401, "no_token")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_the_cookie_of_a_signed_in_browser_opens_nothing(client_of, alice):
    client = client_of(alice)

    assert code(client.get("/api/v1/me")) == (401, "no_token")
    assert client.post("/api/v1/generations", WISH, "application/json").status_code == 401
    assert not Generation.objects.exists()


def test_an_answer_sets_no_cookie_and_is_not_kept(program_of, alice):
    answer = program_of(alice).get("me")

    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "application/json"


def test_a_revoked_or_locked_out_token_is_refused_in_the_next_call(program_of, alice, bob):
    hers, his = program_of(alice), program_of(bob)
    assert (hers.get("me").status_code, his.get("me").status_code) == (200, 200)

    tokens.revoke(Token.objects.get(person=alice))
    Person.objects.filter(pk=bob.pk).update(is_active=False)

    assert code(hers.get("me")) == code(his.get("me")) == (401, "bad_token")


def test_a_token_that_is_revoked_in_the_middle_of_a_call_makes_nothing(
    program_of, alice, monkeypatch
):
    program = program_of(alice)
    noted = tokens.note_use

    def revoked_meanwhile(token):
        noted(token)
        tokens.revoke(token)

    monkeypatch.setattr(tokens, "note_use", revoked_meanwhile)

    assert code(program.post("generations", WISH)) == (401, "bad_token")
    assert not Generation.objects.exists() and not CreditEntry.objects.exists()


def test_a_file_that_is_under_way_comes_whole_and_the_next_is_refused(
    program_of, alice, make_image
):
    image, program = make_image(alice), program_of(alice)
    answer = program.get(f"images/{image.pk}/file")
    parts = iter(answer.streaming_content)

    tokens.revoke(Token.objects.get())

    assert hashlib.sha256(b"".join(parts)).hexdigest() == image.sha256
    assert code(program.get(f"images/{image.pk}/file")) == (401, "bad_token")


@pytest.mark.django_db(transaction=True)
def test_a_wish_that_is_being_written_is_made_and_the_next_is_refused(
    program_of, alice, monkeypatch
):
    """Revoking waits for the row, so the wish is whole: made and held for."""
    program, request = program_of(alice), generations.request
    began, revoked = Event(), Event()

    def revoke():
        began.set()
        tokens.revoke(Token.objects.get())
        revoked.set()
        connection.close()

    thread = Thread(target=revoke)

    def request_meanwhile(**wish):
        thread.start()
        assert began.wait(10)
        assert not revoked.wait(0.5)
        return request(**wish)

    monkeypatch.setattr(generations, "request", request_meanwhile)
    made = program.post("generations", WISH)
    thread.join(30)

    assert (made.status_code, revoked.is_set()) == (201, True)
    assert CreditEntry.objects.get().kind == "hold"
    assert code(program.post("generations", WISH)) == (401, "bad_token")
    assert Generation.objects.count() == 1


def test_a_token_does_only_what_it_may(program_of, alice):
    reader = program_of(alice, may_make=False)
    maker = program_of(alice, may_read=False)

    assert code(reader.post("generations", WISH)) == (403, "no_scope")
    assert code(maker.get("images")) == (403, "no_scope")
    assert maker.post("generations", WISH).status_code == 201


def test_a_viewer_makes_nothing(program_of, victor):
    assert code(program_of(victor).post("generations", WISH)) == (403, "viewer")


def test_a_second_factor_that_is_required_is_required_here_too(program_of, alice, settings):
    settings.REQUIRE_SECOND_FACTOR = "everybody"

    assert code(program_of(alice).get("me")) == (403, "no_second_factor")


def test_guessing_tokens_is_slowed_down_for_whoever_guesses(program_of, alice):
    program = program_of(alice)
    guesser = type(program)("flux_wrong")
    for _ in range(20):
        assert guesser.get("me").status_code == 401

    answer = guesser.get("me")

    assert code(answer) == (429, "too_often")
    assert answer["Retry-After"] == "60"


def test_calling_too_often_is_slowed_down(program_of, alice, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"api": "3/m/key"}
    first, second = program_of(alice), program_of(alice)

    assert [first.get("me").status_code for _ in range(3)] == [200] * 3
    assert code(second.get("me")) == (429, "too_often")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────


def test_who_one_is(program_of, alice):
    told = program_of(alice, may_make=False).get("me").json()

    assert (told["email"], told["role"], told["scopes"]) == (alice.email, "member", ["read"])


def test_usage_is_that_of_the_ledger(program_of, alice):
    credits.hold(alice, Decimal("2.5"), reference="generation:x")

    told = program_of(alice).get("usage").json()

    statement = credits.statement(alice)
    assert told["spent"] == 2.5
    assert (told["left"], told["available"]) == (statement.left, statement.available)


def test_a_model_for_admins_alone_is_neither_offered_to_nor_taken_from_others(
    program_of, alice, admin
):
    FluxModel.objects.filter(name="flux-pro").update(open_to=OpenTo.ADMINS)
    wish = {"prompt": "A door", "model": "flux-pro", "size": "1:1"}

    answers = [program_of(person).post("generations", wish) for person in (alice, admin)]

    assert [answer.status_code for answer in answers] == [422, 201]
    names = [
        [one["name"] for one in program_of(person).get("models").json()["items"]]
        for person in (alice, admin)
    ]
    assert ["flux-pro" in one for one in names] == [False, True]


def test_the_models_on_offer(program_of, alice):
    items = program_of(alice).get("models").json()["items"]

    dev = next(item for item in items if item["name"] == "flux-dev")
    assert dev["credits"] > 0 and "1:1" in dev["sizes"]


@pytest.mark.parametrize("path", ["generations", "images", "galleries"])
def test_lists_go_by_cursor_without_a_gap(
    program_of, alice, bob, make_generation, make_image, path
):
    moment = timezone.now()
    for person in (alice, bob):
        for number in range(5):
            made = make_image(person)
            Gallery.objects.create(owner=person, name=f"No. {number}")
            Image.objects.filter(pk=made.pk).update(created_at=moment - timedelta(number // 2))
    program, seen, cursor = program_of(alice), [], ""
    while True:
        page = program.get(path, limit=2, cursor=cursor).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break

    rows = {"generations": Generation, "images": Image, "galleries": Gallery}[path]
    mine = rows.objects.filter(owner=alice).order_by("-created_at", "-pk")
    assert seen == [str(row.pk) for row in mine]


@pytest.mark.parametrize("path", ["generations", "images", "galleries"])
def test_a_long_list_takes_no_more_queries(program_of, alice, make_image, path):
    program = program_of(alice)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert program.get(path).status_code == 200
        return len(caught)

    make_image(alice)
    program.get("me")
    few = queries()
    for _ in range(4):
        make_image(alice)
    assert queries() == few


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"cursor": "x"},
        {"cursor": "99999999999999999999~0"},
        {"unknown": "1"},
    ],
)
def test_a_wrong_page_is_told_at_its_field(program_of, alice, query):
    answer = program_of(alice).get("images", **query)

    assert code(answer) == (422, "invalid")
    assert set(answer.json()["fields"]) == set(query)


def test_jobs_of_one_state(program_of, alice, make_generation):
    failed = make_generation(alice, status="failed", problem="moderated")
    make_generation(alice, status="running")

    [job] = program_of(alice).get("generations", status="failed").json()["items"]

    assert job["id"] == str(failed.pk)
    assert job["message"].startswith("The provider refused this prompt. ")


def test_a_picture_and_its_files(program_of, alice, make_image):
    image, program = make_image(alice), program_of(alice)

    told = program.get(f"images/{image.pk}").json()
    assert (told["width"], told["is_mine"]) == (64, True)
    file = program.get(f"images/{image.pk}/file")
    assert file["Content-Type"] == "image/png"
    assert len(file.getvalue()) == image.bytes
    small = program.get(f"images/{image.pk}/small.webp")
    assert small["Content-Type"] == "image/webp" and small.getvalue()
    assert program.get(f"generations/{image.generation_id}").json()["images"] == [str(image.pk)]


def test_what_is_shared_is_seen_and_nothing_else(program_of, alice, bob, make_image):
    shared, secret = make_image(alice), make_image(alice)
    gallery = Gallery.objects.create(owner=alice, name="For all", is_for_team=True)
    Placement.objects.create(gallery=gallery, image=shared)
    program = program_of(bob)

    [told] = program.get(f"galleries/{gallery.pk}/images").json()["items"]
    assert (told["id"], told["is_mine"]) == (str(shared.pk), False)
    assert program.get(f"images/{shared.pk}").status_code == 200
    for path in (f"images/{secret.pk}", f"images/{secret.pk}/file"):
        assert code(program.get(path)) == (404, "not_found")
    assert program.get("images").json()["items"] == []


def test_an_outsider_gets_404_as_if_it_did_not_exist(
    program_of, alice, charlie, admin, make_image, make_generation
):
    image, queued = make_image(alice), make_generation(alice)
    gallery = Gallery.objects.create(owner=alice, name="Mine")
    for person in (charlie, admin):
        program = program_of(person)
        for place, pk in (("images", image.pk), ("generations", queued.pk)):
            theirs = program.get(f"{place}/{pk}")
            nobodys = program.get(f"{place}/{uuid.uuid4()}")
            assert code(theirs) == code(nobodys) == (404, "not_found")
            assert theirs.content == nobodys.content
        assert program.get(f"galleries/{gallery.pk}/images").status_code == 404
        assert program.post(f"generations/{queued.pk}/cancel").status_code == 404


def test_what_is_in_the_trash_is_not_there(program_of, alice, make_image):
    image = make_image(alice)
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now())
    Favourite.objects.create(image=image, person=alice)
    program = program_of(alice)

    assert program.get(f"images/{image.pk}").status_code == 404
    assert program.get("images").json()["items"] == []
    assert program.get(f"generations/{image.generation_id}").json()["images"] == []


# ── Making ───────────────────────────────────────────────────────────────────────────────────────


def test_a_wish_is_queued_and_its_credits_are_held(program_of, alice):
    answer = program_of(alice).post("generations", WISH | {"count": 2, "size": "16:9"})

    job, row = answer.json(), Generation.objects.get()
    assert answer.status_code == 201
    assert (job["id"], job["status"], job["is_open"]) == (str(row.pk), "queued", True)
    assert (row.owner, row.size, row.count) == (alice, "16:9", 2)
    assert credits.statement(alice).spent == row.total_price == Decimal(str(job["price"]))


def test_the_same_key_asks_once(program_of, alice, bob):
    program = program_of(alice)

    first = program.post("generations", WISH, key="poster 17")
    again = program.post("generations", WISH, key="poster 17")
    other = program.post("generations", WISH | {"prompt": "A door"}, key="poster 17")
    his = program_of(bob).post("generations", WISH, key="poster 17")

    assert (first.status_code, again.status_code, his.status_code) == (201, 200, 201)
    assert first.json() == again.json()
    assert code(other) == (409, "key_used")
    assert Generation.objects.filter(owner=alice).count() == 1


def test_an_edit_starts_from_a_picture_that_one_may_see(program_of, alice, bob, make_image):
    mine, theirs = make_image(alice), make_image(bob)
    wish = {"prompt": "Make it night", "model": "flux-kontext-pro"}
    program = program_of(alice)

    made = program.post("generations", wish | {"image": str(mine.pk)})
    refused = program.post("generations", wish | {"image": str(theirs.pk)})
    two = program.post("generations", wish | {"image": str(mine.pk), "count": 2})

    assert (made.status_code, made.json()["action"]) == (201, "edit")
    assert Generation.objects.get(action="edit").reference_image == mine
    assert set(refused.json()["fields"]) == {"image"}
    assert set(two.json()["fields"]) == {"count"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 4001}, "prompt"),
        ({"prompt": "half \ud800 a sign"}, "prompt"),
        ({"prompt": "a \0 sign"}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"model": "nothing"}, "model"),
        ({"size": "17:3"}, "size"),
        ({"count": 5}, "count"),
        ({"count": True}, "count"),
        ({"count": 1.0}, "count"),
        ({"image": "x"}, "image"),
        ({"seed": 1}, "seed"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(program_of, alice, change, field):
    answer = program_of(alice).post("generations", WISH | change)

    assert code(answer) == (422, "invalid")
    assert set(answer.json()["fields"]) == {field}
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kind", "expected"),
    [
        ("{", "application/json", (400, "not_json")),
        ("[" * 100_000, "application/json", (400, "not_json")),
        ('{"count": ' + "9" * 5000 + "}", "application/json", (400, "not_json")),
        (b"\xff", "application/json", (400, "not_json")),
        ("[]", "application/json", (422, "invalid")),
        ("prompt=x", "application/x-www-form-urlencoded", (415, "not_json")),
        ('"' + "x" * 2_000_000 + '"', "application/json", (413, "too_large")),
    ],
)
def test_what_is_no_json_object_is_refused(program_of, alice, sent, kind, expected):
    assert code(program_of(alice).post("generations", sent, content_type=kind)) == expected


def test_credits_that_do_not_suffice_are_told_in_words(program_of, alice):
    Person.objects.filter(pk=alice.pk).update(monthly_allowance=0)

    answer = program_of(alice).post("generations", WISH)

    assert code(answer) == (422, "too_few_credits")
    assert "Your allowance is renewed on" in answer.json()["message"]


def test_too_many_waiting_jobs_are_refused(program_of, alice, settings):
    settings.FLUX_MAX_QUEUED = 1
    program = program_of(alice)

    assert program.post("generations", WISH).status_code == 201
    assert code(program.post("generations", WISH)) == (429, "too_many_waiting")


def test_a_waiting_job_is_taken_back_once(program_of, alice):
    program = program_of(alice)
    job = program.post("generations", WISH).json()

    first = program.post(f"generations/{job['id']}/cancel")
    again = program.post(f"generations/{job['id']}/cancel")

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert code(again) == (409, "not_waiting")
    assert credits.statement(alice).spent == 0


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["nothing", "images/x", "generations/", "images/7/file"])
def test_an_unknown_address_is_told_as_json(program_of, alice, path):
    assert code(program_of(alice).get(path)) == (404, "not_found")


def test_a_wrong_method_names_the_right_ones(program_of, alice):
    program = program_of(alice)

    answer = program.client.delete("/api/v1/generations", headers=program.headers)

    assert code(answer) == (405, "wrong_method")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_the_page_tells_of_every_operation(client_of, alice, client):
    page = client_of(alice).get("/api/").text
    described = client.get("/api/v1/openapi.json").json()

    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        assert path in page
        assert all(method["summary"] in page.replace("&#x27;", "'") for method in methods.values())


def test_signing_in_is_no_way_around(client, alice):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    assert client.get("/api/v1/usage").status_code == 401
