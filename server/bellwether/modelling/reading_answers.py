"""What a user says of files that can be read in two ways."""

from __future__ import annotations

from dataclasses import dataclass

from bellwether.sheep.reading.dates import DateOrder
from bellwether.sheep.reading.numbers import Decimal


@dataclass(frozen=True)
class Answers:
    """Cells that mean "unknown", the decimal mark of the records, the order of dates."""

    missing: tuple[str, ...] = ()
    decimal: Decimal | None = None
    dates: DateOrder | None = None


NOTHING_SAID = Answers()
