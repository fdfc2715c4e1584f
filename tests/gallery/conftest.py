import uuid

import pytest
from asking import DATA, NAME, in_s3
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from moto.server import ThreadedMotoServer

from gallery.models import Image
from gallery.storage import DurableFileSystemStorage


@pytest.fixture
def folder(tmp_path):
    return DurableFileSystemStorage(tmp_path / "media")


@pytest.fixture(scope="session")
def s3():
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def bucket(s3):
    storage = in_s3(s3, "pictures")
    storage.connection.create_bucket(Bucket="pictures")
    return storage


@pytest.fixture(params=["folder", "memory", "bucket"])
def anywhere(request):
    if request.param == "memory":
        return InMemoryStorage()
    return request.getfixturevalue(request.param)


@pytest.fixture
def kept(anywhere):
    anywhere.save(NAME, ContentFile(DATA))
    return anywhere


@pytest.fixture
def make_row(make_generation):
    """`make_row(alice, "A red fox")`: its row alone, without files."""
    generations = {}

    def make(owner, prompt="A lighthouse", **fields):
        generation = fields.pop("generation", None)
        if generation is None:
            generation = generations.get(owner.pk) or make_generation(owner, status="succeeded")
            generations[owner.pk] = generation
        usual = {
            "generation": generation,
            "model_name": "flux-dev",
            "width": 64,
            "height": 48,
            "bytes": 1,
            "sha256": "",
            "content_type": "image/png",
            "colour": "#8a6f5c",
            "original": f"{uuid.uuid4()}.png",
        }
        return Image.objects.create(owner=owner, prompt=prompt, **usual | fields)

    return make
