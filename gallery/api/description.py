"""The API described, for programs (OpenAPI 3.1) and for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from http import HTTPStatus
from itertools import chain
from typing import Any

from django.conf import settings

from gallery.api import shapes
from gallery.api.asking import KEY, LONGEST_KEY
from gallery.api.doors import Operation
from gallery.api.operations import OPERATIONS
from gallery.api.shapes import Problem
from gallery.pictures import RENDITIONS

PREFIX = "/api/v1/"
VERSION = "1.0"  # of the API, not of the site
NAMED = re.compile(r"<(\w+):(\w+)>")


def openapi() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(path_of(operation), {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fluxsite",
            "version": VERSION,
            "description": "Make pictures and read what you may see, as on the pages: "
            "the same rules, limits and credits.",
        },
        "servers": [{"url": settings.SITE_URL}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {shape.__name__: _schema(shape) for shape in _shapes()},
        },
    }


def path_of(operation: Operation) -> str:
    return PREFIX + NAMED.sub(
        lambda found: "{" + ("id" if found[2] == "pk" else found[2]) + "}", operation.path
    )


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}_{operation.name}",
        "summary": operation.words,
        "parameters": [*_named(operation), *_header(operation), *_query(operation)],
        "responses": _responses(operation),
    }
    if operation.body:
        content = {"application/json": {"schema": _ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _named(operation: Operation) -> Iterator[dict[str, Any]]:
    for kind, name in NAMED.findall(operation.path):
        schema = (
            {"type": "string", "format": "uuid"}
            if kind == "uuid"
            else {"type": "string", "enum": list(RENDITIONS)}
        )
        shown = "id" if name == "pk" else name
        yield {"name": shown, "in": "path", "required": True, "schema": schema}


def _header(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.body:
        words = "A text of your own for each wish. The same one again answers the first job."
        schema = {"type": "string", "maxLength": LONGEST_KEY}
        yield {"name": KEY, "in": "header", "required": False, "description": words} | {
            "schema": schema
        }


def _query(operation: Operation) -> list[dict[str, Any]]:
    return shapes.parameters_of(operation.query) if operation.query else []


def _responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, answer in operation.answers.items():
        content = (
            {answer: {"schema": {"type": "string", "format": "binary"}}}
            if isinstance(answer, str)
            else {"application/json": {"schema": _ref(answer)}}
        )
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    for status in operation.refusals:
        content = {"application/json": {"schema": _ref(Problem)}}
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    return found


def _ref(shape: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _sent() -> set[type[Any]]:
    return {operation.body for operation in OPERATIONS if operation.body}


def _shapes() -> list[type[Any]]:
    answers = chain.from_iterable(operation.answers.values() for operation in OPERATIONS)
    named = {answer for answer in answers if not isinstance(answer, str)} | _sent() | {Problem}
    every = set().union(*map(shapes.shapes_in, named))
    return sorted(every, key=lambda shape: str(shape.__name__))


def _schema(shape: type[Any]) -> dict[str, Any]:
    return shapes.schema_of(shape, is_input=shape in _sent())


# ── For people ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One operation on the page."""

    key: str
    method: str
    path: str
    words: str
    scope: str
    takes: tuple[Line, ...]
    gives: tuple[Line, ...]


def chapters() -> list[Chapter]:
    return [_chapter(operation) for operation in OPERATIONS]


def _chapter(operation: Operation) -> Chapter:
    answer = next(iter(operation.answers.values()))
    return Chapter(
        key=f"{operation.method.lower()}-{operation.name}",
        method=operation.method,
        path=path_of(operation),
        words=operation.words,
        scope=operation.scope,
        takes=tuple(_lines(operation.body or operation.query)),
        gives=() if isinstance(answer, str) else tuple(_lines(answer)),
    )


def _lines(shape: type[Any] | None) -> Iterator[Line]:
    for each in fields(shape) if shape else ():
        yield Line(name=each.name, words=each.metadata["words"])
