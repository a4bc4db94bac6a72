"""Which process is which: a pid alone may be reused, a pid with its start time is not."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
MOST_FILES = 65_536


@dataclass(frozen=True)
class Stat:
    state: str
    parent: int
    session: int
    start: int


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        found = stat(pid)
        return cls(pid, found.start, boot_id()) if found else None

    @property
    def alive(self) -> bool:
        found = stat(self.pid)
        return found is not None and found.state != "Z" and self.same(found)

    @property
    def present(self) -> bool:
        """Still in /proc, even as a zombie that nobody has waited for."""
        found = stat(self.pid)
        return found is not None and self.same(found)

    def same(self, found: Stat) -> bool:
        return found.start == self.start and self.boot == boot_id()

    def send(self, number: signal.Signals) -> bool:
        """Signal this very process; False when it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:
            if not self.alive:
                return False
            signal.pidfd_send_signal(descriptor, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def stat(pid: int) -> Stat | None:
    """What /proc says of a process, or None when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(state=fields[0], parent=int(fields[1]), session=int(fields[3]), start=int(fields[19]))


def is_running(pid: int) -> bool:
    """Whether a process has not ended; one that has, and that nobody has waited for, is left as it is."""
    found = stat(pid)
    return found is not None and found.state != "Z"


def all_pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - twice as fast


def in_session(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    # the kernel is asked for the session twenty times as fast as /proc is read
    found = ((pid, stat(pid)) for pid in all_pids() if _is_in(pid, session))
    return [pid for pid, s in found if s and s.session == session and s.state != "Z"]


def _is_in(pid: int, session: int) -> bool:
    try:
        return os.getsid(pid) == session
    except ProcessLookupError:
        return False


def children() -> list[int]:
    """The processes whose parent is this one, zombies included."""
    lists = [task / "children" for task in Path("/proc/self/task").iterdir()]
    if all(path.exists() for path in lists):
        return [int(word) for path in lists for word in path.read_text().split()]
    mine = os.getpid()
    found = ((pid, stat(pid)) for pid in all_pids())
    return [pid for pid, s in found if s and s.parent == mine]


def reap(pid: int) -> None:
    """Wait for a child that has ended; leave a living one alone."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def end_children(seconds: float, spare: int | None = None) -> None:
    """Kill every child, and what becomes one by that, until none is left but the one to spare; leave no zombie."""
    until = time.monotonic() + seconds
    while (found := [pid for pid in children() if pid != spare]) and time.monotonic() < until:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            reap(pid)
        time.sleep(0.01)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has died, so that none escapes."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def allow_many_files() -> None:
    """Raise the soft limit of open files, often 1024, for this process and its children."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES), hard)
    )


def wait_gone(identities: list[Identity], seconds: float) -> list[Identity]:
    """Wait until the processes have ended; what is left after the time is returned."""
    until = time.monotonic() + seconds
    left = [each for each in identities if each.alive]
    while left and time.monotonic() < until:
        time.sleep(0.02)
        left = [each for each in left if each.alive]
    return left


def kill_session(pid: int) -> None:
    """Kill the process group that a part of ours led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
