"""What a rule says about one value: the verdict on its row, and how to put it right."""

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that one row breaks, or, on an accepted row, a warning."""

    verdict: Verdict
    code: str
    message: str
    fix: str = ""
    field: str | None = None


class Broken(Exception):
    """A value breaks a rule."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def broken(code: str, message: str, fix: str, *, field: str | None = None, verdict: Verdict = "bad_format") -> Broken:
    """The exception for one finding."""
    return Broken(Finding(verdict, code, message, fix, field))
