"""Machines that share a database, a queue and a store and nothing on disk, behind a real nginx."""

import json
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from processes import HOUSE, Program, free_port, wait_for
from provider import Provider
from real_site import Site
from store import Bucket

EXAMPLE = HOUSE / "fluxsite" / "deploy" / "nginx.conf"
NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    add_header X-Answered-By $upstream_addr always;
    include {folder}/fluxsite.conf;
}}
"""


class Front:
    """The example of the deploy folder with our own ports, folders and certificate."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        folder.mkdir()
        self.folder, self.port, plain = folder, free_port(), free_port()
        self.url, self.plain_url = f"https://127.0.0.1:{self.port}", f"http://127.0.0.1:{plain}"
        _make_certificate(folder)
        text = EXAMPLE.read_text()
        for old, new in (
            ("10.0.0.11:8000", f"127.0.0.1:{ports[0]}"),
            ("10.0.0.12:8000", f"127.0.0.1:{ports[1]}"),
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("/etc/letsencrypt/live/flux.example.org", str(folder)),
            ("/var/lib/fluxsite", str(folder)),
            ("/var/log/nginx", str(folder)),
        ):
            assert old in text, old
            text = text.replace(old, new)
        (folder / "fluxsite.conf").write_text(text)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))

    @property
    def command(self) -> list[str]:
        return ["nginx", "-e", f"{self.folder}/error.log", "-c", f"{self.folder}/nginx.conf"]

    def start(self) -> None:
        subprocess.run([*self.command, "-t", "-q"], check=True, timeout=20)
        self._process = subprocess.Popen(self.command)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(15)


def _make_certificate(folder: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run(
        [*command.split(), "-subj", "/CN=127.0.0.1", *files], check=True, capture_output=True
    )


class Machine(Site):
    """A site whose pictures are in a store."""

    def __init__(self, folder: Path, provider: Provider, bucket: Bucket, **settings: str) -> None:
        folder.mkdir()
        self.port = free_port()
        super().__init__(
            folder,
            provider,
            bucket,
            PORT=str(self.port),
            LOG_FORMAT="json",
            TRUSTED_PROXIES="1",
            **settings,
        )

    def open(self) -> None:
        """As the units of the deploy folder do."""
        collected = self.start("collectstatic", "--noinput", "--clear", "--verbosity=0")
        assert collected.main.wait(120) == 0
        self.web = self.start("web")
        self.worker = self.start_worker()

    def answers(self) -> bool:
        try:
            return self.ask("/healthz").is_success
        except httpx.HTTPError:
            return False

    def ask(self, path: str, cookies: str = "", **options: Any) -> httpx.Response:
        """This machine alone, as nginx would ask it."""
        headers = {
            "Host": self.settings["SITE_URL"].removeprefix("https://"),
            "X-Forwarded-For": "192.0.2.7",
            "X-Forwarded-Proto": "https",
            "Referer": f"{self.settings['SITE_URL']}/",
            "Cookie": cookies,
        }
        method = options.pop("method", "GET")
        address = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(
            method, address, headers=headers, timeout=30, trust_env=False, **options
        )

    def lines(self, program: Program) -> Iterator[dict[str, Any]]:
        for line in program.log.read_text().splitlines():
            yield json.loads(line)


class Visitor:
    """A browser without scripts: cookies, forms, and the page's own poll."""

    def __init__(self, front: Front) -> None:
        self.http = httpx.Client(
            base_url=front.url,
            verify=False,  # noqa: S501 - the certificate is of this test
            trust_env=False,
            timeout=30,
            headers={"Referer": f"{front.url}/", "Accept": "text/html"},
        )

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def send(self, path: str, form: str = "/", **fields: str) -> httpx.Response:
        """A form of that page, with its token against forgery."""
        return self.http.post(path, data=fields | {"csrfmiddlewaretoken": token_in(self.get(form))})

    def get(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        return answer.text

    def sign_in(self, email: str, password: str) -> httpx.Response:
        login = "/accounts/login/"
        return self.send(login, form=login, login=email, password=password)

    def wish(self, prompt: str) -> str:
        """Return the job's id."""
        answer = self.send(
            "/generations/",
            prompt=prompt,
            model="flux-dev",
            size="1:1",
            count="1",
            form_token=str(uuid.uuid4()),
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].rpartition("job-")[2]

    def close(self) -> None:
        self.http.close()


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def poll_in(page: str) -> str:
    found = re.search(r'hx-get="(/live/[^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def wait_until_open(machines: list[Machine], seconds: float = 120) -> None:
    wait_for(lambda: all(each.answers() for each in machines), seconds, "two machines that answer")
