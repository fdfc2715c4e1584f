"""The provider's /flux/tasks: one record, a batch, or a listing."""

import time
from typing import Any

from provider_faults import Reply, refusal
from provider_jobs import Job, Jobs


def answer(jobs: Jobs, order: dict[str, Any], *, page: int, delay: float, lists: bool) -> Reply:
    if order.get("action", "retrieve") == "retrieve":
        found = _known(jobs, [str(order.get("id", ""))])
        return Reply(200, found[0].record() if found else {})
    if "ids" in order:
        return _batch(_known(jobs, order["ids"])[:page], len(order["ids"]))
    if not lists:
        return refusal(400, "bad_request", "ids is required")
    matching = _listed(jobs, order, until=time.time() - delay)
    offset = int(order.get("offset", 0))
    return _batch(matching[offset : offset + page], len(matching))


def _batch(jobs: list[Job], count: int) -> Reply:
    return Reply(200, {"items": [job.record() for job in jobs], "count": count})


def _known(jobs: Jobs, ids: list[str]) -> list[Job]:
    known = [jobs.by_id[task_id] for task_id in ids if task_id in jobs.by_id]
    return [job for job in known if "unknown" not in job.faults]


def _listed(jobs: Jobs, order: dict[str, Any], *, until: float) -> list[Job]:
    low, high = order.get("created_at_min", 0), order.get("created_at_max", float("inf"))
    shown = [job for job in _known(jobs, list(jobs.by_id)) if job.at <= until]
    return sorted((j for j in shown if low <= j.at <= high), key=lambda j: j.at, reverse=True)
