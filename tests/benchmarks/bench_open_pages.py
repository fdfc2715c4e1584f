"""2,000 open studio pages that ask each second, beside 100 jobs in flight.

Every page is of a person of its own with a session of its own, was fetched from the site, and asks
at the signed address that stood in it. Some of the people signed in by the form; the sessions of
the others are rows as the form makes them, since hashing 2,000 passwords would take a quarter of
an hour (`--by-form 2000` does it). The site asks idle pages to come each 2.5 s; here all come each
second. Measured three times in one run: alone, a tenth of the pages beside the jobs, all of them;
the first ten seconds of each stand apart, as nobody asked in the meantime and all have news.
"""

import argparse
import html
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from asking import ADDRESS
from bench_in_flight import watching
from measuring import Watch
from processes import HOUSE
from real_site import Desk
from running import PASSWORD, desk_of, order, percentile, places, provider, show, until, whole_site
from whole_site import WholeSite

JOBS, LATENCY = 100, 60.0  # in flight, and seconds that each takes
BOUND = 0.1  # seconds, p95
PATIENCE = 120.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

Page = dict[str, str]
Measured = tuple[dict[str, Any], Watch]


def main() -> None:
    asked = options()
    limits = {"FLUX_MAX_IN_FLIGHT": JOBS, "FLUX_MAX_PER_SECOND": 200, "FLUX_MAX_QUEUED": 10_000}
    with (
        provider(latency=LATENCY) as source,
        places(scaled=asked.scaled) as settings,
        whole_site(source, WORKERS=4, TRUSTED_PROXIES=1, **limits, **settings) as site,
        desk_of(site) as desk,
    ):
        pages = opened(site, signed_in(site, desk, asked))
        told = {"alone": polled(site, source, pages, asked.seconds / 3)}
        with wishes(desk, source, len(pages)):
            few = pages[: max(1, len(pages) // 10)]
            told["a tenth beside the jobs"] = polled(site, source, few, asked.seconds / 3)
            told["all beside the jobs"] = polled(site, source, pages, asked.seconds)
            in_flight = order(source, "state")["in_flight"]
    tell(len(pages), in_flight, told)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--by-form", type=int, default=20, help="people who sign in by the form")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scaled", action="store_true", help="on PostgreSQL, Redis and S3")
    return parser.parse_args()


def signed_in(site: WholeSite, desk: Desk, asked: argparse.Namespace) -> list[str]:
    """The keys of everybody's sessions."""
    by_form = min(asked.by_form, asked.pages)
    rest = {"number": asked.pages - by_form, "first": by_form}
    desk.do("make_people", number=by_form, password=PASSWORD)
    desk.do("make_people", **rest)
    with ThreadPoolExecutor(2) as hands:
        keys = list(hands.map(lambda number: by_the_form(site, number), range(by_form)))
    return keys + list(desk.do("sign_in", **rest))


def by_the_form(site: WholeSite, number: int) -> str:
    """Each comes from an address of its own, as behind a proxy."""
    headers = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}", "Referer": site.url}
    with httpx.Client(base_url=site.url, headers=headers, trust_env=False, timeout=60) as http:
        form = http.get("/accounts/login/").raise_for_status()
        token = TOKEN.search(form.text)
        assert token, "the sign-in page has no token"
        who = {"login": f"person-{number}@example.org", "password": PASSWORD}
        answer = http.post("/accounts/login/", data=who | {"csrfmiddlewaretoken": token[1]})
        assert answer.status_code == 302, f"person {number} is not let in: {answer.status_code}"
        return str(http.cookies["fluxsite_session"])


def opened(site: WholeSite, keys: list[str]) -> list[Page]:
    """Everybody's studio, and where it asks."""
    with (
        httpx.Client(base_url=site.url, trust_env=False, timeout=60) as http,
        ThreadPoolExecutor(4) as hands,
    ):
        return list(hands.map(lambda key: _page(http, key), keys))


def _page(http: httpx.Client, key: str) -> Page:
    headers = {"Cookie": f"fluxsite_session={key}", "Accept": "text/html"}
    answer = http.get("/", headers=headers).raise_for_status()
    found = ADDRESS.search(answer.text)
    assert found, "the studio has no poller: was the session refused?"
    return {"path": html.unescape(found[1]), "cookie": key}


class wishes:  # noqa: N801 - it is used as a word of a `with`
    """100 jobs in flight, each of another person: a new one for each that must have ended."""

    def __init__(self, desk: Desk, source: str, people: int) -> None:
        self.desk, self.source, self.people = desk, source, people
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> None:
        for number in range(JOBS):  # at the pace at which they end, or all would end at once
            self._ask(number)
            self.over.wait(LATENCY / JOBS)
        until(lambda: order(self.source, "state")["in_flight"] >= JOBS * 0.9, "jobs run", PATIENCE)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _go_on(self) -> None:
        number = JOBS
        while not self.over.wait(LATENCY / JOBS):
            self._ask(number)
            number += 1

    def _ask(self, number: int) -> None:
        who = f"person-{number % min(JOBS, self.people)}"
        self.desk.do("wish", name=who, prompt=f"Lighthouse no. {number}")


def polled(site: WholeSite, source: str, pages: list[Page], seconds: float) -> Measured:
    told = json.dumps({"port": site.port, "seconds": seconds, "pages": pages})
    command = [sys.executable, "tests/benchmarks/asking.py"]
    with watching(site, source) as watch:
        ended = subprocess.run(
            command, cwd=HOUSE, input=told, stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(ended.stdout), watch


def tell(number: int, in_flight: int, told: dict[str, Measured]) -> None:
    print(f"\n{number} open studio pages, a poll a second each, {in_flight} jobs in flight")
    show([row for name, measured in told.items() for row in rows(name, *measured)])
    p95 = {name: percentile(polls["waits"], 0.95) for name, (polls, _) in told.items()}
    everything = p95["all beside the jobs"]
    show(
        [
            ("ratio of the p95, all to a tenth", ratio(everything, p95["a tenth beside the jobs"])),
            ("ratio of the p95, beside the jobs to alone", ratio(everything, p95["alone"])),
        ]
    )


def rows(name: str, polls: dict[str, Any], watch: Watch) -> list[tuple[str, str]]:
    seconds, number = polls["seconds"], len(polls["waits"] + polls["first"])
    web, workers = watch.cpu["web"], watch.cpu["worker"]
    statuses = ", ".join(f"{count} × {status}" for status, count in polls["statuses"].items())
    cores = f"web {web / seconds:.2f}, workers {workers / seconds:.2f}"
    return [
        (f"{name}: as all come at once", took(polls["first"])),
        (f"{name}: a poll", f"{took(polls['waits'])} (p95 at most {1000 * BOUND:.0f})"),
        (f"{name}: answers", f"{statuses}, {number / seconds:.0f} a second"),
        (f"{name}: errors", json.dumps(polls["errors"]) if polls["errors"] else "none"),
        (f"{name}: cores used", f"{cores}, asking {polls['cpu'] / seconds:.2f}"),
        (f"{name}: the web's CPU a poll", f"{1000 * web / max(1, number):.2f} ms"),
    ]


def took(waits: list[float]) -> str:
    middle, p95 = (1000 * percentile(waits, share) for share in (0.5, 0.95))
    return f"median {middle:.1f} ms, p95 {p95:.1f} ms, worst {1000 * max(waits):.0f} ms"


def ratio(one: float, other: float) -> str:
    return f"{one / other:.1f} ×"


if __name__ == "__main__":
    main()
