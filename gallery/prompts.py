"""The prompts that a person has used, searched by their words."""

import uuid
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Person
from gallery import words
from gallery.models import PromptUse

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    id: str
    text: str
    used: str
    use: str
    remove: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    prompts: tuple[Past, ...]
    query: str
    older: str  # address of the next page

    @property
    def is_searched(self) -> bool:
        return bool(self.query.strip())


def history(person: Person, *, query: str, before: PromptUse | None = None) -> History:
    found = PromptUse.objects.visible_to(person).with_words(query)
    rows = list((found.before(before) if before else found)[: PAGE + 1])
    last = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return History(prompts=tuple(map(_past, rows[:PAGE])), query=query, older=_older(query, last))


def _past(row: PromptUse) -> Past:
    times = "" if row.times == 1 else f", {row.times:,} times"
    return Past(
        id=str(row.pk),
        text=row.text,
        used=f"{words.ago(row.last_used_at, timezone.now())}{times}",
        use=f"{reverse('studio')}?use={row.pk}",
        remove=reverse("prompt_remove", args=[row.pk]),
    )


def _older(query: str, last: uuid.UUID | None) -> str:
    return (
        f"{reverse('prompt_list')}?{urlencode({'q': query, 'before': str(last)})}" if last else ""
    )
