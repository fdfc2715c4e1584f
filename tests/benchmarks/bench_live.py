"""From 'the provider is done' to 'the page shows it', by polling and with callbacks."""

import random
import time

from browsing import generate, seen, studio
from running import jobs, percentile, provider, show, site, until

PICTURES = 40
LATENCY = 3


def main() -> None:
    polling = delays()
    called = delays(calls_back=True)
    print(f"\nFrom 'the provider is done' to 'the page shows it', {PICTURES} pictures each")
    rows = []
    for name, values, bound in (("polling", polling, 3.0), ("with callbacks", called, 1.5)):
        middle, p95 = percentile(values, 0.5), percentile(values, 0.95)
        rows.append((name, f"median {middle:.2f} s, p95 {p95:.2f} s (at most {bound} s)"))
    rows.append(
        ("ratio of the medians", f"{percentile(polling, 0.5) / percentile(called, 0.5):.1f} ×")
    )
    show(rows)


def delays(*, calls_back: bool = False) -> list[float]:
    with (
        provider(latency=LATENCY) as source,
        site(source, calls_back=calls_back) as url,
        studio(url) as page,
    ):
        random.seed(7)
        for number in range(PICTURES):
            generate(page, f"Lighthouse number {number:02}")
            time.sleep(random.uniform(0.2, 1.2))  # wishes come as they come, not in step
        until(lambda: len(seen(page)) == PICTURES, "all pictures are on the page")
        shown = {prompt_of(page, card): moment for card, moment in seen(page).items()}
        return [shown[job["prompt"]] - job["finished_at"] for job in jobs(source)]


def prompt_of(page: object, card: str) -> str:
    return str(page.locator(f"#{card} .prompt").first.inner_text())  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
