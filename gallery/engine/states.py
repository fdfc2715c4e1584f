"""The life of a generation as data: states, moves, and what a move does to the credits."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gallery.models.generation import FINAL, Status


class Credits(StrEnum):
    KEPT = "kept"
    RELEASED = "released"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From any of `sources` to `target`; `when` completes the sentence "it moves when …"."""

    name: str
    sources: tuple[Status, ...]
    target: Status
    when: str
    credits: Credits = Credits.KEPT
    is_loss_possible: bool = False

    @property
    def is_last(self) -> bool:
        return self.target in FINAL


_Q, _S, _U, _R = Status.QUEUED, Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING
_KEEP, _BACK, _PAID = Credits.KEPT, Credits.RELEASED, Credits.SETTLED

PICK = Move(name="pick", sources=(_Q,), target=_S, when="the conductor picks it")
CANCEL = Move(
    name="cancel",
    sources=(_Q,),
    target=Status.CANCELLED,
    when="its owner cancels it",
    credits=_BACK,
)
PUT_BACK = Move(
    name="put back",
    sources=(_S, _U),
    target=_Q,
    when="the API said to wait, or not a byte was sent",
)
LOSE_SIGHT = Move(
    name="lose sight",
    sources=(_S,),
    target=_U,
    when="the POST went out and no clear answer came",
)
ACCEPT = Move(
    name="accept",
    sources=(_S, _U, _Q),
    target=_R,
    when="the API names its task, in an answer, a callback or its list",
)
DELIVER = Move(
    name="deliver",
    sources=(_Q, _S, _U, _R),
    target=Status.STORING,
    when="the result is there",
)
REFUSE = Move(
    name="refuse",
    sources=(_Q, _S, _U),
    target=Status.FAILED,
    when="the API refuses the wish, or the wish can't be sent",
    credits=_BACK,
)
FAIL = Move(
    name="fail",
    sources=(_U, _R, _S, _Q),
    target=Status.FAILED,
    when="the API says that its task failed",
    credits=_BACK,
)
QUEUE_AGAIN = Move(
    name="queue again",
    sources=(_U,),
    target=_Q,
    when="it is certainly absent at the API, for the first time",
)
GIVE_UP_ABSENT = Move(
    name="give up",
    sources=(_U,),
    target=Status.FAILED,
    when="it is certainly absent for the second time",
    credits=_BACK,
)
GIVE_UP_UNCONFIRMED = Move(
    name="give up unconfirmed",
    sources=(_U,),
    target=Status.FAILED,
    when="it is still unconfirmed after 15 minutes, and the API was asked",
    credits=_BACK,
    is_loss_possible=True,
)
GIVE_UP_RUNNING = Move(
    name="give up running",
    sources=(_R,),
    target=Status.FAILED,
    when="there is no result after 30 minutes",
    credits=_BACK,
    is_loss_possible=True,
)
ARRIVE_LATE = Move(
    name="arrive late",
    sources=(Status.FAILED, Status.CANCELLED),
    target=Status.STORING,
    when="a result comes after all",
)
SUCCEED = Move(
    name="succeed",
    sources=(Status.STORING,),
    target=Status.SUCCEEDED,
    when="every picture that can be had is stored",
    credits=_PAID,
)
LOSE_RESULTS = Move(
    name="lose results",
    sources=(Status.STORING,),
    target=Status.FAILED,
    when="not one picture could be had",
    credits=_BACK,
    is_loss_possible=True,
)

MOVES = (
    PICK,
    CANCEL,
    PUT_BACK,
    LOSE_SIGHT,
    ACCEPT,
    DELIVER,
    REFUSE,
    FAIL,
    QUEUE_AGAIN,
    GIVE_UP_ABSENT,
    GIVE_UP_UNCONFIRMED,
    GIVE_UP_RUNNING,
    ARRIVE_LATE,
    SUCCEED,
    LOSE_RESULTS,
)


def drawing() -> str:
    """The states and moves as a Mermaid diagram and a table, for CONTRIBUTING.md."""
    return "\n".join([*_diagram(), "", *_table()])


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> queued"
    for move in MOVES:
        for source in move.sources:
            yield f"    {source.value} --> {move.target.value}: {move.name}"
    for status in FINAL:
        yield f"    {status.value} --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| move | from | to | when | credits |"
    yield "| --- | --- | --- | --- | --- |"
    for move in MOVES:
        sources = ", ".join(source.value for source in move.sources)
        loss = ", a possible loss" if move.is_loss_possible else ""
        yield (
            f"| {move.name} | {sources} | {move.target.value} | {move.when} "
            f"| {move.credits.value}{loss} |"
        )
