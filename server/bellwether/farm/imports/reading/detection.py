"""How a file is to be read, from all of it, before anything is stored: what can be read in two ways is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bellwether.farm.imports.reading import columns as named
from bellwether.farm.imports.reading import units
from bellwether.farm.imports.reading.columns import Columns
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.layout import Header, Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.reading.recognition import recognise
from bellwether.farm.imports.reading.size import check_rows, check_size
from bellwether.sheep import traits
from bellwether.sheep.reading import dates, kinds, numbers, words
from bellwether.sheep.reading.dates import DateOrder
from bellwether.sheep.reading.headers import normal
from bellwether.sheep.reading.masks import with_order
from bellwether.sheep.reading.refusal import FileFault, FileRefused
from bellwether.sheep.reading.sheet import Sheet

COUNTER = 3
Cell = tuple[int, str]


@dataclass
class Found:
    """A file with its columns, while its other marks are looked for."""

    sheet: Sheet
    form: AnyFormat
    options: Options
    columns: Columns
    start: Header | None = None
    faults: list[FileFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def distinct(self, place: int) -> list[Cell]:
        """Each text of a column once, with the first line that has it."""
        return [(number, text) for text, number in self.sheet.firsts(place).items() if text]

    def has_gaps(self, place: int) -> bool:
        """Whether some line has nothing in a column."""
        return "" in self.sheet.firsts(place)

    def header(self, place: int) -> str:
        """What stands over a column."""
        return self.sheet.header[place] if place < len(self.sheet.header) else f"column {place + 1}"


def detect(
    content: bytes, forms: Mapping[str, AnyFormat], options: Options | None = None, kind: str | None = None
) -> Layout:
    """The layout of a file; without `kind` (or `auto`) its kind is recognised.

    Raises:
        FileRefused: it cannot be read, is of another kind, or something has to be asked; every reason at once.
    """
    check_size(content)
    options = options or Options()
    today = options.today or date.max
    sheet, form, start = recognise(content, forms, options, kind)
    if sheet.sheet is not None:
        check_rows(sheet.rows)
    columns = (
        Columns(dict(start.columns))
        if start
        else named.read(sheet.header, form.columns, options, sheet.header_line, has_traits=form.has_trait_columns)
    )
    found = Found(sheet, form, options, columns, start, list(columns.faults))
    if start:
        found.notes.append(start.name)
    columns.ignored += unnamed(found)
    found.notes += of_farm(found)
    found.notes += kinds.ends_unread(columns.ignored) if form.has_trait_columns else []
    trait = trait_of(found)
    check_needed(found)
    check_counter(found)
    orders = date_orders(found, today)
    marks = decimal_of(found)
    unit = units.decide(found, form, columns, options, found.faults)
    units.check_preamble(sheet, unit, options, found.faults)
    units.check_line_below(sheet, form, columns, unit, options, found.faults)
    said = words_of(found)
    if found.faults:
        raise FileRefused(*found.faults)
    return Layout(
        kind=form.kind, encoding=sheet.encoding, delimiter=sheet.delimiter, header_line=sheet.header_line,
        columns=columns.fields, measurements=columns.measurements, ignored=columns.ignored, trait=trait,
        date_order=next(iter(orders.values())) if len(set(orders.values())) == 1 else None, date_orders=orders,
        n_lines=len(sheet.rows), headers=[cell[:100] for cell in sheet.header], decimal=marks.decimal,
        thousands=marks.thousands, unit=unit.unit, unit_from=unit.source, units=unit.columns, words=said,
        preamble=sheet.preamble, sheet=sheet.sheet, notes=[*sheet.notes, *found.notes], options=options.sent(),
        time_zone=options.time_zone,
    )  # fmt: skip


def unnamed(found: Found) -> list[str]:
    """Columns that have no header and yet something in them: they are not read, and that is told."""
    header = found.sheet.header
    places = range(found.sheet.width) if found.start is None else ()
    return [
        f"column {place + 1}, which has no header"
        for place in places
        if (place >= len(header) or not header[place]) and found.distinct(place)
    ]


def trait_of(found: Found) -> str | None:
    """The trait of all weights, as sent; asked for where the lines do not say it."""
    sent = found.options.trait
    code = traits.find_weight(sent) if sent else None
    choices = ", ".join(traits.weights())
    if sent and code is None:
        message = f"{sent[:40]} is no weight"
        found.faults.append(FileFault("trait_unknown", message, f"send one of {choices}", None, "trait"))
    if found.form.needs_trait and not sent and "trait" not in found.columns.fields:
        fix = f"send trait as one of {choices}, or add a column Trait"
        found.faults.append(FileFault("trait_missing", "at which stage were these weights taken?", fix, None, "trait"))
    return code.code if code else None


def check_needed(found: Found) -> None:
    """A fault for each column that is missing, or for a header that nobody knows."""
    known, line = found.columns.fields.keys(), found.sheet.header_line
    if found.start:
        return
    if line in found.sheet.faults:
        fix = "close the quote in the same line; a header has no line breaks"
        found.faults.insert(0, FileFault("open_quote", "a quote is opened and not closed in the header", fix, line))
    if not known and not found.columns.measurements:
        found.faults.insert(0, no_header(found, line))
        return
    for name, group in found.form.needed.items():
        if not group & known:
            fix = "add the column, or send columns to say which header means it"
            found.faults.append(FileFault("column_missing", f"no column for {name}", fix, line, name))


def no_header(found: Found, line: int) -> FileFault:
    """The file begins with data, or with headers in words that are not known."""
    cells = found.sheet.header
    shown = ", ".join(cell[:40] for cell in cells[:20])
    known = ", ".join(aliases[0] for aliases in found.form.columns.values())
    fix = f"name the columns as in {known}; or send columns to say which header means what"
    is_data = sum(any(mark.isdigit() for mark in cell) for cell in cells) * 2 >= sum(map(bool, cells))
    if is_data:
        message = f"there is no header: the first line is {shown}"
        return FileFault("no_header", message, "write the names of the columns into the first line", line)
    return FileFault("header_unknown", f"no header is known among {shown}", fix, line)


def check_counter(found: Found) -> None:
    """A column called ID that counts the lines is no identifier when another column names the animals."""
    places = found.columns.fields
    if "id" not in places or not {"eid", "vid"} & places.keys():
        return
    header = found.header(places["id"])
    cells = found.sheet.column(places["id"]) if places["id"] < found.sheet.width else []
    if normal(header).startswith("REG"):
        return
    is_counter = len(cells) >= COUNTER and all(cell == str(n) for n, cell in enumerate(cells, 1))
    if is_counter and normal(header) not in {
        normal(name)
        for name in named.own_names(found.options, found.form.columns, has_traits=found.form.has_trait_columns)
    }:
        message = f"{header[:40]} counts the lines, and the animals have other identifiers"
        fix = f"send columns with {header[:40]} as ignore, or as id if it is their number"
        found.faults.append(FileFault("row_counter", message, fix, found.sheet.header_line, "id"))


def of_farm(found: Found) -> list[str]:
    """What the farm says of headers that this file has."""
    sent = {normal(header) for header in found.options.columns}
    own = named.own_names(found.options, found.form.columns, has_traits=found.form.has_trait_columns)
    used = [(h, t) for h, t in own.items() if normal(h) not in sent and h in found.options.farm_columns]
    there = {normal(cell) for cell in found.sheet.header}
    return [f"{header} is {target}, as the farm says" for header, target in used if normal(header) in there]


def date_orders(found: Found, today: date) -> dict[int, DateOrder]:
    """The order of each column of dates, proved by all of its cells."""
    fields = {place: name for name, place in found.columns.fields.items() if name in found.form.dates}
    for code, (_, place, _) in found.columns.measurements.items():
        if place is not None:
            fields.setdefault(place, code.lower())
    sent = {normal(header): order for header, order in found.options.date_orders.items()}
    given = found.start.date_order if found.start else None
    orders: dict[int, DateOrder] = {}
    for place, name in fields.items():
        header, cells = found.header(place), found.distinct(place)
        asked = sent.get(normal(header)) or found.options.date_order or given or with_order(header)[1]
        proof = dates.prove(cells, today, header=header, field=name, asked=asked)
        found.faults += proof.faults
        if proof.order:
            orders[place] = proof.order
        if any(dates.has_short_year(text) for _, text in cells):
            found.notes.append(f"years of two digits in {header} are 20.., or 19.. from 70 on if that lies ahead")
    return orders


def decimal_of(found: Found) -> numbers.Proof:
    """The marks of the numbers of a file, proved by all of them."""
    places = [found.columns.fields[name] for name in found.form.numbers if name in found.columns.fields]
    places += [spots[0] for spots in found.columns.measurements.values() if spots[0] is not None]
    cells = sorted({cell for place in places for cell in found.distinct(place)})
    proof = numbers.prove(cells, asked=found.options.decimal)
    found.faults += proof.faults
    return proof


def words_of(found: Found) -> dict[str, dict[str, str]]:
    """What the words of a file mean beyond the vocabularies."""
    meanings: dict[str, dict[str, str]] = {}
    for name, vocabulary in found.form.words.items():
        place = found.columns.fields.get(name)
        if place is None:
            continue
        own = {word: meaning for word, meaning in found.options.words.items() if meaning in vocabulary.meanings}
        said = words.settle(vocabulary, found.distinct(place), header=found.header(place), own=own)
        found.faults += said.faults
        found.notes += said.told
        if said.own:
            meanings[name] = dict(said.own)
    return meanings
