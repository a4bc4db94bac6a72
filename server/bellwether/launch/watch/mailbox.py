"""Messages to people that no mail server took: one file each, the newest last."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bellwether.launch.machine.folders import Folders

LAST = 3


def letters(folders: Folders) -> list[Path]:
    return sorted(folders.mail.glob("*.eml"))


def read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def summary(folders: Folders) -> dict[str, Any]:
    """How many there are, where, and what the last ones are about."""
    found = letters(folders)
    subjects = [str(read(path)["Subject"]) for path in found[-LAST:]]
    return {"count": len(found), "folder": str(folders.mail), "last": subjects[::-1]}
