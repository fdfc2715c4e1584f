"""The ledger added up: pages, files and lines say one number, however the story went."""

import csv
import json
import uuid
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import carrying, credits, months
from accounts.models import CreditEntry, Person, TeamBudget
from accounts.models.credit import SPENDING
from gallery import forecasts, ledger_files, losses, periods, spending, usage
from gallery.models import FluxModel, Generation, UsageCell, UsageMark
from gallery.models.usage import Axis
from gallery.periods import Period

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 10, 27, 20, 30, tzinfo=UTC)  # clocks change, and a month ends, hereafter
ZONES = ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]
WHO = ["alice", "bob"]

people = st.sampled_from(WHO)
numbers = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("hold"), people, numbers, st.sampled_from(["flux-dev", "flux-pro", "gone"])),
    st.tuples(st.just("release"), numbers, st.sampled_from(["cancel", "moderated", "overdue"])),
    st.tuples(st.just("settle"), numbers, st.integers(0, 30_000), st.booleans()),
    st.tuples(st.just("adjust"), people, st.integers(-500, 500).filter(bool)),
    st.tuples(st.just("wait"), st.integers(1, 60)),
    st.tuples(st.just("roll_up")),
    st.tuples(st.just("carry")),
)


class Story:
    def __init__(self):
        self.now = BEGIN
        self.people = {
            name: Person.objects.create_user(
                f"{name}-{uuid.uuid4()}@example.org", "-", name=name, joined_at=BEGIN
            )
            for name in WHO
        }
        Person.objects.update(monthly_allowance=10_000)
        TeamBudget.objects.update(carries_from=date(2026, 10, 1))
        self.jobs = {}

    def play(self, act, *details):
        with time_machine.travel(self.now, tick=False):
            getattr(self, act)(*details)

    def hold(self, who, number, model):
        owner = self.people[who]
        if number in self.jobs:
            return
        self.jobs[number] = Generation.objects.create(
            owner=owner, prompt="-", model_name=model, size="1:1", price=Decimal("1.2345"), count=2
        )
        job = self.jobs[number]
        credits.hold(owner, job.total_price, reference=job.reference)

    def release(self, number, why):
        if number in self.jobs:
            credits.release(reference=self.jobs[number].reference, note=why)

    def settle(self, number, units, is_told):
        job = self.jobs.get(number)
        if not job or job.cost is not None:
            return
        job.cost = Decimal(units) / 10_000
        job.reported_cost = job.cost if is_told else None
        job.save()
        credits.settle(reference=job.reference, cost=job.cost)

    def adjust(self, who, amount):
        someone = self.people[who]
        credits.adjust(someone, Decimal(amount), by=someone, note="because")

    def wait(self, hours):
        self.now += timedelta(hours=hours)

    def roll_up(self):
        usage.roll_up()

    def carry(self):
        carrying.carry_over()

    def check(self):
        with time_machine.travel(self.now, tick=False):
            today = months.today()
            for period in (*periods.offered(), day_to_day(today - timedelta(days=1), today)):
                check(period)


def day_to_day(since, until):
    return Period(name="", label="-", since=since, until=until)


def lines_of(period):
    return list(CreditEntry.objects.filter(day__range=(period.since, period.until)))


def check(period):
    """The page says of these days what their lines say, and so do both files."""
    lines = lines_of(period)
    spent = sum((line.amount for line in lines if line.kind in SPENDING), Decimal(0))
    page = spending.report(period)
    assert page.spent == spent
    assert sum((share.credits for share in page.models), Decimal(0)) == spent
    assert sum((share.credits for share in page.people), Decimal(0)) == spent
    assert sum((day.total for day in page.days), Decimal(0)) == spent
    assert {kind.name: kind.amount for kind in page.kinds} == by_kind(lines)
    assert sum(kind.lines for kind in page.kinds) == len(lines)
    assert page.jobs == sum(line.kind == "hold" for line in lines)
    assert sum(reason.jobs for reason in page.reasons) == sum(
        line.kind == "release" for line in lines
    )
    assert page.comparison.held + page.comparison.estimated == page.comparison.difference
    assert page.comparison.held == still_held(lines)
    for file in (sums_of_csv(period), sums_of_json(period)):
        assert file == (len(lines), spent)


def by_kind(lines):
    sums = Counter()
    for line in lines:
        sums[line.get_kind_display()] += line.amount
    return dict(sums)


def still_held(lines):
    """A line counts for the day of its hold, so a job's lines are all here, or none is."""
    spending_lines = [line for line in lines if line.kind in SPENDING]
    alone = Counter(line.reference for line in spending_lines)
    return sum((line.amount for line in spending_lines if alone[line.reference] == 1), Decimal(0))


def sums_of_csv(period):
    rows = list(csv.DictReader("".join(ledger_files.as_csv(period)).splitlines()))
    return len(rows), sum(
        (Decimal(row["amount"]) for row in rows if row["kind"] in SPENDING), Decimal(0)
    )


def sums_of_json(period):
    told = json.loads("".join(ledger_files.as_json(period)))
    sums = Counter()
    for line in told["lines"]:
        sums[line["kind"]] += Decimal(line["amount"])
    assert {kind: Decimal(total) for kind, total in told["sums"].items()} == sums
    return len(told["lines"]), Decimal(told["spent"])


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(st.lists(acts, max_size=30), st.sampled_from(ZONES))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_happened_the_page_and_the_files_say_what_the_lines_say(story, zone):
    with override_settings(TIME_ZONE=zone), rolled_back():
        play = Story()
        for act in story:
            play.play(*act)
        play.check()
        play.play("roll_up")
        play.check()


# ── Adding up ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def held(make_generation):
    """`held(alice, model="flux-pro")`: a job with its credits held."""

    def make(person, *, model="flux-dev", **fields):
        job = make_generation(person, model=FluxModel.objects.get(name=model), **fields)
        credits.hold(person, job.total_price, reference=job.reference)
        return job

    return make


def settle(job, *, reported=None):
    cost = job.total_price if reported is None else reported
    Generation.objects.filter(pk=job.pk).update(
        status="succeeded", cost=cost, reported_cost=reported
    )
    credits.settle(reference=job.reference, cost=cost)


def this_month():
    return periods.offered()[0]


def test_a_line_is_added_up_once_however_often_the_sweep_comes(alice, held):
    held(alice)

    assert [usage.roll_up(), usage.roll_up()] == [1, 0]
    assert UsageMark.objects.get().line == CreditEntry.objects.get().pk
    assert spending.report(this_month()).spent == Decimal("0.216")


def test_many_lines_are_added_up_in_pieces(alice, held, monkeypatch):
    monkeypatch.setattr(usage, "AT_ONCE", 3)
    for _ in range(8):
        held(alice)

    assert usage.roll_up() == 8
    assert UsageCell.objects.get(axis=Axis.KIND).number == 8


def test_lines_added_up_while_somebody_reads_are_not_counted_twice(alice, held, monkeypatch):
    held(alice)
    kept, times = usage._kept, []

    def kept_and_then_rolled_up(*args):
        sums = kept(*args)
        times.append(usage.roll_up())
        return sums

    monkeypatch.setattr(usage, "_kept", kept_and_then_rolled_up)
    tally = usage.tally(this_month().since, this_month().until)

    assert times == [1, 0]
    assert tally.by(Axis.KIND)["hold"].amount == Decimal("0.216")


def test_pictures_count_with_the_settlement_of_their_job(alice, make_image, held):
    job = held(alice, count=3)
    for position in range(2):
        make_image(alice, generation=job, position=position)
    assert spending.report(this_month()).pictures == 0

    settle(job)

    assert spending.report(this_month()).pictures == 2
    usage.roll_up()
    assert spending.report(this_month()).pictures == 2


def test_a_line_that_names_no_job_of_ours_still_counts(alice):
    credits.hold(alice, Decimal(2), reference="generation:not-an-id")
    credits.hold(alice, Decimal(3), reference=f"generation:{uuid.uuid4()}")

    [share] = spending.report(this_month()).models

    assert (share.name, share.credits) == (spending.UNKNOWN, Decimal(5))


def test_the_difference_to_the_bill_is_what_is_held_and_what_is_estimated(alice, held):
    held(alice)
    settle(held(alice, model="flux-pro"), reported=Decimal("0.5"))
    settle(held(alice, model="flux-pro-1.1"))

    beside = spending.report(this_month()).comparison

    assert beside.reported == Decimal("0.5")
    assert beside.estimated == Decimal("0.423")
    assert beside.held == Decimal("0.216")
    assert beside.difference == beside.held + beside.estimated


def test_more_models_than_colours_share_the_last_colour(alice, held):
    for name in FluxModel.objects.values_list("name", flat=True)[:8]:
        held(alice, model=name)

    report = spending.report(this_month())

    assert [share.look for share in report.models] == list(spending.LOOKS)
    assert report.models[-1].name == spending.OTHERS
    assert report.models[-1].jobs == 3
    assert sum(share.credits for share in report.models) == report.spent


def test_reasons_say_what_people_read_and_count_what_came_back(alice, held):
    credits.release(reference=held(alice).reference, note="moderated")
    credits.release(reference=held(alice).reference, note="moderated")
    credits.release(reference=held(alice).reference, note="cancel")

    report = spending.report(this_month())

    assert [(each.name, each.jobs, each.credits) for each in report.reasons] == [
        ("The provider refused this prompt", 2, Decimal("0.432")),
        ("Cancelled by its owner", 1, Decimal("0.216")),
    ]
    assert (report.failed, report.failed_part) == (2, "66.7 %")


def test_ones_own_report_holds_nothing_of_anybody_else(alice, bob, held):
    held(alice)
    held(bob, model="flux-pro")
    usage.roll_up()

    report = spending.report_of(alice, this_month())

    assert report.spent == Decimal("0.216")
    assert [share.name for share in report.people] == ["Alice Adler"]


# ── The month's end ──────────────────────────────────────────────────────────────────────────────


def spend(person, day, amount):
    with time_machine.travel(datetime(*day.timetuple()[:3], 12, tzinfo=UTC), tick=False):
        credits.hold(person, Decimal(amount), reference=f"generation:{uuid.uuid4()}")


@time_machine.travel("2026-11-20 12:00Z", tick=False)
def test_the_forecast_adds_an_average_day_for_each_day_left(alice):
    Person.objects.update(monthly_allowance=1000)
    spend(alice, date(2026, 11, 10), 20)
    spend(alice, date(2026, 11, 19), 10)

    forecast = forecasts.forecast(this_month())

    assert (forecast.looked_back, forecast.a_day, forecast.days_left) == (10, Decimal(3), 10)
    assert forecast.total == 30 + 3 + 10 * 3  # so far, today, and what is to come


@time_machine.travel("2026-11-20 12:00Z", tick=False)
def test_a_busy_today_counts_with_what_it_has(alice):
    Person.objects.update(monthly_allowance=1000)
    spend(alice, date(2026, 11, 19), 3)
    spend(alice, date(2026, 11, 20), 50)

    assert forecasts.forecast(this_month()).total == 3 + 50 + 10 * 3


@time_machine.travel("2026-11-01 12:00Z", tick=False)
def test_on_the_first_the_forecast_looks_back_into_last_month(alice):
    Person.objects.update(monthly_allowance=1000)
    for day in range(3, 32):
        spend(alice, date(2026, 10, day), 2)

    assert forecasts.forecast(this_month()).total == 2 * 30


def test_without_a_full_day_there_is_no_forecast(alice, held):
    held(alice)

    assert forecasts.forecast(this_month()) is None
    assert forecasts.forecast(periods.offered()[1]) is None


# ── Possible losses, and the files ───────────────────────────────────────────────────────────────


def test_possible_losses_are_counted_and_named_without_the_prompt(alice, make_generation):
    now = months.today()
    lost = make_generation(
        alice, status="failed", problem="overdue", is_possible_loss=True, task_id="t-1", count=2
    )
    make_generation(alice, status="failed", problem="moderated")

    found = losses.losses(now, now)

    assert (found.number, found.credits, found.others) == (1, lost.total_price, 0)
    assert found.newest[0].task_id == "t-1"
    assert lost.prompt not in str(found)
    assert losses.losses(now - timedelta(days=9), now - timedelta(days=8)).number == 0


def test_a_table_program_reckons_nothing_of_what_people_wrote(admin, alice):
    credits.adjust(alice, Decimal("-1.5"), by=admin, note="=HYPERLINK(evil)")

    [row] = csv.DictReader("".join(ledger_files.as_csv(this_month())).splitlines())

    assert row["note"] == "'=HYPERLINK(evil)"
    assert row["amount"] == "-1.5000"


def test_the_files_hold_only_what_is_asked_for(alice, bob, held):
    held(alice)
    held(bob)

    told = json.loads("".join(ledger_files.as_json(this_month(), person_id=alice.pk)))

    assert [line["email"] for line in told["lines"]] == ["alice@example.org"]
    assert told["lines"][0]["model"] == "flux-dev"
