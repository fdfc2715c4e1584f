"""The files for operators: linted, and each step of the Dockerfile done without a container."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
DEPLOY = HOUSE / "fluxsite" / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
UNITS = sorted(DEPLOY.glob("*.service"))


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def tool(name):
    """One that came with the test extras."""
    return str(Path(sys.executable).parent / name)


def steps():
    """Each instruction of the Dockerfile with its words; lines that go on are one."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text())
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [tuple(line.split(" ", 1)) for line in lines]


def test_the_dockerfile_is_linted():
    run(tool("hadolint"), str(DOCKERFILE))


def test_the_compose_file_is_what_compose_reads():
    run(
        tool("check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        str(DEPLOY / "compose.yaml"),
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_what_systemd_reads(unit, tmp_path):
    """With this environment's Python in the place of the one that they will have."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("There is no systemd-analyze; install systemd.")
    text = unit.read_text().replace("/srv/fluxsite/.venv/bin/python", sys.executable)
    (tmp_path / unit.name).write_text(text)

    said = run("systemd-analyze", "verify", str(tmp_path / unit.name))

    assert unit.name not in said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_what_there_is(unit):
    """Options that a command no longer has would be seen on the day of the upgrade."""
    for line in re.findall(
        r"^Exec\w+=/srv/fluxsite/.venv/bin/python (.+)$", unit.read_text(), re.M
    ):
        command, *options = line.removeprefix("-u ").removeprefix("manage.py ").split()
        told = run(sys.executable, "manage.py", command, "--help", cwd=HOUSE)
        assert all(option.partition("=")[0] in told for option in options)


@pytest.mark.nginx
def test_the_example_for_nginx_is_what_nginx_reads(tmp_path):
    """Here without its certificate; the machines' test in tests/faults runs it with one."""
    text = re.sub(r"^ *ssl_certificate.*\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.M)
    (tmp_path / "site.conf").write_text(text.replace(" ssl http2", ""))
    conf = (
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(conf)

    run("nginx", "-e", f"{tmp_path}/error.log", "-c", f"{tmp_path}/nginx.conf", "-t", "-q")


@pytest.mark.caddy
def test_the_example_for_caddy_is_what_caddy_reads(tmp_path):
    env = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    config = ["--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]

    said = run("caddy", "validate", *config, env=env)

    assert "Valid configuration" in said
    assert '"level":"warn"' not in said


def test_compose_names_settings_and_commands_that_there_are():
    text = (DEPLOY / "compose.yaml").read_text()
    known = (HOUSE / ".env.example").read_text()

    for name in re.findall(r"^    ([A-Z_]+): ", text.partition("x-working")[0], re.M):
        assert f"#{name}=" in known
    commands = set(re.findall(r"manage\.py,? (\w+)", text))
    assert commands == {"migrate", "shell", "collectstatic", "web", "worker"}


def lay_out(folder, stage):
    """What the COPY steps of one stage bring, as far as the ignore file lets it through."""
    for word, rest in stage:
        if word == "COPY" and "--from" not in rest:
            *sources, target = rest.split()
            for source in sources:
                assert is_let_through(source), f"{source} is not let through"
                place = folder / target / (source if target == "./" else "")
                copy = shutil.copytree if (HOUSE / source).is_dir() else shutil.copy
                place.parent.mkdir(parents=True, exist_ok=True)
                copy(HOUSE / source, place)


def is_let_through(source):
    return f"!{source}" in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()


def stages():
    """The first step of each is FROM."""
    found = []
    for step in steps():
        found.append([step]) if step[0] == "FROM" else found[-1].append(step)
    return found


def environment(folder, stage):
    words = " ".join(rest for word, rest in stage if word == "ENV")
    given = dict(re.findall(r"(\w+)=(\S+)", words))
    given["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    given["DATA_DIR"] = str(folder / "data")
    return given


@pytest.fixture
def image(tmp_path):
    """The second stage in an empty folder, with this environment's packages as the first's."""
    folder = tmp_path / "image"
    folder.mkdir()
    _, stage = stages()
    lay_out(folder, stage)
    env = environment(tmp_path, stage)
    for word, rest in stage:
        if word == "RUN":
            rest = rest.replace("-o 10001 -g 10001 ", "") if os.getuid() else rest
            run("sh", "-c", rest.replace("/data", env["DATA_DIR"]), cwd=folder, env=env)
    return folder, env


def test_what_the_image_holds_is_a_whole_site(image):
    """As compose.yaml prepares it, and nothing that it needs was left out of the image."""
    folder, env = image
    for command in (["migrate"], ["collectstatic", "--noinput"], ["check"]):
        run(sys.executable, "manage.py", *command, "--verbosity=0", cwd=folder, env=env)

    pages = (
        "from django.test import Client;"
        "print(Client(HTTP_HOST='localhost').get('/accounts/login/').status_code)"
    )
    said = run(
        sys.executable, "manage.py", "shell", "--verbosity=0", "-c", pages, cwd=folder, env=env
    )
    assert said.strip().endswith("200")


def test_its_command_and_its_probe_are_programs_that_there_are(image):
    folder, env = image
    stage = dict(stages()[1])
    probe = json.loads(stage["HEALTHCHECK"].partition("CMD ")[2])
    command = json.loads(stage["CMD"])

    assert "Bring the site up" in run(*command, "--help", cwd=folder, env=env)
    assert probe[:2] == ["python", "-c"] and ast.parse(probe[2])
    assert {"STOPSIGNAL": "SIGTERM", "USER": "10001:10001"}.items() <= stage.items()


@pytest.mark.long
def test_its_packages_are_installed_by_its_own_steps(tmp_path):
    """The first stage in an empty folder; takes as long as the net does."""
    stage, _ = stages()
    lay_out(tmp_path, stage)

    for word, rest in stage:
        if word == "RUN":
            run("sh", "-c", rest, cwd=tmp_path)

    run(tmp_path / ".venv/bin/python", "-c", "import boto3, django, granian, psycopg, redis")
