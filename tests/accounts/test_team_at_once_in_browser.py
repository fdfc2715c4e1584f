"""An admin, two members and a viewer, each in a browser of their own, at the same time."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import CreditEntry
from gallery.models import Generation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The browser itself notes each answer that refuses.
EXPECTED = re.compile(r"status of (403|422)")
ATTEMPT = """() => fetch("/generations/", {
    method: "POST",
    body: new URLSearchParams({
        csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value,
        prompt: "A viewer's wish", model: "flux-dev", size: "1:1", count: "1",
    }),
}).then(async answer => ({ url: answer.url, text: await answer.text() }))"""


@pytest.fixture
def signed_in(browser, live_server, client_of):
    """`signed_in(alice)`: a page in a browser of hers."""
    contexts, complaints = [], []

    def complain(said):
        if said.type == "error" and not EXPECTED.search(said.text):
            complaints.append(said.text)

    def open_browser(person):
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        contexts.append(context)
        cookie = client_of(person).cookies["fluxsite_session"].value
        context.add_cookies([{"name": "fluxsite_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)  # a busy machine takes its time, here and in `expect`
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    expect.set_options(timeout=15_000)
    yield open_browser
    expect.set_options(timeout=None)
    for context in contexts:
        context.close()
    assert complaints == []


def prompt_of(page):
    return page.get_by_role("textbox", name="Prompt")


def generate(page):
    page.get_by_role("button", name=re.compile("^Generate")).click()


def test_what_an_admin_does_reaches_everybody_with_the_next_click(
    signed_in, admin, alice, bob, victor
):
    ada, hers, his, theirs = map(signed_in, (admin, alice, bob, victor))
    for page in (hers, his, theirs):
        page.goto("/")
    prompt_of(hers).fill("A red fox in the snow")

    # An allowance is lowered: the next wish says so, and keeps its words.
    ada.goto(f"/team/people/{alice.pk}/")
    ada.get_by_label("Credits a month").fill("0.01")
    ada.get_by_role("button", name="Save allowance").click()
    expect(ada.get_by_text("The allowance is saved.")).to_be_visible()
    generate(hers)
    expect(hers.get_by_role("alert")).to_contain_text("0.01")
    expect(prompt_of(hers)).to_have_value("A red fox in the snow")

    # She asks; the admin comes by the letter's link; she sees the answer, and makes the picture.
    hers.goto("/settings/")
    hers.get_by_label("What do you need more for?").fill("A poster")
    hers.get_by_role("button", name="Ask for more").click()
    expect(hers.get_by_text("Your admins are asked.")).to_be_visible()
    [path] = re.findall(r"(/team/requests/\d+/\?answer=approve)", mail.outbox[-1].body)
    ada.goto(path)
    ada.get_by_label("Credits for this month").fill("30")
    ada.get_by_role("button", name="Give credits").click()
    expect(ada.get_by_text("Alice Adler is told.")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("30 credits were given.")).to_be_visible()
    hers.goto("/")
    prompt_of(hers).fill("A red fox in the snow")
    generate(hers)
    expect(hers.get_by_role("article", name="A red fox in the snow")).to_be_visible()

    # A viewer has no button, and an attempt without one is turned away.
    expect(theirs.get_by_role("button", name=re.compile("^Generate"))).to_have_count(0)
    answer = theirs.evaluate(ATTEMPT)
    assert "As a viewer" in answer["text"]

    # Whoever is deactivated is out with the next click.
    ada.goto(f"/team/people/{bob.pk}/")
    ada.get_by_role("button", name="Deactivate").click()
    expect(ada.get_by_text("Bob Brandt is locked out.")).to_be_visible()
    his.get_by_role("link", name="Library").first.click()
    expect(his).to_have_url(re.compile("/accounts/login/"))

    assert Generation.objects.get().owner == alice
    assert set(CreditEntry.objects.values_list("kind", flat=True)) == {"hold", "request"}
