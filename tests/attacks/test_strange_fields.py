"""Whatever id of somebody else's things is put into whatever field: nothing of theirs is told, and
nothing of theirs changes. Nobody lists the fields: those that are read tell here."""

import pytest
from attacking import Attacker, usual
from django.core import serializers
from django.db import transaction
from everything import OURS, site_of

from gallery.models import (
    Batch,
    Gallery,
    Generation,
    Image,
    Placement,
    Preset,
    PromptUse,
    SavedSearch,
    Upload,
    Webhook,
)

SECRET = "a lighthouse that is nobody elses business"
KINDS = (Batch, Gallery, Generation, Image, Placement, Preset, PromptUse, SavedSearch)
KINDS += (Upload, Webhook)
# Admins' own: they may name anybody, and are tried in test_strange_roles.py.
THEIRS = [one for one in OURS if not one.route.startswith("team/")]


def rows_of(person):
    rows = [row for kind in KINDS for row in kind.objects.order_by("pk")]
    return serializers.serialize("json", [row for row in rows if _owner(row) == person.pk])


def _owner(row):
    return row.gallery.owner_id if isinstance(row, Placement) else row.owner_id


@pytest.fixture
def hers(alice, make_generation, make_image):
    """A site of Alice's, all of whose words are secret."""
    site = site_of(alice, make_generation, make_image)
    Image.objects.update(prompt=SECRET)
    Generation.objects.update(prompt=SECRET)
    Batch.objects.update(template=SECRET)
    PromptUse.objects.update(text=SECRET)
    for kind in (Gallery, Preset, SavedSearch):
        kind.objects.update(name=SECRET)
    return site


class Thief(Attacker):
    """Notes what is told of her, and what of hers is not as it was."""

    def looks(self, address, path, method, data, *, owner, before):
        cookies = self.client.cookies.copy()
        with transaction.atomic():
            answer = self._answer(path, method, data)
            if not answer.streaming and SECRET in answer.text:
                self.broken.append(f"{method} {address} with {data} tells it")
            if rows_of(owner) != before:
                self.broken.append(f"{method} {address} with {data} changes it")
            transaction.set_rollback(True)
        self.client.cookies = cookies


@pytest.fixture
def thief(charlie, client_of, monkeypatch):
    with Thief(client_of(charlie), monkeypatch) as thief:
        yield thief


def ids_of(site):
    own = {"image", "batch", "generation", "upload", "prompt", "preset", "search", "gallery"}
    return [str(site.things[name]) for name in sorted(own)]


@pytest.mark.parametrize(
    "is_alone",
    [
        pytest.param(False, id="in all fields at once"),
        pytest.param(True, id="in each beside usual values", marks=pytest.mark.long),
    ],
)
def test_no_field_of_any_address_reaches_them(
    hers, charlie, thief, make_generation, make_image, is_alone
):
    his, before = site_of(charlie, make_generation, make_image), rows_of(hers.owner)
    tried = 0
    for address in THEIRS:
        path = his.path(address)
        for method in ("get", "post"):
            names = thief.learns(address, path, method)
            for key in ids_of(hers):
                sent = [usual(names) | {name: key} for name in names]
                for data in sent if is_alone else [dict.fromkeys(names, key)] * bool(names):
                    thief.looks(address, path, method, data, owner=hers.owner, before=before)
                    tried += 1

    assert not thief.broken, "\n".join(thief.broken)
    assert tried > 200
