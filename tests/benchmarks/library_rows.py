"""A library of any size, straight into the database's tables: a million pictures in minutes."""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from django.db import connection, transaction

from accounts.models import Person
from gallery import indexing
from gallery.models import (
    Favourite,
    FluxModel,
    Gallery,
    Generation,
    Image,
    Membership,
    Placement,
    Rating,
    Tag,
)

PEOPLE, GALLERIES = 50, 500
BEGINNING, SPAN = datetime(2024, 11, 1, tzinfo=UTC), timedelta(days=700)
AT_ONCE = 20_000

# How many of a hundred thousand prompts have the word.
WORDS = {"light": 50_000, "mountain": 10_000, "fox": 1_000, "lighthouse": 100, "zebra": 10}
OTHERS = [
    f"{a}{b}{c}" for a in "blmnprst" for b in ("ado", "eki", "ilu", "ona") for c in range(600)
]
LONG_TAIL = list(accumulate((number + 1) ** -0.7 for number in range(len(OTHERS))))
MODELS = ["flux-dev"] * 100 + ["flux-pro"] * 60 + ["flux-pro-1.1"] * 39 + ["flux-kontext-max"]
SIZES = [(1024, 1024), (1344, 768), (768, 1344), (1024, 768), (768, 1024), (1440, 640)]

ALL, LITTLE = "all@example.org", "little@example.org"
LAST = f"Gallery {GALLERIES - 1}"  # who sees little sees this one and the team's
# How many of a hundred pictures have the tag; how many are rated by who sees all, and by others.
TAGS = {"draft": 20.0, "campaign": 5.0, "printed": 0.1}
RATED = 0.05
# A gigabyte in memory, no waiting for the disk, no look at keys: nobody minds if it all is lost.
HURRY = {
    "sqlite": (
        "PRAGMA cache_size = -1000000",
        "PRAGMA synchronous = OFF",
        "PRAGMA foreign_keys = OFF",
    ),
    "postgresql": (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '512MB'",
    ),
}
FEW = 200  # pictures that who sees little owns, and as many are shared with them


def fill(size: int) -> None:
    """An empty database, with the index made at the end, as a migration does."""
    random.seed(size)
    _make_people()
    with transaction.atomic():
        indexing.remove(connection)
    _run(*HURRY[connection.vendor])
    rows = _rows(size)
    while part := list(islice(rows, AT_ONCE)):
        with transaction.atomic():
            for model in (Image, Placement, Favourite, Rating, Tag):
                _insert(model, [row for made in part for row in made.get(model, ())])
    with transaction.atomic():
        indexing.install(connection)
    _run("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    connection.close()  # what was for the hurry goes with it


def _make_people() -> None:
    emails = [ALL, LITTLE, *(f"person{number}@example.org" for number in range(2, PEOPLE))]
    people = [Person.objects.create_user(email, None, name=email.split("@")[0]) for email in emails]
    model = FluxModel.objects.get(name="flux-dev")
    for person in people:
        for action in ("generate", "edit"):
            Generation.objects.create(
                owner=person, action=action, model=model, prompt="", size="1:1", price=1
            )
    galleries = [
        Gallery(owner=people[2 + number % 48], name=f"Gallery {number}", is_for_team=number == 7)
        for number in range(GALLERIES)
    ]
    Gallery.objects.bulk_create(galleries)
    Membership.objects.bulk_create(
        [Membership(gallery=gallery, person=people[0]) for gallery in galleries]
        + [Membership(gallery=galleries[-1], person=people[1])]
    )


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _rows(size: int) -> Iterator[dict[Any, list[dict[str, Any]]]]:
    """Each picture with all that belongs to it, by table."""
    owners = list(Person.objects.order_by("email").values_list("pk", "email"))
    keys = {email: pk for pk, email in owners}
    everybody = [keys[ALL]] * 12 + [pk for pk, email in owners if email not in (ALL, LITTLE)]
    jobs = {(job.owner_id, job.action): job.pk for job in Generation.objects.all()}
    galleries = list(Gallery.objects.order_by("name").values_list("pk", "name"))
    last = next(pk for pk, name in galleries if name == LAST)
    others = [pk for pk, _ in galleries if pk != last]
    every = max(2, size // FEW)
    for number in range(size):
        is_few = number % every == 0
        owner = keys[LITTLE] if is_few else random.choice(everybody)
        image = _image(BEGINNING + SPAN * (number / size), owner, jobs)
        made = {Image: [image], Tag: list(_tags(image)), Rating: list(_ratings(image, keys))}
        if not is_few:
            gallery = last if number % every == 1 else random.choice(others)
            made[Placement] = [_placement(image, gallery)]
        liker = keys[ALL] if random.random() < 0.01 else keys[LITTLE] if is_few else None
        made[Favourite] = [_favourite(image, liker)] if liker else []
        yield made


def _placement(image: dict[str, Any], gallery: uuid.UUID) -> dict[str, Any]:
    same = {"placed_at": image["created_at"], "rank": 0, "approval": "", "approval_guest": ""}
    return {"gallery_id": gallery, "image_id": image["id"], **same}


def _favourite(image: dict[str, Any], person: uuid.UUID) -> dict[str, Any]:
    at = image["created_at"] + timedelta(days=1)
    return {"person_id": person, "image_id": image["id"], "created_at": at}


def _tags(image: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, share in TAGS.items():
        if random.random() * 100 < share:
            yield {"image_id": image["id"], "name": name, "by_id": image["owner_id"]}


def _ratings(image: dict[str, Any], keys: dict[str, uuid.UUID]) -> Iterator[dict[str, Any]]:
    """Of two people at most; the average stands at the picture."""
    stars = {
        keys[email]: random.choice((1, 2, 3, 3, 4, 4, 5))
        for email in (ALL, "person7@example.org")
        if random.random() < RATED
    }
    if stars:
        image["team_rating"] = sum(stars.values()) * 1000 // len(stars)
    for person, given in stars.items():
        same = {"image_id": image["id"], "rated_at": image["created_at"]}
        yield {"person_id": person, "stars": given, **same}


def _image(created_at: datetime, owner: uuid.UUID, jobs: dict[Any, uuid.UUID]) -> dict[str, Any]:
    key = uuid.UUID(int=random.getrandbits(128), version=4)
    width, height = random.choice(SIZES)
    words = [word for word, often in WORDS.items() if random.random() * 100_000 < often]
    words += random.choices(OTHERS, cum_weights=LONG_TAIL, k=12)
    random.shuffle(words)
    name = f"2025/01/{key}/"
    return {
        "id": key,
        "owner_id": owner,
        "generation_id": jobs[owner, "edit" if random.random() < 0.1 else "generate"],
        "parent_id": None,
        "position": 0,
        "prompt": " ".join(words),
        "model_name": random.choice(MODELS),
        "seed": "",
        "width": width,
        "height": height,
        "bytes": 1_500_000,
        "sha256": key.hex * 2,
        "content_type": "image/png",
        "colour": "#8a6f5c",
        "original": f"{name}original.png",
        "renditions": json.dumps(
            {size: f"{name}{size}.webp" for size in ("small", "medium", "large")}
        ),
        "source_url": "",
        "created_at": created_at,
        "team_rating": None,
        "trashed_at": created_at if random.random() < 0.01 else None,
        "doomed_at": None,
        "purged_at": None,
    }


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    table, columns = model._meta.db_table, list(rows[0])
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(columns))
            values = [[_plain(row[column]) for column in columns] for row in rows]
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
        else:
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row([row[column] for column in columns])


def _plain(value: Any) -> Any:
    """As Django writes it into SQLite."""
    if isinstance(value, uuid.UUID):
        return value.hex
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value
