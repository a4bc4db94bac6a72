"""A weigh session: one weight a line, from a scale, a reader or a spreadsheet, and what else was measured that day."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from operator import itemgetter

from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.imports.reading import columns
from bellwether.farm.imports.reading.entry import Entry, Rules
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import Header
from bellwether.farm.imports.reading.parts import Part
from bellwether.farm.measurements.ledger import Measurement
from bellwether.sheep import damage, identifiers, traits
from bellwether.sheep.eid import checked, parse_eid
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.missing import is_no_tag
from bellwether.sheep.reading.headers import UNITS, aliases
from bellwether.sheep.reading.headers import normal as bare
from bellwether.sheep.traits import Trait

COLUMNS = {**columns.TAGS, **aliases(("date", "time", "weight", "unit", "group", "trait"))}
NEEDED = {
    "date": frozenset({"date"}),
    "weight": frozenset({"weight"}),
    "eid, vid or id": frozenset({"eid", "vid", "id"}),
}
Cells = str | tuple[str, ...]
Said = tuple[str, float, str, str]
Clock = tuple[time | None, bool]
DIGISTAR = {"eid": 0, "weight": 1, "unit": 2, "date": 5, "time": 6}
DIGISTAR_WIDE = {"eid": 0, "vid": 1, "group": 2, "weight": 4, "unit": 5, "date": 8, "time": 9}


def digistar(head: list[str]) -> Header | None:
    """A Digi-Star scale, with no header: EID, weight, LB or KG, lock, GR or NT, date, time, flag; or tag, group too."""
    for places, gross in ((DIGISTAR, 4), (DIGISTAR_WIDE, 7)):
        has_cells = len(head) > places["time"] and len(re.sub(r"\D", "", head[0])) >= 14
        if has_cells and head[places["unit"]].upper() in ("LB", "KG") and head[gross].upper() in ("GR", "NT"):
            return Header(dict(places), "mdy", "a session of a Digi-Star scale, which has no header")
    return None


def read(entry: Entry) -> Weighing:
    """Tags, date, trait and weight in kg."""
    tags = entry.take(read_tags, entry)
    trait = entry.take(read_trait, entry)
    day = entry.take(read_day, entry)
    time = entry.take(entry.clock, "time", "date") if day else None
    group = entry.text("group")[:40]
    others = read_others(entry, day, time, group) if day else []
    weight = entry.take(read_weight, entry, trait, bool(others)) if trait else None
    entry.stop()
    assert tags
    assert trait
    assert day
    if weight is not None:
        value, raw, unit = weight
        others = [Measurement(trait.code, day, value, raw[:40], group, time=time, raw_unit=unit), *others]
    return Weighing(tags, others[0], tuple(others[1:]))


def read_others(entry: Entry, day: date, time: time | None, group: str) -> list[Measurement]:
    """The traits in columns of their own, on the day of the line and in its group."""
    columns = entry.rules.layout.measurements.items()
    found = [entry.take(read_other, entry, code, spots[0], (day, time, group)) for code, spots in columns]
    return [each for each in found if each]


def read_other(
    entry: Entry, code: str, place: int | None, of_line: tuple[date, time | None, str]
) -> Measurement | None:
    """One of them; None where the line has no value."""
    assert place is not None
    field, (day, clock, group) = code.lower(), of_line
    trait = entry.trait(code, field=field)
    refuse_clear(entry, place, field)
    found = entry.value(place, trait, field)
    if found is None:
        return None
    traits.check_recordable(trait, day, field=field)
    value, raw, unit = found
    return Measurement(code, day, value, raw[:40], group, time=clock, raw_unit=unit)


def refuse_clear(entry: Entry, place: int, field: str) -> None:
    """A session takes nothing back.

    Raises:
        Broken
    """
    if entry.is_clear(place):
        fix = "leave the cell empty; correct a measurement in its own place"
        raise broken("cannot_clear", f"{field} is not taken back by a session", fix, field=field)


def read_tags(entry: Entry) -> Tags:
    """All that may name the animal; an animal that is weighed again has the same cells."""
    cells, known = (entry.raw("eid"), entry.raw("vid"), entry.raw("id")), entry.rules.tags
    found = known.get(cells)
    return found or known.setdefault(cells, tags_of(entry))


def tags_of(entry: Entry) -> Tags:
    """Each tag in its normal form. A spoilt EID passes only if something else names the animal."""
    vid, number = read_tag(entry, "vid"), read_tag(entry, "id")
    raw = entry.text("eid")
    raw = "" if raw and is_no_tag(raw) else raw
    eid, warning = "", None
    if raw:
        try:
            eid = checked(raw, allow_test=False) if is_digits(raw) else parse_eid(damage.unwrapped(raw))
        except Broken as error:
            if not (vid or number):
                raise
            warning = error.finding.code
    if not (eid or vid or number):
        raise broken("no_tag", "no tag was read", "find the animal and add its tag", field="eid", verdict="no_tag")
    return Tags(eid, vid, number, warning)


def read_tag(entry: Entry, field: str) -> str:
    """A tag or number in its normal form, empty where there is none."""
    raw = entry.identifier(field)
    if raw == "" or is_digits(raw):
        return raw
    return identifiers.tag_value(damage.whole(raw, field=field))


def is_digits(raw: str) -> bool:
    """Plain digits that no spreadsheet has rounded: the usual tag, which needs no closer look."""
    return raw.isdecimal() and raw.isascii() and len(raw) <= damage.EXACT


def read_trait(entry: Entry) -> Trait:
    """The trait of this line: its own, else that of the file."""
    cell, rules = entry.text("trait"), entry.rules
    word = cell or rules.layout.trait or ""
    found = rules.traits.get(word)
    if found is None:
        found = traits.find_weight(word)
    if found is None:
        raise broken("trait_unknown", f"{cell[:40]!r} is no weight", "write WWT, PWT, ...", field="trait")
    rules.traits[word] = found
    return found


def read_day(entry: Entry) -> date:
    """The day of the weighing."""
    day = entry.day("date")
    if day is None:
        raise broken("date_missing", "there is no date", "add the day of the weighing", field="date")
    return day


def read_weight(entry: Entry, trait: Trait, has_others: bool = False) -> tuple[float, str, str] | None:
    """The weight in kg, as written, and its unit; None where a line has other measurements and no weight."""
    refuse_clear(entry, entry.rules.places["weight"], "weight")
    found = entry.value(entry.rules.places["weight"], trait, "weight", read_unit(entry))
    if found is None and not has_others:
        raise broken("weight_missing", "there is no weight", "add it, or leave the line out", field="weight")
    return found


def read_unit(entry: Entry) -> str:
    """The unit in a column of units."""
    cell = entry.text("unit")
    unit = UNITS.get(bare(cell), "") if cell else ""
    if cell and unit not in ("kg", "lb"):
        raise broken("unit_unknown", f"{cell[:20]!r} is no unit of a weight", "write kg or lb", field="unit")
    return unit


def read_said(entry: Entry) -> Said:
    """Trait, weight in kg, as written, and its unit."""
    trait = read_trait(entry)
    weight = read_weight(entry, trait)
    assert weight
    value, raw, unit = weight
    return trait.code, value, raw[:40], unit


def read_clock(entry: Entry) -> Clock:
    """The time of day in its own column, and whether there is one."""
    return (entry.own_clock("time"), True) if entry.text("time") else (None, False)


PARTS = {
    "tags": Part(("eid", "vid", "id"), read_tags),
    "said": Part(("weight", "unit", "trait"), read_said),
    "day": Part(("date",), lambda entry: (read_day(entry), entry.clock_behind("date"))),
    "clock": Part(("time",), read_clock),
    "group": Part(("group",), lambda entry: entry.text("group")[:40]),
}


def whole(tags: Tags, said: Said, day: tuple[date, time | None], clock: Clock, group: str) -> Weighing:
    """The row of these parts."""
    (trait, value, raw, unit), (own, has_own) = said, clock
    return Weighing(tags, Measurement(trait, day[0], value, raw, group, own if has_own else day[1], unit))


class Known:
    """Tags, weights, days, clocks and groups of earlier lines; none of them depends on another.

    A day with a clock behind it counts for the lines that have no clock of their own.
    """

    def __init__(self, rules: Rules) -> None:
        places, self.read_clocks = rules.places, rules.times
        # what stands in columns of traits is in no part
        self.is_whole = not rules.layout.measurements
        self.of_tags, self.of_said = cells_of(places, "eid", "vid", "id"), cells_of(places, "weight", "unit", "trait")
        self.of_day, self.of_clock = cells_of(places, "date"), cells_of(places, "time")
        self.of_group = cells_of(places, "group")
        self.tags: dict[Cells, Tags] = {}
        self.said: dict[Cells, tuple[str, float, str, str]] = {}
        self.days: dict[Cells, date] = {}
        self.clocks: dict[Cells, time] = {}
        self.behind: dict[Cells, time | None] = {}
        self.groups: dict[Cells, str] = {}

    def recall(self, cells: list[str]) -> Weighing | None:
        """The row, if each of its parts is known."""
        if not self.is_whole:
            return None
        day, clock = self.of_day(cells), self.of_clock(cells)
        try:
            trait, value, raw, unit = self.said[self.of_said(cells)]
            at = self.clocks[clock] if clock else self.behind[day]
            said = Measurement(trait, self.days[day], value, raw, self.groups[self.of_group(cells)], at, unit)
            return Weighing(self.tags[self.of_tags(cells)], said)
        except KeyError:
            return None

    def learn(self, cells: list[str], data: Weighing) -> None:
        """Each part of a line without fault or warning."""
        if not self.is_whole:
            return
        said, day, clock = data.measured, self.of_day(cells), self.of_clock(cells)
        self.tags[self.of_tags(cells)] = data.tags
        self.said[self.of_said(cells)] = (said.trait, said.value, said.raw_value, said.raw_unit)
        self.days[day], self.groups[self.of_group(cells)] = said.date, said.group
        if not clock:
            self.behind[day] = said.time
        elif said.time is not None and clock in self.read_clocks:
            self.clocks[clock] = said.time


def cells_of(places: Mapping[str, int], *names: str) -> Callable[[list[str]], Cells]:
    """What takes the cells of those of the fields that the file has out of a line."""
    found = [places[name] for name in names if name in places]
    return itemgetter(*found) if found else lambda _: ""


FORMAT = Format(
    kind="weights",
    row=Weighing,
    columns=COLUMNS,
    needed=NEEDED,
    dates=frozenset({"date"}),
    numbers=frozenset({"weight"}),
    weights=frozenset({"weight"}),
    read=read,
    needs_trait=True,
    has_trait_columns=True,
    without_header=digistar,
    by_heart=Known,
    parts=PARTS,
    whole=whole,
)
