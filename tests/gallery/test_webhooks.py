"""Messages to a real server on loopback, which checks the signature as any receiver would."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from accounts import credits
from accounts.models import AuditEvent, Person
from gallery import generations, tasks, webhooks
from gallery.engine import moving, states
from gallery.fetching import Fetcher
from gallery.models import Delivery, Webhook


class Receiver:
    def __init__(self):
        self.seen, self.answer = [], 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.seen.append((self.headers, body))
                self.send_response(receiver.answer)
                self.send_header("location", "http://127.0.0.1:1/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def receiver(settings):
    receiver = Receiver()
    settings.WEBHOOK_HOSTS = (receiver.host,)
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def hook(alice, receiver):
    return Webhook.objects.create(owner=alice, address=f"http://{receiver.host}/hook")


@pytest.fixture
def ended(alice, make_generation):
    """A job of Alice's that is cancelled."""

    def end(person=alice):
        generation = make_generation(person)
        credits.hold(person, generation.total_price, reference=generation.reference)
        assert generations.cancel(generation)
        return generation

    return end


def test_an_ended_job_is_told_once_and_signed(hook, receiver, ended):
    generation = ended()

    tasks.send_webhooks()
    tasks.send_webhooks()

    [(headers, body)] = receiver.seen
    told = json.loads(body)
    assert (told["event"], told["generation"]["id"]) == (
        "generation.cancelled",
        str(generation.pk),
    )
    moment, _, signed = headers["fluxsite-signature"].partition(",v1=")
    expected = hmac.new(hook.secret.encode(), moment[2:].encode() + b"." + body, hashlib.sha256)
    assert hmac.compare_digest(signed, expected.hexdigest())
    delivery = Delivery.objects.get()
    assert (delivery.is_taken, delivery.status, delivery.tries) == (True, 200, 1)
    assert headers["fluxsite-delivery"] == str(delivery.pk) == told["id"]


def test_many_that_end_at_once_are_all_told(hook, receiver, alice, make_generation):
    rows = [make_generation(alice) for _ in range(3)]
    for row in rows:
        credits.hold(alice, row.total_price, reference=row.reference)
    assert moving.cancel_all(type(rows[0]).objects.filter(owner=alice)) == 3

    tasks.send_webhooks()

    told = {json.loads(body)["generation"]["id"] for _, body in receiver.seen}
    assert told == {str(row.pk) for row in rows}


def test_what_is_not_final_and_what_is_others_is_not_told(
    hook, receiver, bob, ended, alice, make_generation
):
    ended(bob)
    moving.make(states.PICK, make_generation(alice))

    tasks.send_webhooks()

    assert receiver.seen == [] and not Delivery.objects.exists()


def test_what_is_not_taken_is_sent_again_ever_more_rarely_and_then_given_up(
    hook, receiver, ended, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)
    receiver.answer = 500
    ended()
    waits = []
    while not Delivery.objects.get().ended_at:
        tasks.send_webhooks()
        waits.append(Delivery.objects.get().due_at - timezone.now())
        time_machine.move_to(Delivery.objects.get().due_at, tick=False)

    delivery = Delivery.objects.get()
    assert waits[:-1] == webhooks.PAUSES
    assert len(receiver.seen) == delivery.tries == 6
    assert (delivery.status, delivery.problem) == (500, "The other side answered 500.")


def test_a_message_that_comes_through_at_last_is_taken(hook, receiver, ended):
    receiver.answer = 503
    ended()
    tasks.send_webhooks()
    receiver.answer = 204
    Delivery.objects.update(due_at=timezone.now())
    tasks.send_webhooks()

    assert Delivery.objects.get().is_taken
    assert receiver.seen[0][0]["fluxsite-delivery"] == receiver.seen[1][0]["fluxsite-delivery"]


def test_no_address_leads_on_to_another(hook, receiver, ended):
    receiver.answer = 307
    ended()

    tasks.send_webhooks()

    assert len(receiver.seen) == 1
    assert "answered 307" in Delivery.objects.get().problem


def test_410_turns_it_off(hook, receiver, ended):
    receiver.answer = 410
    ended()
    tasks.send_webhooks()
    ended()
    tasks.send_webhooks()

    hook.refresh_from_db()
    assert not hook.is_on
    assert len(receiver.seen) == Delivery.objects.count() == 1


def test_nothing_is_told_to_somebody_who_is_locked_out(hook, receiver, ended, alice):
    ended()
    Person.objects.filter(pk=alice.pk).update(is_active=False)

    tasks.send_webhooks()

    assert receiver.seen == []


def test_a_name_that_leads_into_a_private_network_gets_nothing(hook, receiver, ended):
    Webhook.objects.update(address="https://hooks.example.org/")
    ended()

    webhooks.send_due(Fetcher(resolve=lambda host, port: ["10.0.0.7"]))

    assert Delivery.objects.get().problem == "The address leads into a private network."


@pytest.mark.parametrize("host", ["{}", "192.0.2.7"])
def test_nothing_goes_where_only_results_may_come_from_nor_in_clear(
    hook, receiver, ended, settings, host
):
    """Whatever was checked when it was made."""
    Webhook.objects.update(address=f"http://{host.format(receiver.host)}/hook")
    settings.WEBHOOK_HOSTS, settings.FLUX_RESULT_HOSTS = (), (receiver.host,)
    ended()

    tasks.send_webhooks()

    assert receiver.seen == []
    assert Delivery.objects.get().problem == "The address is not an https address."


def test_two_workers_send_a_message_once(hook, receiver, ended):
    ended()
    stale = Delivery.objects.get()
    assert webhooks._claim(stale) and not webhooks._claim(stale)


def test_old_messages_are_forgotten(hook, receiver, ended):
    ended()
    tasks.send_webhooks()
    Delivery.objects.update(ended_at=timezone.now() - timedelta(days=31))

    tasks.send_webhooks()

    assert not Delivery.objects.exists()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def test_a_webhook_is_made_shown_with_its_log_and_removed(client_of, alice, receiver, ended):
    client = client_of(alice)
    made = client.post("/settings/webhooks/", {"address": f"http://{receiver.host}/"}, follow=True)
    hook = Webhook.objects.get()
    assert hook.secret in made.text

    ended()
    tasks.send_webhooks()
    assert "taken with 200" in client.get("/settings/webhooks/").text
    client.post(f"/settings/webhooks/{hook.pk}/remove/")

    assert not Webhook.objects.exists()
    told = " ".join(AuditEvent.objects.values_list("text", flat=True))
    assert "Made a webhook to" in told and "Removed the webhook to" in told


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Give the address"),
        ("hooks", "not one of the open internet"),
        ("ftp://hooks.example.org/", "not one of the open internet"),
        ("http://hooks.example.org/", "not an https address"),
        ("https://127.0.0.1/", "private network"),
        ("https://10.1.2.3:8443/x", "private network"),
        ("https://[::1]/", "private network"),
        ("https://user:word@hooks.example.org/", "not one of the open internet"),
    ],
)
def test_an_address_that_is_none_is_told_at_its_field(client_of, alice, address, words):
    answer = client_of(alice).post("/settings/webhooks/", {"address": address})

    assert answer.status_code == 422
    assert words in answer.text
    assert not Webhook.objects.exists()


def test_there_is_an_end_to_webhooks(client_of, alice):
    for number in range(webhooks.MOST):
        Webhook.objects.create(owner=alice, address=f"https://{number}.example.org/")

    answer = client_of(alice).post("/settings/webhooks/", {"address": "https://x.example.org/"})

    assert answer.status_code == 422
    assert "Remove one that you do not need." in answer.text


def test_nobody_removes_the_webhook_of_somebody_else(client_of, hook, bob, admin):
    for person in (bob, admin):
        assert client_of(person).post(f"/settings/webhooks/{hook.pk}/remove/").status_code == 404
        assert hook.secret not in client_of(person).get("/settings/webhooks/").text
