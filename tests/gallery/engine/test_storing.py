"""Nothing paid for is lost, and nothing unfit is kept."""

import errno
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import InterfaceError, InternalError, OperationalError
from django.utils import timezone
from PIL import Image as Picture

from gallery.engine import conductor, hints, holders, pauses, results, stopping, storing
from gallery.fetching import Fetched
from gallery.flux.contract import Task, TaskState
from gallery.models import Conductor, Image, Pause, Result
from gallery.models.generation import ResultState


@pytest.mark.parametrize("fault", ["picture-404=1", "picture-500=1"])
def test_a_download_that_fails_is_tried_again(
    worker, provider, alice, wish_for, comes_to, quick_again, fault
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}")

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    assert generation.results.get().tries >= 2
    assert len(provider.accepted) == 1


@pytest.mark.parametrize("fault", ["picture-huge", "picture-bomb", "picture-private"])
def test_what_can_never_be_kept_ends_as_a_possible_loss(
    worker, provider, alice, wish_for, comes_to, spent, fault
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}")

    with worker:
        comes_to(generation)

    assert (generation.status, generation.problem) == ("failed", "bad_picture")
    assert generation.is_possible_loss
    assert spent(generation) == 0
    assert not Image.objects.exists()


@pytest.mark.parametrize("fault", ["picture-html", "picture-cut", "picture-gone", "picture-empty"])
def test_a_useless_file_is_tried_for_a_day_and_not_kept(
    worker, provider, alice, wish_for, comes_to, spent, fault, quick_again
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}")

    with worker:
        comes_to(generation, "storing")
        waits_for(lambda: generation.results.get().tries >= 3)
        Result.objects.update(created_at=timezone.now() - timedelta(days=2))
        comes_to(generation)

    assert (generation.status, generation.problem) == ("failed", "undeliverable")
    assert generation.is_possible_loss
    assert spent(generation) == 0


def test_one_bad_picture_of_four_does_not_spoil_the_others(
    transactional_db, alice, a_delivered, spent
):
    generation = a_delivered(alice, count=4)
    bad = generation.results.last()
    Result.objects.filter(pk=bad.pk).update(state=ResultState.REFUSED)

    for result in generation.results.exclude(pk=bad.pk):
        storing.store(result.pk, fetcher=Pictures())

    generation.refresh_from_db()
    assert generation.status == "succeeded"
    assert generation.images.count() == 3
    assert spent(generation) == generation.price * 3


@pytest.mark.parametrize(("stint", "stored"), [(60, 4), (0, 1)])
def test_one_hint_brings_home_whatever_is_due_until_the_queue_has_its_turn(
    stint, stored, transactional_db, alice, a_delivered, monkeypatch
):
    monkeypatch.setattr(storing, "STINT", stint)
    first, *_ = a_delivered(alice, count=4).results.all()

    storing.work(first.pk, fetcher=Pictures())

    assert Image.objects.count() == stored
    assert Image.objects.filter(pk=first.pk).exists()


def test_a_stint_leaves_alone_what_another_worker_holds(transactional_db, alice, a_delivered):
    first, other = a_delivered(alice, count=2).results.all()
    later = timezone.now() + timedelta(minutes=1)
    Result.objects.filter(pk=other.pk).update(holder="another-machine:1", due_at=later)

    storing.work(first.pk, fetcher=Pictures())

    assert Image.objects.count() == 1


def test_storing_twice_keeps_one_image_and_settles_once(
    transactional_db, alice, a_delivered, spent
):
    generation = a_delivered(alice)
    result = generation.results.get()

    storing.store(result.pk, fetcher=Pictures())
    storing.store(result.pk, fetcher=Pictures())

    assert generation.images.count() == 1
    assert spent(generation) == generation.price


def test_two_workers_at_one_result_fetch_it_once(transactional_db, alice, a_delivered):
    generation = a_delivered(alice)
    result = generation.results.get()
    fetcher = Pictures(meanwhile=lambda: storing.store(result.pk, fetcher=fetcher))

    storing.store(result.pk, fetcher=fetcher)

    assert fetcher.fetched == 1


def test_a_claim_whose_worker_died_can_be_taken_over(transactional_db, alice, a_delivered):
    generation = a_delivered(alice)
    Result.objects.update(holder="elsewhere:1", due_at=timezone.now() - timedelta(seconds=1))

    storing.store(generation.results.get().pk, fetcher=Pictures())

    assert generation.images.count() == 1


def test_dead_clusters_of_this_host_hand_their_claims_back(transactional_db, alice, a_delivered):
    generation = a_delivered(alice)
    host = holders.me().rpartition(":")[0]
    later = timezone.now() + timedelta(minutes=2)
    Result.objects.update(holder=f"{host}:{2**22 + 1}", due_at=later)

    holders.hand_back()

    storing.store(generation.results.get().pk, fetcher=Pictures())
    assert generation.images.count() == 1


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, InternalError])
def test_who_loses_the_database_half_way_holds_nothing_back(
    transactional_db, alice, a_delivered, monkeypatch, kind
):
    generation = a_delivered(alice)
    result = generation.results.get()

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_note_stored", away(kind))
        storing.store(result.pk, fetcher=Pictures())

    result.refresh_from_db()
    assert (result.state, result.holder) == (ResultState.WAITING, "")
    assert result.due_at <= timezone.now()
    storing.store(result.pk, fetcher=Pictures())
    assert generation.images.count() == 1


def test_who_loses_the_database_at_the_very_end_ends_the_job_all_the_same(
    transactional_db, alice, a_delivered, monkeypatch
):
    """The sweep would, a minute later."""
    generation = a_delivered(alice)
    real, tries = storing.finish, []

    def finish(generation):
        tries.append(generation)
        if len(tries) < 3:
            raise OperationalError("away")
        real(generation)

    monkeypatch.setattr(storing, "finish", finish)
    storing.store(generation.results.get().pk, fetcher=Pictures())

    generation.refresh_from_db()
    assert generation.status == "succeeded"


def test_who_is_to_stop_waits_for_no_database(transactional_db, alice, a_delivered, monkeypatch):
    result = a_delivered(alice).results.get()
    monkeypatch.setattr(stopping, "requested", lambda: True)
    for name in ("_note_stored", "_let_go"):
        monkeypatch.setattr(storing, name, away(OperationalError))

    with pytest.raises(OperationalError):
        storing.store(result.pk, fetcher=Pictures())


def test_what_the_storage_did_not_take_is_due_again_when_it_is_well(
    transactional_db, alice, a_delivered, monkeypatch
):
    result = a_delivered(alice).results.get()
    tried = a_delivered(alice).results.get()
    Result.objects.filter(pk=tried.pk).update(tries=storing.HURRIED)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", away(OSError))
        for each in (result, tried):
            storing.store(each.pk, fetcher=Pictures())
    later = timezone.now() + timedelta(minutes=20)
    Result.objects.update(due_at=later)

    assert conductor.is_anything_to_do()
    pauses.end()
    storing.let_in()

    assert list(Result.objects.filter(due_at__lt=later)) == [result]


def test_a_full_disk_pauses_submissions_and_loses_nothing(
    transactional_db, alice, a_delivered, monkeypatch, spent
):
    generation = a_delivered(alice)
    result = generation.results.get()

    def is_full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", is_full)
        storing.store(result.pk, fetcher=Pictures())

    generation.refresh_from_db()
    assert generation.status == "storing"
    assert Conductor.objects.get().pause == Pause.STORAGE
    assert "No space left" in Conductor.objects.get().pause_detail
    Result.objects.update(due_at=timezone.now())
    storing.store(result.pk, fetcher=Pictures())
    generation.refresh_from_db()
    assert generation.status == "succeeded"


def test_no_more_is_handed_out_than_workers_can_begin(
    transactional_db, alice, a_delivered, settings
):
    settings.WORKERS = 4
    for _ in range(3):
        a_delivered(alice, count=4)

    assert storing.hand_out() == 3
    assert storing.hand_out() == 0


def test_a_hint_that_was_lost_is_given_again(transactional_db, alice, a_delivered):
    a_delivered(alice)
    storing.hand_out()
    Result.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert storing.hand_out() == 1


def test_a_hint_that_the_queue_did_not_take_holds_nothing_up(
    transactional_db, alice, a_delivered, monkeypatch
):
    a_delivered(alice)
    with monkeypatch.context() as patch:
        patch.setattr(hints, "async_task", away(ConnectionError))
        assert storing.hand_out() == 0

    assert storing.hand_out() == 1


def away(kind):
    def broken(*args, **kwargs):
        raise kind("away")

    return broken


def a_picture():
    buffer = io.BytesIO()
    Picture.new("RGB", (64, 48), "#8a6f5c").save(buffer, "PNG")
    return buffer.getvalue()


class Pictures:
    """A fetcher whose every address leads to the same small picture."""

    def __init__(self, meanwhile=lambda: None):
        self.fetched = 0
        self.meanwhile = meanwhile

    def fetch(self, url, into):
        self.fetched += 1
        data = a_picture()
        into.write(data)
        self.meanwhile()
        return Fetched(size=len(data), sha256="0" * 64, url=url)


def waits_for(is_so):
    while not is_so():
        pass


@pytest.fixture
def quick_again(monkeypatch):
    monkeypatch.setattr(storing, "LONGEST_WAIT", timedelta(seconds=0.1))


class Breaking:
    """A fetcher with a mistake in it."""

    def fetch(self, url, into):
        raise AttributeError(url)


def test_what_breaks_in_a_way_that_nobody_foresaw_is_put_off(transactional_db, alice, a_delivered):
    generation = a_delivered(alice)
    result = generation.results.get()

    storing.store(result.pk, fetcher=Breaking())

    result.refresh_from_db()
    assert (result.state, result.holder) == (ResultState.WAITING, "")
    assert timezone.now() < result.due_at < timezone.now() + timedelta(seconds=30)


def test_a_picture_that_kills_its_workers_is_not_handed_back_at_once(
    transactional_db, alice, a_delivered
):
    generation = a_delivered(alice)
    host = holders.me().rpartition(":")[0]
    later = timezone.now() + timedelta(minutes=2)
    Result.objects.update(holder=f"{host}:{2**22 + 1}", due_at=later, tries=3)

    holders.hand_back()

    result = generation.results.get()
    assert (result.holder, result.due_at) == ("", later)


def test_a_picture_that_kills_its_workers_is_given_up_in_the_end(
    transactional_db, alice, a_delivered, spent
):
    generation = a_delivered(alice)
    Result.objects.update(tries=storing.MOST_TRIES)

    storing.store(generation.results.get().pk, fetcher=Breaking())

    generation.refresh_from_db()
    assert (generation.status, generation.is_possible_loss) == ("failed", True)
    assert spent(generation) == 0


def test_a_wish_that_was_taken_twice_stays_a_possible_loss(
    transactional_db, alice, a_delivered, spent
):
    generation = a_delivered(alice)
    lost = generation.attempts.create(number=2, epoch=1, outcome="absent")
    results.accept(lost, Task(task_id="another", state=TaskState.PENDING))

    storing.store(generation.results.get().pk, fetcher=Pictures())

    generation.refresh_from_db()
    assert (generation.status, generation.is_possible_loss) == ("succeeded", True)
    assert spent(generation) == generation.total_price
