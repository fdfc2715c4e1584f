"""Files of the provider: reference pictures that come in, result pictures that go out."""

import time
from email.parser import BytesParser
from email.policy import HTTP as HTTP_POLICY
from typing import TYPE_CHECKING

import provider_pictures as pictures
from provider_faults import REFUSALS, Faults, Reply
from provider_jobs import Job

if TYPE_CHECKING:
    from provider import Provider

UPLOADS = {"/files/upload": 25 * 1024 * 1024, "/api/v1/files/": 100 * 1024 * 1024}
CHUNK = bytes(64 * 1024)


class Delivery:
    """The part of the handler that knows files."""

    provider: "Provider"
    route: str
    body: bytes

    def _upload(self) -> Reply:
        if self.route not in UPLOADS or self.route not in self.provider.uploads_at:
            return REFUSALS["no-api"]
        if refused := self._refused():
            return refused
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        part = next(BytesParser(policy=HTTP_POLICY).parsebytes(head + self.body).iter_parts())
        data = part.get_payload(decode=True)
        if len(data) > UPLOADS[self.route]:
            return REFUSALS["too-large"]
        url = self.provider.keep(data, part.get_content_type(), str(part.get_filename()))
        if self.route == "/files/upload":
            return Reply(200, {"success": True, "url": url, "expires_at": time.time() + 7 * 86400})
        return Reply(200, {"file_url": url})

    def _uploaded(self) -> Reply:
        data, kind = self.provider.uploads.get(self.route, (b"", ""))
        return Reply(200, data, {"Content-Type": kind}) if data else Reply(404, b"")

    def _picture(self) -> Reply | None:
        name = self.route.removeprefix("/pictures/").rpartition(".")[0]
        job = self.provider.jobs.by_id.get(name) or self.provider.jobs.by_id.get(
            name.rpartition("-")[0]
        )
        if job is None:
            return Reply(404, b"")
        number = 1 if name == job.task_id else int(name.rpartition("-")[2])
        job.fetches[number] += 1
        return self._faulty_picture(job, job.fetches[number]) or self._good_picture(job, name)

    def _good_picture(self, job: Job, name: str) -> Reply | None:
        size = self.provider.picture_size or pictures.shape(job.body["size"])
        data = pictures.picture(size, job.kind, stamp=name)
        headers = {"Content-Type": pictures.TYPES[job.kind]}
        if "picture-cut" in job.faults:
            self._half(Reply(200, data))
        if "picture-slow" in job.faults:
            self.provider.hang(job.faults["picture-slow"])
        return Reply(200, data, headers)

    def _faulty_picture(self, job: Job, attempt: int) -> Reply | None:
        faults = job.faults
        for status in (404, 500):
            name = f"picture-{status}"
            if name in faults and attempt <= int(faults[name] or 1):
                return Reply(status, b"<html>not yet</html>")
        if "picture-huge" in faults or "picture-huge-chunked" in faults:
            return self._huge(is_chunked="picture-huge-chunked" in faults)
        replies = {
            "picture-gone": Reply(404, b""),
            "picture-html": Reply(200, b"<html><body>Sign in</body></html>"),
            "picture-empty": Reply(200, b"", {"Content-Type": "image/png"}),
            "picture-loop": Reply(302, b"", {"Location": self.path}),
        }
        found = next((replies[name] for name in replies if name in faults), None)
        return found or self._elsewhere(faults)

    def _elsewhere(self, faults: Faults) -> Reply | None:
        if "picture-bomb" in faults:
            return Reply(200, pictures.bomb(), {"Content-Type": "image/png"})
        if "picture-private" in faults:
            return Reply(
                302, b"", {"Location": faults["picture-private"] or "http://127.0.0.1:9/x.png"}
            )
        if "picture-redirect" in faults and not self.path.endswith("?moved"):
            return Reply(302, b"", {"Location": f"{self.path}?moved"})
        return None

    def _huge(self, *, is_chunked: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        name, value = (
            ("Transfer-Encoding", "chunked")
            if is_chunked
            else ("Content-Length", str(pictures.HUGE))
        )
        self.send_header(name, value)
        self.end_headers()
        framed = b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK) if is_chunked else CHUNK
        for _ in range(pictures.HUGE // len(CHUNK)):
            self.wfile.write(framed)
            self.provider.streamed += len(CHUNK)
        if is_chunked:
            self.wfile.write(b"0\r\n\r\n")
