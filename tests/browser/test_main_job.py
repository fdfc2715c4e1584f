"""The main job, as a person does it, on the site that `manage.py up` starts."""

import re
from pathlib import Path

import pytest
from acting import card_of, generate, status_of
from playwright.sync_api import expect

PROMPT = "A lighthouse on a red cliff at dusk, long exposure sea"
DONE = re.compile(r"^\s*Done")
WHILE = 20_000  # milliseconds


@pytest.fixture(scope="module")
def finished(browser, site, admin_state):
    """A picture that was asked for, and has come."""
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        generate(page, PROMPT)
        expect(status_of(page, PROMPT)).to_have_text(DONE, timeout=WHILE)
    return PROMPT


def test_from_the_link_to_the_library(visit, site, admin_state):
    page = visit(admin_state)
    page.goto("/")
    before = page.locator("#quota").inner_text()
    page.evaluate("window.neverReloaded = true")
    prompt = "Paper boats on a green canal in the morning"

    generate(page, prompt)

    expect(status_of(page, prompt)).to_have_text(re.compile("^(Queued|Sending|Running)"))
    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)
    assert page.evaluate("window.neverReloaded")
    picture = card_of(page, prompt).get_by_role("img", name=prompt)
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") >= 320
    assert re.match(r"/images/[0-9a-f-]{36}/", picture.get_attribute("src"))
    assert stored_files(site) > 0
    assert page.locator("#quota").inner_text() != before
    page.goto("/library/")
    expect(page.get_by_role("img", name=prompt)).to_be_visible()


def stored_files(site) -> int:
    """Originals that are where the rows say, on the disk or in a store."""
    look = "from django.core.files.storage import default_storage as files; "
    look += "from gallery.models import Image; "
    look += "print(sum(files.exists(image.original) for image in Image.objects.all()))"
    return int(site.manage("shell", "--verbosity=0", "-c", look))


def test_the_original_can_be_downloaded_as_it_arrived(visit, admin_state, finished):
    page = visit(admin_state)
    page.goto("/library/")

    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download: {finished}").first.click()

    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.long
def test_a_double_click_is_one_wish(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "Two clicks and one picture of a red door"
    page.get_by_role("textbox", name="Prompt").fill(prompt)

    page.get_by_role("button", name=re.compile("^Generate")).dblclick()

    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)
    page.reload()
    expect(page.get_by_role("article", name=prompt)).to_have_count(1)


def test_by_keyboard_alone(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A harbour typed without a mouse"
    page.keyboard.press("/")
    page.keyboard.insert_text(prompt)

    page.keyboard.press("Control+Enter")

    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)


@pytest.mark.long
def test_another_tab_shows_it_too(visit, admin_state):
    first, second = visit(admin_state), visit(admin_state)
    first.goto("/")
    prompt = "A picture seen in two tabs"
    generate(first, prompt)
    second.goto("/")

    expect(status_of(second, prompt)).to_have_text(DONE, timeout=WHILE)
    expect(status_of(first, prompt)).to_have_text(DONE, timeout=WHILE)


def test_a_refused_prompt_says_why_and_gives_the_credits_back(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A cat [moderated]"

    generate(page, prompt)

    expect(status_of(page, prompt)).to_have_text(re.compile(r"^\s*Failed"), timeout=WHILE)
    expect(card_of(page, prompt)).to_contain_text("returned")


@pytest.mark.parametrize(
    ("prompt", "said"), [("   ", "Describe"), ("x" * 20_000, "16,000")], ids=["blank", "too long"]
)
def test_bad_input_is_told_at_the_field_and_kept(visit, admin_state, prompt, said):
    page = visit(admin_state)
    page.goto("/")
    field = page.get_by_role("textbox", name="Prompt")
    field.evaluate("field => { field.required = false; field.removeAttribute('maxlength') }")

    generate(page, prompt)

    expect(page.get_by_role("alert").first).to_contain_text(said)
    assert field.input_value() == prompt


def test_without_scripts_it_works_as_plain_forms(visit, admin_state):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/")
    prompt = "A plain form and a plain page"

    generate(page, prompt)

    expect(card_of(page, prompt)).to_be_visible()
    for _ in range(40):
        page.goto("/")
        if re.match(DONE, status_of(page, prompt).inner_text()):
            break
        page.wait_for_timeout(500)
    expect(card_of(page, prompt).get_by_role("img", name=prompt)).to_be_visible()


def test_leaving_the_net_is_said_and_coming_back_recovers(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A picture made while the net was away [slow]"
    generate(page, prompt)
    expect(status_of(page, prompt)).to_have_text(re.compile("^(Queued|Sending|Running)"))

    page.context.set_offline(True)
    expect(page.get_by_text(re.compile("No connection")).first).to_be_visible(timeout=15_000)
    page.context.set_offline(False)

    expect(page.get_by_text(re.compile("No connection")).first).to_be_hidden(timeout=15_000)
