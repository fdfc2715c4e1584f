import uuid
from decimal import Decimal

import pytest

from accounts import credits
from accounts.credits import AllowanceExceeded
from accounts.models import CreditEntry, Person
from gallery import batches, generations
from gallery.batches import NothingToRetry, TooManyJobs, TooManyWaiting, Wishes
from gallery.engine import moving, states
from gallery.generations import ModelGone, NotAllowed, TooManyQueued, Wish
from gallery.models import Attempt, Batch, FeedVersion, FluxModel, Generation, PromptUse
from tests.conftest import all_at_once


def wishes(number, *, model="flux-dev", **fields):
    model = FluxModel.objects.get(name=model)
    prompts = [f"A door, number {each}" for each in range(number)]
    return Wishes(
        template="A door, number {n}",
        wishes=[Wish(prompt=prompt, model=model, size="1:1", **fields) for prompt in prompts],
        labels=[str(each) for each in range(number)],
        choices={"models": [model.name], "sizes": ["1:1"], "count": 1, "blanks": {}},
    )


def ask(person, number, *, token=None, **fields):
    token = token or uuid.uuid4()
    return batches.request(by=person, wishes=wishes(number, **fields), token=token)


def test_a_batch_is_as_many_jobs_in_their_order_all_paid(alice):
    batch = ask(alice, 40, count=2)

    jobs = list(batch.generations.order_by("created_at", "pk"))
    assert [job.place_in_batch for job in jobs] == list(range(40))
    assert [job.prompt for job in jobs][:2] == ["A door, number 0", "A door, number 1"]
    assert {job.status for job in jobs} == {"queued"}
    assert credits.statement(alice).spent == Decimal("0.216") * 80


def test_the_same_token_twice_is_the_same_batch(alice):
    token = uuid.uuid4()

    first, second = ask(alice, 3, token=token), ask(alice, 3, token=token)

    assert first == second
    assert Generation.objects.count() == 3


def test_too_few_credits_for_all_make_none_and_tell_the_sum(alice):
    alice.monthly_allowance = Decimal(1)
    alice.save()

    with pytest.raises(AllowanceExceeded) as refusal:
        ask(alice, 10)

    assert (refusal.value.needed, refusal.value.left) == (Decimal("2.16"), Decimal(1))
    assert not Batch.objects.exists() and not Generation.objects.exists()
    assert not CreditEntry.objects.exists() and not PromptUse.objects.exists()


def test_a_batch_is_bounded(alice, settings):
    settings.FLUX_MAX_BATCH = 5

    with pytest.raises(TooManyJobs):
        ask(alice, 6)
    ask(alice, 3)
    with pytest.raises(TooManyWaiting) as refusal:
        ask(alice, 3)

    assert (refusal.value.waiting, refusal.value.limit) == (3, 5)
    assert Batch.objects.count() == 1


def test_jobs_of_a_batch_take_no_place_from_single_wishes(alice, settings):
    settings.FLUX_MAX_QUEUED = 1
    ask(alice, 5)
    single = wishes(2).wishes

    generations.request(by=alice, wish=single[0], token=uuid.uuid4())
    with pytest.raises(TooManyQueued):
        generations.request(by=alice, wish=single[1], token=uuid.uuid4())


def test_a_viewer_asks_for_no_batch(victor):
    with pytest.raises(NotAllowed):
        ask(victor, 2)


def test_cancelling_gives_back_what_waits_and_nothing_twice(alice):
    batch = ask(alice, 5)
    moving.make(states.PICK, batch.generations.get(place_in_batch=0))

    assert batches.cancel(batch) == 4
    assert batches.cancel(batch) == 0

    assert credits.statement(alice).spent == Decimal("0.216")
    assert CreditEntry.objects.filter(kind="release").count() == 4
    assert not credits.recount().mistakes


def test_cancelling_says_where_the_provider_may_have_charged(alice):
    batch = ask(alice, 2)
    job = batch.generations.get(place_in_batch=1)
    for number in (1, 2):
        Attempt.objects.create(
            generation=job, number=number, epoch=1, outcome="absent", task_id=f"task-{number}"
        )

    batches.cancel(batch)

    jobs = batch.generations.order_by("place_in_batch")
    assert [each.is_possible_loss for each in jobs] == [False, True]
    assert all(each.finished_at for each in jobs)


def test_hiding_takes_all_off_the_feed_and_tells_the_pages(alice):
    batch = ask(alice, 3)
    before = FeedVersion.objects.get(pk=alice.pk).version

    batches.hide(batch)

    assert not batch.generations.filter(hidden_at=None).exists()
    assert set(batch.generations.values_list("version", flat=True)) == {before + 1}


def fail(job):
    moving.make(states.REFUSE, job, problem="moderated")


def test_a_retry_asks_for_what_failed_alone(alice):
    batch = ask(alice, 4)
    for job in batch.generations.filter(place_in_batch__in=[1, 3]):
        fail(job)

    made = batches.retry(batch, by=alice, token=uuid.uuid4())

    prompts = made.generations.order_by("place_in_batch").values_list("prompt", flat=True)
    assert list(prompts) == ["A door, number 1", "A door, number 3"]
    assert (made.labels, made.template, made.choices) == (
        ["1", "3"],
        batch.template,
        batch.choices,
    )


def test_what_can_not_be_retried_says_so(alice):
    batch = ask(alice, 2)
    with pytest.raises(NothingToRetry):
        batches.retry(batch, by=alice, token=uuid.uuid4())

    fail(batch.generations.first())
    FluxModel.objects.update(is_on=False)
    with pytest.raises(ModelGone):
        batches.retry(batch, by=alice, token=uuid.uuid4())


def test_the_template_is_remembered_once(alice):
    ask(alice, 2)
    ask(alice, 2)

    use = PromptUse.objects.get()
    assert (use.text, use.times) == ("A door, number {n}", 2)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_a_batch_is_one_batch():
    alice = Person.objects.create_user("alice@example.org", "a quiet green morning")
    token = uuid.uuid4()

    made = all_at_once(lambda _: ask(alice, 5, token=token).pk, times=4)

    assert len(set(made)) == 1
    assert Generation.objects.count() == 5
    assert credits.statement(alice).spent == Decimal("0.216") * 5


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_never_overdraw():
    alice = Person.objects.create_user("alice@example.org", "a quiet green morning")
    alice.monthly_allowance = Decimal("2.16")
    alice.save()

    def attempt(_):
        try:
            return bool(ask(alice, 5))
        except AllowanceExceeded:
            return False

    assert sorted(all_at_once(attempt, times=4)) == [False, False, True, True]
    assert credits.statement(alice).left == 0


@pytest.mark.django_db(transaction=True)
def test_cancelling_at_once_and_with_a_pick_releases_each_hold_once():
    alice = Person.objects.create_user("alice@example.org", "a quiet green morning")
    batch = ask(alice, 8)
    first = batch.generations.get(place_in_batch=0)

    def act(number):
        return moving.make(states.PICK, first) if number == 0 else batches.cancel(batch)

    picked, *cancelled = all_at_once(act, times=4)

    assert sum(cancelled) + picked == 8
    assert CreditEntry.objects.filter(kind="release").count() == sum(cancelled)
    assert not credits.recount().mistakes
