"""Whatever people call their things, it stays text: at every address, for all who see it."""

from html.parser import HTMLParser

import pytest
from django.db.models import CharField, TextField
from django.test import Client
from everything import EVERY

from accounts.models import AllowanceRequest, AuditEvent, Group, Invitation, Person, Token
from gallery.models import (
    Batch,
    Comment,
    FluxModel,
    Gallery,
    Generation,
    Guest,
    Image,
    Preset,
    PromptUse,
    SavedSearch,
)

FLAW = "x' flaw=1 \"flaw=2><flaw flaw></script></title></textarea><flaw>"
# What holds words of people; each field is filled as far as it is long.
TEXTS = {
    Person: ["name"],
    Group: ["name"],
    Invitation: ["name"],
    Token: ["name"],
    AllowanceRequest: ["reason"],
    FluxModel: ["label", "good_at"],
    Gallery: ["name", "description"],
    Comment: ["text"],
    Guest: ["name"],
    Generation: ["prompt"],
    Image: ["prompt", "seed"],
    Batch: ["template"],
    Preset: ["name"],
    PromptUse: ["text"],
    SavedSearch: ["name", "query"],
}
ASKED = {"q": FLAW, "tag": FLAW, "next": FLAW, "back": FLAW, "prompt": FLAW, "page": FLAW}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.flaws = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "flaw" or any("flaw" in name for name, _ in attrs):
            self.flaws.append(self.get_starttag_text()[:200])


def filled(kind, name):
    field = kind._meta.get_field(name)
    assert isinstance(field, CharField | TextField)
    return FLAW[: field.max_length or len(FLAW)]


@pytest.fixture
def hostile(site):
    AuditEvent.objects.create(person=site.owner, kind="people", text=FLAW)
    gallery = Gallery.objects.get(pk=site.things["gallery"])
    Guest.objects.create(link=gallery.links.get(), name="x")
    for kind, names in TEXTS.items():
        assert kind.objects.exists(), kind
        for row in kind.objects.all():
            values = {name: filled(kind, name) for name in names}
            kind.objects.filter(pk=row.pk).update(**values)
    return site


def test_the_check_can_fail():
    assert Page(f"<p title='{FLAW}'>").flaws and Page(f"<p>{FLAW}</p>").flaws
    assert Page(f'<p title="{FLAW}">').flaws and not Page("<p>x' flaw=1</p>").flaws


@pytest.mark.parametrize("who", ["owner", "friend", "guest"])
def test_nothing_that_somebody_wrote_becomes_markup(hostile, client_of, who):
    client = Client() if who == "guest" else client_of(getattr(hostile, who))
    client.raise_request_exception = False
    flaws, shown = [], 0
    for ask in (
        client.get,
        lambda path: client.get(path, ASKED),
        lambda path: client.post(path, ASKED),
    ):
        for address in EVERY:
            answer = ask(hostile.path(address))
            if answer.streaming:
                b"".join(answer.streaming_content)
            elif answer.get("Content-Type", "").startswith("text/html"):
                shown += "&lt;flaw" in answer.text
                flaws += [(str(address), flaw) for flaw in Page(answer.text).flaws]

    assert flaws == []
    assert shown > (3 if who == "guest" else 20)  # it is really there
