"""What a person does and sees in the studio."""

import re

from playwright.sync_api import Locator, Page

NAME, EMAIL, PASSWORD = "Ada Admin", "ada@example.org", "a quiet green morning"
SIZES = {"desktop": (1440, 900), "mobile": (390, 844), "small": (360, 740)}
# Each theme and each width once: contrast hangs on the one, layout on the other.
LOOKS = (("desktop", "light"), ("small", "dark"))


def card_of(page: Page, prompt: str) -> Locator:
    return page.get_by_role("article", name=prompt).first


def status_of(page: Page, prompt: str) -> Locator:
    return card_of(page, prompt).get_by_role("status")


def generate(page: Page, prompt: str) -> None:
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("button", name=re.compile("^Generate")).click()
