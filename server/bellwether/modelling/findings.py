"""What is wrong with the input: file, line, rule and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

SHOWN = 20
TYPE_BASE = "https://bellwether.local/problems/"


@dataclass(frozen=True)
class Finding:
    """One rule that one place of the input breaks; `line` counts from 1, the header included."""

    file: str
    line: int | None
    code: str
    message: str
    fix: str
    field: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = "" if self.field is None else f", {self.field}"
        return f"{place}: {self.message} [{self.code}{where}]\n    {self.fix}"


class Warned(TypedDict):
    """One warning, about a level of an effect where it is about one."""

    code: str
    message: str
    effect: str | None
    level: str | None


class ProblemDocument(TypedDict):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[dict[str, object]]


class BadInput(Exception):
    """The input cannot be used; nothing was written."""

    title = "The input cannot be used"
    status = 422
    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].message)
        self.findings = list(findings)

    def document(self, instance: str = "evaluate") -> ProblemDocument:
        """The problem document (RFC 9457) of `--json`, of the command `instance`."""
        first = self.findings[0]
        errors: list[dict[str, object]] = [{"row": finding.line, **asdict(finding)} for finding in self.findings]
        return {
            "type": TYPE_BASE + first.code,
            "title": self.title,
            "status": self.status,
            "detail": first.message,
            "instance": instance,
            "code": first.code,
            "errors": errors,
        }


class WrongCommand(BadInput):
    """The words of the command line, or a state of the machine in which the command can do nothing."""

    title = "The command cannot be carried out"
    status = 400


class DidNotConverge(BadInput):
    """The solver stopped short of its tolerance: there are no breeding values."""

    title = "The solver did not converge"
    status = 500
    exit_code = 1


class Interrupted(BadInput):
    """Somebody stopped the run: the exit code is the shell's for Ctrl-C."""

    title = "The run was stopped"
    status = 499
    exit_code = 130


@contextmanager
def ended_early() -> Iterator[None]:
    """Ctrl-C, or no memory left, as a problem.

    Raises
    ------
    BadInput
        Nothing was written.
    """
    try:
        yield
    except MemoryError as error:
        message = f"there is not enough memory: {error}" if str(error) else "there is not enough memory"
        fix = 'Use a machine with more, solver = "pcg", no reliabilities, or fewer traits'
        raise refuse("command line", None, "memory", message, fix) from error
    except (KeyboardInterrupt, SystemError) as error:
        # a compiled function that is interrupted ends in a SystemError
        if isinstance(error, SystemError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        raise Interrupted(
            [Finding("command line", None, "interrupted", "stopped by Ctrl-C", "Start it again")]
        ) from error


def refuse(path: Path | str, line: int | None, code: str, message: str, fix: str, field: str | None = None) -> BadInput:
    """A BadInput with one finding."""
    return BadInput([Finding(str(path), line, code, message, fix, field)])
