"""A list of people to invite, as somebody types it or as a spreadsheet writes it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import Invitation, Person
from accounts.models.credit import NONE
from accounts.models.person import Role

LONGEST = 500  # lines
MOST_CREDITS = Decimal(100_000_000)
ROLES = {role.value: role for role in Role} | {role.label.lower(): role for role in Role}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """None: as the form says for everybody."""

    email: str
    name: str = ""
    role: Role | None = None
    allowance: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    number: int
    text: str
    problem: str

    def __str__(self) -> str:
        return f"Line {self.number}: {self.problem}"


@dataclass(slots=True, kw_only=True)
class GuestList:
    guests: list[Guest] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


class BadCell(ValueError):
    """Its words are for who wrote the list."""


def read(text: str) -> GuestList:
    """Lines of email, name, role, allowance; all but the first may be left out."""
    found = GuestList()
    lines = text.replace("\0", "").splitlines()
    for number, line in enumerate(lines[:LONGEST], start=1):
        cells = _cells(line)
        if not any(cells) or (number == 1 and cells[0].lower() in ("email", "e-mail")):
            continue
        try:
            guest = _guest(cells)
            _refuse_twice(guest, found.guests)
            found.guests.append(guest)
        except BadCell as problem:
            found.bad.append(BadLine(number=number, text=line.strip()[:120], problem=str(problem)))
    if len(lines) > LONGEST:
        words = f"This and what follows is left out: a list has at most {LONGEST} lines."
        found.bad.append(BadLine(number=LONGEST + 1, text="", problem=words))
    _refuse_known(found, lines)
    return found


def _cells(line: str) -> list[str]:
    separator = next((mark for mark in ";\t" if mark in line and "," not in line), ",")
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        cells = [line]
    return [cell.strip() for cell in cells] or [""]


def _guest(cells: Sequence[str]) -> Guest:
    email, name, role, allowance, *rest = [*cells, "", "", "", ""]
    if any(rest):
        raise BadCell("There are more than four columns: email, name, role, allowance.")
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadCell(f"“{email}” is not a full address.") from error
    if len(email) > 254:
        raise BadCell("The address is longer than 254 characters.")
    if len(name) > 120:
        raise BadCell("The name is longer than 120 characters.")
    return Guest(email=email.lower(), name=name, role=_role(role), allowance=_allowance(allowance))


def _role(text: str) -> Role | None:
    if not text:
        return None
    if text.lower() not in ROLES:
        raise BadCell(f"“{text}” is no role. Write admin, member or viewer.")
    return ROLES[text.lower()]


def _allowance(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadCell(f"“{text}” is no number of credits. Write it as 250 or 12.5.") from error
    if not amount.is_finite() or not 0 <= amount < MOST_CREDITS:
        raise BadCell(f"“{text}” is no allowance. Write 0 or more.")
    return amount.quantize(NONE)


def _refuse_twice(guest: Guest, before: Sequence[Guest]) -> None:
    if any(other.email == guest.email for other in before):
        raise BadCell(f"{guest.email} stands in the list twice.")


def _refuse_known(found: GuestList, lines: Sequence[str]) -> None:
    """Who is here, or is invited: two questions for the whole list."""
    emails = [guest.email for guest in found.guests]
    here = set(Person.objects.filter(email__in=emails).values_list("email", flat=True))
    invited = Invitation.objects.usable().filter(email__in=emails)
    waiting = set(invited.values_list("email", flat=True))
    for guest in found.guests[:]:
        if guest.email in here | waiting:
            words = "has an account already" if guest.email in here else "is invited already"
            number = next(
                place for place, line in enumerate(lines, 1) if guest.email in line.lower()
            )
            found.guests.remove(guest)
            found.bad.append(
                BadLine(number=number, text=guest.email, problem=f"{guest.email} {words}.")
            )
    found.bad.sort(key=lambda line: line.number)
