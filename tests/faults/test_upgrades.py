"""While an upgrade lays down its files, the version before is still at work."""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import processes
import pytest
import truth
from processes import HOUSE, free_port, wait_for
from real_site import Site

SITE = ("accounts", "fluxsite", "gallery", "static", "templates")
NEXT = {".py": "raise ImportError('This is of the version that comes')", ".html": "{% load next %}"}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's files of its own, which its processes are started from."""
    folder = tmp_path / "house"
    for name in SITE:
        shutil.copytree(HOUSE / name, folder / name)
    shutil.copy(HOUSE / "manage.py", folder)
    monkeypatch.setattr(processes, "HOUSE", folder)
    return folder


def test_what_began_before_the_files_changed_goes_on_with_those_it_knew(
    house: Path, build: Callable[..., Site]
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    site = build(SITE_URL=url, PORT=url.rpartition(":")[2], FLUX_CALLBACK_URL=url)
    assert site.start("collectstatic", "--noinput", "--verbosity=0").main.wait(60) == 0
    site.start("web")
    site.start_worker()
    site.people("alice")
    wait_for(lambda: answers(url, "/readyz"), 60, "a site that is ready")

    for path in house.rglob("*"):
        if path.suffix in NEXT:
            path.write_text(NEXT[path.suffix])

    key = site.wish("alice", "A lighthouse", count=2)
    site.comes_to(key, "succeeded")
    site.provider.wait_called_back(1)
    assert [row["attempts"] for row in truth.all_succeeded(site)] == [["accepted"]]
    assert [answer for _, answer in site.provider.called_back] == [204]
    for page in ("/accounts/login/", "/accounts/password/reset/", "/readyz"):
        assert answers(url, page), page


def answers(url: str, path: str) -> bool:
    try:
        return httpx.get(url + path, trust_env=False, timeout=10).is_success
    except httpx.HTTPError:
        return False
