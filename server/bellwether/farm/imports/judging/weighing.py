"""What a line of a weigh session says, whatever format it was written in."""

from collections.abc import Iterator
from typing import NamedTuple

from bellwether.farm.measurements.ledger import Measurement


class Tags(NamedTuple):
    """All that may name an animal, empty where the line has none; `eid_warning` says why its EID is not among them."""

    eid: str
    vid: str
    id: str
    eid_warning: str | None


class Weighing(NamedTuple):
    """One weight of one animal, and what else was measured of it that day; together or not at all."""

    tags: Tags
    measured: Measurement
    beside: tuple[Measurement, ...] = ()

    def each(self) -> Iterator[Measurement]:
        """All that was measured."""
        yield self.measured
        yield from self.beside
