"""What words in a prompt, in square brackets, make the emulator do."""

WORDS: tuple[tuple[str, str], ...] = (
    ("moderated", "refused at once by the safety filter"),
    ("moderated late", "accepted, then failed by the safety filter"),
    ("fail", "accepted, then failed with an upstream error"),
    ("slow", "takes a minute"),
    ("never", "is accepted and never ends"),
    ("one short", "delivers one picture fewer than asked for, but at least one"),
    ("at once", "answers with the finished pictures straight away"),
    ("busy", "told to wait (429) during the first 8 seconds of every 20"),
    ("used up", "the account is out of credits (403) during even minutes"),
    ("token", "the token is refused (401) during even minutes"),
    ("unreachable", "no connection during the first 8 seconds of every 20"),
    ("no answer", "the connection ends without an answer"),
    ("server error", "answers 500"),
    ("garbled", "answers 200 with something that is not JSON"),
    ("missing picture", "the picture's address answers 404 for 20 seconds"),
    ("broken picture", "the picture's file is cut off"),
    ("html picture", "the picture's address answers with a web page"),
)


def called(prompt: str) -> frozenset[str]:
    """The words that a prompt uses."""
    text = prompt.casefold()
    return frozenset(word for word, _ in WORDS if f"[{word}]" in text)


def is_rush(now: float) -> bool:
    return now % 20 < 8


def is_even_minute(now: float) -> bool:
    return int(now // 60) % 2 == 0
