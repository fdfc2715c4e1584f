"""The one way into the API: who calls, whether they may, what they sent, and how it is answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts import second_factor, tokens
from accounts.models import Person, Token
from gallery import problems
from gallery.api import shapes
from gallery.api.shapes import Problem, Unfit


class Refusal(Exception):
    """The call is refused; this is the answer."""

    def __init__(
        self, status: int, code: str, message: str, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.problem = Problem(status=status, code=code, message=message, fields=dict(fields or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    request: HttpRequest
    token: Token
    query: Any  # the shape that the operation names, or None
    body: Any

    @property
    def person(self) -> Person:
        return self.token.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    content: Any
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that programs may ask for, for the dispatcher and for the description."""

    name: str
    method: str
    path: str
    words: str
    view: Callable[..., Answer | HttpResponseBase]
    scope: str = "read"
    query: type[Any] | None = None
    body: type[Any] | None = None
    answers: Mapping[int, type[Any] | str]  # a text is the kind of a file
    refusals: tuple[int, ...] = field(default=())


NOTHING_SHOWN = (
    "Send a token of yours: “Authorization: Bearer flux_…”. You make one in the settings."
)
NOT_USABLE = "This token is not usable: it is unknown, revoked or past its end."
NO_FACTOR = "Your team asks for a second factor. Sign in on the site and set it up first."
TOO_OFTEN = "Too many calls. Wait a minute, then go on more slowly."
SCOPES = {
    "read": "This token may not read. Make one that may.",
    "make": "This token may not make pictures. Make one that may.",
}


def address(*operations: Operation) -> Callable[..., HttpResponseBase]:
    """The view of one address. It reads no cookie, so no other site can forge a call."""
    by_method = {operation.method: operation for operation in operations}

    @csrf_exempt
    @login_not_required
    @never_cache
    def view(request: HttpRequest, **names: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else str(request.method)
        try:
            operation = by_method.get(method)
            if operation is None:
                raise Refusal(405, "wrong_method", f"Only {', '.join(by_method)} is answered here.")
            return _answered(operation, request, names)
        except Refusal as refusal:
            response = as_json(refusal.problem, refusal.problem.status)
            _add_headers(response, refusal.problem.status, by_method)
            return response

    return view


def unknown_address(request: HttpRequest, **names: Any) -> HttpResponse:
    problem = Problem(
        status=404, code="not_found", message="There is nothing at this address.", fields={}
    )
    return as_json(problem, 404)


unknown_address = csrf_exempt(login_not_required(unknown_address))


def as_json(content: Any, status: int = 200) -> HttpResponse:
    return JsonResponse(shapes.written(content), status=status)


def _add_headers(response: HttpResponse, status: int, by_method: Mapping[str, Operation]) -> None:
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    elif status == 405:
        response["Allow"] = ", ".join(by_method)
    elif status == 429:
        response["Retry-After"] = "60"


def _answered(
    operation: Operation, request: HttpRequest, names: dict[str, Any]
) -> HttpResponseBase:
    token = _token_of(request)
    _check_person(operation, request, token)
    try:
        query = shapes.read_query(operation.query, request.GET.dict()) if operation.query else None
        body = shapes.read(operation.body, _sent(request)) if operation.body else None
        call = Call(request=request, token=token, query=query, body=body)
        answer = operation.view(call, **names)
    except Unfit as unfit:
        raise invalid(unfit.problems) from unfit
    except Http404 as missing:
        words = "There is nothing at this address that you may see."
        raise Refusal(404, "not_found", words) from missing
    except OperationalError as busy:
        raise Refusal(503, "busy", problems.NOT_TAKEN) from busy
    if isinstance(answer, Answer):
        return as_json(answer.content, answer.status)
    return answer


def invalid(problems_by_field: Mapping[str, str]) -> Refusal:
    message = " ".join(
        f"{name}: {problem}" if name else problem for name, problem in problems_by_field.items()
    )
    return Refusal(422, "invalid", message, problems_by_field)


def _token_of(request: HttpRequest) -> Token:
    kind, _, sent = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not sent.strip():
        raise Refusal(401, "no_token", NOTHING_SHOWN)
    if not _within(request, "api_refused", is_only_asking=True):
        raise Refusal(429, "too_often", TOO_OFTEN)
    token = tokens.find(sent.strip())
    if token is None:
        _within(request, "api_refused")
        raise Refusal(401, "bad_token", NOT_USABLE)
    return token


def _check_person(operation: Operation, request: HttpRequest, token: Token) -> None:
    if not _within(request, "api", key=str(token.person_id)):
        raise Refusal(429, "too_often", TOO_OFTEN)
    if operation.scope not in token.scopes:
        raise Refusal(403, "no_scope", SCOPES[operation.scope])
    if second_factor.is_missing_for(token.person):
        raise Refusal(403, "no_second_factor", NO_FACTOR)
    tokens.note_use(token)


def _within(
    request: HttpRequest, action: str, *, key: str | None = None, is_only_asking: bool = False
) -> bool:
    """allauth's limits, for reading calls as well."""
    usage = ratelimit.consume(
        request,
        app="allauth.account",
        action=action,
        key=key,
        dry_run=is_only_asking,
        limit_get=True,
    )
    return usage is not None


def _sent(request: HttpRequest) -> object:
    if request.content_type != "application/json":
        raise Refusal(415, "not_json", "Send JSON, with “Content-Type: application/json”.")
    try:
        return json.loads(request.body)
    except RequestDataTooBig as error:
        raise Refusal(413, "too_large", "What you sent is too large.") from error
    except (ValueError, RecursionError) as error:  # half a sign is a ValueError, too
        raise Refusal(400, "not_json", "What you sent is not JSON.") from error
