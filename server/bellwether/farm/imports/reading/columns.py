"""Which columns of a file are which: fields of its kind, and traits with their dates and groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bellwether.farm.imports.reading.options import Options
from bellwether.sheep import traits
from bellwether.sheep.reading import headers
from bellwether.sheep.reading.headers import IGNORE, Names, aliases, normal, place, twice, with_unit
from bellwether.sheep.reading.refusal import FileFault
from bellwether.sheep.traits import Known, Trait

OWN = ("import_row", "import_reasons")
"""What a file of refused rows has beside their own columns."""
TAGS: Mapping[str, tuple[str, ...]] = aliases(("id", "eid", "vid"))


@dataclass
class Columns:
    """What the header of a file says, and what is wrong with it."""

    fields: dict[str, int] = field(default_factory=dict)
    measurements: dict[str, list[int | None]] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


def read(
    cells: list[str], table: Mapping[str, tuple[str, ...]], options: Options, line: int, *, has_traits: bool
) -> Columns:
    """The columns of a header; the sender, or the farm, names the field, the trait or `ignore` for a header."""
    own = options.columns
    names = Names(table, own_names(options, table, has_traits=has_traits))
    found = names.find(cells, line)
    # what the sender calls by a trait is no field
    fields = {name: position for name, position in found.columns.items() if name in table}
    columns = Columns(fields, faults=found.faults)
    known = options.known
    columns.units = {found.columns[name]: unit for name, unit in found.units.items()}
    if has_traits:
        add_measurements(cells, names, columns, line, known, said=options.columns, is_session=is_session(table))
    read_places = used(columns)
    columns.ignored = [name[:100] for position, name in enumerate(cells) if name and position not in read_places]
    meant = known if has_traits else None
    columns.faults += [unknown(h, target, line) for h, target in own.items() if not is_known(target, table, meant)]
    columns.faults += [absent(header, line) for header in own if normal(header) not in {normal(cell) for cell in cells}]
    return columns


def own_names(options: Options, table: Mapping[str, tuple[str, ...]], *, has_traits: bool) -> dict[str, str]:
    """Header -> field of this kind of file, as the sender says, else as the farm does for all of its files.

    What the farm calls by a trait, in its lists, is in a session what it names there.
    """
    said = {normal(header) for header in options.columns}
    traits_meant = options.known if has_traits else None
    known = {h: t for h, t in options.farm_columns.items() if is_known(t, table, traits_meant)}
    if is_session(table):
        bare = Names(table)
        known = {h: t for h, t in known.items() if t in table or t == IGNORE or bare.field(h)[0] is None}
    of_farm = {header: target for header, target in known.items() if normal(header) not in said}
    return {**of_farm, **options.columns}


def is_known(target: str, table: Mapping[str, tuple[str, ...]], known: Known | None) -> bool:
    """Whether a field of the kind is called so; or a trait, its date or group, where columns may be traits."""
    is_trait = known is not None and trait_of(trait_name(target), known) is not None
    return target == IGNORE or target in table or is_trait


def trait_of(name: str, known: Known) -> Trait | None:
    """By code, alias or name: WWT, WEANING, WEANINGWEIGHT."""
    found = known.named(name)
    whole = name.removesuffix("WT") + "WEIGHT" if name.endswith("WT") else name
    return found or next((trait for trait in known.values() if normal(trait.name) in (name, whole)), None)


def trait_name(text: str) -> str:
    """The trait that a header of a value, a date or a group belongs to."""
    name = with_unit(text)[0]
    return next((name.removesuffix(end) for end in ("DATE", "GRP", "GROUP") if name.endswith(end)), name)


def unknown(header: str, target: str, line: int) -> FileFault:
    """The sender names a field that there is not."""
    message = f"columns gives {header[:40]} the meaning {target[:40]}, which this kind of file does not have"
    return FileFault("column_unknown", message, f"name a field, a trait or {IGNORE}", line or None, "columns")


def absent(header: str, line: int) -> FileFault:
    """The sender names a header that the file does not have."""
    message = f"columns names {header[:40]}, which is no header of this file"
    return FileFault("column_unknown", message, "write the header as it stands in the file", line or None, "columns")


def renamed(cells: list[str], own: Mapping[str, str]) -> list[str]:
    """The normal names of headers, with those that the sender gives them."""
    given = {normal(header): target for header, target in own.items()}
    return ["" if (name := given.get(normal(cell), cell)) == IGNORE else with_unit(name)[0] for cell in cells]


def is_session(table: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether all of a line is of one day."""
    return "date" in table


def add_measurements(
    cells: list[str],
    names: Names,
    columns: Columns,
    line: int,
    known: Known,
    *,
    said: Mapping[str, str],
    is_session: bool,
) -> None:
    """Trait -> positions of its value, its date and its group; in a session those that were measured on its day."""
    short = renamed(cells, names.own)
    taken = set(columns.fields.values())
    asked = {normal(header) for header in said}
    bare: dict[str, str] = {}
    for position, name in enumerate(short):
        trait = trait_of(name, known) if position not in taken else None
        if trait is None:
            continue
        if is_session and (why := why_apart(trait, name, short, with_unit(cells[position])[1])):
            if normal(cells[position]) in asked:
                columns.faults.append(apart(position, cells[position], why, line))
            continue
        first = bare.setdefault(trait.code.removeprefix(trait.stage), trait.code)
        if is_session and first != trait.code:
            columns.faults.append(stages(first, trait.code, position, cells[position], line))
            continue
        if trait.code in columns.measurements:
            other = columns.measurements[trait.code][0] or 0
            columns.faults.append(twice(trait.code, other, position, cells, line))
            continue
        group = first_of(short, group_names(name, trait))
        columns.measurements[trait.code] = [position, first_of(short, date_names(name, trait)), group]
        unit = with_unit(cells[position])[1]
        if unit:
            columns.units[position] = unit
        if unit and unit != trait.unit and not (trait.unit == "kg" and unit == "lb"):
            columns.faults.append(other_unit(trait, unit, position, cells[position], line))


def why_apart(trait: Trait, name: str, short: list[str], unit: str) -> str:
    """Why a column is not of the day of its line, where a line has one; empty where it is."""
    if trait.is_weight or trait.is_at_birth:
        return "is a weight of another day"
    if trait.code in traits.CARCASS:
        return "is measured after the kill"
    if first_of(short, (*date_names(name, trait), *group_names(name, trait))) is not None:
        return "has a day or a group of its own"
    return "" if unit or trait.unit != "kg" else "names no unit"


def apart(position: int, header: str, why: str, line: int) -> FileFault:
    """The sender wants a column of a session that is of another day."""
    message = f"{place(position, header)} {why}: in a session it is not read"
    fix = f"send it as kind=measurements, a line for each, or columns with {header[:40]} as {IGNORE}"
    return FileFault("column_unknown", message, fix, line, "columns")


def stages(first: str, code: str, position: int, header: str, line: int) -> FileFault:
    """One trait in two stages on one day."""
    message = f"{place(position, header)}: {first} and {code} are one trait of two stages, and a line has one day"
    return FileFault("column_twice", message, f"send columns with the header of one as {IGNORE}", line, code)


def other_unit(trait: Trait, unit: str, position: int, header: str, line: int) -> FileFault:
    """A trait in a unit that it is not kept in."""
    message = f"{place(position, header)} is in {unit}, {trait.code} is kept in {trait.unit}"
    return FileFault("unit_unknown", message, f"write it in {trait.unit}", line, trait.code.lower())


def date_names(name: str, trait: Trait) -> tuple[str, ...]:
    """Where the date of a trait may stand: its own column, that of its kind, that of the weight of its stage."""
    of_kind = tuple(prefix + date for date in trait.date_columns for prefix in (trait.stage, ""))
    of_stage = (normal(traits.STAGES[trait.stage].word) + "DATE",) if trait.stage in traits.STAGES else ()
    of_weight = tuple(w.code + "DATE" for w in traits.weights().values() if w.stage == trait.stage)
    return (name + "DATE", trait.code + "DATE", *of_kind, *of_weight, *of_stage)


def group_names(name: str, trait: Trait) -> tuple[str, ...]:
    """Where the group of a trait may stand."""
    return name + "GRP", name + "GROUP", trait.code + "GRP"


def first_of(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The position of the first wanted name that is there."""
    return next((names.index(name) for name in wanted if name in names), None)


def used(columns: Columns) -> set[int]:
    """Every position that is read."""
    spots = {place for places in columns.measurements.values() for place in places if place is not None}
    return set(columns.fields.values()) | spots


def score(cells: list[str], table: Mapping[str, tuple[str, ...]], options: Options, *, has_traits: bool) -> int:
    """How many columns a line would name as the header."""
    own = own_names(options, table, has_traits=has_traits)
    found = Names(table, own).score(cells)
    if has_traits:
        found += sum(trait_of(name, options.known) is not None for name in renamed(cells, own) if name)
    return found


__all__ = ["TAGS", "Columns", "headers", "read", "score"]
