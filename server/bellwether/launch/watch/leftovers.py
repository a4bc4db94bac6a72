"""Ends what an earlier supervisor of this state folder left running, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
from itertools import pairwise
from pathlib import Path

from bellwether.launch.machine import processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import State

#: names the state folder in the environment of each part, so that it is found without the record
MARK = "BELLWETHER_PART_OF"
#: the parts die with their holder; this long they get to follow
GRACE_SECONDS = 2.0
ROLES = ("bellwether.launch.watch.supervisor", "bellwether.launch.watch.guardian")
HOLDER = "bellwether.launch.watch.holder"


def end(folders: Folders, state: State) -> int:
    """End the parts, each known by pid and start time, and what they forked; return how many were left.

    The record names them; those that it does not name are known by the mark in their environment.
    """
    recorded = list({*state.processes(), *marked(folders)})
    left = processes.wait_gone(recorded, GRACE_SECONDS)
    for identity in left:
        identity.send(signal.SIGKILL)
    processes.wait_gone(left, 10.0)
    orphans = [pid for identity in recorded for pid in _orphans(folders, identity)]
    for pid in orphans:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(left) + len(orphans)


def marked(folders: Folders) -> list[Identity]:
    """The parts of this state folder that run, whatever the record says."""
    found = (Identity.of(pid) for pid in processes.all_pids() if _has(pid, f"{MARK}={folders.data}"))
    return [identity for identity in found if identity and identity.alive]


def watchers(folders: Folders) -> list[Identity]:
    """The supervisor and the guardian of this state folder, by the command lines that start them.

    Anybody may write such words behind a command: only a process of ours, or of the folder's owner, can be one.
    """
    found = {}
    for pid, words in _of_ours(folders, ROLES).items():
        found[pid] = Identity.of(pid)
        # in the foreground the guardian is the command that a person typed
        for name in ("--guardian", "--watch"):
            if (other := _option(words, name)).isdecimal():
                found[int(other)] = Identity.of(int(other))
    return [identity for identity in found.values() if identity and identity.alive]


def holders(folders: Folders) -> list[Identity]:
    """The parents of this folder's parts, which end when nobody watches any more."""
    found = (Identity.of(pid) for pid in _of_ours(folders, (HOLDER,)))
    return [identity for identity in found if identity and identity.alive]


def _of_ours(folders: Folders, roles: tuple[str, ...]) -> dict[int, list[str]]:
    """The command lines in these roles, of this user or the folder's owner."""
    owners = {os.geteuid(), folders.data.stat().st_uid} if folders.data.exists() else set()
    lines = ((pid, _words(pid, "cmdline")) for pid in processes.all_pids())
    return {
        pid: words
        for pid, words in lines
        if any(word in roles for word in words)
        and _option(words, "--data") == str(folders.data)
        and _owner(pid) in owners
    }


def _option(words: list[str], name: str) -> str:
    """The word behind an option; none where the option is missing, or the last word."""
    return dict(pairwise(words)).get(name, "")


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def _orphans(folders: Folders, leader: Identity) -> list[int]:
    """Processes of a recorded session whose leader is gone, and which carry our state folder in their environment."""
    found = processes.stat(leader.pid)
    if leader.boot != processes.boot_id() or (found and not leader.same(found)):
        return []
    return [pid for pid in processes.in_session(leader.pid) if _has(pid, f"BELLWETHER_DATA_DIR={folders.data}")]


def _has(pid: int, variable: str) -> bool:
    return variable in _words(pid, "environ")


def _words(pid: int, file: str) -> list[str]:
    """The environment or the command line of a process; none of one that is gone or another user's."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/{file}").read_bytes()).split("\0")
    except OSError:
        return []
