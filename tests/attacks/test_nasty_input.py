"""Whatever anybody sends to any address, the site answers, and never with an error of its own.

Nobody lists the fields: a query or a form that is read tells here by which names. So a new
address, and a new field, are tried without a word in this file.
"""

from itertools import groupby

import pytest
from attacking import IN_PATHS, NASTY, STRONGEST, TRIED_ALWAYS, Attacker, usual
from everything import EVERY, OURS

from gallery import rating


def _by_first_word(addresses):
    ordered = sorted(addresses, key=lambda one: one.route)
    groups = groupby(ordered, key=lambda one: one.route.split("/")[0])
    return {name or "studio": tuple(found) for name, found in groups}


GROUPS = _by_first_word(EVERY)


def taking_turns(names, turn):
    ordered = sorted(names)
    return {
        name: NASTY[STRONGEST[(place + turn) % len(STRONGEST)]]
        for place, name in enumerate(ordered)
    }


@pytest.fixture
def attacker(site, client_of, monkeypatch):
    with Attacker(client_of(site.owner), monkeypatch) as attacker:
        yield attacker


@pytest.mark.parametrize("group", _by_first_word(OURS))
def test_no_address_breaks_whatever_its_fields_hold(site, attacker, group):
    """All fields at once, with values that take turns."""
    for address in _by_first_word(OURS)[group]:
        for method in ("get", "post"):
            attacker.names.clear()
            attacker.sends(address, site.path(address), method, {}, "nothing")
            for turn in range(len(STRONGEST) if attacker.names else 0):
                values = taking_turns(attacker.names, turn)
                attacker.sends(address, site.path(address), method, values, f"{values}")

    assert not attacker.broken, "\n".join(attacker.broken)


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=[] if what in TRIED_ALWAYS else pytest.mark.long)
        for what in IN_PATHS
    ],
)
def test_no_address_breaks_whatever_stands_in_it(site, attacker, what):
    for address, blank in [(one, blank) for one in EVERY for blank in one.typed]:
        path = site.path(address, **{blank: IN_PATHS[what]})
        for method in ("get", "post"):
            attacker.sends(address, path, method, {}, f"{what} for “{blank}”")

    assert not attacker.broken, "\n".join(attacker.broken)


@pytest.mark.long
@pytest.mark.parametrize("group", GROUPS)
def test_no_value_breaks_an_address(site, attacker, group):
    """Each value in all fields, and the strongest in each field alone beside usual ones, so that
    no other one is refused before it."""
    for address in GROUPS[group]:
        path = site.path(address)
        for method in ("get", "post"):
            names = attacker.learns(address, path, method)
            for what, value in NASTY.items() if names else ():
                attacker.sends(address, path, method, dict.fromkeys(names, value), what)
            for name in names:
                for what in STRONGEST:
                    values = usual(names) | {name: NASTY[what]}
                    attacker.sends(address, path, method, values, f"{what} as “{name}”")

    assert not attacker.broken, "\n".join(attacker.broken)


def test_the_attack_can_fail(site, attacker, monkeypatch):
    monkeypatch.setattr(rating, "tag_name", str)
    [tags] = [one for one in OURS if one.name == "tag_list"]

    attacker.sends(tags, "/tags/", "get", {"tags": "a\0b"}, "a NUL")

    assert "a NUL in SELECT" in attacker.broken[0]
