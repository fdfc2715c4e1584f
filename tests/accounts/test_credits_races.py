"""Many at once, in threads and in processes of their own, on both databases."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from accounts import credits
from accounts.credits import AllowanceExceeded
from accounts.models import CreditEntry, TeamBudget
from tests.conftest import all_at_once

PROJECT = Path(__file__).resolve().parents[2]


def was_held(person, reference):
    try:
        credits.hold(person, Decimal(1), reference=reference)
    except AllowanceExceeded:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_at_once_hold_an_allowance_for_five_five_times(alice):
    TeamBudget.objects.update(usual_allowance=5)

    held = all_at_once(lambda number: was_held(alice, f"generation:{number}"), times=20)

    assert sum(held) == 5
    assert credits.statement(alice).spent == 5


@pytest.mark.django_db(transaction=True)
def test_the_team_cap_holds_for_two_people_at_once(alice, bob):
    TeamBudget.objects.update(monthly_cap=3)

    held = all_at_once(
        lambda number: was_held((alice, bob)[number % 2], f"generation:{number}"), times=8
    )

    assert sum(held) == 3


@pytest.mark.django_db(transaction=True)
def test_one_reference_held_by_many_at_once_is_held_once(alice):
    held = all_at_once(lambda number: was_held(alice, "generation:1"), times=8)

    assert all(held)
    assert CreditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_released_and_settled_at_once_the_sum_is_the_cost(alice):
    for round_ in range(5):
        reference = f"generation:{round_}"
        credits.hold(alice, Decimal(4), reference=reference)

        def finish(number, reference=reference):
            if number % 2:
                return "released" if credits.release(reference=reference) else None
            return "settled" if credits.settle(reference=reference, cost=Decimal(3)) else None

        done = all_at_once(finish, times=6)

        assert done.count("settled") == 1
        assert done.count("released") <= 1

    assert set(credits.recount().sums.values()) == {Decimal(3)}
    assert credits.recount().mistakes == ()


# ── Processes ────────────────────────────────────────────────────────────────────────────────────

PREPARE = """
from accounts import months
from accounts.models import Person, TeamBudget
last = months.before(months.this_month())
TeamBudget.objects.update(usual_allowance=5, carries_from=last)
Person.objects.create_user("alice@example.org", joined_at=months.midnight(last))
"""

HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
import django
django.setup()
from django.db import connection
from accounts import carrying, credits
from accounts.models import Person

def hold(number):
    try:
        carrying.carry_over()
        credits.hold(alice, Decimal(1), reference=f"generation:{sys.argv[1]}-{number}")
    except credits.AllowanceExceeded:
        return "refused"
    finally:
        connection.close()
    return "held"

alice = Person.objects.get()
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(5) as pool:
    print(*pool.map(hold, range(5)))
"""

RECOUNT = """
from accounts import credits
from accounts.models import CreditEntry
recount, carried = credits.recount(), CreditEntry.objects.filter(kind="carry").count()
print(recount.spent + recount.held, len(recount.mistakes), carried)
"""


def site_of_its_own(folder, database_url):
    return os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": database_url}


def manage(environment, *command):
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def four_processes_of_five_threads(environment):
    """What each of twenty holds came to; all processes wait for each other at the start."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(number)],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [word for process in processes for word in process.communicate(timeout=60)[0].split()]


def check_that_ten_are_held(environment):
    """Five of this month, and five that each of them tries to carry over from the last."""
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "shell", "--verbosity=0", "-c", PREPARE)

    outcomes = four_processes_of_five_threads(environment)

    assert (outcomes.count("held"), outcomes.count("refused")) == (10, 10)
    assert manage(environment, "shell", "--verbosity=0", "-c", RECOUNT).split() == [
        "10.0000",
        "0",
        "1",
    ]


def test_twenty_at_once_from_four_processes_hold_ten_on_sqlite(tmp_path):
    database = f"sqlite:///{tmp_path}/fluxsite.sqlite3"

    check_that_ten_are_held(site_of_its_own(tmp_path, database))


@pytest.mark.postgresql
def test_twenty_at_once_from_four_processes_hold_ten_on_postgresql(tmp_path, postgresql_url):
    check_that_ten_are_held(site_of_its_own(tmp_path, postgresql_url))
