"""What is wrong with the input: file, line, rule and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
        return f"{place}: {self.message} [{self.code}]\n    {self.fix}"


class BadInput(Exception):
    """The input cannot be used; nothing was written."""

    title = "The input cannot be used"
    status = 422
    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].message)
        self.findings = list(findings)

    def document(self) -> dict[str, Any]:
        """The problem document (RFC 9457) of `--json`."""
        first = self.findings[0]
        errors = [{"row": finding.line, **asdict(finding)} for finding in self.findings]
        return {
            "type": TYPE_BASE + first.code,
            "title": self.title,
            "status": self.status,
            "detail": first.message,
            "instance": "evaluate",
            "code": first.code,
            "errors": errors,
        }


class DidNotConverge(BadInput):
    """The solver stopped short of its tolerance: there are no breeding values."""

    title = "The solver did not converge"
    status = 500
    exit_code = 1


def refuse(path: Path | str, line: int | None, code: str, message: str, fix: str, field: str | None = None) -> BadInput:
    """A BadInput with one finding."""
    return BadInput([Finding(str(path), line, code, message, fix, field)])
