"""What can go wrong, sorted by who can act.

FluxError
├── FluxUnavailable        nobody's fault, nothing was accepted: wait and try again
│   ├── FluxNotSent        not a byte of the request went out
│   └── FluxBusy           the API asks to slow down
├── FluxUnconfirmed        the request went out, and its outcome is not known
├── FluxRejected           the person must change the wish
│   ├── FluxModerated      the safety filter refused it
│   └── FluxModelRefused   the model is not offered
├── FluxMisconfigured      the operator must act
│   ├── FluxTokenRefused
│   └── FluxUsedUp         the account is out of credits
└── FluxFailed             the job ran and failed at the provider: another try may do
"""

import re

from gallery.flux.contract import Problem, read_problem

_TOKEN_CODES = {"no_token", "invalid_token", "token_expired", "token_mismatched", "disabled"}
_BUSY_CODES = {"too_many_requests", "rate_limited"}
_WISH_CODES = {"bad_request", "content_too_large"}
# Statuses that do not say whether the request was acted upon.
_UNSAID = {408, 409, 425, 499}
_MODERATED = re.compile("moderat", re.IGNORECASE)
_MODEL_REFUSED = re.compile(
    r"\bmodel\b( name)?(:? ?\S+)?( is)? (invalid|unsupported|unknown|unavailable"
    r"|not (valid|supported|available|found|offered|allowed)|does(n't| not) exist)"
    r"|\b(invalid|unsupported|unknown) model\b",
    re.IGNORECASE,
)


class FluxError(Exception):
    def __init__(self, message: str = "", *, code: str = "", trace_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.trace_id = trace_id

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.code, self.message))) or type(self).__name__


class FluxUnavailable(FluxError):
    retry_after: float | None = None


class FluxNotSent(FluxUnavailable): ...


class FluxBusy(FluxUnavailable): ...


class FluxUnconfirmed(FluxError): ...


class FluxRejected(FluxError): ...


class FluxModerated(FluxRejected): ...


class FluxModelRefused(FluxRejected): ...


class FluxMisconfigured(FluxError): ...


class FluxTokenRefused(FluxMisconfigured): ...


class FluxUsedUp(FluxMisconfigured): ...


class FluxFailed(FluxError): ...


def problem_from(status: int, body: object) -> FluxError:
    """The error that an HTTP answer stands for, as after a submission."""
    problem = read_problem(body)
    return _made(_kind_of_status(status, problem), problem, otherwise=f"The API answered {status}.")


def error_of(problem: Problem) -> FluxError:
    """The error that a failed task stands for."""
    return _made(_kind_of_code(problem) or FluxFailed, problem, otherwise="")


def _kind_of_status(status: int, problem: Problem) -> type[FluxError]:
    if not 400 <= status < 500 or status in _UNSAID:
        return FluxUnconfirmed
    if status == 429 or problem.code in _BUSY_CODES:
        return FluxBusy
    return _kind_of_code(problem) or _KINDS.get(status, FluxRejected)


_KINDS: dict[int, type[FluxError]] = {
    401: FluxTokenRefused,
    402: FluxUsedUp,
    404: FluxMisconfigured,
    405: FluxMisconfigured,
    407: FluxMisconfigured,
}


def _kind_of_code(problem: Problem) -> type[FluxError] | None:
    if problem.code in _TOKEN_CODES:
        return FluxTokenRefused
    if problem.code == "used_up":
        return FluxUsedUp
    if problem.code in {"no_api", "not_applied"}:
        return FluxMisconfigured
    if problem.code == "forbidden" or _MODERATED.search(f"{problem.code} {problem.message}"):
        return FluxModerated
    if problem.code == "api_not_implemented" or _MODEL_REFUSED.search(problem.message):
        return FluxModelRefused
    return FluxRejected if problem.code in _WISH_CODES else None


def _made(kind: type[FluxError], problem: Problem, *, otherwise: str) -> FluxError:
    return kind(problem.message or otherwise, code=problem.code, trace_id=problem.trace_id)
