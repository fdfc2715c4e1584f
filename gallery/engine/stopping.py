"""Whether this worker cluster has been asked to stop, for tasks that run for long."""

import ctypes
from multiprocessing.sharedctypes import RawValue

# Made before the cluster forks, so that all its processes look at the same flag. It has no lock:
# it is set inside a signal's handler, and one of its readers may be killed while it looks.
_flag = RawValue(ctypes.c_bool, False)


def requested() -> bool:
    return bool(_flag.value)


def request() -> None:
    _flag.value = True
