"""What kind of file this is, found before anything is stored: encoding, delimiter, header, date order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel

from bellwether.farm.imports.problems import (
    DateOrderAmbiguous,
    FileEmpty,
    HeaderIncomplete,
    HeaderUnknown,
    TraitMissing,
    TraitUnknown,
)
from bellwether.farm.imports.reading import columns, lines, values
from bellwether.farm.imports.reading.values import DateOrder
from bellwether.sheep import traits

SAMPLE = 2000
DIGISTAR = {"eid": 0, "weight": 1, "unit": 2, "date": 5, "time": 6}


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


def detect(content: bytes, kind: str, *, date_order: DateOrder | None = None, trait: str | None = None) -> Layout:
    """The layout of a file.

    Raises:
        Problem: the whole file cannot be read; nothing has been stored.
    """
    text, encoding = lines.decode(content)
    found = lines.split(text)
    start = next((number for number, line in enumerate(found) if line.strip()), None)
    if start is None:
        raise FileEmpty
    delimiter = lines.delimiter_of(found)
    head = lines.cells_of(found[start], delimiter) or []
    names = header(head, kind, trait_code(trait))
    header_line = 0 if names.has_none else start + 1
    return Layout(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        header_line=header_line,
        columns=names.columns,
        measurements=names.measurements,
        ignored=names.ignored,
        date_order=date_order or names.date_order or order_of(dates(found[header_line:], delimiter, names)),
        trait=trait_code(trait),
        n_lines=len(found),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What the first line tells."""

    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    date_order: DateOrder | None = None
    has_none: bool = False


def header(head: list[str], kind: str, trait: str | None) -> Names:
    """Known columns, measurements and ignored headers; a weigh head without header is known by its cells."""
    if kind == "weights" and is_digistar(head):
        if trait is None:
            raise TraitMissing
        return Names(dict(DIGISTAR), date_order="mdy", has_none=True)
    known = columns.known(head, columns.WEIGHT if kind == "weights" else columns.ANIMAL)
    measured = {} if kind == "weights" else columns.measurements(head)
    if not known:
        raise HeaderUnknown(head)
    check_complete(known, kind)
    if kind == "weights" and trait is None and "trait" not in known:
        raise TraitMissing
    read = columns.used(known, measured)
    return Names(known, measured, [name[:100] for place, name in enumerate(head) if place not in read and name])


def check_complete(known: dict[str, int], kind: str) -> None:
    """The columns without which no line can be taken."""
    if kind == "weights":
        wanted = {"date": {"date"}, "weight": {"weight", "weight_lb"}, "eid, vid or id": {"eid", "vid", "id"}}
    elif kind == "sg":
        wanted = {"id": {"id"}}
    else:
        wanted = {"id, eid or vid": {"id", "eid", "vid"}}
    missing = [name for name, fields in wanted.items() if not fields & known.keys()]
    if missing:
        raise HeaderIncomplete(missing)


def trait_code(trait: str | None) -> str | None:
    """The code of the trait that was sent with a file of weights."""
    if not trait:
        return None
    found = traits.find_weight(trait)
    if found is None:
        raise TraitUnknown(trait)
    return found.code


def is_digistar(head: list[str]) -> bool:
    """EID, weight, LB or KG, lock, GR or NT, date, time, flag, with no header."""
    return len(head) >= 7 and len(re.sub(r"\D", "", head[0])) >= 14 and head[2].upper() in ("LB", "KG")


def dates(body: list[str], delimiter: str, names: Names) -> Iterator[str]:
    """The date cells of the first lines."""
    places = {names.columns[name] for name in ("date", "birth_date") if name in names.columns}
    places |= {spots[1] for spots in names.measurements.values() if spots[1] is not None}
    for line in body[:SAMPLE]:
        cells = lines.cells_of(line, delimiter) or []
        yield from (cells[place] for place in places if place < len(cells) and cells[place])


def order_of(cells: Iterable[str]) -> DateOrder:
    """The date order that the cells prove; if they prove none, the two readings must agree.

    Raises:
        DateOrderAmbiguous: day and month could be either way round.
    """
    votes: dict[DateOrder, int] = {"ymd": 0, "dmy": 0, "mdy": 0}
    has_twins, either = False, ""
    for cell in cells:
        orders = values.readings(cell)
        if len(orders) == 1:
            votes[orders.pop()] += 1
        elif orders and values.parse_date(cell, "dmy", field="date") != values.parse_date(cell, "mdy", field="date"):
            either = cell
        elif orders:
            has_twins = True
    if either and votes["dmy"] == votes["mdy"]:
        raise DateOrderAmbiguous(either)
    if either or has_twins or votes["dmy"] or votes["mdy"]:
        return "dmy" if votes["dmy"] >= votes["mdy"] else "mdy"
    return "ymd"
