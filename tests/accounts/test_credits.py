from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts import credits
from accounts.credits import AllowanceExceeded, NothingHeld
from accounts.models import CreditEntry, TeamBudget
from accounts.models.credit import LedgerIsAppendOnly


@pytest.fixture
def funded(alice):
    """Alice with ten credits a month."""
    alice.monthly_allowance = Decimal(10)
    alice.save()
    return alice


def cap_the_team(credits_a_month):
    TeamBudget.objects.update(monthly_cap=credits_a_month)


def left(person):
    return credits.statement(person).available


# ── Holding ──────────────────────────────────────────────────────────────────────────────────────


def test_a_hold_takes_credits_at_once(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    assert left(funded) == 6


def test_the_last_credit_can_be_held(funded):
    credits.hold(funded, Decimal(10), reference="generation:1")

    assert left(funded) == 0


def test_more_than_is_left_is_refused_and_nothing_is_written(funded):
    credits.hold(funded, Decimal(8), reference="generation:1")

    with pytest.raises(AllowanceExceeded) as refusal:
        credits.hold(funded, Decimal("2.0001"), reference="generation:2")

    assert refusal.value.bound == "month"
    assert refusal.value.left == 2
    assert refusal.value.needed == Decimal("2.0001")
    assert CreditEntry.objects.count() == 1


def test_the_same_reference_is_held_once(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")
    credits.hold(funded, Decimal(4), reference="generation:1")

    assert left(funded) == 6


def test_the_same_reference_is_not_refused_when_nothing_is_left(funded):
    credits.hold(funded, Decimal(10), reference="generation:1")

    credits.hold(funded, Decimal(10), reference="generation:1")

    assert left(funded) == 0


def test_a_picture_that_costs_nothing_can_be_held_with_nothing_left(funded):
    credits.hold(funded, Decimal(10), reference="generation:1")

    credits.hold(funded, Decimal(0), reference="generation:2")

    assert left(funded) == 0


def test_amounts_are_kept_at_four_places(funded):
    credits.hold(funded, Decimal("0.21604999"), reference="generation:1")

    assert CreditEntry.objects.get().amount == Decimal("0.2160")


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity"])
def test_what_is_no_amount_is_never_held(funded, amount):
    with pytest.raises(ValueError, match="credits"):
        credits.hold(funded, Decimal(amount), reference="generation:1")


def test_many_small_amounts_add_up_exactly(funded):
    for number in range(46):
        credits.hold(funded, Decimal("0.216"), reference=f"generation:{number}")

    assert left(funded) == Decimal("10") - 46 * Decimal("0.216")


def test_an_old_copy_of_a_person_does_not_bring_old_rights(funded):
    old_copy = type(funded).objects.get(pk=funded.pk)
    funded.monthly_allowance = Decimal(1)
    funded.save()

    with pytest.raises(AllowanceExceeded):
        credits.hold(old_copy, Decimal(5), reference="generation:1")


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────


def test_without_an_own_allowance_the_usual_one_counts(alice):
    TeamBudget.objects.update(usual_allowance=Decimal(7))

    assert credits.statement(alice).allowance == 7


def test_an_allowance_of_nothing_is_an_allowance(alice):
    alice.monthly_allowance = Decimal(0)

    assert left(alice) == 0


def test_the_daily_cap_refuses_and_says_so(funded):
    funded.daily_cap = Decimal(3)
    funded.save()
    credits.hold(funded, Decimal(2), reference="generation:1")

    with pytest.raises(AllowanceExceeded) as refusal:
        credits.hold(funded, Decimal(2), reference="generation:2")

    assert (refusal.value.bound, refusal.value.left) == ("day", 1)


def test_a_new_day_brings_a_new_daily_cap(funded):
    funded.daily_cap = Decimal(3)
    funded.save()
    with time_machine.travel("2026-11-22 23:59:50Z", tick=False):
        credits.hold(funded, Decimal(3), reference="generation:1")

    with time_machine.travel("2026-11-23 00:00:00Z", tick=False):
        assert credits.statement(funded).left_today == 3


def test_the_team_cap_counts_what_everybody_has_spent(funded, bob):
    cap_the_team(5)
    credits.hold(bob, Decimal(4), reference="generation:1")

    with pytest.raises(AllowanceExceeded) as refusal:
        credits.hold(funded, Decimal(2), reference="generation:2")

    assert (refusal.value.bound, refusal.value.left) == ("team", 1)


def test_the_tightest_bound_is_the_one_that_is_named(funded):
    funded.daily_cap = Decimal(4)
    funded.save()
    cap_the_team(2)

    with pytest.raises(AllowanceExceeded) as refusal:
        credits.hold(funded, Decimal(5), reference="generation:1")

    assert refusal.value.bound == "team"


def test_a_cap_that_is_lowered_below_what_was_spent_leaves_nothing(funded):
    credits.hold(funded, Decimal(5), reference="generation:1")
    cap_the_team(3)

    assert credits.statement(funded).team_left == 0


def test_a_new_month_begins_with_a_new_allowance(funded):
    with time_machine.travel("2026-11-30 23:59:59Z", tick=False):
        credits.hold(funded, Decimal(10), reference="generation:1")

    with time_machine.travel("2026-12-01 00:00:00Z", tick=False):
        assert left(funded) == 10


@pytest.mark.parametrize(
    ("now", "renews_on"),
    [
        ("2026-11-22 12:00Z", date(2026, 12, 1)),
        ("2026-12-31 12:00Z", date(2027, 1, 1)),
        ("2028-02-29 12:00Z", date(2028, 3, 1)),
    ],
)
def test_an_allowance_renews_on_the_first(alice, now, renews_on):
    with time_machine.travel(now, tick=False):
        assert credits.statement(alice).renews_on == renews_on


def test_months_begin_at_midnight_of_the_sites_own_time_zone(funded, settings):
    settings.TIME_ZONE = "Asia/Tokyo"

    with time_machine.travel("2026-11-30 15:00:00Z", tick=False):
        credits.hold(funded, Decimal(1), reference="generation:1")

    assert CreditEntry.objects.get().day == date(2026, 12, 1)


# ── Giving back ──────────────────────────────────────────────────────────────────────────────────


def test_releasing_gives_everything_back(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    assert credits.release(reference="generation:1", note="refused") is True

    assert left(funded) == 10


def test_releasing_twice_gives_back_once(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    credits.release(reference="generation:1")
    again = credits.release(reference="generation:1")

    assert again is False
    assert left(funded) == 10


@pytest.mark.django_db
def test_releasing_what_was_never_held_changes_nothing():
    assert credits.release(reference="generation:1") is False

    assert not CreditEntry.objects.exists()


def test_what_is_settled_is_not_given_back(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")
    credits.settle(reference="generation:1", cost=Decimal(3))

    assert credits.release(reference="generation:1") is False

    assert left(funded) == 7


def test_a_release_counts_for_the_month_of_its_hold(funded):
    with time_machine.travel("2026-11-30 23:00Z", tick=False):
        credits.hold(funded, Decimal(4), reference="generation:1")

    with time_machine.travel("2026-12-01 01:00Z", tick=False):
        credits.release(reference="generation:1")

        assert left(funded) == 10
        assert CreditEntry.objects.get(kind="release").day == date(2026, 11, 30)


# ── Settling ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cost", ["0", "1.5", "4", "6"])
def test_settling_makes_the_sum_the_real_cost(funded, cost):
    credits.hold(funded, Decimal(4), reference="generation:1")

    assert credits.settle(reference="generation:1", cost=Decimal(cost)) is True

    assert left(funded) == 10 - Decimal(cost)


def test_settling_twice_settles_once(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    credits.settle(reference="generation:1", cost=Decimal(3))
    again = credits.settle(reference="generation:1", cost=Decimal(1))

    assert again is False
    assert left(funded) == 7


def test_settling_what_was_held_exactly_closes_it(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")
    credits.settle(reference="generation:1", cost=Decimal(4))

    assert credits.release(reference="generation:1") is False

    assert left(funded) == 6


def test_a_late_result_is_settled_after_its_release(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")
    credits.release(reference="generation:1")

    assert credits.settle(reference="generation:1", cost=Decimal(4)) is True

    assert left(funded) == 6


def test_the_truth_may_go_beyond_the_allowance_but_a_wish_may_not(funded):
    credits.hold(funded, Decimal(10), reference="generation:1")
    credits.settle(reference="generation:1", cost=Decimal(12))

    assert left(funded) == 0
    with pytest.raises(AllowanceExceeded):
        credits.hold(funded, Decimal("0.0001"), reference="generation:2")


def test_a_settlement_counts_for_the_month_of_its_hold(funded):
    with time_machine.travel("2026-11-30 23:00Z", tick=False):
        credits.hold(funded, Decimal(4), reference="generation:1")

    with time_machine.travel("2026-12-01 01:00Z", tick=False):
        credits.settle(reference="generation:1", cost=Decimal(6))

        assert left(funded) == 10


@pytest.mark.django_db
def test_settling_what_was_never_held_is_loud():
    with pytest.raises(NothingHeld):
        credits.settle(reference="generation:1", cost=Decimal(1))


def test_a_settlement_inside_another_transaction_goes_with_it(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        credits.settle(reference="generation:1", cost=Decimal(1))
        raise ZeroDivisionError

    assert left(funded) == 6


# ── Adjusting ────────────────────────────────────────────────────────────────────────────────────


def test_an_adjustment_gives_credits_for_this_month(funded, admin):
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        credits.adjust(funded, Decimal(5), by=admin, note="For the trade fair")

        assert credits.statement(funded).granted == 15
        assert left(funded) == 15
    with time_machine.travel("2026-12-01 12:00Z", tick=False):
        assert left(funded) == 10


def test_an_adjustment_keeps_who_and_why(funded, admin):
    credits.adjust(funded, Decimal(-3), by=admin, note="  Moved to Bob  ")

    entry = CreditEntry.objects.get()
    assert (entry.made_by, entry.note, entry.amount) == (admin, "Moved to Bob", -3)
    assert left(funded) == 7


@pytest.mark.parametrize(("amount", "note"), [("0", "why"), ("5", " "), ("NaN", "why")])
def test_an_adjustment_needs_an_amount_and_a_reason(funded, admin, amount, note):
    with pytest.raises(ValueError, match=r"amount|adjustment"):
        credits.adjust(funded, Decimal(amount), by=admin, note=note)


def test_taking_more_than_there_is_leaves_nothing(funded, admin):
    credits.adjust(funded, Decimal(-50), by=admin, note="Left the project")

    assert left(funded) == 0
    assert credits.statement(funded).granted == 0


def test_an_adjustment_does_not_raise_the_team_cap(funded, admin):
    cap_the_team(8)

    credits.adjust(funded, Decimal(5), by=admin, note="For the trade fair")

    assert left(funded) == 8


# ── The ledger itself ────────────────────────────────────────────────────────────────────────────


def test_a_line_is_never_changed_or_deleted(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")
    entry = CreditEntry.objects.get()

    for act in (entry.save, entry.delete, CreditEntry.objects.all().delete):
        with pytest.raises(LedgerIsAppendOnly):
            act()
    with pytest.raises(LedgerIsAppendOnly):
        CreditEntry.objects.update(amount=0)


def test_the_database_refuses_a_second_hold_of_a_reference(funded):
    credits.hold(funded, Decimal(4), reference="generation:1")

    with pytest.raises(IntegrityError), transaction.atomic():
        CreditEntry.objects.create(
            person=funded, kind="hold", amount=4, reference="generation:1", day=date(2026, 11, 22)
        )


def test_a_statement_takes_two_queries(funded, django_assert_num_queries):
    cap_the_team(8)

    with django_assert_num_queries(2):
        credits.statement(funded)


def test_recounting_adds_up_every_reference(funded):
    for number in (1, 2, 3):
        credits.hold(funded, Decimal(2), reference=f"generation:{number}")
    credits.settle(reference="generation:1", cost=Decimal("1.5"))
    credits.release(reference="generation:2")

    recount = credits.recount()

    assert recount.sums == {
        "generation:1": Decimal("1.5"),
        "generation:2": 0,
        "generation:3": 2,
    }
    assert (recount.spent, recount.held, recount.mistakes) == (Decimal("1.5"), 2, ())


def test_recounting_finds_lines_that_cannot_be_right(funded, bob):
    day = date(2026, 11, 22)
    wrong = [
        ("generation:1", "settle", 2, funded, day),
        ("generation:2", "hold", 2, funded, day),
        ("generation:2", "release", -1, funded, day),
        ("generation:3", "hold", 2, funded, day),
        ("generation:3", "release", -2, bob, date(2026, 11, 23)),
        ("generation:4", "hold", 2, funded, day),
        ("generation:4", "settle", -3, funded, day),
    ]
    for reference, kind, amount, person, on in wrong:
        CreditEntry.objects.create(
            reference=reference, kind=kind, amount=amount, person=person, day=on
        )

    assert credits.recount().mistakes == (
        "generation:1: no hold",
        "generation:2: given back, but its sum is 1.0000",
        "generation:3: lines of more than one person",
        "generation:3: lines of more than one day",
        "generation:4: a sum below 0 (-1.0000)",
    )


def test_many_are_held_together_or_not_at_all(alice):
    alice.monthly_allowance = Decimal(3)
    alice.save()
    amounts = {f"generation:{number}": Decimal(1) for number in range(4)}

    with pytest.raises(AllowanceExceeded) as refusal:
        credits.hold_all(alice, amounts)
    assert (refusal.value.needed, refusal.value.left) == (4, 3)
    assert credits.statement(alice).spent == 0

    del amounts["generation:3"]
    credits.hold_all(alice, amounts)

    assert credits.statement(alice).left == 0
    assert credits.release(reference="generation:1")
    assert not credits.recount().mistakes
