"""One run of a program of others: an argument list, a folder of its own, bounds of time and size, its end with ours."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bellwether.modelling.programs.finding import Program

PR_SET_PDEATHSIG = 1
LOG = "program.log"
SHOWN_BYTES = 2_000
#: what a program is told of its surroundings, beside its folder
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TZ")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a program may use: seconds of the clock, and bytes of one file."""

    wall_s: float = 3_600
    file_bytes: int = 4_000_000_000


class ProgramFailed(RuntimeError):
    """The program ended with an error, or was ended at its bounds; `said` are its last lines."""

    def __init__(self, program: str, why: str, said: str) -> None:
        super().__init__(program, why, said)
        self.program, self.why, self.said = program, why, said


@dataclass(slots=True)
class Runner:
    """A program in a folder, with the arguments of every run as they were given."""

    program: Program
    folder: Path
    bounds: Bounds = Bounds()
    arguments: list[list[str]] = field(default_factory=list)

    def run(self, *words: str) -> None:
        """Run it once; names of files are within the folder.

        Raises
        ------
        ProgramFailed
        """
        self.arguments.append(list(words))
        log = self.folder / LOG
        start = log.stat().st_size if log.is_file() else 0
        with (
            log.open("ab") as opened,
            subprocess.Popen(  # noqa: S603 - a word list, made of numbers and names of ours
                [*self.program.command, *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
                env=surroundings(self.folder),
                preexec_fn=partial(_within, self.bounds, os.getpid()),
            ) as process,
        ):
            try:
                status = process.wait(self.bounds.wall_s)
            except BaseException as error:
                process.kill()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                why = f"it was ended after {self.bounds.wall_s:.0f} seconds"
                raise ProgramFailed(self.program.name, why, said(log, start)) from error
        if status:
            why = f"it ended with status {status}" if status > 0 else f"it was ended by {signal.Signals(-status).name}"
            raise ProgramFailed(self.program.name, why, said(log, start))


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a program: no secret of ours, and nothing outside its folder to write to."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, "LC_ALL": "C", "HOME": str(folder), "TMPDIR": str(folder)}


def said(log: Path, start: int = 0) -> str:
    """The end of what it wrote since a place of its log."""
    content = log.read_bytes()[start:] if log.is_file() else b""
    return content[-SHOWN_BYTES:].decode(errors="replace").strip()


def _within(bounds: Bounds, parent: int) -> None:
    """In the program before it begins: it dies with its parent, and writes no file beyond the bound."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.file_bytes, bounds.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
