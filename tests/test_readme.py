"""What README tells is so."""

import re
from pathlib import Path

from gallery.flux.emulator import WORDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SETTINGS = set(
    re.findall(
        r"env\.[a-z_]+\(\s*\"([A-Z_]+)\"",
        (ROOT / "fluxsite/settings.py").read_text(),
    )
)


def test_every_setting_has_its_row_and_every_row_its_setting():
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", README, re.MULTILINE)

    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == SETTINGS


def test_the_example_has_every_setting_and_no_other():
    assert set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == SETTINGS


def test_every_word_that_the_emulator_obeys_is_told():
    rows = [f"| `[{word}]` | {meaning} |" for word, meaning in WORDS]

    assert [row for row in rows if row not in README] == []


def test_every_picture_and_page_that_is_linked_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
