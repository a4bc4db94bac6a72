"""Measurements of any trait, one a line: what a clinic, a laboratory or the platform's own export writes."""

from functools import partial

from bellwether.farm.imports.formats.weigh_session import read_day, read_tags
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.reading import columns
from bellwether.farm.imports.reading.entry import Entry
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.measurements.ledger import Measurement
from bellwether.sheep import traits
from bellwether.sheep.findings import broken
from bellwether.sheep.reading.headers import UNITS, aliases, normal
from bellwether.sheep.traits import Trait

COLUMNS = {**columns.TAGS, **aliases(("date", "time", "trait", "value", "unit", "group"))}


def read(entry: Entry) -> Weighing:
    """Tags, day, trait and value."""
    tags = entry.take(read_tags, entry)
    trait = entry.take(read_trait, entry)
    day = entry.take(read_day, entry)
    value = entry.take(read_value, entry, trait) if trait else None
    if trait and day:
        entry.take(partial(traits.check_recordable, trait, day, field="trait"))
    time = entry.take(entry.clock, "time", "date") if day else None
    entry.stop()
    assert tags
    assert trait
    assert day
    assert value
    number, raw, unit = value
    group = entry.text("group")[:40]
    return Weighing(tags, Measurement(trait.code, day, number, raw[:40], group, time=time, raw_unit=unit))


def read_trait(entry: Entry) -> Trait:
    """By code, alias or name."""
    word = entry.text("trait")
    rules = entry.rules
    found = rules.traits.get(word) or rules.known.find(word) or columns.trait_of(normal(word), rules.known)
    if found is None:
        fix = "write a code of the trait dictionary or of the farm's own traits: WWT, PEMD, YGFW, ..."
        raise broken("trait_unknown", f"{word[:40]!r} is no trait", fix, field="trait")
    entry.rules.traits[word] = found
    return found


def read_value(entry: Entry, trait: Trait) -> tuple[float, str, str]:
    """The value in the unit of its trait, as written, and its unit."""
    cell = entry.text("unit")
    unit = UNITS.get(normal(cell), cell) if cell else ""
    if unit and unit not in traits.units_of(trait):
        message = f"{trait.code} is kept in {trait.unit}, and {cell[:20]} cannot be converted"
        raise broken("unit_unknown", message, f"write it in {', '.join(traits.units_of(trait))}", field="unit")
    found = entry.value(entry.rules.places["value"], trait, "value", unit)
    if found is None:
        raise broken("value_missing", "there is no value", "add it, or leave the line out", field="value")
    return found


FORMAT = Format(
    kind="measurements",
    row=Weighing,
    columns=COLUMNS,
    needed={
        "date": frozenset({"date"}),
        "trait": frozenset({"trait"}),
        "value": frozenset({"value"}),
        "eid, vid or id": frozenset({"eid", "vid", "id"}),
    },
    dates=frozenset({"date"}),
    numbers=frozenset({"value"}),
    weights=frozenset({"value"}),
    read=read,
)
