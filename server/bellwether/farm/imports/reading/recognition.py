"""Which kind a file is of: by its header, by its first line where it has none, by what its ids look like."""

from collections.abc import Mapping

from bellwether.farm.imports.reading import columns as named
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.layout import Header
from bellwether.farm.imports.reading.options import Options
from bellwether.sheep.reading import kinds
from bellwether.sheep.reading.headers import IGNORE, normal
from bellwether.sheep.reading.refusal import FileRefused, refused
from bellwether.sheep.reading.sheet import Sheet, find_header, open_sheet, set_header

WEAK = 2
"""A format that needs more columns than this is known by them, whatever else stands beside them."""


def recognise(
    content: bytes, forms: Mapping[str, AnyFormat], options: Options, kind: str | None
) -> tuple[Sheet, AnyFormat, Header | None]:
    """The lines of a file with its header, its format, and what is known of it when it has no header."""
    wanted = list(forms.values()) if kind in (None, "auto") else [forms[str(kind)]]
    sheet = open_sheet(
        content,
        lambda cells: max(points(cells, form, options) for form in forms.values()),
        delimiter="\t" if options.delimiter == "tab" else options.delimiter,
        encoding=options.encoding,
        sheet=options.sheet,
    )
    first = next((cells for cells in sheet.rows[sheet.first_line - 1 :] if any(cells)), [])
    for form in wanted:
        if form.without_header and (start := form.without_header(first)):
            set_header(sheet, 0)
            return sheet, form, start
    form = best_form(sheet, forms, wanted, options)
    set_header(sheet, find_header(sheet, lambda cells: points(cells, form, options)))
    refuse_other(sheet, form, forms, options, None if kind == "auto" else kind)
    return sheet, form, None


def points(cells: list[str], form: AnyFormat, options: Options) -> int:
    """How many columns of a format a line would name."""
    return named.score(cells, form.columns, options, has_traits=form.has_trait_columns)


def best_form(sheet: Sheet, forms: Mapping[str, AnyFormat], wanted: list[AnyFormat], options: Options) -> AnyFormat:
    """The format that a file is in, of those that it may be in."""
    if len(wanted) == 1:
        return wanted[0]
    line = find_header(sheet, lambda cells: max(points(cells, form, options) for form in forms.values()))
    head = sheet.rows[line - 1]
    fitting = [form for form in wanted if fits(head, form, options)]
    if not fitting:
        return max(wanted, key=lambda form: points(head, form, options))
    most = max(len(form.needed) for form in fitting)
    fitting = [form for form in fitting if len(form.needed) == most]
    return next(
        (form for form in fitting if form.is_like and form.is_like(ids(sheet, line, form, options))), fitting[0]
    )


def ids(sheet: Sheet, line: int, form: AnyFormat, options: Options) -> list[str]:
    """The cells of the first field that a format needs."""
    head = sheet.rows[line - 1]
    fields = named.read(head, form.columns, options, line, has_traits=False).fields
    place = next((fields[name] for group in form.needed.values() for name in group if name in fields), None)
    return [] if place is None else [row[place] for row in sheet.rows[line:] if len(row) > place and row[place]]


def fits(head: list[str], form: AnyFormat, options: Options) -> bool:
    """Whether a header has all that a format needs."""
    known = named.read(head, form.columns, options, 1, has_traits=False).fields.keys()
    return all(group & known for group in form.needed.values())


def refuse_other(
    sheet: Sheet, form: AnyFormat, forms: Mapping[str, AnyFormat], options: Options, kind: str | None
) -> None:
    """Names a file of another kind than this format is for.

    Raises:
        FileRefused: results, movements, ...; or what another format takes and this one would read by half.
    """
    line, head = sheet.header_line, sheet.header
    dropped = ignored(options)
    kept = [cell for cell in head if normal(cell) not in dropped]
    other = kinds.other_kind(kept, sheet.lines)
    measured = named.read(head, form.columns, options, line, has_traits=form.has_trait_columns).measurements
    is_list = form.has_trait_columns and len(form.needed) < WEAK and not measured and points(head, form, options) > 2
    is_session = len(form.needed) > WEAK and fits(head, form, options)
    is_beside = is_list if other == kinds.BREEDING_VALUES else is_session
    if other and other != form.holds and not is_beside:
        fix = "send a list of animals or a session of weights; send columns with a header as ignore to leave it out"
        raise refused("other_kind", f"the file holds {other}", fix, row=line)
    if kind is None and len(form.needed) < WEAK and (unread := only_tags(sheet, form, options)):
        raise kind_unclear(unread, form, line)
    better = [one for one in forms.values() if fits(kept, one, options) and len(one.needed) > len(form.needed)]
    if better and not fits_more(kept, form, better[0], options):
        message = f"the file is of the kind {better[0].kind}, not {form.kind}"
        raise refused("other_kind", message, f"send kind={better[0].kind}", row=line, field="kind")


def fits_more(head: list[str], form: AnyFormat, other: AnyFormat, options: Options) -> bool:
    """Whether all that the other format needs is read by this one too."""
    needs = {name for group in other.needed.values() for name in group}
    mine = named.read(head, form.columns, options, 1, has_traits=form.has_trait_columns)
    theirs = named.read(head, other.columns, options, 1, has_traits=False).fields
    return {place for name, place in theirs.items() if name in needs} <= named.used(mine)


def ignored(options: Options) -> set[str]:
    """The headers that the sender, the farm, or the file of refused rows leaves out."""
    said = {**options.farm_columns, **options.columns, **dict.fromkeys(named.OWN, IGNORE)}
    return {normal(header) for header, target in said.items() if target == IGNORE}


def only_tags(sheet: Sheet, form: AnyFormat, options: Options) -> list[str]:
    """The columns that nothing would be read from, where nothing is read but what animals are called."""
    found = named.read(sheet.header, form.columns, options, sheet.header_line, has_traits=form.has_trait_columns)
    is_more = bool(found.measurements) or not found.fields or not found.fields.keys() <= {*named.TAGS, "name"}
    return [] if is_more else [header for header in found.ignored if normal(header) not in ignored(options)]


def kind_unclear(unread: list[str], form: AnyFormat, line: int) -> FileRefused:
    """A list of tags, or a file whose other columns are called by names that nobody knows."""
    text = f"nothing but tags would be read of this file: {', '.join(unread[:10])} mean nothing here"
    fix = f"say with columns what they are (a session has a date and a weight), or send kind={form.kind} for a list"
    return refused("kind_unclear", text, fix, row=line, field="columns")
