"""Refusals and failures of a submission, sorted by who can act. None of them is sent twice."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from provider import Provider
from provider_faults import REFUSALS

from gallery.flux import errors
from gallery.flux.contract import Problem
from gallery.flux.wire import retry_after

KINDS = {
    errors.FluxRejected: "size-required too-large string-error detail-error null-error bare-403",
    errors.FluxModelRefused: "model-invalid not-implemented",
    errors.FluxModerated: "forbidden moderated-400",
    errors.FluxTokenRefused: """no-token mismatched-400 mismatched-401 bad-token expired-token
        bare-401 disabled-400 disabled-403""",
    errors.FluxUsedUp: "used-up payment",
    errors.FluxMisconfigured: "no-api",
    errors.FluxBusy: "busy rate-limited bare-429",
    errors.FluxUnconfirmed: """conflict request-timeout 500-before 500-bare-before 501-before
        502-before 503-before cut-before reset-before""",
}
EXPECTED = [(fault, kind) for kind, faults in KINDS.items() for fault in faults.split()]


def test_every_refusal_of_the_provider_is_expected_to_be_something():
    assert {fault for fault, _ in EXPECTED} >= REFUSALS.keys()


@pytest.mark.parametrize(("fault", "kind"), EXPECTED)
def test_a_refusal_is_sorted_by_who_can_act(provider, submit, fault, kind):
    provider.next(fault)

    with pytest.raises(errors.FluxError) as caught:
        submit()

    assert type(caught.value) is kind
    assert len(provider.requests("/flux/images")) == 1
    assert provider.accepted == []


def test_a_refusal_tells_code_message_and_trace(provider, submit):
    provider.next("size-required")

    with pytest.raises(errors.FluxRejected) as caught:
        submit()

    assert caught.value.code == "bad_request"
    assert caught.value.message == "size is required"
    assert caught.value.trace_id == "5d2f1c1e-0a53-4f0f-8a52-2f9a0f7c6b21"
    assert str(caught.value) == "bad_request: size is required"


@pytest.mark.parametrize("fault", ["busy=7", "rate-limited=7", "bare-429=7"])
def test_a_busy_api_says_how_long_to_wait(provider, submit, fault):
    provider.next(fault)

    with pytest.raises(errors.FluxBusy) as caught:
        submit()

    assert caught.value.retry_after == 7


def test_no_room_is_busy(provider, submit):
    provider.room = 1
    provider.hold()
    submit()

    with pytest.raises(errors.FluxBusy) as caught:
        submit()

    assert caught.value.retry_after is None
    assert len(provider.accepted) == 1


def test_a_wait_may_be_a_date():
    now = datetime.now(UTC).replace(microsecond=0)

    assert 25 <= retry_after(format_datetime(now + timedelta(seconds=30), usegmt=True)) <= 30
    assert retry_after(format_datetime(now - timedelta(seconds=30), usegmt=True)) == 0
    assert retry_after("Fri, 31 Dec 2021 23:59:59") == 0


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-", "nan", "inf", "99 Foo 2099 99:99:99", "Mon, 01 Jan 99999999999 00:00:00 GMT"],
)
def test_a_wait_that_cannot_be_read_is_none(value):
    assert retry_after(value) is None


def test_a_negative_wait_is_no_wait():
    assert retry_after("-5") == 0


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"prompt": " "}, "prompt is required"),
        ({"count": 9}, "count is invalid"),
        ({"size": "1024x768"}, "size is invalid"),
        ({"action": "edit"}, "image_url is required"),
    ],
)
def test_what_the_api_refuses_is_for_the_person_to_change(submit, fields, fault):
    with pytest.raises(errors.FluxRejected, match=fault):
        submit(**fields)


def test_a_closed_port_means_not_sent(submit):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(errors.FluxNotSent):
            submit(options={"base_url": address})


def test_a_connection_that_is_never_taken_means_not_sent(submit):
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        address = f"http://127.0.0.1:{full.getsockname()[1]}"

        with pytest.raises(errors.FluxNotSent, match="ConnectTimeout"):
            submit(options={"base_url": address, "timeout": 0.2})


def test_a_failed_handshake_means_not_sent(provider, submit):
    address = provider.url.replace("http:", "https:")

    with pytest.raises(errors.FluxNotSent):
        submit(options={"base_url": address})

    assert provider.requests("/flux/images") == []


def test_a_proxy_that_refuses_means_not_sent(submit, monkeypatch):
    with Provider() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        with pytest.raises(errors.FluxNotSent):
            submit(options={"base_url": "https://api.example"})


def test_an_address_that_is_no_web_address_is_for_the_operator(submit):
    with pytest.raises(errors.FluxMisconfigured):
        submit(options={"base_url": "ftp://127.0.0.1"})


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("api_error", "upstream failed", errors.FluxFailed),
        ("timeout", "too slow", errors.FluxFailed),
        ("", "", errors.FluxFailed),
        ("too_many_requests", "upstream is busy", errors.FluxFailed),
        ("api_error", "Content MODERATED: nudity", errors.FluxModerated),
        ("content_moderation", "", errors.FluxModerated),
        ("forbidden", "", errors.FluxModerated),
        ("api_not_implemented", "", errors.FluxModelRefused),
        ("bad_request", "model flux-pro-1.1 is not supported", errors.FluxModelRefused),
        ("bad_request", "Unknown model: flux-9", errors.FluxModelRefused),
        ("bad_request", "model flux-dev does not support size 1:9", errors.FluxRejected),
        ("used_up", "", errors.FluxUsedUp),
        ("token_expired", "", errors.FluxTokenRefused),
    ],
)
def test_a_failed_task_is_sorted_the_same_way(code, message, kind):
    error = errors.error_of(Problem(code=code, message=message, trace_id="t"))

    assert type(error) is kind
    assert (error.code, error.message, error.trace_id) == (code, message, "t")


def test_only_what_was_not_accepted_may_be_sent_again():
    assert issubclass(errors.FluxNotSent, errors.FluxUnavailable)
    assert issubclass(errors.FluxBusy, errors.FluxUnavailable)
    assert not issubclass(errors.FluxUnconfirmed, errors.FluxUnavailable)
