"""Storms: a site at work, of which parts are killed, stopped and starved at random, by a seed.

`make faults` runs `STORMS` of them (10 unless said otherwise) on each form of the site (SQLite and
files; PostgreSQL, Redis and files; the same with a store that speaks S3) and prints what befell and
what held. `STORM_SEED=7 STORMS=1 make faults ARGS="-k storms"` runs one again.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator

import pytest
from clocks import Clock
from storm import HEAD, Shore, Tale
from storm_plan import drawn

FORMS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("scaled", marks=[pytest.mark.postgresql, pytest.mark.redis], id="scaled"),
    pytest.param("stored", marks=[pytest.mark.postgresql, pytest.mark.redis], id="stored"),
]
STORMS = int(os.environ.get("STORMS", "10"))
FIRST_SEED = int(os.environ.get("STORM_SEED", "0"))
A_SITE = 10  # storms, then a fresh one
# The storms that `make test` runs. Together they draw nearly everything that needs no mounting:
# kills, halts, restarts of database and queue, a full disk, clocks, outages, 429s, cut answers,
# bad pictures and forged callbacks.
ALWAYS = (2733, 3559)


@pytest.fixture
def shore(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, form: str
) -> Iterator[Callable[[int], Shore]]:
    """`shore(seed)`: a site for storms that begin with this seed; the one before is closed."""
    opened: list[Shore] = []

    def close() -> None:
        while opened:
            opened.pop().close()

    def open_another(seed: int) -> Shore:
        close()
        folder = tmp_path_factory.mktemp(f"storm-{seed}-")  # short: there are sockets in it
        more = (
            {"migrated": request.getfixturevalue("migrated_file")}
            if form == "sqlite"
            else {"migrated": "migrated"}
            | {name: request.getfixturevalue(name) for name in ("postgres", "redis")}
        )
        if form == "stored":
            more["bucket"] = request.getfixturevalue("store").bucket()
        if shutil.which("cc"):
            more["clock"] = Clock(folder, request.getfixturevalue("clock_library"))
        opened.append(Shore(folder, form, calls_back=seed % 2 == 1, **more))
        opened[-1].open()
        return opened[-1]

    yield open_another
    close()


@pytest.mark.parametrize("form", [FORMS[1]])
def test_a_storm_leaves_nothing_lost_and_nothing_paid_twice(shore, capsys):
    place = shore(ALWAYS[0])
    place.cuts_power = False  # which takes a machine that lets us mount
    _print(capsys, f"\n{HEAD}")
    for seed in ALWAYS:
        tale = place.weather_a_storm(seed)
        _print(capsys, tale.line())
        assert not tale.trouble
        assert "(no " not in tale.line() or not os.environ.get("CI"), "harm that could not be done"


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_many_storms_leave_nothing_lost_and_nothing_paid_twice(shore, form, capsys):
    first = FIRST_SEED or random.randrange(1, 10**8)
    tales: list[Tale] = []
    site = None
    _print(capsys, f"\n{STORMS} storms on {form}, STORM_SEED={first}\n{HEAD}")
    for number in range(STORMS):
        seed = first + 2 * number  # of one parity, by which a site hears callbacks or does not
        if site is None or number % A_SITE == 0:
            site = shore(seed)
        tales.append(site.weather_a_storm(seed))
        _print(capsys, tales[-1].line())
        if tales[-1].trouble:
            site = None
    held = sum(not tale.trouble for tale in tales)
    _print(capsys, f"{held} of {len(tales)} storms on {form} left everything right")

    assert {tale.plan.seed: tale.trouble for tale in tales if tale.trouble} == {}


def test_a_seed_always_draws_the_same_storm():
    for seed in range(20):
        assert drawn(seed, is_scaled=True) == drawn(seed, is_scaled=True)
    assert drawn(1, is_scaled=True) != drawn(2, is_scaled=True)


def _print(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """To be read while it goes on, and also when all is well."""
    with capsys.disabled():
        print(text, flush=True)
