"""The unit of the weights of a file: what its cells, its headers and its sender say, else the farm's own."""

import re
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bellwether.farm.imports.reading.columns import Columns
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.options import Options
from bellwether.sheep.reading.headers import UNITS, normal
from bellwether.sheep.reading.numbers import evidence, split_unit
from bellwether.sheep.reading.refusal import FileFault
from bellwether.sheep.reading.sheet import Sheet
from bellwether.sheep.traits import Known

Unit = Literal["kg", "lb"]
Source = Literal["header", "option", "farm", "cells"]
BELOW = 3
"""Within so many lines a header may go on below itself."""
WEIGHTS: dict[str, Unit] = {"kg": "kg", "lb": "lb"}
NAMED = re.compile(
    r"(?:unit|weight|gewicht|poids|peso|einheit)\w*\W+(?:\w+\W+){0,2}?(kgs?|kilo\w*|lbs?|pounds?)\b", re.IGNORECASE
)


class Cells(Protocol):
    """The columns of a file."""

    def distinct(self, place: int) -> list[tuple[int, str]]:
        """Each text of a column once, with a line that has it."""

    def has_gaps(self, place: int) -> bool:
        """Whether some line has nothing there."""


@dataclass
class Decision:
    """The unit where nothing else is said, where that comes from, and the columns whose header says it."""

    unit: Unit | None = None
    source: Source | None = None
    columns: dict[int, Unit] = field(default_factory=dict)


def decide(file: Cells, form: AnyFormat, columns: Columns, options: Options, faults: list[FileFault]) -> Decision:
    """The units of a file; two of its marks that contradict each other are a fault unless `unit` was sent."""
    places = weight_places(form, columns, options.known)
    if not places:
        return Decision()
    found = Decision()
    for place in places:
        unit = columns.units.get(place)
        if unit in WEIGHTS and not options.unit:
            found.columns[place] = WEIGHTS[unit]
        elif unit and unit not in WEIGHTS:
            message = f"a header says {unit}, and weights are in kg or lb"
            faults.append(FileFault("unit_unknown", message, "write the weights in kg or lb", None, "unit"))
        elif unit and unit != options.unit:
            faults.append(contradiction(f"the header says {unit}, unit={options.unit} was sent", "leave unit out"))
    said = units_of_cells(file, columns, places)
    for row, unit in said.items():
        wrong = next((one for one in found.columns.values() if one != unit), None)
        if wrong:
            faults.append(contradiction(f"the header says {wrong}, a cell {unit}", "send unit as kg or lb", row))
            break
    found.unit, found.source = default(found, options, set(said.values()), is_whole(file, columns, places))
    if found.unit is None:
        message = "some weights have a unit and others none"
        faults.append(FileFault("unit_missing", message, "send unit as kg or lb for those without", None, "unit"))
    return found


def check_preamble(sheet: Sheet, found: Decision, options: Options, faults: list[FileFault]) -> None:
    """A unit that stands before the header is asked about where another one would be used."""
    if found.unit is None or options.unit or found.source != "farm":
        return
    for number in range(sheet.first_line, sheet.header_line):
        match = NAMED.search(sheet.lines[number - 1])
        unit = WEIGHTS.get(UNITS.get(normal(match[1]), "")) if match else None
        if unit and unit != found.unit:
            message = f"line {number} before the header says {unit}, and the farm works in {found.unit}"
            faults.append(contradiction(message, "send unit as kg or lb", number))
            return


def check_line_below(
    sheet: Sheet, form: AnyFormat, columns: Columns, found: Decision, options: Options, faults: list[FileFault]
) -> None:
    """A unit that stands alone under a header is asked about where another one would be used."""
    places, spots = weight_places(form, columns, options.known), columns.measurements
    kept = {at[0]: options.known[code].unit for code, at in spots.items() if at[0] is not None}
    kept |= {place: columns.units[place] for place in kept.keys() & columns.units.keys()}
    kept |= {place: options.unit or found.columns.get(place) or found.unit or "kg" for place in places}
    for number in sheet.body()[:BELOW]:
        for place, unit in kept.items():
            cells = sheet.rows[number - 1]
            said = UNITS.get(normal(cells[place])) if place < len(cells) else None
            if said is not None and said != unit:
                message = f"line {number} below the header says {said}, and what stands there is read in {unit}"
                fix = "send unit as kg or lb" if said in WEIGHTS and place in places else "write it into the header"
                faults.append(contradiction(message, fix, number))
                return


def default(found: Decision, options: Options, said: set[Unit], is_all: bool) -> tuple[Unit | None, Source | None]:
    """The unit of a weight that has none beside it."""
    if options.unit:
        return options.unit, "option"
    if found.columns:
        return next(iter(found.columns.values())), "header"
    if len(said) == 1 and (is_all or said == {options.farm_unit}):
        return next(iter(said)), "cells"
    if said and not is_all:
        return None, None
    return options.farm_unit, "cells" if said else "farm"


def weight_places(form: AnyFormat, columns: Columns, known: Known) -> list[int]:
    """The columns that hold kilograms or pounds."""
    places = [columns.fields[name] for name in form.weights if name in columns.fields]
    kilograms = [spots[0] for code, spots in columns.measurements.items() if known[code].unit == "kg"]
    return places + [place for place in kilograms if place is not None]


def units_of_cells(file: Cells, columns: Columns, places: list[int]) -> dict[int, Unit]:
    """The units in a column of units and behind numbers, each with a line that says so."""
    found: dict[Unit, int] = {}
    if "unit" in columns.fields:
        for row, text in file.distinct(columns.fields["unit"]):
            if unit := WEIGHTS.get(UNITS.get(normal(text), "")):
                found.setdefault(unit, row)
    for place in places:
        for row, text in file.distinct(place):
            if text[-1].isalpha() and (unit := WEIGHTS.get(split_unit(text)[1])):
                found.setdefault(unit, row)
    return {row: unit for unit, row in found.items()}


def is_whole(file: Cells, columns: Columns, places: list[int]) -> bool:
    """Whether a column of units is there, or no weight stands without its unit."""
    if "unit" in columns.fields:
        return not file.has_gaps(columns.fields["unit"])
    return not any(evidence(text) for place in places for _, text in file.distinct(place))


def contradiction(message: str, fix: str, row: int | None = None) -> FileFault:
    """Two units for one weight."""
    return FileFault("unit_contradiction", message, fix, row, "unit")
