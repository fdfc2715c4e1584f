"""What admins do about the engine: pause new jobs, resume, look again at a job, call it."""

from gallery.engine import hints, moving, pauses, testing, watching
from gallery.models import Generation


def pause(message: str) -> None:
    """Nothing new is submitted until `resume`; members read the message."""
    pauses.stop(message.strip())
    moving.line_moved()


def resume() -> bool:
    """Return whether an admin's pause was on."""
    ended = pauses.go_on()
    moving.line_moved()
    hints.wake()
    return ended


def look_again(generation: Generation) -> bool:
    """Have the API asked after this job at once. It is never sent a second time."""
    found = watching.look_again(generation)
    hints.wake()
    return found


def make_test_call() -> None:
    testing.ask()
