"""The real site in Chromium: `manage.py up` in a folder of its own, in demo mode."""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import backends
import pytest
from acting import EMAIL, NAME, PASSWORD, SIZES
from playwright.sync_api import Browser, BrowserContext, Page
from processes import wait_for
from whole_site import WholeSite, manage

# The browser itself notes each refused form, each 404 and each request without a net; these
# answers are part of what is tested.
EXPECTED = re.compile(
    r"status of (404|410|422)|Error Code 404|ERR_INTERNET_DISCONNECTED"
    r"|^htmx:(sendError|sendAbort|afterRequest)"
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`--screens` takes the pictures of the pages and does nothing else."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours:
        item.add_marker("browser")
        item.add_marker("site")
    for item in ours:
        if (item.path.name == "test_screens.py") != config.getoption("--screens"):
            items.remove(item)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a site keeps before anybody has come; each site begins with a copy."""
    folder = tmp_path_factory.mktemp("migrated")
    manage(folder, "migrate", "--skip-checks", "--verbosity=0")
    return folder / "data"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[WholeSite]:
    folder = tmp_path_factory.mktemp("site")
    store = os.environ.get("FLUX_TEST_STORE")  # see tests/scaled.py
    if not store:
        shutil.copytree(migrated, folder / "data")
    with backends.scaled(store) if store else contextlib.nullcontext({}) as settings:
        site = WholeSite(folder, **settings)
        try:
            site.wait_until_ready()
            yield site
        finally:
            site.close()


@pytest.fixture(scope="module")
def first_admin_link(site: WholeSite) -> str:
    """As it stands in the terminal."""
    pattern = re.compile(r"http\S+/accounts/first-admin/\S+")
    return str(wait_for(lambda: pattern.search(site.said), 20, "a first-admin link").group())


@pytest.fixture(scope="module")
def admin_state(browser: Browser, site: WholeSite, first_admin_link: str) -> object:
    """Cookies of the first admin, who came in by the link."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(first_admin_link)
        fill_first_admin(page)
        page.wait_for_url(f"{site.url}/")
        return context.storage_state()


def fill_first_admin(page: Page) -> None:
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_role("textbox", name="Email").fill(EMAIL)
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    page.locator("main form button").last.click()


@pytest.fixture
def visit(browser: Browser, site: WholeSite) -> Iterator[Callable[..., Page]]:
    """`visit(state, size="mobile", theme="dark")`: a page that fails the test when it complains."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(state: object = None, *, size: str = "desktop", theme: str = "light", **options):
        width, height = SIZES[size]
        context = browser.new_context(
            storage_state=state,
            viewport={"width": width, "height": height},
            has_touch=size != "desktop",
            color_scheme=theme,
            reduced_motion="reduce",
            base_url=site.url,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        listen(page, site.url, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def listen(page: Page, origin: str, complaints: list[str]) -> None:
    """Nothing may be asked of another host, and the console stays silent."""

    def on_request(request) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            complaints.append(f"asked another host: {request.url}")

    def on_console(message) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            complaints.append(f"{page.url}: {message.text}")

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
