"""The studio with 50 pictures in its feed, in a fresh browser: when it is seen, and what it weighs.

The sign-in page, the lightest one, is measured beside it in the same browser and run.
"""

from browsing import ask, signed_in, studio
from playwright.sync_api import Browser, Page
from running import percentile, provider, show, site, until

JOBS, COUNT = 13, 4  # 52 pictures
LOADS = 9
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const [entry] = list.getEntriesByName('first-contentful-paint');
  if (entry) resolve(entry.startTime / 1000);
}).observe({type: 'paint', buffered: true}))"""
WEIGHED = """() => [...performance.getEntriesByType('navigation'),
  ...performance.getEntriesByType('resource').filter(({name}) => !name.includes('/images/'))]
  .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0) / 1000"""


def main() -> None:
    limits = {"FLUX_MAX_IN_FLIGHT": 20, "FLUX_MAX_PER_SECOND": 20}
    with provider(latency=1) as source, site(source, **limits) as url, studio(url) as page:
        fill(page)
        browser, state = page.context.browser, page.context.storage_state()
        assert browser
        page.context.close()  # nobody else is asking
        ours = [first_look(browser, url, state) for _ in range(LOADS)]
        plain = [first_look(browser, f"{url}/accounts/login/", None) for _ in range(LOADS)]
    tell(ours, plain)


def fill(page: Page) -> None:
    with signed_in(page) as browser:
        for number in range(JOBS):
            ask(browser, f"Lighthouse number {number:02}", count=COUNT)
    page.reload()
    until(lambda: page.locator(".job .tile img").count() == JOBS * COUNT, "all pictures are there")


def first_look(browser: Browser, address: str, state: object) -> tuple[float, float]:
    """With an empty cache: seconds to the first paint, kilobytes without pictures."""
    with browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900}) as fresh:  # type: ignore[arg-type]
        page = fresh.new_page()
        page.goto(address)
        return page.evaluate(PAINTED), page.evaluate(WEIGHED)


def tell(ours: list[tuple[float, float]], plain: list[tuple[float, float]]) -> None:
    painted = [[seconds for seconds, _ in looks] for looks in (ours, plain)]
    middle, other = (percentile(values, 0.5) for values in painted)
    print(f"\nThe studio with {JOBS * COUNT} pictures in its feed, {LOADS} fresh browsers")
    show(
        [
            (
                "first contentful paint",
                f"median {middle:.2f} s, worst {max(painted[0]):.2f} s (≤ 1)",
            ),
            ("ratio to the sign-in page", f"{middle / other:.1f} ×"),
            ("weight without pictures, compressed", f"{ours[0][1]:.0f} kB (at most 80)"),
            ("ratio to the sign-in page", f"{ours[0][1] / plain[0][1]:.1f} ×"),
        ]
    )


if __name__ == "__main__":
    main()
