"""The real site and the provider as processes of their own, for whole measurements."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import backends
import httpx
from processes import HOUSE
from real_site import Desk
from whole_site import WholeSite, environment, free_port

EMAIL, PASSWORD = "bench@example.org", "a quiet green morning"
TOKEN = "a-token-for-the-benchmarks-only"
PATIENCE = 60.0  # seconds until what should be there is there


@contextlib.contextmanager
def provider(**options: Any) -> Iterator[str]:
    """The provider on loopback; yields its address."""
    port = free_port()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    command = [sys.executable, "tests/contract/provider.py", f"--port={port}", *flags]
    process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{url}/_/state"), "the provider answers")
        yield url
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def site(provider_url: str, *, calls_back: bool = False, **settings: Any) -> Iterator[str]:
    """`manage.py up` in a folder of its own, with one person who may spend; yields its address."""
    with whole_site(provider_url, calls_back=calls_back, **settings) as running:
        _make_person(running.data.parent, running.settings)
        yield running.url


@contextlib.contextmanager
def whole_site(
    provider_url: str, *, calls_back: bool = False, **settings: Any
) -> Iterator[WholeSite]:
    """The same with nobody in it, and with its processes at hand."""
    with tempfile.TemporaryDirectory(prefix="fluxsite-bench-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        usual = {
            "PORT": port,
            "SITE_URL": url,
            "FLUX_API_URL": provider_url,
            "FLUX_API_TOKEN": TOKEN,
            "FLUX_CALLBACK_URL": url if calls_back else "",
            "FLUX_RESULT_HOSTS": provider_url.removeprefix("http://"),
            "LOG_LEVEL": "WARNING",
        }
        words = {name: str(value) for name, value in (usual | settings).items()}
        running = WholeSite(Path(folder), **words)
        try:
            running.wait_until_ready(3 * PATIENCE)
            yield running
        finally:
            running.stop()


@contextlib.contextmanager
def places(*, scaled: bool) -> Iterator[dict[str, str]]:
    """Settings: none for the embedded default, or those of many machines."""
    if not scaled:
        yield {}
        return
    port = free_port()
    command = [sys.executable, "-m", "moto.server", f"--port={port}"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=HOUSE, stdout=quiet, stderr=quiet)
    try:
        store = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{store}/moto-api/"), "the store answers")
        with backends.scaled(store) as settings:
            yield settings
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def desk_of(running: WholeSite) -> Iterator[Desk]:
    """The process that asks and looks, with the site's own settings (see bench_desk.py)."""
    folder = running.data.parent
    env = environment(folder, **running.settings) | {"DJANGO_SETTINGS_MODULE": "fluxsite.settings"}
    desk = Desk(env, folder / "desk.log", "bench_desk")
    try:
        yield desk
    finally:
        desk.close()


def _make_person(folder: Path, settings: dict[str, str]) -> None:
    who = {"DJANGO_SUPERUSER_EMAIL": EMAIL, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    env = environment(folder, **settings, **who)
    subprocess.run(command, cwd=HOUSE, env=env, check=True, stdout=subprocess.DEVNULL)


def jobs(provider_url: str) -> list[dict[str, Any]]:
    """Everything that the provider took on, with the moment each was done."""
    return list(httpx.get(f"{provider_url}/_/jobs", trust_env=False).json()["jobs"])


def order(provider_url: str, name: str, **told: Any) -> dict[str, Any]:
    """One of the provider's orders (see `Provider.control`)."""
    answer = httpx.post(f"{provider_url}/_/{name}", json=told, trust_env=False)
    return dict(answer.raise_for_status().json())


def until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {patience:.0f} s still not so: {what}.")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, trust_env=False).status_code == 200
    return False


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(rows: list[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name.ljust(width)}  {value}", flush=True)
