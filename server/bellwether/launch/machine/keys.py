"""Secrets of one installation: made once, kept in keys/ with mode 600."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bellwether.launch.machine.folders import Folders


def password(folders: Folders, name: str) -> str:
    """The password of that name, made on first use."""
    return text_file(folders, f"{name}.password").read_text().strip()


def text_file(folders: Folders, name: str) -> Path:
    """A file with a secret of 256 bits in letters that need no quoting anywhere."""
    return _make(folders.keys / name, lambda: secrets.token_hex(32).encode() + b"\n")


def key_file(folders: Folders, name: str) -> Path:
    """A file with 32 random bytes."""
    return _make(folders.keys / name, lambda: secrets.token_bytes(32))


def _make(path: Path, content: Callable[[], bytes]) -> Path:
    if path.exists():
        return path
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content())
        os.fsync(file.fileno())
    # a link, unlike a rename, never replaces a secret that another process made first
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    return path
