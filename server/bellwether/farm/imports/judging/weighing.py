"""What a line of a weigh session says, whatever format it was written in."""

import datetime
from dataclasses import dataclass

from bellwether.farm.measurements.ledger import Measurement


@dataclass(frozen=True, slots=True)
class Tags:
    """All that may name an animal, empty where the line has none; `eid_warning` says why its EID is not among them."""

    eid: str
    vid: str
    id: str
    eid_warning: str | None


@dataclass(frozen=True, slots=True)
class Weighing(Tags):
    """One weight of one animal."""

    trait: str
    date: datetime.date
    time: datetime.time | None
    value: float
    raw_value: str
    raw_unit: str
    group: str

    @property
    def measurement(self) -> Measurement:
        """Without the tags."""
        return Measurement(
            self.trait, self.date, self.value, self.raw_value, self.group, time=self.time, raw_unit=self.raw_unit
        )
