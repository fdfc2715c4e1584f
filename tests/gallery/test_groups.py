import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import batches, feed, stamps
from gallery.batches import Wishes
from gallery.engine import moving, states
from gallery.generations import Wish
from gallery.groups import MOST_CELLS
from gallery.models import Batch, Conductor, FluxModel
from gallery.stamps import Stamp


@pytest.fixture
def make_batch(db):
    def make(owner, number=4, *, statuses=(), **fields):
        model = FluxModel.objects.get(name="flux-dev")
        prompts = [f"A door, number {each}" for each in range(number)]
        wishes = Wishes(
            template="A {colour} door",
            wishes=[Wish(prompt=text, model=model, size="16:9", **fields) for text in prompts],
            labels=[f"label {each}" for each in range(number)],
        )
        batch = batches.request(by=owner, wishes=wishes, token=uuid.uuid4())
        for place, status in enumerate(statuses):
            batch.generations.filter(place_in_batch=place).update(status=status)
        return batch

    return make


def card_of(person):
    return feed.page(person).cards[0]


@pytest.mark.parametrize(
    ("statuses", "status", "counts"),
    [
        ([], "Queued", "0 of 4 done · 4 waiting"),
        (["running"], "Running", "0 of 4 done · 1 running · 3 waiting"),
        (["succeeded"], "Running", "1 of 4 done · 3 waiting"),
        (
            ["succeeded", "succeeded", "storing", "failed"],
            "Saving",
            "2 of 4 done · 1 being saved · 1 failed",
        ),
        (["succeeded"] * 3 + ["failed"], "Done", "3 of 4 done · 1 failed"),
        (["failed"] * 4, "Failed", "0 of 4 done · 4 failed"),
        (["cancelled"] * 4, "Cancelled", "0 of 4 done · 4 cancelled"),
    ],
)
def test_a_group_says_how_it_stands_as_a_whole(alice, make_batch, statuses, status, counts):
    make_batch(alice, statuses=statuses)

    card = card_of(alice)

    assert (card.status, card.counts) == (status, counts)


def test_every_picture_has_its_place_from_the_beginning(alice, make_batch, make_image):
    batch = make_batch(alice, 3, statuses=["succeeded", "failed"], count=2)
    before = [cell.shape for cell in card_of(alice).cells]
    make_image(alice, generation=batch.generations.get(place_in_batch=0))

    cells = card_of(alice).cells

    assert [cell.shape for cell in cells] == before == ["ar-16x9"] * 6
    assert [cell.look for cell in cells] == ["done", "missing"] + ["failed"] * 2 + ["queued"] * 2
    assert cells[2].label == "label 1"


def test_reasons_of_failure_are_told_once_each(alice, make_batch):
    batch = make_batch(alice, 9, statuses=["failed"] * 9)
    batch.generations.update(problem="moderated")
    batch.generations.filter(place_in_batch=8).update(problem="overdue")

    first, second = card_of(alice).failures

    assert first.heading == "The provider refused this prompt"
    assert first.who.endswith("label 5; and 2 more")
    assert second.who == "label 8"


def test_a_large_group_shows_the_first_pictures_and_its_page_shows_all(
    alice, make_batch, client_of
):
    batch = make_batch(alice, 60)

    card, page = card_of(alice), client_of(alice).get(f"/batches/{batch.pk}/")

    assert (len(card.cells), card.left_out) == (MOST_CELLS, 60 - MOST_CELLS)
    assert len(page.context["card"].cells) == 60


def test_a_pause_is_told_where_something_waits(alice, make_batch):
    make_batch(alice, statuses=["running"])
    Conductor.objects.update(pause="down")

    assert "can't be reached" in card_of(alice).hint


def test_a_batch_is_one_card_among_single_ones(alice, make_batch, make_generation):
    old = make_generation(alice)
    batch = make_batch(alice)
    new = make_generation(alice)

    cards = feed.page(alice).cards

    assert [card.id for card in cards] == [str(new.pk), str(batch.pk), str(old.pk)]


def test_pages_of_batches_follow_each_other_without_a_gap(alice, make_batch, settings):
    settings.FLUX_MAX_BATCH = 400
    made = [make_batch(alice, 2).pk for _ in range(25)]

    first = feed.page(alice)
    second = feed.page(alice, before=alice.generations.get(pk=first.older))

    shown = [card.id for card in (*first.cards, *second.cards)]
    assert shown == [str(pk) for pk in reversed(made)]


def since(person, version):
    return Stamp(person_id=person.pk, version=version, line="0", at=timezone.now())


def test_a_group_is_sent_only_when_something_in_it_changed(alice, make_batch, make_generation):
    quiet, busy = make_batch(alice), make_batch(alice)
    version = busy.generations.first().version
    assert feed.changes(alice, since(alice, version)).cards == ()

    moving.make(states.PICK, busy.generations.get(place_in_batch=2))

    cards = feed.changes(alice, since(alice, version)).cards
    assert [card.id for card in cards] == [str(busy.pk)]
    assert quiet.pk


def test_how_the_line_moves_is_no_news_for_a_page_with_batches_alone(alice, make_batch):
    make_batch(alice)

    assert feed.standing(alice).stamp.line == "~"
    assert feed.standing(alice).words == "4 queued"


def test_a_hidden_batch_is_named_for_the_page_to_take_away(alice, make_batch):
    batch = make_batch(alice)
    version = batch.generations.first().version
    batches.hide(batch)

    changes = feed.changes(alice, since(alice, version))

    assert (changes.cards, changes.gone, changes.gone_batches) == ((), (), (batch.pk,))
    assert feed.page(alice).cards == ()


def test_the_end_of_a_batch_makes_one_toast(alice, make_batch):
    batch = make_batch(alice, statuses=["succeeded"] * 3 + ["failed"])
    soon = timezone.now() + timedelta(seconds=1)
    batch.generations.update(finished_at=soon)

    toasts = feed.changes(alice, since(alice, 0)).toasts

    assert [toast.text for toast in toasts] == ["3 of 4 done · 1 failed: A {colour} door"]
    assert toasts[0].address == f"/#batch-{batch.pk}"


@pytest.mark.parametrize(("number", "members"), [(1, 2), (6, 10)])
def test_a_page_takes_the_same_number_of_queries_for_few_and_many(
    alice, make_batch, make_image, django_assert_num_queries, number, members
):
    for _ in range(number):
        batch = make_batch(alice, members)
        make_image(alice, generation=batch.generations.get(place_in_batch=0))

    with django_assert_num_queries(10):
        feed.page(alice)
    with django_assert_num_queries(10):
        feed.changes(alice, since(alice, 0))


def test_pictures_that_all_came_can_be_compared(alice, make_batch, make_image):
    batch = make_batch(alice, 2, statuses=["succeeded"] * 2)
    images = [make_image(alice, generation=job) for job in batch.generations.order_by("pk")]

    assert {str(image.pk) for image in images} == set(
        card_of(alice).compare.partition("?i=")[2].split("&i=")
    )


def test_a_batch_is_its_owners_alone(alice, bob, make_batch):
    make_batch(bob)

    assert feed.page(alice).cards == ()
    assert not Batch.objects.visible_to(alice).exists()


def test_a_pause_is_news_for_a_page_with_batches_alone(alice, make_batch):
    batch = make_batch(alice)
    seen = feed.standing(alice).stamp
    Conductor.objects.update(line_version=99)
    assert not stamps.has_moved(seen)

    Conductor.objects.update(pause="used_up")

    assert stamps.has_moved(seen)
    assert [card.id for card in feed.changes(alice, seen).cards] == [str(batch.pk)]
