"""What is wrong with the input: file, line, rule and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

SHOWN = 20
TYPE_BASE = "https://bellwether.local/problems/"


@dataclass(frozen=True)
class Finding:
    """One rule that one place of the input breaks; `line` counts from 1, the header included. `animals` are those of
    a contradiction in the pedigree."""

    file: str
    line: int | None
    code: str
    message: str
    fix: str
    field: str | None = None
    animals: tuple[str, ...] = ()

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
    total: int
    totals: dict[str, int]
    errors: list[dict[str, object]]
    warnings: list[Warned]


class BadInput(Exception):
    """The input cannot be used; nothing was written. `totals` counts by rule, also what `findings` does not list."""

    title = "The input cannot be used"
    status = 422
    exit_code = 2

    def __init__(
        self, findings: Sequence[Finding], totals: Mapping[str, int] | None = None, warnings: Sequence[Warned] = ()
    ) -> None:
        super().__init__(findings[0].message)
        self.warnings = list(warnings)
        self.totals = dict(Counter(finding.code for finding in findings)) | dict(totals or {})
        self.findings = _some_of_each(list(findings))

    def __reduce__(self) -> tuple[object, ...]:
        """It may travel between processes."""
        return _again, (type(self), self.args, self.__dict__)

    @property
    def total(self) -> int:
        """How many rules are broken in how many places."""
        return sum(self.totals.values())

    def told(self) -> str:
        """How many there are of each, where they are not all listed or of several kinds."""
        if self.total == len(self.findings) and len(self.totals) == 1:
            return ""
        kinds = ", ".join(f"{count:,} x {code}" for code, count in self.totals.items())
        listed = "" if self.total == len(self.findings) else f"; {len(self.findings)} of them are listed"
        return f"{self.total:,} findings ({kinds}){listed}"

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
            "total": self.total,
            "totals": self.totals,
            "errors": errors,
            "warnings": self.warnings,
        }


def _again(kind: type[BadInput], args: tuple[object, ...], state: dict[str, object]) -> BadInput:
    found = kind.__new__(kind, *args)
    found.args = args
    found.__dict__.update(state)
    return found


def _some_of_each(findings: list[Finding]) -> list[Finding]:
    """At most 20 findings in their order, and some of each kind."""
    if len(findings) <= SHOWN:
        return findings
    place: Counter[str] = Counter()
    ranked = []
    for at, finding in enumerate(findings):
        ranked.append((place[finding.code], at))
        place[finding.code] += 1
    return [findings[at] for at in sorted(at for _, at in sorted(ranked)[:SHOWN])]


class Faults:
    """Gathers everything that is wrong with a file, so that one run tells all of it."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._totals: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._findings)

    def add(self, findings: Sequence[Finding], total: int | None = None) -> None:
        """Findings of one kind, and how many there are in all."""
        if findings:
            self._findings += findings
            self._totals[findings[0].code] += len(findings) if total is None else total

    def take(self, error: BadInput) -> None:
        """What another check has refused."""
        self._findings += error.findings
        self._totals.update(error.totals)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Remember what is refused inside, and go on."""
        try:
            yield
        except BadInput as error:
            self.take(error)

    def stop(self, told: Sequence[Warned] = ()) -> None:
        """Refuse, if anything is wrong, and say what else was found.

        Raises
        ------
        BadInput
            Everything that was gathered.
        """
        if self._findings:
            raise BadInput(self._findings, self._totals, told)


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
