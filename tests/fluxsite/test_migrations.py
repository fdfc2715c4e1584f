"""A migration runs while the version before it still serves: it only adds what that one can do
without. What nothing needs any more goes one release later, and is named here with its reason."""

import importlib
import inspect

import pytest
from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader

# From these on. What was before came with the first version, which had none before it.
SINCE = {"accounts": "0005_tokens", "gallery": "0010_webhooks"}

# app, migration → why the version before does not mind: "nothing reads it since 0.2.0".
EXCUSED: dict[tuple[str, str], str] = {}

HARMLESS = (
    ops.CreateModel,
    ops.AddIndex,
    ops.RemoveIndex,
    ops.RemoveConstraint,
    ops.AlterModelOptions,
    ops.AlterModelManagers,
)
ADDED = "Give the field null=True or db_default: the version before writes rows without it."
BACK = "Say how it is undone: reverse_code, or noop where nothing is to undo."


def troubles(operation, state, app):
    """What the version before would stumble over, in words."""
    if isinstance(operation, HARMLESS):
        return
    if isinstance(operation, ops.AddField):
        if not is_optional(operation.field):
            yield f"{operation.model_name}.{operation.name}: {ADDED}"
    elif isinstance(operation, ops.AlterField):
        old = state.models[app, operation.model_name_lower].get_field(operation.name)
        yield from narrowed(operation, old)
    elif isinstance(operation, ops.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from troubles(each, state, app)
    elif isinstance(operation, ops.RunPython | ops.RunSQL):
        if not operation.reversible:
            yield BACK
    else:
        yield f"{operation.describe()}: the version before would break. Do it one release later."


def is_optional(field):
    has_default = field.db_default is not models.NOT_PROVIDED
    return field.null or has_default or isinstance(field, models.ManyToManyField)


def narrowed(operation, old):
    new, name = operation.field, f"{operation.model_name}.{operation.name}"
    if old.null and not new.null:
        yield f"{name}: the version before still writes NULL."
    if isinstance(old, models.CharField) and isinstance(new, models.CharField):
        if (old.max_length or 0) > (new.max_length or 0):
            yield f"{name}: the version before writes longer texts."
    elif type(old) is not type(new):
        yield f"{name}: another type is another column; add one, and fill it."


def steps():
    loader = MigrationLoader(None)
    for app, first in SINCE.items():
        for key in sorted(key for key in loader.disk_migrations if key[0] == app):
            if key[1] > first and key not in EXCUSED:
                yield pytest.param(loader, key, id=".".join(key))


@pytest.mark.parametrize(("loader", "key"), steps())
def test_the_version_before_can_serve_while_it_runs(loader, key):
    found, made = [], set()
    state = loader.project_state(key, at_end=False)
    for operation in loader.disk_migrations[key].operations:
        if isinstance(operation, ops.CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", "") not in made:
            found += troubles(operation, state, key[0])
        operation.state_forwards(key[0], state)

    assert not found


@pytest.mark.parametrize(
    ("operation", "is_told"),
    [
        (ops.AddField("generation", "x", models.TextField()), True),
        (ops.AddField("generation", "x", models.TextField(default="")), True),
        (ops.AddField("generation", "x", models.TextField(db_default="")), False),
        (ops.AddField("generation", "x", models.TextField(null=True)), False),
        (ops.RemoveField("generation", "prompt"), True),
        (ops.RenameField("generation", "prompt", "words"), True),
        (ops.DeleteModel("Preset"), True),
        (ops.RenameModel("Preset", "Setting"), True),
        (ops.AlterField("generation", "trace_id", models.CharField(max_length=100)), True),
        (ops.AlterField("generation", "trace_id", models.CharField(max_length=300)), False),
        (ops.AlterField("generation", "trace_id", models.TextField()), True),
        (ops.AlterField("generation", "done_at", models.DateTimeField()), True),
        (ops.RunPython(lambda apps, editor: None), True),
        (ops.RunPython(lambda apps, editor: None, ops.RunPython.noop), False),
    ],
)
def test_what_the_version_before_would_stumble_over_is_told(operation, is_told):
    loader = MigrationLoader(None)

    assert bool(list(troubles(operation, loader.project_state(), "gallery"))) is is_told


def test_excuses_are_of_migrations_that_there_are():
    for app, name in [*EXCUSED, *SINCE.items()]:
        assert inspect.ismodule(importlib.import_module(f"{app}.migrations.{name}"))
