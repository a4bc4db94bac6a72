"""The state of the platform as it is now: the record, checked against the processes that really live."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

from bellwether.launch.machine.broker import DEAD_LETTERS, Broker
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import ENDED, PartState, State, read_state
from bellwether.launch.watch import leftovers, mailbox

#: less than this, and PostgreSQL may stop at the next write
FULL_MB = 64


def of(folders: Folders) -> dict[str, Any]:
    """One object, as `status --json` prints it."""
    state = read_state(folders)
    supervisor = state.identity("supervisor")
    alive = supervisor is not None and supervisor.alive
    disk = _disk(folders)
    lost = _lost(folders, state)
    return {
        "state": "unrecorded" if lost else _phase(state, alive),
        "data": str(folders.data),
        "split": state.split,
        "public_url": state.public_url,
        "public_url_https": state.public_url_https,
        "supervisor": _pid(supervisor),
        "guardian": _pid(state.identity("guardian")),
        "failure": state.failure,
        "notes": [*state.notes, *_warnings(disk), *lost],
        "disk": disk,
        "dead_letters": dead_letters(folders, state) if alive else None,
        "mail": mailbox.summary(folders),
        "parts": {name: _part(part, state.boot) for name, part in state.parts.items()},
    }


def _lost(folders: Folders, state: State) -> list[str]:
    """What is said where a supervisor or guardian lives that the record does not name: it was removed, or replaced."""
    if state.running or not leftovers.watchers(folders):
        return []
    return [
        f"The platform of {folders.data} runs, and {folders.state} does not say so: "
        f"{folders.command('down')} stops it and writes the record anew; no data lie in it."
    ]


def _disk(folders: Folders) -> dict[str, Any] | None:
    """How much space the state folder has, in MB."""
    try:
        found = shutil.disk_usage(folders.data)
    except OSError:
        return None
    free, total = found.free >> 20, found.total >> 20
    return {"folder": str(folders.data), "free_mb": free, "total_mb": total, "is_full": free < FULL_MB}


def _warnings(disk: dict[str, Any] | None) -> list[str]:
    if not disk or not disk["is_full"]:
        return []
    return [
        f"The disk of {disk['folder']} is full: {disk['free_mb']} of {disk['total_mb']} MB are free. "
        "What cannot be written is refused; free some space, and everything goes on by itself."
    ]


def _phase(state: State, supervised: bool) -> str:
    if supervised:
        return state.phase
    if state.phase in ENDED:
        return state.phase
    return "restarting" if state.running else "stopped"


def _pid(identity: Identity | None) -> int | None:
    return identity.pid if identity and identity.alive else None


def _part(part: PartState, boot: str) -> dict[str, Any]:
    alive = bool(part.pid and part.start) and Identity(part.pid or 0, part.start or 0, boot).alive
    settled = part.state in ("external", "done", "waiting", "restarting")
    return {
        "state": part.state if alive or settled else "stopped",
        "address": part.address,
        "pid": part.pid if alive else None,
        "version": part.version,
        "uptime": part.uptime if alive else None,
        "restarts": part.restarts,
        "reason": part.reason,
    }


def dead_letters(folders: Folders, state: State) -> dict[str, Any] | None:
    """How many events wait in the dead-letter stream, and the time of the oldest; None when the broker is silent."""
    port = state.ports.get("nats")
    if not port:
        return None
    try:
        answer = asyncio.run(Broker.of(folders, port).ask(DEAD_LETTERS))
    except (OSError, TimeoutError, ValueError):
        return None
    found = answer.get("state")
    if not found:
        return {"count": 0, "oldest": None}
    return {"count": found["messages"], "oldest": found["first_ts"] if found["messages"] else None}
