"""What the supervisor tells the world: state.json, replaced as a whole on each change."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders, write_atomically
from bellwether.launch.machine.processes import Identity

#: phases of the platform; a guardian does not restart what is stopped or failed
ENDED = ("stopped", "failed")
#: and one that all parts have once been ready in, and that nobody has told to stop
RUNNING = ("ready", "degraded")
#: who may be told to stop: one of them fetches what is missing before there are the others
ROLES = ("guardian", "supervisor", "fetching")


@dataclass
class PartState:
    """One part as `status` shows it."""

    state: str = "waiting"
    address: str = ""
    pid: int | None = None
    start: int | None = None
    started_at: float | None = None
    version: str = ""
    restarts: int = 0
    reason: str = ""

    @property
    def uptime(self) -> float | None:
        return round(time.time() - self.started_at, 1) if self.pid and self.started_at else None


@dataclass
class State:
    """The whole platform of one state folder."""

    phase: str = "stopped"
    data: str = ""
    split: bool = False
    boot: str = ""
    public_url: str = ""
    public_url_https: str = ""
    supervisor: dict[str, int] | None = None
    guardian: dict[str, int] | None = None
    fetching: dict[str, int] | None = None
    ports: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failure: str = ""
    parts: dict[str, PartState] = field(default_factory=dict)

    def address(self, part: str) -> str:
        """The address of a part, e.g. `http://127.0.0.1:18101`."""
        return self.parts[part].address

    def identity(self, role: str) -> Identity | None:
        """Who is in one of the `ROLES`, if state.json names one."""
        found: dict[str, int] | None = getattr(self, role)
        return Identity(found["pid"], found["start"], self.boot) if found else None

    def processes(self) -> list[Identity]:
        """Every part's process that was recorded."""
        return [Identity(p.pid, p.start, self.boot) for p in self.parts.values() if p.pid and p.start]

    @property
    def running(self) -> bool:
        """True while a supervisor or its guardian lives."""
        found = (self.identity("supervisor"), self.identity("guardian"))
        return any(each is not None and each.alive for each in found)


RECORD = TypeAdapter(State)


def as_pair(identity: Identity) -> dict[str, int]:
    return {"pid": identity.pid, "start": identity.start}


def read_state(folders: Folders) -> State:
    """The recorded state; an empty one where nothing was ever started.

    Raises:
        LaunchError: the file cannot be read, or is no such record.
    """
    try:
        return RECORD.validate_json(folders.state.read_bytes())
    except FileNotFoundError:
        return State(data=str(folders.data))
    except OSError as error:
        raise LaunchError(f"{folders.state} cannot be read: {error.strerror}.", "Act as its owner.") from error
    except ValidationError as error:
        remedy = f"{folders.command('down')} stops what still runs and writes it anew; no data lie in it."
        raise LaunchError(f"{folders.state} is damaged: {error.errors()[0]['msg']}.", remedy) from error


def last_state(folders: Folders) -> State:
    """The recorded state, an empty one when it is damaged too: for those who look for the processes themselves."""
    try:
        return read_state(folders)
    except LaunchError:
        return State(data=str(folders.data))


def running_state(folders: Folders) -> State:
    """The record of a platform that runs.

    Raises:
        LaunchError: it does not.
    """
    state = read_state(folders)
    if not state.running:
        problem = f"The platform of {folders.data} is not running."
        raise LaunchError(problem, f"Start it with {folders.command('up --detach')}.")
    return state


def write_state(folders: Folders, state: State) -> None:
    write_atomically(folders.state, json.dumps(asdict(state), indent=1) + "\n")
