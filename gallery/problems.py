"""What people read when something could not be done: what happened, what to do, what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.credits import AllowanceExceeded, Statement
from gallery import words
from gallery.models import Conductor, Pause


class NextStep(StrEnum):
    EDIT = "edit"  # another prompt
    RETRY = "retry"  # the same once more
    CHOOSE = "choose"  # another model, size or picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    heading: str
    advice: str
    next_step: NextStep


PROBLEMS: Mapping[str, Problem] = {
    "moderated": Problem(
        heading="The provider refused this prompt",
        advice="Its safety filter found something that it does not draw. "
        "Names of real people, violence and nudity are the usual causes. "
        "Take it out and try again.",
        next_step=NextStep.EDIT,
    ),
    "refused": Problem(
        heading="The provider could not read this wish",
        advice="Another prompt or another size usually helps. The details say what it objected to.",
        next_step=NextStep.EDIT,
    ),
    "model_refused": Problem(
        heading="The provider does not offer this model now",
        advice="Choose another model and generate again. Your prompt is kept.",
        next_step=NextStep.CHOOSE,
    ),
    "provider_failed": Problem(
        heading="The provider failed to make the picture",
        advice="It was not your prompt. Try again; if it fails once more, try another model.",
        next_step=NextStep.RETRY,
    ),
    "overdue": Problem(
        heading="No picture came within 30 minutes",
        advice="Try again. Should the picture still come within a day, it is kept here and paid.",
        next_step=NextStep.RETRY,
    ),
    "unconfirmed": Problem(
        heading="The connection broke and the provider never confirmed it",
        advice="We looked for it for 15 minutes. Try again. "
        "Should its picture come after all, it is kept here and paid.",
        next_step=NextStep.RETRY,
    ),
    "absent": Problem(
        heading="It did not reach the provider",
        advice="The connection broke twice on the way. Try again in a few minutes.",
        next_step=NextStep.RETRY,
    ),
    "undeliverable": Problem(
        heading="The picture was made but could not be fetched",
        advice="The provider's file server did not hand it out for a day. Try again.",
        next_step=NextStep.RETRY,
    ),
    "bad_picture": Problem(
        heading="What came was not a usable picture",
        advice="The file was empty, damaged or far too large. Try again.",
        next_step=NextStep.RETRY,
    ),
    "reference_gone": Problem(
        heading="The reference picture is no longer there",
        advice="It was deleted before the job began. Choose another one.",
        next_step=NextStep.CHOOSE,
    ),
}

UNKNOWN = Problem(
    heading="This could not be done",
    advice="Try again. If it fails once more, show an admin the details.",
    next_step=NextStep.RETRY,
)

# The database is locked. The same form again is the same wish, should it be there after all.
NOT_TAKEN = (
    "The site was too busy to take this. Generate again in a moment; it is charged once at most."
)

# Why the line does not move; the first is for everybody, the second for admins.
WAITING: Mapping[str, tuple[str, str]] = {
    Pause.BUSY: (
        "The Flux API asked us to slow down. Jobs start a little later.",
        "The Flux API answers 429. Jobs start more slowly for a while, by themselves.",
    ),
    Pause.DOWN: (
        "The Flux API can't be reached. Jobs wait and start by themselves.",
        "The Flux API can't be reached. We try again by ourselves; "
        "if it lasts, check FLUX_API_URL and this machine's network.",
    ),
    Pause.TOKEN: (
        "Waiting: the team's Flux account needs attention. Your jobs keep their place.",
        "The Flux API turns us away. Check FLUX_API_TOKEN, then FLUX_API_URL, "
        "and restart the site.",
    ),
    Pause.USED_UP: (
        "Waiting: the team's Flux account needs attention. Your jobs keep their place.",
        "The Flux account is used up. Add credits at the provider; jobs then go on by themselves.",
    ),
    Pause.ADMIN: (
        "An admin has paused new jobs. Yours keep their place.",
        "New jobs are paused. They go on when an admin resumes them under Team, Health.",
    ),
    Pause.STORAGE: (
        "Waiting: the site's storage needs attention. Your jobs keep their place.",
        "Pictures can't be stored. Free some space or mend DATA_DIR or STORAGE_URL; "
        "jobs then go on by themselves.",
    ),
}


def problem_of(key: str) -> Problem:
    return PROBLEMS.get(key, UNKNOWN)


def waiting(conductor: Conductor, *, is_admin: bool) -> str:
    if conductor.pause not in WAITING:
        return ""
    why = WAITING[conductor.pause][is_admin]
    is_told = conductor.pause == Pause.ADMIN and conductor.pause_detail
    return f"{why} {conductor.pause_detail}" if is_told else why


def too_little(refusal: AllowanceExceeded, statement: Statement) -> SafeString:
    """Which bound it is, when it is renewed, and where to ask for more."""
    where = f"{reverse('settings')}#credits"
    return format_html('{} <a href="{}">Ask for more</a>', _bound(refusal, statement), where)


def _bound(refusal: AllowanceExceeded, statement: Statement) -> str:
    needed, left = words.in_credits(refusal.needed), words.credits(refusal.left)
    renewal = formats.date_format(statement.renews_on, "j F")
    if refusal.bound == "day":
        return (
            f"This needs {needed}, and {left} are left for today. "
            "The day's limit starts anew at midnight. Make fewer pictures or take a cheaper model."
        )
    if refusal.bound == "team":
        return (
            f"This needs {needed}, and the whole team has {left} left. "
            f"The team's limit starts anew on {renewal}. An admin can raise it before then."
        )
    return (
        f"This needs {needed}, and you have {left} left this month. "
        f"Your allowance is renewed on {renewal}. An admin can give you more before then."
    )


def too_many(limit: int) -> str:
    return f"{limit} of your jobs are waiting already. Cancel one, or wait until the next starts."


def too_many_jobs(number: int, limit: int) -> str:
    return f"These are {number:,} jobs, and {limit:,} go into one batch."


def too_many_waiting(waiting: int, limit: int) -> str:
    return (
        f"{waiting:,} jobs of your batches are waiting already, and at most {limit:,} may. "
        "Cancel some, or wait until more of them have started."
    )
