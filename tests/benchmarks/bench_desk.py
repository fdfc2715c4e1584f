"""The desk of tests/faults, with what only the benchmarks ask for."""

from typing import Any

import desk
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db.models import Count

from accounts.models import Person
from gallery.models import Generation, Image

BACKEND = "accounts.adapter.LocalPasswords"


def make_people(number: int, first: int = 0, password: str = "") -> None:
    for each in range(first, first + number):
        desk.make_person(f"person-{each}", allowance="1000000", password=password)


def stored() -> list[dict[str, Any]]:
    """Every job: whether it has ended, when its result was seen and when all of it was stored."""
    jobs = Generation.objects.values("pk", "task_id", "status", "done_at", "finished_at")
    kept = Image.objects.exclude(original="").filter(renditions__has_key="small")
    pictures = dict(kept.order_by().values_list("generation").annotate(Count("pk")))
    return [_told(job, pictures.get(job["pk"], 0)) for job in jobs]


def number_open() -> int:
    return Generation.objects.open().count()


def sign_in(number: int, first: int = 0) -> list[str]:
    """A session for each of these people, as the form makes one; their keys."""
    emails = [f"person-{each}@example.org" for each in range(first, first + number)]
    people = Person.objects.in_bulk(emails, field_name="email")
    return [_session(people[email]) for email in emails]


def _session(person: Person) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _told(job: dict[str, Any], pictures: int) -> dict[str, Any]:
    moments = {name: job[name] and job[name].timestamp() for name in ("done_at", "finished_at")}
    return {"task_id": job["task_id"], "status": job["status"], "pictures": pictures} | moments


desk.ORDERS |= {order.__name__: order for order in (make_people, stored, number_open, sign_in)}
serve = desk.serve
