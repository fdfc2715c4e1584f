"""What goes in and comes out, as dataclasses: they check the input and write the description."""

import types
import uuid
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Shape = TypeVar("Shape")

FORMATS = {uuid.UUID: "uuid", datetime: "date-time", date: "date"}
PLAIN = {str: "string", int: "integer", bool: "boolean", Decimal: "number"}


class Unfit(Exception):
    """What was sent does not fit; by field, in words."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


def about(words: str, *, default: Any = MISSING, **bounds: Any) -> Any:
    """A field with its description; `low`, `high`, `longest` and `among` bound what may be sent."""
    return field(default=default, metadata={"words": words, **bounds})


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────


def read(shape: type[Shape], sent: object) -> Shape:
    """What was sent as this shape, or Unfit with a word for each field that is wrong."""
    if not isinstance(sent, dict):
        raise Unfit({"": "Send a JSON object."})
    known = {each.name: each for each in fields(shape)}  # type: ignore[arg-type]
    problems = {name: "There is no such field." for name in sent if name not in known}
    values = {}
    for name, each in known.items():
        if name not in sent:
            if each.default is MISSING:
                problems[name] = "This is needed."
            continue
        value, problem = _read(sent[name], _kind(shape, name), each.metadata)
        values[name] = value
        if problem:
            problems[name] = problem
    if problems:
        raise Unfit(problems)
    return shape(**values)


def read_query(shape: type[Shape], sent: Mapping[str, str]) -> Shape:
    """As `read`, of an address's own values, which are all texts."""
    numbers = {each.name for each in fields(shape) if _kind(shape, each.name)[0] is int}  # type: ignore[arg-type]
    return read(
        shape,
        {
            name: int(text) if name in numbers and _is_number(text) else text
            for name, text in sent.items()
        },
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _read(value: object, kind: tuple[type, bool], bounds: Mapping[str, Any]) -> tuple[Any, str]:
    wanted, is_optional = kind
    if value is None:
        return None, "" if is_optional else "This is needed."
    if wanted is uuid.UUID:
        return _as_uuid(value)
    if type(value) is not wanted:
        return None, {str: "Send a text.", int: "Send a whole number."}[wanted]
    if isinstance(value, str):
        return value, _text_problem(value, bounds)
    low, high = bounds["low"], bounds["high"]
    return value, "" if low <= value <= high else f"Send a whole number from {low} to {high}."


def _as_uuid(value: object) -> tuple[uuid.UUID | None, str]:
    try:
        return uuid.UUID(value if isinstance(value, str) else ""), ""
    except ValueError:
        return None, "Send an id."


def _text_problem(text: str, bounds: Mapping[str, Any]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a sign, as JSON can name it
        return "This holds half of a sign."
    if len(text) > bounds["longest"]:
        return f"Send {bounds['longest']:,} characters at most."
    if bounds.get("among") and text not in bounds["among"]:
        return f"Send one of {', '.join(bounds['among'])}."
    return ""


def _kind(shape: type[Any], name: str) -> tuple[type, bool]:
    """The type of a field, and whether it may be null."""
    hint = get_type_hints(shape)[name]
    if get_origin(hint) in (types.UnionType, Union):
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        return inner[0], True
    return hint, False


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────


def written(value: Any) -> Any:
    """A shape as plain JSON."""
    if is_dataclass(value):
        return {each.name: written(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [written(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


# ── Describing ───────────────────────────────────────────────────────────────────────────────────


def schema_of(shape: type[Any], *, is_input: bool = False) -> dict[str, Any]:
    """The JSON Schema of a shape; other shapes in it are named, not repeated."""
    every: tuple[Field[Any], ...] = fields(shape)
    needed = [each.name for each in every if not is_input or each.default is MISSING]
    return {
        "type": "object",
        "description": (shape.__doc__ or "").strip(),
        "properties": {each.name: _property(shape, each) for each in every},
        "required": needed,
        "additionalProperties": False,
    }


def parameters_of(shape: type[Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "in": "query",
            "required": each.default is MISSING,
            "description": each.metadata["words"],
            "schema": _property(shape, each),
        }
        for each in fields(shape)
    ]


def shapes_in(shape: type[Any]) -> set[type[Any]]:
    """It, and every shape that it is made of."""
    found = {shape}
    for each in fields(shape):
        inner = _kind(shape, each.name)[0]
        inner = get_args(inner)[0] if get_origin(inner) is tuple else inner
        if is_dataclass(inner):
            found |= shapes_in(inner)
    return found


def _property(shape: type[Any], each: Field[Any]) -> dict[str, Any]:
    kind, is_optional = _kind(shape, each.name)
    schema = _schema(kind) | _bounds(each.metadata)
    if is_optional:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if each.default not in (MISSING, None):
        schema["default"] = each.default
    return schema | {"description": each.metadata["words"]}


def _schema(kind: Any) -> dict[str, Any]:
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if is_dataclass(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}  # type: ignore[union-attr]
    if kind in FORMATS:
        return {"type": "string", "format": FORMATS[kind]}
    return {"type": PLAIN[kind]}


def _bounds(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {"low": "minimum", "high": "maximum", "longest": "maxLength", "among": "enum"}
    found = {names[key]: value for key, value in given.items() if key in names}
    return found | ({"enum": list(found["enum"])} if "enum" in found else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a call was refused, in words that a person may read."""

    status: int = about("The status of the answer.")
    code: str = about("The reason as one word, for programs.")
    message: str = about("The reason, and what to do.")
    fields: dict[str, str] = about("What is wrong with each field that was sent.")
