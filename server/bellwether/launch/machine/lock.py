"""One launcher per state folder: a lock that the kernel frees when its last holder dies."""

from __future__ import annotations

import fcntl
import os

from bellwether.launch.errors import AlreadyRunning
from bellwether.launch.machine.folders import Folders


def take(folders: Folders) -> int:
    """Lock the state folder and return the descriptor that holds the lock."""
    descriptor = os.open(folders.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise running_already(folders) from None
    return descriptor


def running_already(folders: Folders) -> AlreadyRunning:
    """What somebody is told who starts it again."""
    return AlreadyRunning(
        f"The platform of {folders.data} is running already.",
        f"See {folders.command('status')}, stop it with {folders.command('down')}, "
        "or choose another folder with --data DIR.",
    )


def is_held(folders: Folders) -> bool:
    """True while some launcher holds the state folder."""
    if not folders.lock.exists():
        return False
    try:
        os.close(take(folders))
    except AlreadyRunning:
        return True
    return False
