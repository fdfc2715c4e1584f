"""What must be true after every fault: paid for once, nothing lost, nothing left behind."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import provider_pictures as pictures
from provider_jobs import Job
from real_site import FINAL, TOKEN, Row, Site

NOTHING = Decimal(0)


def check(site: Site) -> list[Row]:
    """Compare rows, ledger and files with what the provider has really done."""
    site.files_at_hand()
    rows = site.rows()
    jobs = _jobs(site)
    for row in rows:
        _check_credits(row)
        if row["status"] in FINAL and row["prompt"] in jobs:
            _check_delivery(site, row, jobs[row["prompt"]])
    assert site.desk.do("mistakes") == []
    _check_files(site, rows)
    _check_logs(site)
    return rows


def all_succeeded(site: Site) -> list[Row]:
    """The same, and everybody has got what they wished for."""
    rows = check(site)
    assert {row["status"] for row in rows} == {"succeeded"}, rows
    assert len(site.provider.accepted) == len(rows)
    return rows


def _jobs(site: Site) -> dict[str, Job]:
    """By prompt, which is each generation's own here."""
    accepted = list(site.provider.accepted)
    times = Counter(job.body["prompt"] for job in accepted)
    assert max(times.values(), default=0) <= 1, f"accepted more than once: {times}"
    return {job.body["prompt"]: job for job in accepted}


def _check_credits(row: Row) -> None:
    spent = Decimal(row["spent"])
    if row["status"] == "succeeded":
        assert spent == Decimal(row["cost"]), row
    elif row["status"] in FINAL:
        assert spent == NOTHING, row
    else:
        assert spent == Decimal(row["held"]), row


def _check_delivery(site: Site, row: Row, job: Job) -> None:
    if not job.done.is_set() or "data" not in job.answer():
        return
    assert row["status"] == "succeeded", row
    assert Decimal(row["cost"]) == Decimal(str(job.answer()["cost"]["amount"])), row
    made = dict(enumerate(digests(site, job)))
    assert {one["position"]: digest_of(site, one["original"]) for one in row["images"]} == made
    assert {one["position"]: one["sha256"] for one in row["images"]} == made


def digests(site: Site, job: Job) -> Iterator[str]:
    """Of each picture as the provider hands it out."""
    size = site.provider.picture_size or pictures.shape(job.body["size"])
    for url in job.picture_urls():
        name = url.rpartition("/")[2].removesuffix(f".{job.kind}")
        yield hashlib.sha256(pictures.picture(size, job.kind, stamp=name)).hexdigest()


def digest_of(site: Site, name: str) -> str:
    return hashlib.sha256((site.data / "media" / name).read_bytes()).hexdigest()


def _check_files(site: Site, rows: list[Row]) -> None:
    """Every file that a row speaks of is there, and no other but what is on its way."""
    images = [image for row in rows for image in row["images"]]
    spoken_of = {image["original"] for image in images}
    spoken_of |= {name for image in images for name in image["renditions"].values()}
    there = set(files(site.data / "media", "originals", "renditions"))
    assert spoken_of <= there, spoken_of - there
    if all(row["status"] in FINAL for row in rows):
        assert there == spoken_of, there - spoken_of
        check_nothing_stays_half_written(site)
    assert list(site.temporary.iterdir()) == []


def check_nothing_stays_half_written(site: Site) -> None:
    """What a process that was killed had begun to write goes as soon as it is old.

    A store keeps a file wholly or not at all.
    """
    if site.bucket:
        return
    media = site.data / "media"
    for name in files(media, ".parts"):
        os.utime(media / name, (0, 0))
    site.desk.do("sweep")
    assert list(files(media, ".parts")) == []


def files(folder: Path, *parts: str) -> Iterator[str]:
    for part in parts:
        for path in (folder / part).rglob("*"):
            if path.is_file():
                yield path.relative_to(folder).as_posix()


def _check_logs(site: Site) -> None:
    for log in site.logs.iterdir():
        assert TOKEN not in log.read_text(errors="replace"), log.name
