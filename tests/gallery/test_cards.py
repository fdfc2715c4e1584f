from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import feed
from gallery.models import Conductor, FluxModel, Result
from gallery.problems import PROBLEMS

SECONDS = timedelta(seconds=1)


@pytest.fixture
def card(alice, make_generation):
    """The one card that a job of Alice makes: `card(status="running")`."""

    def made(**fields):
        make_generation(alice, **fields)
        return feed.page(alice).cards[0]

    return made


@pytest.mark.parametrize(
    ("status", "word", "look"),
    [
        ("queued", "Queued", "queued"),
        ("submitting", "Sending", "running"),
        ("unconfirmed", "Checking", "running"),
        ("running", "Running", "running"),
        ("storing", "Saving", "saving"),
        ("succeeded", "Done", "done"),
        ("failed", "Failed", "failed"),
        ("cancelled", "Cancelled", "cancelled"),
    ],
)
def test_each_status_has_its_word(status, word, look, card):
    made = card(status=status)

    assert (made.status, made.look) == (word, look)


def test_a_queued_card_tells_its_place_and_keeps_room_for_its_pictures(
    alice, bob, card, make_generation
):
    make_generation(bob)

    made = card(size="16:9", count=3)

    assert made.place == "2nd in line"
    assert made.slots == ("ar-16x9",) * 3
    assert made.is_queued


def test_the_wait_grows_with_the_line(alice, card, make_generation, settings):
    settings.FLUX_MAX_IN_FLIGHT = 1
    for _ in range(4):
        make_generation(alice)

    made = card()

    assert (made.place, made.hint) == ("5th in line", "Starts in about 50 s.")


def test_who_waits_for_an_admin_is_told_so(card):
    Conductor.objects.update(pause="used_up")

    assert card().hint.startswith("Waiting: the team's Flux account needs attention.")


def test_a_running_card_tells_how_long_beside_how_long_is_usual(card):
    now = timezone.now()

    soon = card(status="running", submitted_at=now - 4 * SECONDS).progress
    late = card(status="running", submitted_at=now - 95 * SECONDS).progress

    assert (soon.words, soon.expected) == ("4 s of about 10 s", "10")
    assert (late.words, late.bar) == ("1 min 35 s (usually 10 s)", "9.5")


def test_a_job_that_is_checked_says_that_it_is_not_sent_twice(card):
    assert "not sent twice" in card(status="unconfirmed", submitted_at=timezone.now()).hint


def test_pictures_show_as_they_arrive(alice, make_generation, make_image):
    job = make_generation(alice, status="storing", count=4)
    image = make_image(alice, generation=job)
    for position, state in enumerate(["stored", "waiting", "refused"]):
        Result.objects.create(generation=job, position=position, url="https://x.y", state=state)

    card = feed.page(alice).cards[0]

    assert [tile.id for tile in card.tiles] == [str(image.pk)]
    assert (card.slots, card.place) == (("ar-1x1",), "1 of 3 pictures")


def test_fewer_pictures_than_asked_for_are_said_in_words(alice, make_generation, make_image):
    job = make_generation(alice, status="succeeded", count=4, cost="0.648")
    for position in (2, 0, 1):
        make_image(alice, generation=job, position=position)

    card = feed.page(alice).cards[0]

    assert card.hint == "3 of 4 pictures arrived. You paid 0.648 credits."
    assert not card.slots
    in_order = job.images.order_by("position")
    assert [tile.id for tile in card.tiles] == [str(image.pk) for image in in_order]


def test_a_late_result_is_called_late(card):
    start = timezone.now() - timedelta(hours=2)

    made = card(status="succeeded", submitted_at=start, done_at=start + timedelta(minutes=42))

    assert made.facts[-1] == "came late" and "42 min" in made.facts


def test_what_was_paid_and_how_long_it_took_is_told(card):
    start = timezone.now()

    made = card(
        status="succeeded", cost="0.216", submitted_at=start, done_at=start + 9.14 * SECONDS
    )

    assert made.facts == ("Flux Dev", "1:1", "9.1 s", "0.216 credits")


@pytest.mark.parametrize("key", PROBLEMS)
def test_each_problem_says_what_happened_what_to_do_and_what_it_cost(key, card):
    made = card(status="failed", problem=key, problem_detail="as the API said", trace_id="t-1")

    assert made.note.heading == PROBLEMS[key].heading
    assert made.note.text.startswith(PROBLEMS[key].advice)
    assert made.note.text.endswith("0.216 credits went back to you.")
    assert made.returned == "0.216 credits returned"
    assert made.note.details.splitlines()[0] == key
    assert {"trace t-1", "as the API said"} <= set(made.note.details.splitlines())


def test_a_problem_that_nobody_foresaw_has_words_too(card):
    assert card(status="failed", problem="new").note.heading == "This could not be done"


def test_a_possible_loss_is_told(card):
    note = card(status="failed", problem="overdue", is_possible_loss=True).note

    assert "may have charged the team all the same" in note.text


def test_a_model_that_was_deleted_leaves_its_name(alice, make_generation):
    FluxModel.objects.create(name="old", label="Old", size_rule="ratios", credits=1)
    job = make_generation(alice, status="running", model=FluxModel.objects.get(name="old"))
    FluxModel.objects.get(name="old").delete()

    card = feed.page(alice).cards[0]

    assert card.id == str(job.pk) and card.facts[0] == "old" and card.progress


def test_a_size_that_nobody_knows_any_more_still_has_a_slot(card):
    assert card(size="7:5").slots == ("ar-1x1",)


def test_a_picture_that_cannot_be_fetched_yet_is_told(alice, make_generation):
    generation = make_generation(alice, status="storing")
    url = "https://pictures.example/1.png"
    Result.objects.create(generation=generation, position=0, url=url, problem_detail="404")

    [made] = feed.page(alice).cards

    assert "We try again for a day" in made.hint
