"""What became of each row."""

from dataclasses import dataclass
from uuid import UUID

from bellwether.sheep.findings import ACCEPTED, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one row; the finding is the reason of a rejection, or a warning on an accepted row."""

    row: int
    verdict: Verdict
    animal_id: UUID | None = None
    finding: Finding | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether what the row says is in the database now."""
        return self.verdict in ACCEPTED


def rejected(row: int, finding: Finding, animal_id: UUID | None = None) -> Outcome:
    """The row is not taken; its text stays."""
    return Outcome(row, finding.verdict, animal_id, finding)
