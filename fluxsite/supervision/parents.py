"""Processes that die with their parent, so that no orphan goes on working."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>

# Looked up here: the child of a fork must not load libraries.
_prctl: Callable[..., int] | None = (
    ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, or end at once if it has already.

    The kernel watches the thread that forked us: parents must fork in their main thread.
    Elsewhere than on Linux nothing watches; there, only orderly ends leave nothing behind.
    """
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def bind_children(in_child: Callable[[], None] = lambda: None) -> None:
    """Have every process that is forked from now on die with the one that forked it."""
    forking = [os.getpid()]

    def remember() -> None:
        forking[0] = os.getpid()

    def follow() -> None:
        die_with(forking[0])
        in_child()

    os.register_at_fork(before=remember, after_in_child=follow)
