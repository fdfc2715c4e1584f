"""Making pictures by the API: the same forms, verbs, limits and ledger as on the pages."""

import uuid

from django.db import transaction

from accounts import credits, tokens
from accounts.credits import AllowanceExceeded
from gallery import generations, problems
from gallery.api.contents import NewGeneration
from gallery.api.doors import NOT_USABLE, Call, Refusal, invalid
from gallery.forms import EditForm, WishForm
from gallery.generations import NotAllowed, TooManyQueued, Wish
from gallery.models import Generation

LONGEST_KEY = 200
KEY = "Idempotency-Key"
VIEWER = "As a viewer you look at pictures and make none. An admin can change that."
OTHER_WISH = "This Idempotency-Key was used for another wish. Use a new key for each wish."


def make(call: Call) -> tuple[Generation, bool]:
    """The job, and whether this call made it; the same key again makes nothing."""
    key = _key(call)
    if not call.person.is_maker:
        raise Refusal(403, "viewer", VIEWER)
    wish = _wish(call, key)
    try:
        return _made(call, wish, key)
    except NotAllowed as refusal:
        raise Refusal(403, "viewer", VIEWER) from refusal
    except TooManyQueued as refusal:
        raise Refusal(429, "too_many_waiting", problems.too_many(refusal.limit)) from refusal
    except AllowanceExceeded as refusal:
        words = problems.too_little(refusal, credits.statement(call.person))
        raise Refusal(422, "too_few_credits", words) from refusal


@transaction.atomic
def _made(call: Call, wish: Wish, key: uuid.UUID) -> tuple[Generation, bool]:
    if not tokens.is_still_usable(call.token):
        raise Refusal(401, "bad_token", NOT_USABLE)
    credits.lock(call.person)
    is_new = not Generation.objects.filter(owner=call.person, form_token=key).exists()
    generation = generations.request(by=call.person, wish=wish, token=key)
    if not is_new and not _is_same(generation, wish):
        raise Refusal(409, "key_used", OTHER_WISH)
    return generation, is_new


def _key(call: Call) -> uuid.UUID:
    sent = call.request.headers.get(KEY, "")
    if len(sent) > LONGEST_KEY:
        raise invalid({KEY: f"Send {LONGEST_KEY} characters at most."})
    return uuid.uuid5(call.person.pk, f"api {sent}") if sent else uuid.uuid4()


def _wish(call: Call, key: uuid.UUID) -> Wish:
    body: NewGeneration = call.body
    sent = {name: getattr(body, name) for name in ("prompt", "model", "size", "count", "image")}
    sent["form_token"] = key
    if body.image is None:
        return _checked(WishForm(sent, person=call.person))
    if body.count != 1:
        raise invalid({"count": "An edit makes one picture. Send 1."})
    return _checked(EditForm(sent, person=call.person))


def _checked(form: WishForm) -> Wish:
    if not form.is_valid():
        raise invalid({name: str(errors[0]) for name, errors in form.errors.items()})
    return form.wish()


def _is_same(generation: Generation, wish: Wish) -> bool:
    names = ("prompt", "size", "count", "action", "reference_image")
    is_alike = all(getattr(generation, name) == getattr(wish, name) for name in names)
    return is_alike and generation.model_name == wish.model.name
