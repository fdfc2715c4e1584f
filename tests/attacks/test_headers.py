"""What every answer says to the browser, whoever asks and whatever comes of it."""

import pytest
from django.test import Client
from everything import EVERY

DIRECTIVES = {
    "default-src": {"'self'", "'none'"},
    "script-src": {"'self'", "'none'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "form-action": {"'self'", "'none'"},
}
NOT_KEPT = ("no-store", "no-cache", "private")
# What strangers may see is the same for all of them.
FOR_ALL = {"healthz", "readyz", "metrics", "api_openapi", "api_unknown"}


def policy_of(answer):
    parts = answer["Content-Security-Policy"].split(";")
    return {name: set(values) for name, *values in (part.split() for part in parts if part.strip())}


def wrong_with(answer):
    if answer.get("X-Content-Type-Options") != "nosniff":
        yield "its type may be guessed"
    if answer.get("X-Frame-Options") != "DENY":
        yield "it may be framed"
    if answer.get("Referrer-Policy") not in ("same-origin", "strict-origin", "no-referrer"):
        yield "it tells other sites its address"
    if answer.get("Cross-Origin-Opener-Policy") != "same-origin":
        yield "other windows reach it"
    yield from wrong_with_policy(policy_of(answer))


def wrong_with_policy(policy):
    if "sandbox" in policy:
        if policy["default-src"] != {"'none'"} or policy["sandbox"]:
            yield f"a file may do more than be looked at: {policy}"
        return
    for name, allowed in DIRECTIVES.items():
        if not policy.get(name) or not policy[name] <= allowed:
            yield f"{name} is {policy.get(name)}"
    if "'unsafe-inline'" in policy.get("style-src", ()):
        yield "styles in the page"


def is_kept_by_others(answer):
    is_of_somebody = answer.status_code == 200 and answer["Content-Type"].startswith(
        ("text/html", "application/json", "text/csv", "application/zip", "text/plain", "image/")
    )
    return is_of_somebody and not any(word in answer.get("Cache-Control", "") for word in NOT_KEPT)


@pytest.mark.parametrize("who", ["somebody", "stranger"])
def test_every_answer_of_every_address_has_its_headers(site, client_of, who):
    wrong = []
    for address in EVERY:
        client = client_of(site.owner) if who == "somebody" else Client()
        answer = client.get(site.path(address))
        if answer.streaming:
            b"".join(answer.streaming_content)
        wrong += [f"{address}: {problem}" for problem in wrong_with(answer)]
        if who == "somebody" and address.name not in FOR_ALL and is_kept_by_others(answer):
            wrong.append(f"{address}: others may keep it: {answer.get('Cache-Control')}")

    assert wrong == []
