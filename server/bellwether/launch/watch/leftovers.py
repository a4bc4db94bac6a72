"""Ends what an earlier supervisor of this state folder left running, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from bellwether.launch.machine import processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import State

#: the kernel signals the parts when their supervisor dies; this long they get to follow
GRACE_SECONDS = 2.0


def end(folders: Folders, state: State) -> int:
    """End the recorded parts, each known by pid and start time, and what they forked; return how many were left."""
    recorded = state.processes()
    left = processes.wait_gone(recorded, GRACE_SECONDS)
    for identity in left:
        identity.send(signal.SIGKILL)
    processes.wait_gone(left, 10.0)
    orphans = [pid for identity in recorded for pid in _orphans(folders, identity)]
    for pid in orphans:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(left) + len(orphans)


def _orphans(folders: Folders, leader: Identity) -> list[int]:
    """Processes of a recorded session whose leader is gone, and which carry our state folder in their environment."""
    found = processes.stat(leader.pid)
    if leader.boot != processes.boot_id() or (found and not leader.same(found)):
        return []
    return [pid for pid in processes.in_session(leader.pid) if _carries(pid, str(folders.data))]


def _carries(pid: int, data: str) -> bool:
    try:
        return f"BELLWETHER_DATA_DIR={data}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
