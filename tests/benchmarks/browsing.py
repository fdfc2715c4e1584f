"""A person at the studio, in Chromium."""

import contextlib
import re
import shutil
import uuid
from collections.abc import Iterator

import httpx
from playwright.sync_api import Page, sync_playwright
from running import EMAIL, PASSWORD

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])))

# Notes for each card the moment at which its pictures are on the page.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    for (const card of document.querySelectorAll('article[id^="job-"]')) {
      const pictures = card.querySelectorAll('img');
      if (pictures.length && !window.seen[card.id]) window.seen[card.id] = Date.now() / 1000;
    }
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}"""


@contextlib.contextmanager
def studio(url: str) -> Iterator[Page]:
    """The studio of the person whom `running.site` has made, signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(url)
        page.get_by_role("textbox", name="Email").fill(EMAIL)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{url}/")
        page.evaluate(WATCH)
        yield page
        browser.close()


def generate(page: Page, prompt: str) -> None:
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("button", name=re.compile("^Generate")).click()
    page.get_by_role("article", name=re.compile(re.escape(prompt))).wait_for()


@contextlib.contextmanager
def signed_in(page: Page) -> Iterator[httpx.Client]:
    """The same person's plain connection to the site, for what would take many clicks."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    headers = {"X-CSRFToken": cookies["fluxsite_csrf"]}
    url = page.evaluate("location.origin")
    with httpx.Client(base_url=url, cookies=cookies, headers=headers, trust_env=False) as browser:
        yield browser


def ask(browser: httpx.Client, prompt: str, count: int = 1) -> None:
    """Send the composer's form without scripts."""
    wish = {"prompt": prompt, "model": "flux-dev", "size": "1:1", "count": count}
    answer = browser.post("/generations/", data=wish | {"form_token": str(uuid.uuid4())})
    assert answer.status_code == 303, answer.text


def seen(page: Page) -> dict[str, float]:
    """When each finished card was on the page, by the card's id; seconds since 1970."""
    return dict(page.evaluate("window.seen"))
