"""What a rule says about one value: the verdict on its row, and how to put it right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Verdict = Literal[
    "new",
    "match",
    "update",
    "reweigh",
    "duplicate",
    "unknown_tag",
    "no_tag",
    "ambiguous",
    "conflict",
    "bad_format",
    "out_of_range",
    "blank",
]
ACCEPTED: frozenset[str] = frozenset({"new", "match", "update", "reweigh"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that one row breaks, or, on an accepted row, a warning."""

    verdict: Verdict
    code: str
    message: str
    fix: str = ""
    field: str | None = None


class Broken(Exception):
    """A value, or a row with several of them, breaks rules: one finding for each."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings

    @property
    def finding(self) -> Finding:
        """The first one."""
        return self.findings[0]


@dataclass(slots=True)
class Faults:
    """Gathers every fault of a row, so that all are told at once."""

    findings: list[Finding] = field(default_factory=list)

    def take(self, make: Callable[[], T]) -> T | None:
        """What `make` gives; None, with its findings remembered, when it breaks a rule."""
        try:
            return make()
        except Broken as error:
            self.findings.extend(error.findings)
            return None

    def add(self, finding: Finding) -> None:
        """One more."""
        self.findings.append(finding)

    def stop(self) -> None:
        """Go on only when there is no fault.

        Raises:
            Broken: with every fault that was gathered.
        """
        if self.findings:
            raise Broken(*self.findings)


def broken(code: str, message: str, fix: str, *, field: str | None = None, verdict: Verdict = "bad_format") -> Broken:
    """The exception for one finding."""
    return Broken(Finding(verdict, code, message, fix, field))


def warning(code: str, message: str, fix: str, *, field: str | None = None) -> Finding:
    """A finding about a row that is taken all the same."""
    return Finding("new", code, message, fix, field)
