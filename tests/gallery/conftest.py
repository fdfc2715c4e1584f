import pytest
from asking import DATA, NAME, in_s3
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from moto.server import ThreadedMotoServer

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
