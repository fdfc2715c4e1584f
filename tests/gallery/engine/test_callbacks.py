"""Callbacks: signed by us, heard once, and never believed against what we know."""

import json

import pytest
from django.urls import reverse

from gallery.engine import callbacks, leasing, submitting
from gallery.models import Attempt


@pytest.fixture
def sent(transactional_db, alice, wish_for, settings):
    """An attempt that is out, with a callback address."""
    settings.FLUX_CALLBACK_URL = "https://flux.example.org"
    wish_for(alice)
    _, [attempt] = submitting.claim(leasing.take())
    return attempt


def body_of(attempt, task_id="task-1", **more):
    url = f"https://pictures.example/{task_id}.png"
    return {"success": True, "task_id": task_id, "data": [{"image_url": url}]} | more


def call(client, attempt, body):
    path = callbacks.address(attempt).removeprefix("https://flux.example.org")
    return client.post(path, json.dumps(body), content_type="application/json")


def test_a_callback_that_is_faster_than_the_answer_wins(client, sent):
    response = call(client, sent, body_of(sent))
    callbacks.act_on_waiting()

    sent.generation.refresh_from_db()
    assert response.status_code == 204
    assert sent.generation.status == "storing"
    assert sent.generation.task_id == "task-1"


def test_a_doubled_callback_changes_nothing(client, sent):
    call(client, sent, body_of(sent))
    callbacks.act_on_waiting()

    response = call(client, sent, body_of(sent, data=[{"image_url": "https://evil.example/x"}]))

    assert response.status_code == 204
    assert callbacks.act_on_waiting() == 0
    assert sent.generation.results.get().url == "https://pictures.example/task-1.png"


def test_a_callback_for_another_task_is_not_believed(client, sent):
    Attempt.objects.filter(pk=sent.pk).update(task_id="task-1")

    call(client, sent, body_of(sent, task_id="forged"))

    assert not callbacks.is_any_waiting()


def test_a_forged_address_is_404(client, sent):
    forged = reverse("flux_callback", args=[f"{sent.pk}.c2lnbmF0dXJl"])

    response = client.post(forged, json.dumps(body_of(sent)), content_type="application/json")

    assert response.status_code == 404
    assert not callbacks.is_any_waiting()


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", '{"task_id": 7}', "[" * 10_000])
def test_a_senseless_body_changes_nothing(client, sent, body):
    path = callbacks.address(sent).removeprefix("https://flux.example.org")

    response = client.post(path, body, content_type="application/json")

    assert response.status_code == 204
    assert not callbacks.is_any_waiting()


def test_news_that_the_job_failed_end_it_with_release(client, sent):
    error = {"code": "api_error", "message": "upstream failed"}
    call(client, sent, {"success": False, "task_id": "task-1", "error": error})
    callbacks.act_on_waiting()

    sent.generation.refresh_from_db()
    assert (sent.generation.status, sent.generation.problem) == ("failed", "provider_failed")


def test_without_a_public_address_of_ours_none_is_asked_for(sent, settings):
    settings.FLUX_CALLBACK_URL = ""

    assert callbacks.address(sent) == ""


def test_only_post_is_answered(client, sent):
    path = callbacks.address(sent).removeprefix("https://flux.example.org")

    assert client.get(path).status_code == 405


def test_a_job_with_callbacks_is_done_without_a_look_up(
    worker, provider, alice, wish_for, comes_to, settings, live_server
):
    settings.FLUX_CALLBACK_URL = live_server.url
    provider.next_query(*["500-after"] * 50)
    generation = wish_for(alice)

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"


@pytest.mark.parametrize("extra", [float("nan"), "a\0b", "\ud800"])
def test_a_body_that_no_database_holds_is_answered_all_the_same(client, sent, extra):
    response = call(client, sent, body_of(sent, extra=extra))

    assert response.status_code == 204
