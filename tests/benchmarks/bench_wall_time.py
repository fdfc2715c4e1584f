"""Forty pictures: the site with four workers beside the plain way, one blocking POST after another.

The provider takes 10 s a picture and has room for 40. Both run against providers of their own, at
the same time.
"""

import threading
import time

import httpx
from browsing import ask, generate, seen, signed_in, studio
from running import TOKEN, provider, show, site, until

PICTURES = 40
LATENCY = 10


def main() -> None:
    with provider(latency=LATENCY, room=40) as plain, provider(latency=LATENCY, room=40) as ours:
        took: dict[str, float] = {}
        script = threading.Thread(target=lambda: took.update(script=one_after_another(plain)))
        script.start()
        took["site"] = by_the_site(ours)
        script.join()
    ratio = took["script"] / took["site"]
    print(f"\n{PICTURES} pictures from a provider that takes {LATENCY} s and has room for 40")
    show(
        [
            ("one blocking POST after another", f"{took['script']:.1f} s"),
            ("the site, 4 workers, all stored and on the page", f"{took['site']:.1f} s"),
            ("ratio (at least 20)", f"{ratio:.1f} ×"),
        ]
    )


def one_after_another(provider_url: str) -> float:
    began = time.monotonic()
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=provider_url, headers=headers, timeout=60, trust_env=False) as http:
        for number in range(PICTURES):
            wish = {"action": "generate", "model": "flux-dev", "size": "1:1"}
            answer = http.post("/flux/images", json=wish | {"prompt": f"Lighthouse {number}"})
            http.get(answer.raise_for_status().json()["data"][0]["image_url"]).raise_for_status()
    return time.monotonic() - began


def by_the_site(provider_url: str) -> float:
    """From the first wish that is sent to the last picture on the open page."""
    limits = {"FLUX_MAX_IN_FLIGHT": 40, "FLUX_MAX_PER_SECOND": 40, "FLUX_MAX_QUEUED": 40}
    with site(provider_url, WORKERS=4, **limits) as url, studio(url) as page:
        began = time.monotonic()
        generate(page, "Lighthouse number 00")  # from now on the page follows
        with signed_in(page) as browser:
            for number in range(1, PICTURES):
                ask(browser, f"Lighthouse number {number:02}")
        until(lambda: len(seen(page)) == PICTURES, "all pictures are on the page")
        return time.monotonic() - began


if __name__ == "__main__":
    main()
