"""Starts and stops the platform of a state folder from Python: for the command line, the demo and the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bellwether.launch.errors import AlreadyRunning, LaunchError
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine import lock, processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.state import ENDED, ROLES, State, last_state, read_state, write_state
from bellwether.launch.watch import fetching, leftovers, logs
from bellwether.launch.watch.guardian import HOLDER_SECONDS, Guardian
from bellwether.launch.watch.logs import open_log
from bellwether.launch.watch.supervisor import DEFAULT_PLAN, command

READY_SECONDS = 240.0
STOP_SECONDS = 90.0
POLL_SECONDS = 0.03

#: sees each new state while waiting
Watch = Callable[[State], None]


def ensure_up(
    data: Path,
    split: bool = False,
    *,
    say: Say = lambda _: None,
    watch: Watch = lambda _: None,
    plan: str = DEFAULT_PLAN,
) -> State:
    """The running platform of this state folder, started in the background when it is not running."""
    try:
        return start(data, split, say=say, watch=watch, plan=plan)
    except AlreadyRunning:
        state = wait_ready(Folders.of(data), watch)
    if state.split != split:
        raise LaunchError(
            f"The platform of {data} runs {'with' if state.split else 'without'} --split.",
            f"Stop it with {Folders.of(data).command('down')}.",
        )
    return state


def start(
    data: Path,
    split: bool = False,
    *,
    say: Say = lambda _: None,
    watch: Watch = lambda _: None,
    plan: str = DEFAULT_PLAN,
) -> State:
    """Start in the background and wait until everything is ready; AlreadyRunning when there is one."""
    folders = Folders.of(data)
    descriptor = acquire(folders, plan, say)
    try:
        with open_log(folders.logs / "supervisor.log") as log:
            subprocess.Popen(
                command("guardian", folders, split, descriptor, plan),
                pass_fds=(descriptor,), start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
    finally:
        os.close(descriptor)
    return wait_ready(folders, watch)


def in_foreground(data: Path, split: bool, *, say: Say, watch: Watch, plan: str = DEFAULT_PLAN) -> int:
    """Be the guardian until the platform is told to stop."""
    folders = Folders.of(data)
    descriptor = acquire(folders, plan, say)
    code = Guardian(folders, split, descriptor, plan).run(tick=lambda: watch(last_state(folders)))
    watch(last_state(folders))
    return code


def acquire(folders: Folders, plan: str, say: Say) -> int:
    """Lock the state folder and fetch what is missing while a person can see the progress."""
    folders.make()
    descriptor = _lock(folders)
    try:
        fetching.make_ready(folders, plan, say)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _lock(folders: Folders) -> int:
    """Take the folder; of one whose watchers were killed, once the holder has ended the parts."""
    until = time.monotonic() + HOLDER_SECONDS
    while True:
        try:
            return lock.take(folders)
        except AlreadyRunning:
            # who was killed a moment ago may still be seen
            if processes.wait_gone(_watchers(folders), 0.3) or time.monotonic() > until:
                raise
        time.sleep(POLL_SECONDS)


def wait_ready(folders: Folders, watch: Watch = lambda _: None, seconds: float = READY_SECONDS) -> State:
    """Wait until every part is ready; LaunchError when the platform gives up, stops or takes too long."""
    until = time.monotonic() + seconds
    while True:
        state = read_state(folders)
        watch(state)
        if state.phase == "ready":
            return state
        if state.phase == "failed":
            _wait_released(folders, 5.0)
            raise LaunchError(f"The platform did not start: {state.failure}")
        if not lock.is_held(folders):
            raise LaunchError("The platform ended while it was starting.", _end_of_log(folders))
        if time.monotonic() > until:
            late = [
                f"{name} ({part.state})" for name, part in state.parts.items() if part.state not in ("ready", "done")
            ]
            raise LaunchError(
                f"Not ready after {seconds:.0f} s: {', '.join(late) or 'supervisor'}.", _end_of_log(folders)
            )
        time.sleep(POLL_SECONDS)


def _end_of_log(folders: Folders) -> str:
    log = folders.logs / "supervisor.log"
    return f"The end of {log}:\n{logs.last_lines(log)}"


def down(data: Path) -> bool:
    """Stop everything that was started for this state folder; False when nothing ran."""
    folders = Folders.of(data)
    state = last_state(folders)
    ran = any(each.alive for each in (*_watchers(folders), *state.processes(), *leftovers.marked(folders)))
    watchers = _tell_to_stop(folders)
    _end_leftovers(folders)
    # the lock is free a moment before its holder has left
    processes.wait_gone(watchers, 5.0)
    return ran


def _tell_to_stop(folders: Folders) -> list[Identity]:
    """Signal supervisor and guardian until both are gone; return whom."""
    told: set[Identity] = set()
    until = time.monotonic() + STOP_SECONDS
    while (watchers := _watchers(folders)) or lock.is_held(folders):
        for identity in watchers:
            identity.send(signal.SIGTERM)
        holders = leftovers.holders(folders)
        told.update(watchers, holders)
        _wait_released(folders, min(5.0, until - time.monotonic()))
        for identity in holders if not watchers and lock.is_held(folders) else ():
            identity.send(signal.SIGKILL)
        if time.monotonic() > until:
            problem = f"The platform of {folders.data} did not stop within {STOP_SECONDS:.0f} s."
            raise LaunchError(problem, _end_of_log(folders))
    return list(told)


def _watchers(folders: Folders) -> list[Identity]:
    """The guardian and the supervisor that live, by the record or, without it, by their command lines.

    Before there are any, it is whoever fetches what is missing.
    """
    state = last_state(folders)
    recorded = [state.identity(role) for role in ROLES]
    return [each for each in recorded if each and each.alive] or leftovers.watchers(folders)


def _wait_released(folders: Folders, seconds: float) -> None:
    until = time.monotonic() + seconds
    while lock.is_held(folders) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def _is_damaged(folders: Folders) -> bool:
    try:
        read_state(folders)
    except LaunchError:
        return True
    return False


def _end_leftovers(folders: Folders) -> None:
    """After both guardian and supervisor were killed, the parts and their record are all that is left."""
    if not folders.data.is_dir():
        return
    with contextlib.suppress(AlreadyRunning):
        descriptor = lock.take(folders)
        state = last_state(folders)
        leftovers.end(folders, state)
        if state.phase not in ENDED or _is_damaged(folders):
            state.phase, state.supervisor, state.guardian = "stopped", None, None
            for part in state.parts.values():
                part.state, part.pid, part.start = "stopped", None, None
            # on a full disk everything has ended all the same; the next start finds out by the pids
            with contextlib.suppress(OSError):
                write_state(folders, state)
        os.close(descriptor)
    processes.wait_gone(state.processes(), 5.0)
