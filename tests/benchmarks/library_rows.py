"""A library of any size, straight into the database's tables: a million pictures in minutes."""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from accounts.models import Person
from gallery import indexing
from gallery.models import Favourite, FluxModel, Gallery, Generation, Image, Membership, Placement

PEOPLE, GALLERIES = 50, 500
BEGINNING = datetime(2024, 11, 1, tzinfo=UTC)
APART = timedelta(seconds=61)
AT_ONCE = 20_000

# How many of a hundred thousand prompts have the word.
WORDS = {"light": 50_000, "mountain": 10_000, "fox": 1_000, "lighthouse": 100, "zebra": 10}
OTHERS = [
    f"{a}{b}{c}" for a in "blmnprst" for b in ("ado", "eki", "ilu", "ona") for c in range(600)
]
MODELS = ["flux-dev"] * 100 + ["flux-pro"] * 60 + ["flux-pro-1.1"] * 39 + ["flux-kontext-max"]
SIZES = [(1024, 1024), (1344, 768), (768, 1344), (1024, 768), (768, 1024), (1440, 640)]

ALL, LITTLE = "all@example.org", "little@example.org"
# A gigabyte in memory, and no waiting for the disk: nobody minds if it all is lost.
HURRY = {"sqlite": ("PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF")}
FEW = 200  # pictures that who sees little owns, and as many are shared with them


def make_people() -> None:
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


def grow(size: int) -> None:
    """To so many pictures, with the index made anew, as a migration does."""
    random.seed(size)
    with transaction.atomic():
        indexing.remove(connection)
    _run(*HURRY.get(connection.vendor, ()))
    rows = _rows(Image.objects.count(), size)
    while part := list(islice(rows, AT_ONCE)):
        with transaction.atomic():
            _insert(Image, [image for image, _, _ in part])
            _insert(Placement, [placement for _, placement, _ in part if placement])
            _insert(Favourite, [favourite for _, _, favourite in part if favourite])
    with transaction.atomic():
        indexing.install(connection)
    _run("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    connection.close()  # what was for the hurry goes with it


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _rows(begun: int, size: int) -> Iterator[tuple[dict[str, Any], ...]]:
    owners = list(Person.objects.order_by("email").values_list("pk", "email"))
    keys = {email: pk for pk, email in owners}
    everybody = [keys[ALL]] * 12 + [pk for pk, email in owners if email not in (ALL, LITTLE)]
    jobs = {(job.owner_id, job.action): job.pk for job in Generation.objects.all()}
    galleries = list(Gallery.objects.order_by("name").values_list("pk", "name"))
    last = next(pk for pk, name in galleries if name == f"Gallery {GALLERIES - 1}")
    others = [pk for pk, _ in galleries if pk != last]
    every = max(1, (size - begun) // FEW)
    for number in range(begun, size):
        is_few = begun == 0 and number % every == 0
        owner = keys[LITTLE] if is_few else random.choice(everybody)
        gallery = last if begun == 0 and number % every == 1 else random.choice(others)
        image = _image(number, owner, jobs)
        placement = None
        if not is_few:
            placement = {"gallery_id": gallery, "image_id": image["id"]}
            placement["placed_at"] = image["created_at"]
        liker = keys[ALL] if random.random() < 0.01 else keys[LITTLE] if is_few else None
        favourite = liker and {
            "person_id": liker,
            "image_id": image["id"],
            "created_at": image["created_at"] + timedelta(days=1),
        }
        yield image, placement or {}, favourite or {}


def _image(number: int, owner: uuid.UUID, jobs: dict[Any, uuid.UUID]) -> dict[str, Any]:
    key = uuid.UUID(int=random.getrandbits(128), version=4)
    width, height = random.choice(SIZES)
    created_at = BEGINNING + number * APART
    words = [word for word, often in WORDS.items() if random.random() * 100_000 < often]
    words += [OTHERS[int(random.paretovariate(0.7)) % len(OTHERS)] for _ in range(12)]
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
