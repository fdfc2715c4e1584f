"""Many send wishes at the same moment through the real site: no credit is spent twice."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
import truth
from processes import free_port, wait_for
from real_site import Site

AT_ONCE = 20
PRICE = "0.216"
PASSWORD = "a quiet green morning"


@pytest.fixture
def open_site(build) -> Site:
    port = str(free_port())
    site = build(PORT=port, SITE_URL=f"http://127.0.0.1:{port}")
    site.people("alice", allowance="1.08", password=PASSWORD)
    site.start_up()
    return site


@pytest.mark.long
def test_an_allowance_for_five_pays_for_exactly_five_of_twenty(open_site):
    cookies = _sign_in(open_site)
    start = Barrier(AT_ONCE)

    def submit(number: int) -> int:
        start.wait(30)
        return _generate(open_site, cookies, f"A lighthouse, number {number}", uuid.uuid4())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(submit, range(AT_ONCE)))

    assert len(open_site.rows()) == 5
    assert sorted(statuses) == [303] * 5 + [422] * 15
    open_site.all_end()
    truth.all_succeeded(open_site)


def test_the_same_form_sent_twenty_times_is_one_wish(open_site):
    cookies, token = _sign_in(open_site), uuid.uuid4()
    start = Barrier(AT_ONCE)

    def submit(_: int) -> int:
        start.wait(30)
        return _generate(open_site, cookies, "A lighthouse", token)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = set(pool.map(submit, range(AT_ONCE)))

    assert len(open_site.rows()) == 1
    assert statuses == {303}
    open_site.all_end()
    truth.all_succeeded(open_site)


def _sign_in(site: Site) -> httpx.Cookies:
    """The cookies of a browser in which Alice has signed in."""
    with _browser(site) as browser:
        wait_for(lambda: _answers(browser), 60, "a site that answers")
        form = {"login": "alice@example.org", "password": PASSWORD}
        page = browser.get("/accounts/login/").text
        form["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)', page)[1]
        answer = browser.post("/accounts/login/", data=form)
        assert answer.status_code == 302, answer.text
        return browser.cookies


def _generate(site: Site, cookies: httpx.Cookies, prompt: str, token: uuid.UUID) -> int:
    """Send the studio's form. Return the status of the answer."""
    form = {"prompt": prompt, "model": "flux-dev", "size": "1:1", "count": "1", "form_token": token}
    with _browser(site, cookies) as browser:
        form["csrfmiddlewaretoken"] = cookies["fluxsite_csrf"]
        return browser.post("/generations/", data=form).status_code


def _browser(site: Site, cookies: httpx.Cookies | None = None) -> httpx.Client:
    url = f"http://127.0.0.1:{site.settings['PORT']}"
    return httpx.Client(base_url=url, cookies=cookies, timeout=60, trust_env=False)


def _answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False
