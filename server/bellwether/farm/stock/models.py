"""What an event says of head without tags, and what the farm knows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.stock import Act, Change, Step, StockClass, ledger, of_newborns

KINDS: Mapping[str, Act] = {
    "stock.born": "born",
    "stock.arrived": "arrived",
    "stock.departed": "departed",
    "stock.died": "died",
    "stock.counted": "counted",
    "stock.reclassed": "reclassed",
    "stock.marked": "marked",
    "stock.moved": "moved",
}


class Heads(NamedTuple):
    """What an event says: how many of which class, and what for."""

    heads: tuple[tuple[str, int], ...]
    type: str
    into_class: str | None = None
    into_group: UUID | None = None
    from_class: str | None = None


@dataclass
class Known:
    """What the farm knows of head without tags; `changes` follow from all steps."""

    classes: frozenset[str]
    steps: dict[UUID, Step]
    newborns: frozenset[str] = frozenset()
    """Those of the classes in which a lamb may be born."""
    groups: frozenset[UUID] = frozenset()
    """Groups to which head are moved, as far as the farm has them."""
    changes: list[Change] = field(default_factory=list)
    is_touched: bool = False

    def take(self, steps: dict[UUID, Step], changes: list[Change]) -> None:
        """It was so."""
        self.steps, self.changes, self.is_touched = steps, changes, True


def opened(classes: Sequence[StockClass], steps: dict[UUID, Step], groups: frozenset[UUID]) -> Known:
    """What was accepted fits together."""
    codes = frozenset(each.code for each in classes)
    return Known(codes, steps, of_newborns(classes), groups, ledger(steps.values()))
