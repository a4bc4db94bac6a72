"""Secrets of one installation: made once, kept in keys/ with mode 600."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders, write_whole
from bellwether.launch.machine.installation import from_a_backup


def password(folders: Folders, name: str) -> str:
    """The password of that name, made on first use."""
    return text_file(folders, f"{name}.password").read_text().strip()


def text_file(folders: Folders, name: str) -> Path:
    """A file with a secret of 256 bits in letters that need no quoting anywhere."""
    return _whole(_make(folders.keys / name, lambda: secrets.token_hex(32).encode() + b"\n"), folders, 64)


def key_file(folders: Folders, name: str) -> Path:
    """A file with 32 random bytes."""
    return _whole(_make(folders.keys / name, lambda: secrets.token_bytes(32)), folders, 32)


def _whole(path: Path, folders: Folders, n_bytes: int) -> Path:
    """The path, if the file holds what was written.

    Raises:
        LaunchError: it was cut, or written over.
    """
    content = path.read_bytes()
    content = content.strip() if n_bytes == 64 else content
    if len(content) != n_bytes or not any(content):
        problem = f"{path} is damaged: it holds {len(content)} bytes in place of {n_bytes}."
        raise LaunchError(problem, from_a_backup(folders))
    return path


def _make(path: Path, content: Callable[[], bytes]) -> Path:
    if path.exists():
        return path
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_whole(temporary, content(), 0o600)
        # a link, unlike a rename, never replaces a secret that another process made first
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
