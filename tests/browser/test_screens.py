"""The pictures of the pages that README shows; `make screens` renews them."""

import re
from io import BytesIO
from pathlib import Path

from acting import card_of, generate, status_of
from PIL import Image
from playwright.sync_api import Page, expect

SCREENS = Path(__file__).parent / "screens"
# Prompt, model, size, count; the last one asked for stands on top.
FINISHED = (
    ("Aurora over a black lake, long exposure", "flux-pro-1.1-ultra", "21:9", 1),
    ("Leaves and seed pods on dark paper, pressed flat", "flux-dev", "3:4", 4),
    ("Geometric poster in primary colours, quarter circles and arches", "flux-pro", "3:2", 2),
    ("Layered mountain ridges at dawn, apricot haze, cool blue sky", "flux-2-pro", "3:2", 3),
    ("White fluted vase and one lemon on a round plinth, soft window light", "flux-pro", "4:3", 4),
)
RUNNING = ("Sand dunes at ten in the morning, long lens, clean crests", "flux-2-max", "3:2", 4)


def ask(page: Page, prompt: str, model: str, size: str, count: int) -> None:
    page.locator(f'[name="model"][value="{model}"]').check(force=True)
    page.locator(f'[name="size"][value="{size}"]').check(force=True)
    page.get_by_role("spinbutton", name="Count").fill(str(count))
    generate(page, prompt)
    expect(card_of(page, prompt)).to_be_visible()


def take(page: Page, name: str) -> None:
    page.locator("img").evaluate_all(
        "imgs => Promise.all(imgs.map(img => img.complete || "
        "img.loading == 'lazy' || img.decode()))"
    )
    page.wait_for_timeout(600)  # what fades in is there
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").save(SCREENS / f"{name}.webp", quality=82, method=6)


def test_the_pictures_of_the_pages(visit, admin_state):
    SCREENS.mkdir(exist_ok=True)
    take_signed_out(visit)
    studio, phone = visit(admin_state), visit(admin_state, size="mobile", theme="dark")
    studio.goto("/")
    for wish in FINISHED:
        ask(studio, *wish)
        expect(status_of(studio, wish[0])).to_have_text(re.compile("Done"), timeout=40_000)
    take_library_and_image(visit, admin_state)

    ask(studio, *RUNNING)
    expect(status_of(studio, RUNNING[0])).to_have_text(re.compile("Running"), timeout=20_000)
    for _ in studio.locator(".toast [data-dismiss]").all():
        studio.locator(".toast [data-dismiss]").first.click()
    phone.goto("/")
    take(studio, "studio-desktop-light")
    take(phone, "studio-mobile-dark")


def take_signed_out(visit) -> None:
    page = visit()
    page.goto("/accounts/login/")
    take(page, "sign-in-desktop-light")


def take_library_and_image(visit, admin_state) -> None:
    page = visit(admin_state, theme="dark")
    page.goto("/library/")
    take(page, "library-desktop-dark")
    page.get_by_role("link", name=FINISHED[-2][0]).first.click()
    page.wait_for_url(re.compile("/images/"))
    take(page, "image-desktop-dark")
    phone = visit(admin_state, size="mobile")
    phone.goto(page.url)
    take(phone, "image-mobile-light")
