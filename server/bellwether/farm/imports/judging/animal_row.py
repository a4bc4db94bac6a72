"""What a line of an animal list says, whatever format it was written in."""

from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

from bellwether.farm.measurements.ledger import Measurement
from bellwether.sheep.identifiers import Identifier, Kind


class Written(NamedTuple):
    """An identifier in normal form, before it is known within which flock and year it counts."""

    scheme: str
    value: str
    kind: Kind
    raw: str
    is_implied: bool = False
    """Not written: what a new animal is called by the number that was."""

    @property
    def identifier(self) -> Identifier:
        """As one that counts everywhere."""
        return Identifier(*self[:4])


@dataclass(frozen=True, slots=True)
class Facts:
    """What the farm keeps of an animal besides its identifiers; None and `unknown` are what nobody has said."""

    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None
    birth_type: int | None
    rear_type: int | None
    is_embryo_transfer: bool | None
    birth_group: str | None


FIELDS = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class AnimalRow(Facts):
    """An animal as one line describes it; the first identifier names the row."""

    identifiers: tuple[Written, ...]
    measurements: tuple[Measurement, ...]
    sire: Written | None
    dam: Written | None
    recipient: Written | None
    cleared: frozenset[str] = frozenset()
    """Facts and parents that the row takes back."""
    is_strict: bool = False
    """Every parent that the farm does not know must have its Sheep Genetics ID."""

    @property
    def key(self) -> tuple[str, str]:
        """What no other row of the file may have; a visual tag counts within its year of birth."""
        first = self.identifiers[0]
        return first.scheme, f"{first.value} {self.drop_year}" if first.kind == "visual" else first.value

    @property
    def facts(self) -> Facts:
        """Of a new animal, without identifiers, parents and measurements."""
        born = (self.birth_date, self.drop_year, self.birth_type, self.rear_type)
        return Facts(self.sex, self.fertility, *born, bool(self.is_embryo_transfer), self.birth_group)
