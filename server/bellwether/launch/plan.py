"""What a part is: a command, what it needs, and how one sees that it is ready."""

from __future__ import annotations

import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bellwether.launch.machine.account import Account
from bellwether.launch.machine.folders import REPOSITORY
from bellwether.launch.machine.probe import Probe

#: gets the pid; answers None when ready, else the reason why not
Ready = Callable[[int], Awaitable[str | None]]


async def at_once(_pid: int) -> str | None:
    return None


def by(probe: Probe) -> Ready:
    """Readiness that does not depend on the pid."""
    return lambda _pid: probe()


def dies_with_us(*words: str) -> tuple[str, ...]:
    """The command, killed by the kernel when its parent dies, so that no orphan stays."""
    return tuple(Account().command(*words, death_signal="KILL"))


def program(name: str) -> str:
    """A program that was installed beside this Python."""
    return str(Path(sys.executable).parent / name)


@dataclass(frozen=True)
class Part:
    """One process of the platform; without a command it is run by others."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    ready: Ready = at_once
    ports: tuple[int, ...] = ()
    address: str = ""
    version: str = ""
    folder: Path = REPOSITORY
    once: bool = False
    #: it waits for no other part and does not mend itself: when it stays unready, it is started again
    stands_alone: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Plan:
    """All parts of one start and what a user should know of it."""

    parts: tuple[Part, ...]
    ports: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    public_url: str = ""
    public_url_https: str = ""
    #: called once, when every part is ready for the first time
    when_ready: Callable[[], None] = lambda: None
