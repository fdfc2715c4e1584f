"""People who go on working in a storm: each in a browser, trying again until there is an answer."""

import io
import re
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from PIL import Image as Picture
from processes import wait_for

PASSWORD = "a quiet green morning"
AGAIN = 0.5  # seconds until somebody who got no answer tries again
MARK = "quillwort"  # in each prompt, and so in no log


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody does at that second of the storm."""

    at: float
    who: int
    prompts: tuple[str, ...]  # several are a batch
    words: str  # what is typed: for a batch, with its blanks
    count: int = 1
    is_edit: bool = False
    is_taken_back: bool = False

    @property
    def kind(self) -> str:
        kind = "edit" if self.is_edit else "batch" if len(self.prompts) > 1 else "single"
        return f"{kind}, cancelled" if self.is_taken_back else kind


@dataclass(slots=True)
class Someone:
    """Signed in once; what they have asked for was answered, or is asked for again."""

    name: str
    url: str
    browser: httpx.Client = field(init=False)
    session: str = ""

    def __post_init__(self) -> None:
        self.browser = httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    def sign_in(self) -> None:
        page = self.browser.get("/accounts/login/").text
        found = re.search(r'csrfmiddlewaretoken" value="(\w+)', page)
        assert found, page
        form = {"login": f"{self.name}@example.org", "password": PASSWORD}
        answer = self.browser.post("/accounts/login/", data=form | {CSRF: found[1]})
        assert answer.status_code == 302, answer.text
        self.session = self.browser.cookies["fluxsite_session"]

    def do(self, deeds: Sequence[Deed], is_over: threading.Event) -> None:
        """All of them, each at its moment, or at once when it is over."""
        began = time.monotonic()
        for deed in deeds:
            is_over.wait(max(0.0, began + deed.at - time.monotonic()))
            place = self._ask(deed)
            if deed.is_taken_back:
                self._take_back(place)

    def close(self) -> None:
        self.browser.close()

    def _ask(self, deed: Deed) -> str:
        """Send the same form until it is answered. Return the place of its card."""
        token = str(uuid.uuid4())
        form = {
            "prompt": deed.words,
            "model": "flux-kontext-pro" if deed.is_edit else "flux-dev",
            "size": "1:1",
            "count": str(deed.count),
            "form_token": token,
        }
        files = {"picture": ("a.png", _a_picture(), "image/png")} if deed.is_edit else None
        path = "/edit/" if deed.is_edit else "/generations/"
        answer = self._insist(path, form, files)
        return str(answer.headers["location"].partition("#")[2])

    def _take_back(self, place: str) -> None:
        kind, _, pk = place.partition("-")
        rows = "batches" if kind == "batch" else "generations"
        self._insist(f"/{rows}/{pk}/cancel/", {})

    def _insist(
        self,
        path: str,
        form: dict[str, str],
        files: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> httpx.Response:
        last: list[httpx.Response | str] = ["nothing"]

        def look() -> httpx.Response | None:
            data = form | {CSRF: self.browser.cookies["fluxsite_csrf"]}
            try:
                answer = self.browser.post(path, data=data, files=files)
            except httpx.HTTPError as error:
                last[0] = repr(error)
            else:
                last[0] = answer
                if answer.status_code in (302, 303) and "login" not in answer.headers["location"]:
                    return answer
            time.sleep(AGAIN)
            return None

        found: httpx.Response = wait_for(look, 300, lambda: f"a yes of {path}: {_said(last[0])}")
        return found


CSRF = "csrfmiddlewaretoken"


def _said(answer: httpx.Response | str) -> str:
    return answer if isinstance(answer, str) else f"{answer.status_code} {answer.text[-3000:]}"


def _a_picture() -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (64, 48), "#8a6f5c").save(buffer, "PNG")
    return buffer.getvalue()
