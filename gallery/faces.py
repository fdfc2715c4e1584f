"""People as pages show them: a name, initials, and a colour that stays theirs."""

from dataclasses import dataclass

from accounts.models import Person

SHADES = 6  # that the stylesheet knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    name: str
    initials: str
    shade: str


def face_of(person: Person) -> Face:
    shade = f"a{person.pk.int % SHADES + 1}"
    return Face(name=str(person), initials=person.initials, shade=shade)
