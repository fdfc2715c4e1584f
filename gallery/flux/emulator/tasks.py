"""Task records, worked out from ids and the clock."""

from collections.abc import Mapping
from typing import Any

from gallery.flux.emulator import pictures, tickets
from gallery.flux.emulator.submitting import Refusal
from gallery.flux.emulator.tickets import FAILURES, OFFERS, Ticket

MAX_BATCH = 50
QUEUED_FOR = 0.05  # seconds from created to started

Json = dict[str, Any]


def look_up(body: Mapping[str, Any], *, now: float) -> Json:
    """Answer retrieve and retrieve_batch. Listing by time is not in the public schema."""
    action = body.get("action", "retrieve")
    if action == "retrieve" and isinstance(body.get("id"), str):
        return _record(body["id"], now)
    if action == "retrieve_batch" and isinstance(body.get("ids"), list):
        return _batch(body["ids"], now)
    if action in ("retrieve", "retrieve_batch"):
        field = "id" if action == "retrieve" else "ids"
        raise Refusal(400, "bad_request", f"{field} is required")
    raise Refusal(400, "bad_request", "action is invalid")


def _batch(ids: list[object], now: float) -> Json:
    if len(ids) > MAX_BATCH:
        raise Refusal(400, "bad_request", f"ids is too long, use at most {MAX_BATCH}")
    records = (_record(task_id, now) for task_id in ids if isinstance(task_id, str))
    items = [record for record in records if record]
    return {"items": items, "count": len(items)}


def _record(task_id: str, now: float) -> Json:
    """Empty for an unknown id."""
    ticket = tickets.read(task_id)
    if ticket is None:
        return {}
    record = {
        "id": task_id,
        "type": "images",
        "created_at": ticket.started,
        "started_at": ticket.started + QUEUED_FOR,
        "trace_id": tickets.trace(task_id),
        "request": _request(ticket),
    }
    return record | (_ending(task_id, ticket) if ticket.has_ended(now) else {})


def _request(ticket: Ticket) -> Json:
    """What was asked for, as far as the id tells: a long prompt is cut, an image_url is missing."""
    request: Json = {
        "action": ticket.action,
        "model": ticket.model,
        "prompt": ticket.prompt,
        "size": ticket.size,
        "async": True,
    }
    return request | ({"count": ticket.count} if ticket.action == "generate" else {})


def _ending(task_id: str, ticket: Ticket) -> Json:
    return {
        "finished_at": round(ticket.finished, 3),
        "elapsed": round(ticket.seconds, 3),
        "response": response(task_id, ticket),
    }


def response(task_id: str, ticket: Ticket) -> Json:
    """The end of a job, good or bad."""
    ids = {"task_id": task_id, "trace_id": tickets.trace(task_id)}
    for word, (code, message) in FAILURES.items():
        if word in ticket.words:
            return {"success": False, **ids, "error": {"code": code, "message": message}}
    data = [_picture(task_id, ticket, place) for place in range(ticket.count)]
    amount = float(OFFERS[ticket.model].credits * ticket.count)
    return {"success": True, **ids, "data": data, "cost": {"amount": amount, "currency": "credit"}}


def _picture(task_id: str, ticket: Ticket, place: int) -> Json:
    return {
        "image_url": pictures.address(task_id, ticket, place),
        "prompt": ticket.prompt,
        "seed": ticket.seed(place),
        "timings": {"inference": round(ticket.seconds * 0.8, 2)},
    }
