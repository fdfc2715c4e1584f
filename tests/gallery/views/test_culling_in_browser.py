"""A hundred pictures culled by keyboard alone: how many requests it takes, and how long a key."""

from collections import Counter
from statistics import median

import pytest
from playwright.sync_api import expect

from gallery.models import Favourite, Image, Rating

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]

HUNDRED = 100
ROUND = "ppx35x1p4z"  # what one does to ten; the last takes the one before it back
# From a key to the next picture, wholly decoded.
CLOCK = """() => {
  window.took = []
  addEventListener("keydown", async () => {
    const begun = performance.now()
    await new Promise(requestAnimationFrame)
    const picture = document.getElementById("cull-picture")
    if (!document.getElementById("cull-work").hidden) await picture.decode()
    took.push(performance.now() - begun)
  }, true)
}"""


@pytest.fixture
def page(browser, live_server, client_of, alice):
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    cookie = client_of(alice).cookies["fluxsite_session"].value
    context.add_cookies([{"name": "fluxsite_session", "value": cookie, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_a_hundred_pictures_are_culled_in_two_minutes(page, alice, make_image, capsys):
    job = make_image(alice).generation
    for _ in range(HUNDRED - 1):
        make_image(alice, generation=job)
    asked = Counter()
    page.on("request", lambda request: asked.update([request.url.rpartition("/images/")[2]]))
    page.goto("/library/cull/")
    place = page.locator("#cull-place")
    expect(place).to_have_text("1 of 100")
    page.evaluate(CLOCK)

    number, pressed = 1, 0
    while number <= HUNDRED:
        key = ROUND[pressed % len(ROUND)]
        page.keyboard.press(key)
        pressed, number = pressed + 1, number + (-1 if key == "z" else 1)
        page.wait_for_function("pressed => took.length === pressed", arg=pressed)
        if number <= HUNDRED:
            assert place.inner_text() == f"{number} of 100"

    expect(page.get_by_role("heading", name="You have seen them all")).to_be_visible()
    took = sorted(page.evaluate("took"))
    shown = [path for path in asked if path.endswith("/large.webp")]
    decisions = sum(times for path, times in asked.items() if path.endswith("/cull/"))
    with capsys.disabled():
        print(
            f"\n{HUNDRED} pictures, {pressed} keys: from a key to the next picture"
            f" median {median(took):.0f} ms, p95 {took[len(took) * 95 // 100]:.0f} ms,"
            f" longest {took[-1]:.0f} ms, all of them {sum(took) / 1000:.1f} s"
        )
    assert len(shown) == HUNDRED and decisions <= pressed
    assert all(asked[path] == 1 for path in shown)  # fetched beforehand, and but once
    rejected = int(page.locator('dd[data-sum="waiting"]').inner_text())
    page.keyboard.press("Escape")
    page.wait_for_url("**/library/")
    assert Image.objects.in_trash_of(alice).count() == rejected > HUNDRED / 10
    assert Favourite.objects.filter(person=alice).exists()
    assert Rating.objects.filter(person=alice).exists()
