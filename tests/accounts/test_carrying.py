"""What is left of a month is carried over, once, and never more than one month's allowance."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from accounts import carrying, credits
from accounts.models import AuditEvent, CreditEntry, Group, Person, TeamBudget
from fluxsite import diagnosis
from gallery import spending, tasks
from gallery.periods import Period

JOINED = "2026-11-28 09:00Z"
NOVEMBER, DECEMBER = "2026-11-30 23:59Z", "2026-12-01 00:00Z"


@pytest.fixture(autouse=True)
def long_ago():
    """The cast joined before the month had ended, and is still signed in after it."""
    with time_machine.travel(JOINED, tick=False):
        yield


@pytest.fixture
def carries(db):
    TeamBudget.objects.update(usual_allowance=100, carries_from="2026-11-01")


def carried():
    lines = CreditEntry.objects.filter(kind="carry").order_by("person__email")
    return [(line.person.name, line.amount, str(line.day)) for line in lines]


def test_it_is_off_at_first(alice):
    with time_machine.travel(DECEMBER, tick=False):
        assert carrying.carry_over() == 0
    assert not CreditEntry.objects.exists()


def test_what_is_left_is_added_to_the_next_month_by_the_sweep(carries, alice, victor):
    with time_machine.travel(NOVEMBER, tick=False):
        credits.hold(alice, Decimal(30), reference="generation:1")
        tasks.sweep()
        assert carried() == []
    with time_machine.travel(DECEMBER, tick=False):
        tasks.sweep()
        tasks.sweep()

        assert carried() == [("Alice Adler", 70, "2026-12-01")]  # viewers spend nothing
        assert credits.statement(alice).left == 170
        [line] = CreditEntry.objects.filter(kind="carry")
        assert (line.reference, line.note) == (
            f"carry:{alice.pk}:2026-11",
            "Left over from November 2026",
        )


@pytest.mark.parametrize(
    ("spent", "given", "left"), [(0, 0, 100), (0, 60, 100), (90, 60, 70), (100, 0, 0), (0, -40, 60)]
)
def test_at_most_one_months_allowance(carries, alice, admin, spent, given, left):
    with time_machine.travel(NOVEMBER, tick=False):
        if given:
            credits.adjust(alice, Decimal(given), by=admin, note="because")
        credits.hold(alice, Decimal(spent), reference="generation:1")
    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()
        assert credits.statement(alice).adjusted == left


def test_what_was_carried_over_does_not_pile_up(carries, alice):
    for month, granted in (("2026-12", 200), ("2027-01", 200), ("2027-02", 200)):
        with time_machine.travel(f"{month}-01 00:00Z", tick=False):
            carrying.carry_over()
            assert credits.statement(alice).granted == granted


def test_a_late_result_changes_the_older_month_alone(carries, alice):
    with time_machine.travel(NOVEMBER, tick=False):
        credits.hold(alice, Decimal(30), reference="generation:1")
        credits.hold(alice, Decimal(20), reference="generation:2")
    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()
        credits.settle(reference="generation:1", cost=Decimal(90))
        credits.release(reference="generation:2")
        carrying.carry_over()

        assert credits.statement(alice).adjusted == 50
    assert credits.recount().mistakes == ()


def test_a_site_that_was_down_at_the_turn_makes_up_for_it(carries, alice):
    with time_machine.travel("2026-12-09 12:00Z", tick=False):
        credits.hold(alice, Decimal(10), reference="generation:1")
        carrying.carry_over()

        assert credits.statement(alice).left == 190


def test_nothing_is_carried_twice_when_the_clock_or_the_switch_is_turned_back(carries, alice):
    for _ in range(2):
        with time_machine.travel(DECEMBER, tick=False):
            carrying.carry_over()
        TeamBudget.objects.update(carries_from="2026-11-01")

    assert len(carried()) == 1


def test_who_joins_between_the_turn_and_the_first_sweep_has_nothing_to_carry(carries, alice):
    with time_machine.travel("2026-12-01 00:00:30Z", tick=False):
        Person.objects.create_user("nora@example.org", name="Nora New")
        carrying.carry_over()
    assert carried() == [("Alice Adler", 100, "2026-12-01")]

    with time_machine.travel("2027-01-01 00:00Z", tick=False):
        carrying.carry_over()
    assert carried()[1:] == [
        ("Alice Adler", 100, "2027-01-01"),
        ("Nora New", 100, "2027-01-01"),
    ]


@pytest.mark.parametrize(
    ("joined", "carries_over"),
    [("2026-11-30 22:59:59Z", True), ("2026-11-30 23:00Z", False)],
)
def test_the_turn_is_midnight_of_the_sites_own_zone(carries, settings, joined, carries_over):
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(joined, tick=False):
        Person.objects.create_user("nora@example.org")
    with time_machine.travel("2026-12-01 12:00Z", tick=False):
        assert carrying.carry_over() == int(carries_over)


def test_ones_credits_say_what_was_carried_over_and_where_it_comes_from(
    carries, client_of, alice, admin
):
    client = client_of(alice)
    with time_machine.travel(NOVEMBER, tick=False):
        credits.hold(alice, Decimal(30), reference="generation:1")
        assert "Carried over" not in credits_panel(client)
    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()
        credits.adjust(alice, Decimal(5), by=admin, note="a gift")
        credits.hold(alice, Decimal(12), reference="generation:2")
        panel = credits_panel(client)
        link = re.search(r'href="(/settings/usage/[^"]+)">how November was spent', panel)[1]

        for name, amount in (
            ("Allowance this month", "100"),
            ("Carried over from November", "70"),
            ("Given by an admin", "5"),
            ("Used", "12"),
            ("Left this month", "163"),
        ):
            assert f"<dt>{name}</dt><dd>{amount}</dd>" in panel
        assert "What was left of November when it ended" in panel
        assert "1 Nov 2026 to 30 Nov 2026" in client.get(link).text


def test_what_an_admin_took_is_said_too(client_of, alice, admin):
    with time_machine.travel(DECEMBER, tick=False):
        credits.adjust(alice, Decimal(-5), by=admin, note="too much")

        panel = credits_panel(client_of(alice))
    assert "<dt>Taken by an admin</dt><dd>-5</dd>" in panel
    assert "Carried over" not in panel


def credits_panel(client):
    return client.get("/settings/").text.split('id="credits"')[1].split("</section>")[0]


def test_the_groups_allowance_counts(carries, alice):
    Group.objects.create(name="Design", monthly_allowance=300).people.add(alice)

    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()

    assert carried() == [("Alice Adler", 300, "2026-12-01")]


def test_it_is_neither_spent_nor_given_by_an_admin(carries, alice):
    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()

    december = Period(name="", label="-", since=date(2026, 12, 1), until=date(2026, 12, 31))
    report = spending.report(december)
    assert (report.spent, report.given) == (0, 0)
    assert [(kind.name, kind.lines, kind.amount) for kind in report.kinds] == [
        ("Carried over", 1, 100)
    ]


def test_the_recount_tells_of_lines_that_cannot_be_right(carries, alice, bob):
    with time_machine.travel(DECEMBER, tick=False):
        carrying.carry_over()
    assert carrying.mistakes() == []

    line = CreditEntry.objects.get(kind="carry", person=alice)
    CreditEntry.objects.create(
        kind="carry", person=bob, amount=-1, reference=f"{line.reference}x", day=line.day
    )
    assert carrying.mistakes() == [
        f"{line.reference}x: -1.0000 is nothing to carry over",
        f"{line.reference}x: it counts for 2026-12-01, or for somebody else",
    ]
    wrong = [finding for finding in diagnosis.look_at_ledger() if finding.mend]
    assert "nothing to carry over" in wrong[0].says


def test_an_admin_switches_it_on_and_off(client_of, admin):
    client = client_of(admin)

    def save(**more):
        page = client.get("/team/budget/").text
        shown = page.split('name="shown" value="')[1].split('"')[0]
        return client.post("/team/budget/", {"usual_allowance": "100", "shown": shown} | more)

    with time_machine.travel(NOVEMBER, tick=False):
        assert save(carries_over="on").status_code == 302
        assert str(TeamBudget.objects.get().carries_from) == "2026-11-01"
    with time_machine.travel(DECEMBER, tick=False):
        save(carries_over="on")  # it goes on from where it was
        assert str(TeamBudget.objects.get().carries_from) == "2026-11-01"
        save()
    assert TeamBudget.objects.get().carries_from is None
    assert AuditEvent.objects.order_by("-pk")[0].text.endswith(
        "usually 100 a month, not carried over"
    )
