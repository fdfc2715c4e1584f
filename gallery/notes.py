"""What stands on a card where its pictures would be, when there are none to come."""

from collections.abc import Iterator
from dataclasses import dataclass

from gallery import words
from gallery.models import Generation
from gallery.models.generation import Status
from gallery.problems import NextStep, problem_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What stands where the pictures would be."""

    heading: str
    text: str
    next_step: NextStep
    details: str = ""


def note_on(generation: Generation) -> Note | None:
    if generation.status == Status.CANCELLED:
        return Note(
            heading="Cancelled before it started",
            text="Nothing was sent.",
            next_step=NextStep.RETRY,
        )
    if generation.status != Status.FAILED:
        return None
    problem = problem_of(generation.problem)
    return Note(
        heading=problem.heading,
        text=f"{problem.advice} {_cost_of_failure(generation)}",
        next_step=problem.next_step,
        details="\n".join(_details(generation)),
    )


def returned(generation: Generation) -> str:
    if generation.status in (Status.FAILED, Status.CANCELLED):
        return f"{words.in_credits(generation.total_price)} returned"
    return ""


def _cost_of_failure(generation: Generation) -> str:
    price = words.in_credits(generation.total_price)
    if generation.is_possible_loss:
        return (
            f"{price} went back to you. The provider may have charged the team all the same; "
            "the admins see it."
        )
    return f"{price} went back to you."


def _details(generation: Generation) -> Iterator[str]:
    yield generation.problem or "unknown"
    yield f"job {generation.pk}"
    if generation.task_id:
        yield f"task {words.shortened(generation.task_id, 80)}"
    if generation.trace_id:
        yield f"trace {generation.trace_id}"
    if generation.problem_detail:
        yield words.shortened(generation.problem_detail, 400)
