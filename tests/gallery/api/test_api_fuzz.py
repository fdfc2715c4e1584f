"""Whatever a program sends, the API answers as it describes itself: no 5xx, no other shape."""

import json
import re
import uuid
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.api.description import openapi
from gallery.models import Gallery

DESCRIBED = openapi()
SCHEMAS = DESCRIBED["components"]["schemas"]
CALLS = [
    (method, path, operation)
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
]
TYPES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "array": list,
    "object": dict,
}
FORMATS = {
    "uuid": uuid.UUID,
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "binary": str,
}
BOUNDS = {
    "minimum": lambda value, low: value >= low,
    "maximum": lambda value, high: value <= high,
    "maxLength": lambda value, longest: len(value) <= longest,
    "enum": lambda value, among: value in among,
}
KNOWN = {"type", "format", "items", "properties", "required", "additionalProperties", *BOUNDS} | {
    *("description", "default", "anyOf", "$ref"),
}


def fits(value, schema, where="answer"):
    """Raise AssertionError for what is not as the schema says."""
    assert set(schema) <= KNOWN, f"this test knows nothing of {set(schema) - KNOWN}"
    if "$ref" in schema:
        return fits(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], where)
    if "anyOf" in schema:
        return fits(value, schema["anyOf"][value is None], where)
    if schema.get("type") == "null":
        assert value is None
        return None
    kind = schema["type"]
    assert isinstance(value, TYPES[kind]), (where, value)
    assert (type(value) is bool) == (kind == "boolean"), (where, value)
    if "format" in schema:
        FORMATS[schema["format"]](value)
    for name, holds in BOUNDS.items():
        assert name not in schema or holds(value, schema[name]), (where, name, value)
    for number, each in enumerate(value if kind == "array" else ()):
        fits(each, schema["items"], f"{where}[{number}]")
    if kind == "object":
        inner = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), (where, value)
        for name, each in value.items():
            more = schema["additionalProperties"]
            assert name in inner or more, (where, name)
            fits(each, inner.get(name, more), f"{where}.{name}")
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def sent_for(schema):
    """Values as the schema wants them, and some at its edges."""
    if "$ref" in schema:
        return sent_for(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return st.one_of(map(sent_for, schema["anyOf"]))
    if schema.get("type") == "null":
        return st.none()
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"] - 1, schema["maximum"] + 1)
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    if schema["type"] == "object":
        needed = {name: sent_for(schema["properties"][name]) for name in schema["required"]}
        more = {n: sent_for(s) for n, s in schema["properties"].items() if n not in needed}
        return st.fixed_dictionaries(needed, optional=more)
    return st.text(max_size=schema.get("maxLength", 50) + 1)


@pytest.fixture
def program(program_of, alice, make_image, settings):
    settings.ACCOUNT_RATE_LIMITS = {"api": "1000000/m/key", "api_refused": "1000000/m/ip"}
    settings.FLUX_MAX_QUEUED = 20
    Gallery.objects.create(owner=alice, name="Mine")
    make_image(alice)
    return program_of(alice)


def checked(answer, operation, *, described=True):
    assert answer.status_code < 500, answer.content
    if described:
        assert str(answer.status_code) in operation["responses"], answer.status_code
    responses = operation["responses"]
    described = responses.get(str(answer.status_code), responses["401"])["content"]
    kind = answer["Content-Type"].partition(";")[0]
    if "application/json" in described:
        assert kind == "application/json"
        [content] = described.values()
        fits(answer.json(), content["schema"])
    else:
        assert kind.startswith("image/") and answer.getvalue()


def ids(program, path):
    place = re.search(r"v1/(\w+)/", path)[1]
    return [item["id"] for item in program.get(place).json()["items"]]


def filled(data, program, path):
    if "{id}" in path:
        known = st.sampled_from(ids(program, path) or [str(uuid.uuid4())])
        path = path.replace("{id}", data.draw(known | st.uuids().map(str)))
    return path.replace("{size}", data.draw(st.sampled_from(["small", "medium", "large"])))


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=lambda value: str(value)[:50])
def test_every_answer_is_as_it_is_described(program, method, path, operation):
    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.data())
    def call(data):
        query = {
            one["name"]: data.draw(sent_for(one["schema"]) | st.text(max_size=20))
            for one in operation["parameters"]
            if one["in"] == "query" and data.draw(st.booleans())
        }
        address = filled(data, program, path).removeprefix("/api/v1/")
        if method == "get":
            checked(program.get(address, **query), operation)
            return
        body = operation.get("requestBody")
        schema = body["content"]["application/json"]["schema"] if body else {"type": "null"}
        valid = sent_for(schema) if body else st.none()
        real = st.just({"prompt": "A door", "model": "flux-dev"}) if body else st.none()
        sent = data.draw(real | valid | JSON | st.binary(max_size=20))
        sent = sent if isinstance(sent, bytes) else json.dumps(sent)
        key = data.draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8))
        checked(program.post(address, sent, key=key), operation)

    call()


@pytest.mark.parametrize(("method", "path", "operation"), CALLS[::4], ids=lambda one: str(one)[:50])
def test_whatever_is_in_the_address_the_answer_is_json(program, method, path, operation):
    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.text(max_size=12))
    def call(junk):
        address = path.removeprefix("/api/v1/").replace("{id}", junk).replace("{size}", junk)
        answer = program.get(f"{address}/{junk}" if "{" not in path else address)
        assert answer.status_code < 500

    call()


def test_the_check_can_fail():
    job = {"status": 7}
    with pytest.raises(AssertionError):
        fits(job, SCHEMAS["Job"])
    with pytest.raises(AssertionError):
        fits({"status": True, "code": "x", "message": "", "fields": {}}, SCHEMAS["Problem"])


def test_every_reference_of_the_description_leads_somewhere():
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DESCRIBED)))

    assert named <= set(SCHEMAS)
    assert len({operation["operationId"] for _, _, operation in CALLS}) == len(CALLS)
