"""What the first lines of a file tell, before anything is stored: encoding, delimiter, header, date order."""

from collections.abc import Iterable, Iterator

from bellwether.farm.imports.problems import (
    DateOrderAmbiguous,
    FileEmpty,
    HeaderIncomplete,
    HeaderUnknown,
    TraitMissing,
    TraitUnknown,
)
from bellwether.farm.imports.reading import columns, lines, values
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.layout import Header, Layout
from bellwether.sheep import traits
from bellwether.sheep.reading.dates import DateOrder

SAMPLE = 2000


def detect(content: bytes, form: AnyFormat, *, date_order: DateOrder | None = None, trait: str | None = None) -> Layout:
    """The layout of a file in this format.

    Raises:
        Problem: the whole file cannot be read; nothing has been stored.
    """
    text, encoding = lines.decode(content)
    found = lines.split(text)
    start = next((number for number, line in enumerate(found) if line.strip()), None)
    if start is None:
        raise FileEmpty
    delimiter = lines.delimiter_of(found)
    first = lines.cells_of(found[start], delimiter) or []
    head = header(first, form, trait_code(trait))
    header_line = 0 if head.is_missing else start + 1
    return Layout(
        kind=form.kind,
        encoding=encoding,
        delimiter=delimiter,
        header_line=header_line,
        columns=head.columns,
        measurements=head.measurements,
        ignored=head.ignored,
        date_order=date_order
        or head.date_order
        or order_of(dates(found[header_line:], delimiter, date_places(head, form))),
        trait=trait_code(trait),
        n_lines=len(found),
    )


def header(cells: list[str], form: AnyFormat, trait: str | None) -> Header:
    """Known columns, measurements and ignored headers; some formats have no header and are known by their cells."""
    without = form.without_header(cells) if form.without_header else None
    if without is not None:
        if form.needs_trait and trait is None:
            raise TraitMissing
        return without
    known = columns.known(cells, form.columns)
    measured = columns.measurements(cells) if form.has_trait_columns else {}
    if not known:
        raise HeaderUnknown(cells, form.columns)
    missing = [name for name, fields in form.needed.items() if not fields & known.keys()]
    if missing:
        raise HeaderIncomplete(missing)
    if form.needs_trait and trait is None and "trait" not in known:
        raise TraitMissing
    read = columns.used(known, measured)
    return Header(known, measured, [name[:100] for place, name in enumerate(cells) if place not in read and name])


def trait_code(trait: str | None) -> str | None:
    """The code of the trait that was sent with a file of weights."""
    if not trait:
        return None
    found = traits.find_weight(trait)
    if found is None:
        raise TraitUnknown(trait)
    return found.code


def date_places(head: Header, form: AnyFormat) -> set[int]:
    """Where the dates of a line stand."""
    places = {place for name, place in head.columns.items() if name in form.dates}
    return places | {spots[1] for spots in head.measurements.values() if spots[1] is not None}


def dates(body: list[str], delimiter: str, places: set[int]) -> Iterator[str]:
    """The date cells of the first lines."""
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
