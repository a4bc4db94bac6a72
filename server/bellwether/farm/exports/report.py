"""What stands beside a file: what it holds, and everything that it could not say."""

from collections.abc import Iterable
from dataclasses import dataclass, field

EXAMPLES = 20


@dataclass
class Report:
    """Counts of what was written; what was left out by reason, with the first tags; notes for the reader."""

    written: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, "LeftOut"] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, code: str, message: str, about: str) -> None:
        """One more thing that the file does not say."""
        found = self.left_out.setdefault(code, LeftOut(message))
        found.n += 1
        if len(found.examples) < EXAMPLES:
            found.examples.append(about)

    def leave_out_many(self, code: str, message: str, count: int, examples: Iterable[str]) -> None:
        """What somebody else has counted."""
        found = self.left_out.setdefault(code, LeftOut(message))
        found.n += count
        found.examples += list(examples)[: EXAMPLES - len(found.examples)]

    def leave_out_all(self, code: str, message: str, about: Iterable[str]) -> None:
        """The same for several."""
        for one in about:
            self.leave_out(code, message, one)

    def as_json(self) -> dict[str, object]:
        """For the answer and for the file in an archive."""
        left = [
            {"code": code, "message": found.message, "count": found.n, "examples": found.examples}
            for code, found in sorted(self.left_out.items())
        ]
        return {"written": dict(self.written), "left_out": left, "notes": list(self.notes)}


@dataclass
class LeftOut:
    """What is missing for one reason."""

    message: str
    n: int = 0
    examples: list[str] = field(default_factory=list)
