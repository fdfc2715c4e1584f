"""Usage, models and health in Chromium: looked at, kept fresh, changed by keyboard and by thumb."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from accounts import credits
from accounts.models import AuditEvent
from gallery.models import Conductor, FluxModel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("/team/usage/", "/team/models/", "/team/models/flux-dev/", "/team/health/")


@pytest.fixture
def visit(browser, live_server, client_of):
    contexts, complaints = [], []

    def open_page(person, path, *, width=1280, theme="light", **options):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        cookie = client_of(person).cookies["fluxsite_session"].value
        context.add_cookies([{"name": "fluxsite_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def busy(alice, make_generation):
    """A team with something in every part of the pages."""
    now = timezone.now()
    for model in FluxModel.objects.all()[:7]:
        job = make_generation(alice, model=model)
        credits.hold(alice, job.total_price, reference=job.reference)
    make_generation(alice, status="running", submitted_at=now, task_id="t-1", trace_id="trace-1")
    make_generation(
        alice, status="failed", finished_at=now, problem="overdue", is_possible_loss=True
    )
    FluxModel.objects.filter(name="flux-pro").update(refused_at=now, refused_detail="unknown")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_every_page_is_accessible_and_none_is_too_wide(visit, admin, busy, theme, width):
    page = visit(admin, PAGES[0], width=width, theme=theme)
    axe = Axe()

    for path in PAGES:
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        report = axe.run(page)
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_health_page_renews_itself_while_looked_at_and_keeps_what_is_typed(visit, admin, busy):
    page = visit(admin, "/team/health/")
    page.get_by_label("Message to members").fill("Half a sente")

    Conductor.objects.update(failures_in_row=2)
    with page.expect_response(re.compile("/team/health/$"), timeout=15_000):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_text("Shaky")).to_be_visible()
    expect(page.get_by_label("Message to members")).to_have_value("Half a sente")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("document.querySelector('#health').dispatchEvent(new Event('look-now'))")
    page.wait_for_timeout(300)
    assert asked == []


def test_pause_and_resume_by_keyboard_alone(visit, admin, alice, busy):
    page = visit(admin, "/team/health/")
    page.get_by_label("Message to members").focus()
    page.keyboard.type("Back at noon")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    resume = page.get_by_role("button", name="Resume new jobs")
    expect(resume).to_be_visible()
    expect(visit(alice, "/").get_by_text("Back at noon").first).to_be_visible()
    resume.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Pause new jobs")).to_be_visible()
    assert [event.text for event in AuditEvent.objects.order_by("pk")] == [
        "Paused new jobs with the message “Back at noon”",
        "Resumed new jobs",
    ]


def test_a_price_is_changed_with_one_thumb(visit, admin):
    page = visit(admin, "/team/models/", width=360, has_touch=True, is_mobile=True)

    page.get_by_role("link", name="Change Flux Dev").tap()
    box = page.get_by_role("button", name="Save model").bounding_box()
    page.get_by_label("Credits a picture").fill("0.3")
    page.get_by_role("button", name="Save model").tap()

    expect(page.get_by_text("Flux Dev is saved.")).to_be_visible()
    assert box and box["height"] >= 44
    assert FluxModel.objects.get(name="flux-dev").credits == Decimal("0.3")
