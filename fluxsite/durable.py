"""What must be there after the power was cut, not only after a crash."""

import os
from pathlib import Path


def write_through(path: Path) -> None:
    """A file's bytes, or a folder's list of names, to the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
