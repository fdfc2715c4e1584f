"""A site has done its work: what lies on its disk, in its log, its backup and in Redis."""

import base64
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import redis
from many_machines import Visitor
from processes import free_port, wait_for
from real_site import TOKEN, Site

from tests.conftest import PASSWORD

LINK_PASSWORD = "the word for the garden gate"
NEW_PASSWORD = "another quiet green evening"


@pytest.fixture
def site(build) -> Site:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    return build(PORT=port, SITE_URL=url, EMAIL_URL="dummymail://")


def test_no_secret_is_in_clear_in_any_file_or_queue(site, backends, tmp_path):
    site.people("alice", password=PASSWORD)
    site.start_up()
    visitor = Visitor(SimpleNamespace(url=site.settings["SITE_URL"]))
    wait_for(lambda: _is_ready(visitor), 90, "a site that is ready")

    secrets = _work(site, visitor)
    backup = tmp_path / "backup"
    assert site.start("backup", str(backup)).main.wait(120) == 0
    queue = list(_all_of(backends["REDIS_URL"])) if "REDIS_URL" in backends else []
    sessions = site.desk.do("what_sessions_hold")

    places = {**_files(site.data), **_files(site.logs), **_files(backup)}
    places |= {f"Redis {name}": value for name, value in queue}
    places |= {f"session {number}": text.encode() for number, text in enumerate(sessions)}
    told = [
        (what, place)
        for place, content in places.items()
        for what, secret in secrets.items()
        if any(form in content for form in _forms(secret)) and not _may(what, place)
    ]
    assert told == []
    assert any(b"alice@example.org" in content for content in places.values())  # really looked at
    assert {path.name for path in site.logs.iterdir()} >= {"up-1.log"}
    visitor.close()


def _work(site: Site, visitor: Visitor) -> dict[str, str]:
    """Do what makes secrets, and return them."""
    assert visitor.sign_in("alice@example.org", PASSWORD).status_code == 302
    wish = visitor.wish("A lighthouse")
    site.comes_to(wish, "succeeded", seconds=60)
    tokens = "/settings/tokens/"
    if visitor.http.get(tokens).status_code == 302:
        assert visitor.send("/accounts/confirm/", form="/accounts/confirm/", password=PASSWORD)
    made = visitor.send(tokens, form=tokens, name="program", may_read="on", days="30")
    shown = made.text + visitor.get(tokens)
    api = _found(r"flux_[\w-]{30,}", shown)
    gallery = visitor.send("/galleries/new/", form="/galleries/new/", name="Garden")
    place = gallery.headers["Location"]
    share = f"{place}share/links/"
    fields = {"password": LINK_PASSWORD, "expires_on": f"{date.today() + timedelta(days=9)}"}
    link = visitor.send(share, form=f"{place}share/", **fields)
    page = link.text + visitor.get(f"{place}share/")
    slug = _found(r"/g/([\w-]{20,})/", page)
    door = f"{site.settings['SITE_URL']}/g/{slug}/unlock/"  # guests' forms need no token
    opened = httpx.post(door, data={"password": LINK_PASSWORD}, trust_env=False)
    assert opened.status_code in (302, 303), opened.text
    bearer = {"authorization": f"Bearer {api}"}
    assert httpx.get(f"{site.settings['SITE_URL']}/api/v1/me", headers=bearer, trust_env=False)
    visitor.http.post("/accounts/login/", data={"login": "alice@example.org", "password": "no"})
    return {
        "password": PASSWORD,
        "API token": api,
        "link": slug,
        "link's password": LINK_PASSWORD,
        "webhook's secret": site.desk.do("make_webhook", name="alice"),
        "token of the provider": TOKEN,
        "secret key": site.settings["SECRET_KEY"],
        "session": visitor.http.cookies["fluxsite_session"],
    }


def _may(what: str, place: str) -> bool:
    """Who reads the database or Redis may be anybody who is signed in: Django keeps the keys of
    sessions as they are. A log or a backup may not tell them."""
    is_store = place.startswith("Redis ") or ".sqlite3" in place
    return what == "session" and is_store and "rows.sqlite3" not in place


def _is_ready(visitor: Visitor) -> bool:
    try:
        return visitor.http.get("/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def _files(folder: Path) -> dict[str, bytes]:
    """The database with its WAL is among them."""
    found = {path: path for path in folder.rglob("*") if path.is_file()}
    return {str(path): path.read_bytes() for path in found if "static" not in path.parts}


def _all_of(url: str) -> Iterator[tuple[str, bytes]]:
    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter():
            yield key.decode(errors="replace"), key + b" " + (server.dump(key) or b"")


def _forms(secret: str) -> Iterator[bytes]:
    """As it is, and in base64 wherever it begins."""
    yield secret.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret.encode()).rstrip(b"=")
        yield coded[4 if before else 0 : len(coded) - len(coded) % 4 - 4]


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text[:3000]
    return found[found.lastindex or 0]
