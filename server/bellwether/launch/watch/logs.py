"""The logs of the parts: opened for appending, kept below a size, read from their end."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import IO

LARGEST = 10 << 20
KEPT = 3


def open_log(path: Path) -> IO[bytes]:
    """Append only, so that a truncation by the rotation leaves no hole; nowhere, where a full disk takes no file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    return os.fdopen(descriptor, "wb")


def rotate(folder: Path, largest: int = LARGEST) -> list[str]:
    """Copy and truncate each log that has grown too large: its writer keeps the file open."""
    rotated = [log for log in folder.glob("*.log") if log.stat().st_size > largest]
    for log in rotated:
        for number in range(KEPT, 1, -1):
            older = log.with_suffix(f".log.{number - 1}")
            if older.exists():
                older.replace(log.with_suffix(f".log.{number}"))
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)
    return [log.name for log in rotated]


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])
