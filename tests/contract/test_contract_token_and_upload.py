"""The check of the token, the upload of a reference picture, and the secrecy of the token."""

import asyncio
import logging
import subprocess
import sys

import pytest
from provider_faults import Reply

from gallery.flux.client import FluxClient
from gallery.flux.errors import (
    FluxError,
    FluxMisconfigured,
    FluxRejected,
    FluxTokenRefused,
    FluxUnavailable,
)

SECRET = "sk-a-token-that-nobody-may-see"


@pytest.fixture
def check_token(talk):
    return lambda **options: talk(lambda client: client.check_token(), **options)


@pytest.fixture
def upload(talk):
    picture = {"data": b"\x89PNG\r\n", "name": "a fox.png", "content_type": "image/png"}
    ask = {"name": picture["name"], "content_type": picture["content_type"]}
    return lambda data=picture["data"]: talk(lambda client: client.upload(data, **ask))


def test_a_good_token_passes(provider, check_token):
    check_token()

    assert provider.requests("/flux/tasks")[0].json == {"action": "retrieve_batch", "ids": []}


@pytest.mark.parametrize("fault", ["string-error", "size-required"])
def test_a_refusal_of_the_question_itself_proves_the_token(provider, check_token, fault):
    provider.next_query(fault)

    check_token()


def test_a_wrong_token_is_refused(check_token):
    with pytest.raises(FluxTokenRefused):
        check_token(token="sk-wrong")


def test_no_token_is_refused(check_token):
    with pytest.raises(FluxTokenRefused):
        check_token(token="")


@pytest.mark.parametrize(
    "fault", ["disabled-403", "expired-token", "used-up", "forbidden", "no-api"]
)
def test_what_the_operator_must_mend_fails_the_check(provider, check_token, fault):
    provider.next_query(fault)

    with pytest.raises(FluxMisconfigured):
        check_token()


@pytest.mark.parametrize("fault", ["500-before", "html", "cut-before", "busy=60"])
def test_a_check_without_an_answer_says_nothing_of_the_token(provider, check_token, fault):
    provider.next_query(*[fault] * 3)

    with pytest.raises(FluxUnavailable):
        check_token()


def test_an_upload_gives_a_public_address(provider, upload):
    url = upload()

    assert url.startswith(provider.url)
    assert provider.uploads[url.removeprefix(provider.url)] == (b"\x89PNG\r\n", "image/png")
    assert provider.requests("/files/upload")[0].headers["authorization"] == f"Bearer {SECRET}"


def test_the_second_documented_upload_is_tried(provider, upload):
    provider.uploads_at = {"/api/v1/files/"}

    url = upload()

    assert url.removeprefix(provider.url) in provider.uploads


def test_an_upload_that_no_endpoint_takes_is_told_by_the_first(provider, upload):
    provider.uploads_at = set()

    with pytest.raises(FluxMisconfigured):
        upload()


def test_a_picture_too_large_for_one_endpoint_goes_to_the_other(provider, upload):
    upload(bytes(26 * 1024 * 1024))

    assert len(provider.requests("/files/upload")) == 1
    assert len(provider.requests("/api/v1/files/")) == 1


def test_a_picture_too_large_for_all_is_for_the_person_to_change(provider, upload):
    provider.uploads_at = {"/files/upload"}

    with pytest.raises(FluxRejected):
        upload(bytes(26 * 1024 * 1024))


def test_an_upload_while_the_api_is_down_is_unavailable(provider, upload):
    provider.stop()

    with pytest.raises(FluxUnavailable):
        upload()


FAILING = "bad-token used-up 500-before cut-before reset-before html cut-middle redirect busy"


@pytest.mark.parametrize("fault", FAILING.split())
def test_no_error_shows_the_token(provider, submit, caplog, fault):
    caplog.set_level(logging.DEBUG)
    provider.next(fault)

    with pytest.raises(FluxError) as caught:
        submit()

    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert SECRET not in caplog.text


def test_an_api_that_echoes_the_token_is_not_quoted(provider, submit):
    error = {"code": "invalid_token", "message": f"unknown token {SECRET}"}
    provider.next(Reply(401, {"error": error, "trace_id": SECRET}))

    with pytest.raises(FluxTokenRefused) as caught:
        submit()

    assert caught.value.message == "unknown token [token]"
    assert SECRET not in caught.value.trace_id


def test_a_short_token_does_not_spoil_the_answers(provider, submit):
    provider.token = ""

    task = submit(options={"token": "t"})

    assert task.task_id == provider.accepted[0].task_id


@pytest.mark.parametrize("token", ["sk-\u2019quoted", "sk-two\nlines", "sk-\x00"])
def test_a_token_that_cannot_be_sent_is_refused_without_being_shown(provider, submit, token):
    with pytest.raises(FluxTokenRefused) as caught:
        submit(options={"token": token})

    assert token not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert provider.requests("/flux/images") == []


def test_blanks_around_a_token_do_no_harm(provider, submit):
    submit(options={"token": f" {SECRET}\n"})

    assert len(provider.accepted) == 1


def test_the_client_does_not_show_its_token():
    client = FluxClient(base_url="https://name:word@api.example/v1", token=SECRET)

    assert repr(client) == "<FluxClient URL('https://name:[secure]@api.example/v1')>"
    assert SECRET not in repr(vars(client))
    asyncio.run(client.aclose())


def test_the_client_needs_no_django():
    code = "import sys, gallery.flux.client; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
