"""The site's own settings, in a folder of this run; the developer's `.env` decides nothing."""

import atexit
import os
import shutil
import tempfile

from backends import POSTGRESQL, REDIS, bucket_in

_folder = tempfile.mkdtemp(prefix="fluxsite-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ |= {
    "DATA_DIR": _folder,
    "EMAIL_URL": "consolemail://",
    "FLUX_API_TOKEN": "",
    "FLUX_API_URL": "https://api.acedata.cloud",
    "FLUX_CALLBACK_URL": "",
    "FLUX_RESULT_HOSTS": "",
    "LOG_FORMAT": "text",
    "LOG_LEVEL": "INFO",
    "SECRET_KEY": "a-key-that-only-the-tests-of-this-site-ever-use",
    "SITE_URL": "http://127.0.0.1:8000",
    "STORAGE_URL": "file:",
    "TIME_ZONE": "UTC",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright runs a loop in the tests' own thread
}
if _store := os.environ.get("FLUX_TEST_STORE"):  # the form of many machines (see scaled.py)
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    os.environ |= {
        "DATABASE_URL": f"{POSTGRESQL}/postgres",
        "REDIS_URL": f"{REDIS}/{12 + int(_worker.removeprefix('gw')) % 4}",
        "STORAGE_URL": bucket_in(_store, _worker),
    }
else:  # each process has its own file
    os.environ |= {"DATABASE_URL": f"sqlite:///{_folder}/fluxsite.sqlite3", "REDIS_URL": ""}

from fluxsite.settings import *  # noqa: E402, F403  (the environment comes first)
from fluxsite.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# Processes that a test starts run the real site.
os.environ["DJANGO_SETTINGS_MODULE"] = "fluxsite.settings"

# A thread of a live server that kept its connection would keep the test database from going.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in real life: threads don't share one connection, and WAL is at work.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
STATIC_ROOT.mkdir(exist_ok=True)
