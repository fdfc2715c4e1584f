"""The provider's callbacks come through nginx, to whichever machine: each counts once, or not."""

import httpx
import pytest
import truth
from many_machines import Front, Machine, wait_until_open
from provider import Provider
from provider_jobs import Job

pytestmark = [
    pytest.mark.nginx,
    pytest.mark.parametrize("backends", ["postgresql"], indirect=True),
    pytest.mark.postgresql,
    pytest.mark.redis,
    pytest.mark.long,
]
TROUBLES = ["", "fault:callback-twice", "fault:callback-early", "fault:callback-forged"]


@pytest.fixture
def opened(house) -> tuple[Front, Machine, Machine]:
    front, *machines = house
    for each in machines:
        each.settings["FLUX_CALLBACK_URL"] = front.url
    machines[0].people("alice")
    for each in machines:
        each.open()
    wait_until_open(machines)
    return house


def test_callbacks_are_heard_by_either_machine_and_forged_ones_by_none(opened):
    front, one, two = opened
    provider = one.provider
    for number in range(2):
        for trouble in TROUBLES:
            one.wish("alice", f"A lighthouse no. {number} {trouble}")
    one.all_succeed()
    provider.wait_called_back(10)
    assert _answers(provider) == {204}
    assert {trouble for job in provider.accepted for trouble in job.faults} == {
        trouble.removeprefix("fault:") for trouble in TROUBLES if trouble
    }
    _forgeries_are_turned_away(provider)
    first = provider.accepted[0]
    assert _call(first, first.answer()) == 204  # once more, long afterwards

    one.web.kill()
    heard = len(provider.called_back)
    wishes = [one.wish("alice", f"After the fall, no. {number}") for number in range(4)]
    two.all_succeed()
    provider.wait_called_back(heard + len(wishes))
    assert _answers(provider) == {204}

    rows = truth.all_succeeded(two)
    assert [row["attempts"] for row in rows] == [["accepted"]] * len(rows)
    assert {len(row["images"]) for row in rows} == {1}
    for machine in (one, two):
        logged = "".join(each.log.read_text() for each in (machine.web, machine.worker))
        assert not [job for job in provider.accepted if _signature(job) in logged]
    assert "/flux/callback/" not in (front.folder / "error.log").read_text()


def _forgeries_are_turned_away(provider: Provider) -> None:
    """What was signed for one wish opens no other, and nothing opens what was never signed."""
    first, second = provider.accepted[:2]
    body = first.answer() | {"data": [{"image_url": f"{provider.url}/pictures/forged.png"}]}
    key, _, signature = first.body["callback_url"].rstrip("/").rpartition(".")
    other = second.body["callback_url"].rstrip("/").rpartition(".")[0]
    for address in (f"{key}.{signature[::-1]}/", f"{key}./", f"{other}.{signature}/", f"{key}/"):
        assert _post(address, body) == 404, address


def _call(job: Job, body: dict[str, object]) -> int:
    return _post(job.body["callback_url"], body)


def _post(address: str, body: dict[str, object]) -> int:
    return httpx.post(address, json=body, verify=False, trust_env=False, timeout=30).status_code  # noqa: S501


def _signature(job: Job) -> str:
    return str(job.body["callback_url"]).rstrip("/").rpartition(".")[2]


def _answers(provider: Provider) -> set[int | str]:
    return {answer for _, answer in provider.called_back}
