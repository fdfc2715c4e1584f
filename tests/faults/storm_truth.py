"""What must hold after a storm: paid for once, nothing lost, nothing left behind, nothing told."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import truth
from provider_jobs import Job
from real_site import FINAL, TOKEN, Row
from storm_people import MARK, PASSWORD
from storm_plan import Plan, last_wish
from storm_weather import UNDELIVERABLE, charge, has_made, is_delivered

if TYPE_CHECKING:
    from storm import Shore

NOTHING = Decimal(0)


def check(shore: "Shore", plan: Plan) -> list[Row]:
    """Lay the rows, the ledger, the files and the logs beside the provider's own book."""
    rows = shore.site.desk.do("rows_of", mark=plan.mark)
    book = shore.weather.book()
    _check_wishes(shore, plan, rows)
    for row in rows:
        _check_row(shore, row, book.get(row["prompt"], []))
    _check_bill(shore, rows)
    _check_files(shore)
    _check_logs(shore)
    return list(rows)


def _check_wishes(shore: "Shore", plan: Plan, rows: list[Row]) -> None:
    """Each wish that somebody got a yes for is there, and none twice."""
    deeds = [*plan.deeds, *(last_wish(plan.seed, who) for who in range(len(shore.people)))]
    asked = Counter(
        prompt for deed in deeds for prompt in deed.prompts * (deed.count if deed.is_edit else 1)
    )
    assert Counter(row["prompt"] for row in rows) == asked


def _check_row(shore: "Shore", row: Row, jobs: list[Job]) -> None:
    assert len(jobs) <= 1, f"accepted {len(jobs)} times: {row}"
    assert row["status"] in FINAL, row
    assert not set(row["attempts"]) & {"sent", "unconfirmed"}, row
    job = jobs[0] if jobs else None
    if row["status"] == "succeeded":
        _check_success(shore, row, job)
    else:
        assert Decimal(row["spent"]) == NOTHING, row
        assert not row["images"], row
        _check_failure(row, job)


def _check_success(shore: "Shore", row: Row, job: Job | None) -> None:
    assert job and is_delivered(job), f"succeeded without a job: {row}"
    assert Decimal(row["spent"]) == Decimal(row["cost"]) == charge(job), row
    assert not row["is_possible_loss"], row
    made = dict(enumerate(truth.digests(shore.site, job)))
    kept = {one["position"]: truth.digest_of(shore.site, one["original"]) for one in row["images"]}
    assert kept == made, row
    assert {one["position"]: one["sha256"] for one in row["images"]} == made, row


def _check_failure(row: Row, job: Job | None) -> None:
    """Lost is only what design.md says may be, and it is told to admins; nothing else is."""
    if job is None:
        assert row["is_possible_loss"] == (row["problem"] == "unconfirmed"), row
    elif has_made(job):
        assert row["status"] == "failed", row
        assert UNDELIVERABLE & job.faults.keys(), f"paid for, and not kept: {row} {job.faults}"
        assert row["is_possible_loss"], row
    elif job.done.is_set():
        assert not row["is_possible_loss"], row
    else:
        assert row["is_possible_loss"], row
        assert "never" in job.faults, f"given up too soon: {row} {job.faults}"


def _check_bill(shore: "Shore", rows: list[Row]) -> None:
    """The ledger is what the provider charges for what was delivered, to the last digit."""
    jobs = list(shore.weather.accepted)
    delivered = sum((charge(job) for job in jobs if is_delivered(job)), NOTHING)
    assert shore.site.desk.do("mistakes") == []
    assert Decimal(shore.site.desk.do("spent")) == delivered


def _check_files(shore: "Shore") -> None:
    desk, media = shore.site.desk, shore.site.data / "media"
    spoken_of = set(desk.do("names_of_files"))
    there = set(truth.files(media, "originals", "renditions", "uploads"))
    assert spoken_of <= there, f"missing: {spoken_of - there}"
    # An upload whose request was cut off is known to `doctor --deep`; nothing else is there.
    forgotten = {name for name in there - spoken_of if not name.startswith("uploads/")}
    assert not forgotten, f"forgotten: {forgotten}"
    assert desk.do("stock") == []
    truth.check_nothing_stays_half_written(shore.site)
    assert desk.do("probes") == []
    assert list(shore.site.temporary.iterdir()) == []


def _check_logs(shore: "Shore") -> None:
    secrets = [TOKEN, PASSWORD, shore.site.settings["SECRET_KEY"], MARK, "/pictures/"]
    secrets += [someone.session for someone in shore.people]
    # A full disk names the folder that it has no room for, which is no address; no file's name is.
    links = ["/flux/callback/[^…]", "(?<!/media)/uploads/", "/media/uploads/../"]
    telling = re.compile("|".join([*map(re.escape, secrets), *links]))
    for log in shore.site.logs.iterdir():
        found = list(_lines_with(telling, log.read_text(errors="replace").splitlines()))
        assert not found, f"{log.name} tells: {found[:3]}"


def _lines_with(telling: re.Pattern[str], lines: Iterable[str]) -> Iterator[str]:
    return filter(telling.search, lines)
