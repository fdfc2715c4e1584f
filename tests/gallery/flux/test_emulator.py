"""The embedded emulator over HTTP, as a client sees it."""

import asyncio
import io
import json
import time

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat

from gallery.flux import catalog
from gallery.flux.emulator import EMULATOR_URL, WORDS, EmulatorPictures, EmulatorTransport
from gallery.flux.emulator.tickets import MAX_LENGTH, read, write

EVEN, ODD = 1_800_000_000.0, 1_800_000_060.0  # both at the start of a rush of [busy]


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


class Api:
    def __init__(self, keep, now=ODD + 10, pace=1.0):
        self.clock = Clock(now)
        self.keep = keep
        self.transport = EmulatorTransport(keep=keep, clock=self.clock, pace=pace)

    def send(self, method, path, **more):
        async def ask():
            async with httpx.AsyncClient(transport=self.transport, base_url=EMULATOR_URL) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def post(self, path, body):
        return self.send("POST", path, json=body)

    def images(self, **more):
        body = {"action": "generate", "prompt": "The sea", "size": "1:1", "async": True}
        return self.post("/flux/images", body | more)

    def submit(self, **more):
        answer = self.images(**more)
        assert answer.status_code == 200, answer.text
        return answer.json()["task_id"]

    def task(self, task_id):
        return self.post("/flux/tasks", {"action": "retrieve", "id": task_id}).json()

    def finish(self, **more):
        """Submit, wait, and return the task record."""
        task_id = self.submit(**more)
        self.clock.now += 100
        return self.task(task_id)

    def urls(self, **more):
        return [item["image_url"] for item in self.finish(**more)["response"]["data"]]

    def get(self, url):
        return self.send("GET", url)

    def picture(self, url):
        answer = self.get(url)
        assert answer.status_code == 200, answer.text
        image = Image.open(io.BytesIO(answer.content))
        image.load()
        return image

    def upload(self, data, field="file"):
        return self.send("POST", "/files/upload", files={field: ("a.png", data, "image/png")})


@pytest.fixture
def api(tmp_path):
    return Api(tmp_path / "kept")


def png(size=(320, 240), colour=(200, 30, 40)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def difference(one, two):
    stat = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), two.convert("RGB")))
    return sum(stat.mean) / 3


def test_a_submission_answers_at_once_with_nothing_but_an_id(api):
    answer = api.images()

    assert answer.status_code == 200
    assert list(answer.json()) == ["task_id"]


def test_a_young_job_has_no_response(api):
    record = api.task(api.submit())

    assert record["type"] == "images"
    assert record["created_at"] == api.clock.now
    assert "response" not in record
    assert "finished_at" not in record


def test_a_job_ends_with_pictures_and_its_cost(api):
    record = api.finish(count=3)

    response = record["response"]
    assert response["success"] is True
    assert len(response["data"]) == 3
    assert response["cost"] == {"amount": 0.648, "currency": "credit"}
    assert record["finished_at"] == pytest.approx(record["created_at"] + record["elapsed"])
    for item in response["data"]:
        assert item["image_url"].startswith(f"{EMULATOR_URL}/pictures/")
        assert isinstance(item["seed"], int)
        assert item["timings"]["inference"] > 0


def test_a_job_echoes_its_request(api):
    request = api.task(api.submit(prompt="A quiet sea", size="3:2", count=2))["request"]

    assert request == {
        "action": "generate",
        "model": "flux-dev",
        "prompt": "A quiet sea",
        "size": "3:2",
        "count": 2,
        "async": True,
    }


@pytest.mark.parametrize("offer", catalog.OFFERS, ids=lambda offer: offer.name)
def test_every_model_paints_its_sizes(api, offer):
    for size in (catalog.sizes(offer.size_rule)[0], catalog.sizes(offer.size_rule)[-1]):
        url = api.urls(model=offer.name, size=size)[0]
        wide, tall = catalog.shape(size)

        image = api.picture(url)

        assert image.width / image.height == pytest.approx(wide / tall, rel=0.001)
        assert image.width >= wide
        assert image.format == ("JPEG" if offer.name.startswith("flux-2-") else "PNG")


def test_ultra_has_about_two_megapixels(api):
    image = api.picture(api.urls(model="flux-pro-1.1-ultra", size="16:9")[0])

    assert 1_900_000 < image.width * image.height < 2_200_000


def test_pixels_are_taken_as_asked(api):
    image = api.picture(api.urls(model="flux-pro-1.1", size="320x288")[0])

    assert image.size == (320, 288)


@pytest.mark.parametrize(("model", "usual"), [("flux-2-klein", 2.5), ("flux-kontext-max", 8)])
def test_the_wait_depends_on_the_model_give_or_take_a_fifth(api, model, usual):
    tickets = [read(api.submit(model=model)) for _ in range(20)]

    waits = {ticket.seconds for ticket in tickets}
    assert len(waits) > 5
    assert all(usual * 0.79 < wait < usual * 1.21 for wait in waits)


def test_the_pace_shortens_the_wait(tmp_path):
    api = Api(tmp_path, pace=0.1)

    assert read(api.submit(prompt="[slow]")).seconds == pytest.approx(6)


def test_the_clock_decides_when_a_job_is_done(api):
    task_id = api.submit()
    ticket = read(task_id)

    api.clock.now = ticket.finished - 0.01
    assert "response" not in api.task(task_id)
    api.clock.now = ticket.finished + 0.01
    assert "response" in api.task(task_id)


def test_any_other_emulator_answers_for_the_same_job(api, tmp_path):
    task_id = api.submit()
    other = Api(tmp_path / "elsewhere", now=api.clock.now + 100)

    record = other.task(task_id)

    url = record["response"]["data"][0]["image_url"]
    api.clock.now += 100
    assert other.get(url).content == api.get(url).content


def test_the_sync_twin_serves_the_same_bytes(api, tmp_path):
    url = api.urls()[0]
    transport = EmulatorPictures(keep=tmp_path, clock=api.clock)

    with httpx.Client(transport=transport) as client:
        answer = client.get(url)

    assert answer.content == api.get(url).content
    assert answer.headers["content-type"] == "image/png"


def test_equal_wishes_are_different_jobs_with_related_pictures(api):
    first, second = api.finish(count=2), api.finish(count=2)

    assert first["id"] != second["id"]
    urls = [item["image_url"] for task in (first, second) for item in task["response"]["data"]]
    images = [api.picture(url) for url in urls]
    for place, image in enumerate(images):
        for other in images[place + 1 :]:
            assert difference(image, other) > 2
    assert read(first["id"]).recipe.source.family == read(second["id"]).recipe.source.family


def test_an_unknown_id_is_an_empty_record(api):
    for task_id in ("nonsense", "0b6f6a52-6f0e-4d0c-9c7d-5d1c3b7a9e10", "", "x" * 3000, "äöü"):
        assert api.task(task_id) == {}


def test_an_altered_id_is_unknown(api):
    task_id = api.submit()

    for place in range(0, len(task_id), 7):
        altered = task_id[:place] + ("A" if task_id[place] != "A" else "B") + task_id[place + 1 :]
        assert read(altered) in (None, read(task_id))


def test_a_batch_answers_for_the_ids_it_knows(api):
    ids = [api.submit(), api.submit()]

    body = api.post("/flux/tasks", {"action": "retrieve_batch", "ids": [*ids, "nonsense"]}).json()

    assert [item["id"] for item in body["items"]] == ids
    assert body["count"] == 2


def test_a_batch_of_nothing_is_empty(api):
    answer = api.post("/flux/tasks", {"action": "retrieve_batch", "ids": []})

    assert answer.json() == {"items": [], "count": 0}


@pytest.mark.parametrize(
    "body",
    [
        {"action": "retrieve_batch", "created_at_min": 1, "created_at_max": 2},
        {"action": "retrieve"},
        {"action": "retrieve", "id": 7},
        {"action": "delete", "id": "x"},
        {"action": "retrieve_batch", "ids": ["x"] * 51},
    ],
)
def test_other_questions_about_tasks_are_refused(api, body):
    answer = api.post("/flux/tasks", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"prompt": "  \n"}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"size": ""}, "size is required"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "4:5"}, "size"),
        ({"model": "flux-kontext-pro", "size": "1024x1024"}, "size"),
        ({"model": "flux-pro-1.1", "size": "1000x1000"}, "multiple of 32"),
        ({"model": "flux-9"}, "model is invalid"),
        ({"model": None}, "model is invalid"),
        ({"action": "edits"}, "action"),
        ({"action": "edit"}, "image_url is required"),
        ({"action": "edit", "image_url": "https://example.com/a.png"}, "image_url"),
        ({"action": "edit", "image_url": f"{EMULATOR_URL}/pictures/abc/0.png"}, "image_url"),
        ({"count": 0}, "count"),
        ({"count": 9}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": "2"}, "count"),
        ({"count": True}, "count"),
    ],
)
def test_a_bad_wish_is_refused_as_the_api_does(api, wish, message):
    answer = api.images(**wish)

    assert answer.status_code == 400
    body = answer.json()
    assert body["success"] is False
    assert body["error"]["code"] == "bad_request"
    assert message in body["error"]["message"]
    assert body["trace_id"]


def test_a_missing_size_is_refused(api):
    answer = api.post("/flux/images", {"action": "generate", "prompt": "The sea"})

    assert answer.json()["error"]["message"] == "size is required"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"[" * 60_000])
def test_what_is_no_json_object_is_refused(api, body):
    answer = api.send("POST", "/flux/images", content=body)

    assert answer.status_code == 400


def test_other_addresses_are_no_api(api):
    answer = api.post("/flux/videos", {})

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "no_api"


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * 4000,
        "日本語" * 1300,
        "".join(chr(0x1F300 + n * 37 % 1500) for n in range(4000)),
        "".join(chr(0x20000 + n * 7919 % 40000) for n in range(4000)),
        "\ud800" * 300,
        " ".join(f"[{word}]" for word, _ in WORDS if word.endswith("picture")) + "é" * 4000,
    ],
)
def test_ids_stay_short_whatever_the_prompt(api, prompt):
    body = json.dumps({"action": "generate", "prompt": prompt, "size": "21:9", "count": 4})

    answer = api.send("POST", "/flux/images", content=body + " ")

    task_id = answer.json().get("task_id")
    assert len(task_id) <= MAX_LENGTH
    assert read(task_id).size == "21:9"


def test_ids_stay_short_for_edits_of_edits_of_edits(api):
    prompt = "".join(chr(0x20000 + n * 7919 % 40000) for n in range(4000))
    url = api.urls(prompt=prompt, model="flux-pro-1.1-ultra", size="21:9")[0]

    for _ in range(30):
        edit = {"action": "edit", "image_url": url, "prompt": f"add lanterns {prompt}"}
        task_id = api.submit(**edit, model="flux-kontext-max", size="21:9")
        api.clock.now += 100
        url = api.task(task_id)["response"]["data"][0]["image_url"]

        assert len(task_id) <= MAX_LENGTH
    assert api.picture(url).size == catalog.shape("21:9")


def test_an_id_carries_the_whole_ticket(api):
    task_id = api.submit(prompt="A red sea [slow]", count=4, size="3:4")

    assert write(read(task_id)) == task_id


def test_an_edit_is_the_source_changed(api):
    source = api.urls(prompt="Sand dunes", size="1:1")[0]

    edited = api.urls(action="edit", prompt="make it night", image_url=source, size="1:1")[0]

    before, after = api.picture(source), api.picture(edited)
    assert before.size == after.size
    assert difference(before, after) > 10
    assert (
        read(edited.split("/")[-2]).recipe.source
        == read(source.split("/")[-2]).recipe.variation(0).source
    )


def test_an_edit_may_have_another_shape(api):
    source = api.urls(prompt="Sand dunes", size="1:1")[0]

    edited = api.urls(action="edit", prompt="warm", image_url=source, size="9:16")[0]

    assert api.picture(edited).size == catalog.shape("9:16")


def test_an_edit_makes_one_picture(api):
    source = api.urls()[0]

    answer = api.images(action="edit", image_url=source, count=2)

    assert answer.status_code == 400
    assert len(api.urls(action="edit", image_url=source, count=1)) == 1


def test_an_upload_is_kept_by_its_content_and_can_be_edited(api):
    first, second = api.upload(png()).json(), api.upload(png()).json()

    assert first["success"] is True
    assert first["url"] == second["url"]
    assert first["expires_at"] > api.clock.now
    assert api.get(first["url"]).content == png()
    edited = api.urls(action="edit", prompt="make it blue", image_url=first["url"], size="3:2")[0]
    assert api.picture(edited).size == catalog.shape("3:2")


def test_bytes_of_any_kind_come_through_an_upload(api):
    file = io.BytesIO()
    Image.effect_noise((90, 90), 90).convert("RGB").save(file, "JPEG")

    url = api.upload(file.getvalue()).json()["url"]

    assert url.endswith(".jpg")
    assert api.get(url).content == file.getvalue()


@pytest.mark.parametrize("data", [b"", b"hello", b"<html></html>", png()[:100], png()[:400]])
def test_an_upload_that_is_no_whole_picture_is_refused(api, data):
    answer = api.upload(data)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"


def test_an_upload_that_is_too_large_is_refused(api):
    answer = api.upload(png() + b"\0" * (25 * 2**20))

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "content_too_large"


def test_an_upload_without_a_file_is_refused(api):
    assert api.upload(png(), field="other").status_code == 400
    assert api.post("/files/upload", {}).status_code == 400


def test_old_uploads_are_forgotten(api):
    url = api.upload(png()).json()["url"]

    api.clock.now = time.time() + 8 * 86_400
    api.upload(png(colour=(1, 2, 3)))

    assert api.get(url).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/abc/0.png",
        "/pictures/../../etc/passwd",
        "/uploads/../../../etc/passwd",
        f"/uploads/{'0' * 64}.png",
        "/",
    ],
)
def test_other_pictures_are_not_found(api, path):
    assert api.get(path).status_code == 404


def test_a_picture_beyond_the_count_or_of_another_type_is_not_found(api):
    url = api.urls(count=2)[0]

    assert api.get(url.replace("/0.png", "/2.png")).status_code == 404
    assert api.get(url.replace("/0.png", "/0.jpg")).status_code == 404


def test_a_picture_is_not_there_before_its_job_is_done(api):
    task_id = api.submit()

    assert api.get(f"{EMULATOR_URL}/pictures/{task_id}/0.png").status_code == 404


# What words in a prompt do.


def test_moderated_is_refused_at_submission(api):
    answer = api.images(prompt="A crime [moderated]")

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"


@pytest.mark.parametrize(("word", "part"), [("moderated late", "moderated"), ("fail", "failed")])
def test_some_jobs_fail(api, word, part):
    response = api.finish(prompt=f"A sea [{word.upper()}]")["response"]

    assert response["success"] is False
    assert response["error"]["code"] == "api_error"
    assert part in response["error"]["message"].lower()
    assert "data" not in response


def test_slow_takes_a_minute(api):
    assert read(api.submit(prompt="[slow]")).seconds == 60


def test_never_never_ends(api):
    task_id = api.submit(prompt="[never]")
    api.clock.now += 10_000_000

    assert "response" not in api.task(task_id)


def test_one_short_delivers_and_charges_one_less(api):
    response = api.finish(prompt="[one short]", count=3)["response"]

    assert len(response["data"]) == 2
    assert response["cost"]["amount"] == 0.432
    assert len(api.finish(prompt="[one short]")["response"]["data"]) == 1


def test_at_once_answers_in_full(api):
    body = api.images(prompt="[at once]").json()

    assert body["success"] is True
    assert api.get(body["data"][0]["image_url"]).status_code == 200


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [("used up", 403, "used_up"), ("token", 401, "invalid_token")],
)
def test_the_account_is_in_trouble_in_even_minutes_only(api, word, status, code):
    api.clock.now = EVEN
    answer = api.images(prompt=f"[{word}]")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    api.clock.now = ODD
    assert api.images(prompt=f"[{word}]").status_code == 200


def test_busy_lasts_eight_seconds_of_twenty(api):
    api.clock.now = EVEN + 7.9
    assert api.images(prompt="[busy]").status_code == 429

    api.clock.now = EVEN + 8.1
    assert api.images(prompt="[busy]").status_code == 200


def test_unreachable_refuses_the_connection_for_a_while(api):
    api.clock.now = EVEN
    with pytest.raises(httpx.ConnectError):
        api.images(prompt="[unreachable]")

    api.clock.now = EVEN + 9
    assert api.images(prompt="[unreachable]").status_code == 200


def test_no_answer_hangs_up(api):
    with pytest.raises(httpx.RemoteProtocolError):
        api.images(prompt="[no answer]")


def test_server_error_and_garbled(api):
    assert api.images(prompt="[server error]").status_code == 500

    garbled = api.images(prompt="[garbled]")
    assert garbled.status_code == 200
    with pytest.raises(ValueError):
        garbled.json()


def test_a_missing_picture_comes_after_a_while(api):
    task_id = api.submit(prompt="[missing picture]")
    finished = read(task_id).finished
    url = f"{EMULATOR_URL}/pictures/{task_id}/0.png"

    api.clock.now = finished + 19
    assert api.get(url).status_code == 404
    api.clock.now = finished + 21
    assert api.get(url).status_code == 200


def test_a_broken_picture_is_cut_off(api):
    answer = api.get(api.urls(prompt="[broken picture]")[0])

    assert answer.headers["content-type"] == "image/png"
    with pytest.raises(OSError), Image.open(io.BytesIO(answer.content)) as image:
        image.load()


def test_an_html_picture_is_a_web_page(api):
    answer = api.get(api.urls(prompt="[html picture]")[0])

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_words_are_listed_once_each_with_what_they_do():
    words = [word for word, _ in WORDS]

    assert len(set(words)) == len(words)
    assert all(what for _, what in WORDS)
