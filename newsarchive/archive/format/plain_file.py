"""Opening what should be a plain file: a pipe never answers, and a device never ends, so that who reads one waits for ever."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe waits for its writer without ``O_NONBLOCK``; of a plain file it changes nothing."""


def open_plain(path: Path) -> BinaryIO:
    """The file, to be read; a link is followed.  Raises ``OSError``, also where something else than a plain file stands."""
    return open(path, "rb", opener=_opened)


def _opened(path: str, _: int) -> int:
    handle = os.open(path, _FLAGS)
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        is_folder = stat.S_ISDIR(kind)
        raise OSError(errno.EISDIR if is_folder else errno.EINVAL, "it is no plain file", path)
    return handle
