"""How the lines of one file are to be read: encoding, delimiter, columns, date order."""

from dataclasses import dataclass, field

from pydantic import BaseModel

from bellwether.farm.imports.reading.values import DateOrder


class Layout(BaseModel):
    """How to read the lines of one file."""

    kind: str
    encoding: str
    delimiter: str
    header_line: int
    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = {}
    ignored: list[str] = []
    date_order: DateOrder
    trait: str | None = None
    n_lines: int

    def cell(self, cells: list[str], name: str) -> str:
        """The cell of a known field; empty when the line or the file lacks it."""
        return at(cells, self.columns.get(name))


def at(cells: list[str], place: int | None) -> str:
    """The cell at `place`; empty when there is none."""
    return "" if place is None or place >= len(cells) else cells[place]


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line of a file tells."""

    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    date_order: DateOrder | None = None
    is_missing: bool = False
