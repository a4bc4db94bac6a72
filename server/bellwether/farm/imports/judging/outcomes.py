"""What became of each row."""

from typing import NamedTuple
from uuid import UUID

from bellwether.farm.imports.models import Block
from bellwether.sheep.findings import ACCEPTED, Finding, Verdict


class Outcome(NamedTuple):
    """The verdict on one row; the findings are the reasons of a rejection, or the warnings on an accepted row."""

    row: int
    verdict: Verdict
    animal_id: UUID | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def finding(self) -> Finding | None:
        """The first of them."""
        return self.findings[0] if self.findings else None

    @property
    def is_accepted(self) -> bool:
        """Whether what the row says is in the database now."""
        return self.verdict in ACCEPTED


class Taken(NamedTuple):
    """What became of lines read by their parts and of the rows beside them.

    In the blocks are those of which all is new and said.
    """

    new: list[Block]
    outcomes: list[Outcome]


def rejected(row: int, *findings: Finding, animal_id: UUID | None = None) -> Outcome:
    """The row is not taken; its text stays."""
    return Outcome(row, findings[0].verdict, animal_id, findings)
