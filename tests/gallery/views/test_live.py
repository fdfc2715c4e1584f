import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from gallery import feed, generations
from gallery.engine import moving, states
from gallery.models import Conductor, Result


def address_in(answer):
    return re.search(r'<live-poll[^>]* hx-get="([^"]+)"', answer.content.decode())[1]


def cards_in(answer):
    return re.findall(
        r'<article class="job" id="job-([0-9a-f-]+)" data-state="(\w+)"', html(answer)
    )


def html(answer):
    return answer.content.decode()


@pytest.fixture
def studio(alice, client_of, make_generation):
    """Alice's studio with one running job: the client, and the address that the page polls."""
    make_generation(alice, status="running", submitted_at=timezone.now())
    client = client_of(alice)
    return client, address_in(client.get("/"))


def test_nothing_new_costs_one_query_and_no_session(studio, django_assert_num_queries):
    client, address = studio

    with django_assert_num_queries(1):
        answer = client.get(address)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Cookie" not in answer.get("Vary", "")


def test_nothing_new_is_told_to_whoever_holds_the_stamp(studio, client):
    _, address = studio

    assert client.get(address).status_code == 204


def test_what_changed_is_sent_alone_with_the_next_stamp(studio, alice, make_generation):
    client, address = studio
    quiet = make_generation(alice, status="running", submitted_at=timezone.now())
    address = address_in(client.get(address))
    changed = feed.page(alice).cards[1]

    moving.make(states.FAIL, alice.generations.exclude(pk=quiet.pk).get(), problem="moderated")
    answer = client.get(address)

    assert cards_in(answer) == [(changed.id, "failed")]
    assert client.get(address_in(answer)).status_code == 204


def test_the_meter_the_status_the_count_and_a_toast_come_with_it(studio, alice):
    client, address = studio
    moving.make(states.FAIL, alice.generations.get(), problem="moderated")

    answer = html(client.get(address))

    assert 'id="quota"' in answer and 'hx-swap-oob="true"' in answer
    assert '<span hx-swap-oob="innerHTML:#feed-status"></span>' in answer
    assert 'data-open="0"' in answer
    assert "The provider refused this prompt: A lighthouse at dusk" in answer


def test_a_page_with_nothing_open_is_told_to_ask_slowly(studio, alice):
    client, address = studio
    moving.make(states.FAIL, alice.generations.get(), problem="moderated")

    answer = html(client.get(address))

    assert 'data-idle data-after="2500"' in re.search(r"<live-poll[^>]*>", answer)[0]


def test_another_page_follows_what_is_open_and_shows_no_cards(studio, alice):
    client, _ = studio
    address = address_in(client.get("/library/"))
    assert client.get(address).status_code == 204
    moving.make(states.FAIL, alice.generations.get(), problem="moderated")

    answer = client.get(address)

    assert cards_in(answer) == [] and 'id="feed-status"' not in html(answer)
    assert "The provider refused this prompt" in html(answer) and 'id="quota"' in html(answer)
    assert "data-after" not in html(answer)
    assert "?elsewhere" in address_in(answer)


def test_another_page_does_not_ask_while_nothing_is_open(alice, client_of):
    assert "<live-poll" not in html(client_of(alice).get("/library/"))


def test_a_job_of_another_tab_arrives(studio, alice, make_generation):
    client, address = studio
    other = make_generation(alice)

    answer = client.get(address)

    assert cards_in(answer) == [(str(other.pk), "queued")]
    assert 'data-open="2"' in html(answer)


def test_a_hidden_job_is_taken_from_the_page(studio, alice):
    client, address = studio
    job = alice.generations.get()
    generations.hide(job)

    assert f'id="job-{job.pk}" data-gone' in html(client.get(address))


def test_places_are_sent_anew_when_the_line_moves(alice, bob, client_of, make_generation):
    ahead, mine = make_generation(bob), make_generation(alice)
    client = client_of(alice)
    address = address_in(client.get("/"))

    moving.make(states.PICK, ahead)
    answer = client.get(address)

    assert cards_in(answer) == [(str(mine.pk), "queued")]
    assert "next in line" in html(answer)


def test_a_pause_is_told_to_who_waits(alice, client_of, make_generation):
    make_generation(alice)
    client = client_of(alice)
    address = address_in(client.get("/"))

    Conductor.objects.update(pause="token", pause_detail="invalid_token")
    answer = html(client.get(address))

    assert answer.count("the team&#x27;s Flux account needs attention") == 2  # banner and card
    assert "invalid_token" not in answer


def test_an_admin_reads_what_it_is_and_where(admin, client_of):
    Conductor.objects.update(pause="token", pause_detail="invalid_token: expired")

    page = html(client_of(admin).get("/"))

    assert "Check FLUX_API_TOKEN" in page and "invalid_token: expired" in page


def test_the_line_is_no_matter_to_who_has_nothing_queued(studio):
    client, address = studio

    Conductor.objects.update(line_version=99)

    assert client.get(address).status_code == 204


@pytest.mark.parametrize(("minutes", "pace"), [(0, "1000"), (5, "2000"), (20, "2500")])
def test_the_server_sets_the_pace_by_the_age_of_the_newest_job(minutes, pace, studio):
    client, address = studio

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert client.get(address)["Poll-After"] == pace


def test_an_old_stamp_gets_the_whole_page_anew(studio, alice):
    client, address = studio

    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        answer = client.get(address)

    assert cards_in(answer) == [(str(alice.generations.get().pk), "running")]


def test_a_forged_stamp_opens_nothing(studio, client):
    _, address = studio

    answer = client.get(address[:-8] + "forgery/")

    assert "You are signed out." in html(answer)
    assert not cards_in(answer)


def test_who_has_signed_out_is_told_and_keeps_the_page(studio, alice, make_generation):
    client, address = studio
    make_generation(alice)
    client.logout()

    answer = client.get(address)

    assert "You are signed out." in html(answer)
    assert 'id="poller"' in html(answer) and not cards_in(answer)


def test_another_person_in_the_same_browser_sees_nothing_of_it(
    studio, alice, bob, client_of, make_generation
):
    _, address = studio
    make_generation(alice, prompt="A secret garden")

    answer = client_of(bob).get(address)

    assert "secret garden" not in html(answer)


@pytest.mark.parametrize("number", [2, 40])
def test_changes_take_the_same_number_of_queries_for_few_and_many(
    number, alice, client_of, make_generation, django_assert_num_queries
):
    client = client_of(alice)
    address = address_in(client.get("/"))
    for _ in range(number // 2):
        make_generation(alice)
        job = make_generation(alice, status="storing")
        Result.objects.create(generation=job, position=0, url="https://example.org/a.png")

    with django_assert_num_queries(14):
        answer = client.get(address)

    assert len(cards_in(answer)) == number


def test_beside_200_cards_of_which_40_run_an_unchanged_poll_stays_empty(
    alice, client_of, make_generation, django_assert_num_queries
):
    for status, number in (("succeeded", 160), ("running", 40)):
        for _ in range(number):
            make_generation(alice, status=status, submitted_at=timezone.now())
    client = client_of(alice)
    page = client.get("/")
    address = address_in(page)

    with django_assert_num_queries(1):
        answer = client.get(address)

    assert html(page).count("<live-poll") == 1
    assert (answer.status_code, answer.content) == (204, b"")


def test_only_asking_is_allowed(studio):
    client, address = studio

    assert client.post(address).status_code == 405
