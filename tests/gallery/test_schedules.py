"""What is done every few minutes is done once, however many workers start at once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Schedule

from gallery import tasks
from tests.conftest import all_at_once

NAMES = sorted(name for name, *_ in tasks.SCHEDULES)


def names():
    return sorted(Schedule.objects.values_list("name", flat=True))


@pytest.mark.django_db(transaction=True)
def test_workers_that_start_at_once_make_one_of_each():
    Schedule.objects.all().delete()

    all_at_once(lambda _: tasks.ensure_schedules(), times=6)

    assert names() == NAMES


@pytest.mark.django_db
def test_a_second_one_of_the_same_name_goes():
    tasks.ensure_schedules()
    Schedule.objects.create(name="sweep", func="gallery.tasks.sweep")

    tasks.ensure_schedules()

    assert names() == NAMES


@pytest.mark.django_db
def test_what_a_clock_that_ran_ahead_has_put_off_is_due_again():
    tasks.ensure_schedules()
    soon = timezone.now() + timedelta(minutes=3)
    Schedule.objects.update(next_run=timezone.now() + timedelta(hours=5))
    Schedule.objects.filter(name="budgets").update(next_run=soon)

    tasks.let_schedules_follow_the_clock()

    due = Schedule.objects.filter(next_run__lte=timezone.now())
    assert sorted(due.values_list("name", flat=True)) == [n for n in NAMES if n != "budgets"]
