"""What can't be right in the settings, or is doubtful together, is said at start-up."""

import pytest
from django.core.checks import run_checks

from fluxsite.environment import known_hosts


def found(settings, **changed: object) -> dict[str, str]:
    """What the checks say with these settings: each id with its words."""
    for name, value in changed.items():
        setattr(settings, name, value)
    return {message.id: f"{message.msg} {message.hint}" for message in run_checks()}


def test_demo_mode_is_the_only_thing_to_mind_in_the_defaults(settings):
    assert list(found(settings)) == ["fluxsite.W001"]


@pytest.mark.parametrize("token", ["Bearer abc", "abc def", "abc\nd", "ключ"])
def test_a_token_with_signs_that_no_token_has_is_an_error(settings, token):
    said = found(settings, FLUX_API_TOKEN=token, DEMO=False)

    assert "fluxsite.E001" in said
    assert token not in said["fluxsite.E001"]


def test_plain_http_beyond_this_machine_is_doubtful(settings):
    assert "fluxsite.W002" in found(settings, SITE_URL="http://flux.example.org")


def test_https_behind_a_proxy_that_nobody_trusts_is_doubtful(settings):
    assert "fluxsite.W006" in found(settings, SITE_URL="https://flux.example.org")
    assert "fluxsite.W006" not in found(settings, TRUSTED_PROXIES=1)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_an_open_port_with_an_address_of_this_machine_only_is_doubtful(settings, host):
    assert "fluxsite.W003" in found(settings, HOST=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "::1", "localhost"])
def test_a_port_for_this_machine_only_is_fine(settings, host):
    assert "fluxsite.W003" not in found(settings, HOST=host)


def test_a_callback_address_that_is_not_https_or_not_public_is_doubtful(settings):
    said = found(settings, FLUX_CALLBACK_URL="http://localhost:8000", DEMO=False)

    assert {"fluxsite.W004", "fluxsite.W005"} <= set(said)


def test_a_database_in_memory_is_an_error(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", ":memory:")

    assert "fluxsite.E002" in found(settings)


def test_a_package_that_is_missing_is_an_error(settings, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    said = found(settings, STORAGE_URL="s3://bucket")

    assert "requirements/run.txt" in said["fluxsite.E003"]


def test_a_secret_of_one_machine_is_doubtful_where_files_are_shared(
    files_on_disk, settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret-key").write_text(f"{settings.SECRET_KEY}\n")

    assert "fluxsite.W007" not in found(settings)
    assert "fluxsite.W007" in found(settings, STORAGE_URL="s3://pictures")
    assert "fluxsite.W007" not in found(settings, SECRET_KEY="another one")


@pytest.mark.parametrize(
    ("listening", "own"),
    [("10.0.0.11", {"10.0.0.11"}), ("fd00::1", {"[fd00::1]"}), ("0.0.0.0", set()), ("::", set())],
)
def test_a_machine_is_asked_by_its_own_address_too(listening, own):
    usual = {"flux.example.org", "127.0.0.1", "localhost", "[::1]"}

    assert set(known_hosts("flux.example.org", listening)) == usual | own
