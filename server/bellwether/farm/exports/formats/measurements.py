"""The measurements of a flock, one a line: imported again, they change nothing."""

from collections.abc import Sequence
from pathlib import Path

from bellwether.farm.exports.format import TABULAR, Format, Source
from bellwether.farm.exports.keys import Keys, is_unknown
from bellwether.farm.exports.models import MeasuredRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.farm.exports.tables import Cell, writer
from bellwether.sheep.traits import Known, Trait

HEAD = ("Registration", "EID", "VID", "Date", "Time", "Trait", "Value", "Unit", "Group", "Raw Value", "Raw Unit")


async def write(source: Source, options: Options, path: Path) -> Report:
    """Those that count, in the order in which they came."""
    keys, report, out = await source.keys(), Report(), writer(path, options)
    known = await source.traits()
    out.add(HEAD)
    n = 0
    async for rows in source.measurements(options.traits):
        for row in rows:
            if row.animal_id in keys.references:
                about = f"{keys.parent(row.animal_id)} {row.trait}"
                report.leave_out("of_an_ancestor", "measurements of ancestors, which no list of the farm has", about)
            else:
                out.add(row_of(row, keys, report, known))
                n += 1
        await source.progress(0.5, f"writing: {n:,} measurements")
    out.close()
    report.written = {"measurements": n}
    report.notes.append("of several values of an animal, trait and day the one that counts is written")
    return report


def row_of(row: MeasuredRow, keys: Keys, report: Report, known: Known) -> Sequence[Cell]:
    """One line, with the value as it was first written beside it."""
    group = " ".join(row.recorded_group.split())
    if group and is_unknown(group):
        report.leave_out("group_means_unknown", "groups whose name is a word for unknown", f"{row.trait} {group}")
        group = ""
    head = (*keys.measured(row.animal_id), row.occurred_on, row.occurred_time)
    return (*head, row.trait, said(known.get(row.trait), row.value), row.unit, group, row.raw_value, row.raw_unit)


def said(trait: Trait | None, value: float) -> Cell:
    """The value, or the word that stands for it."""
    return trait.words[int(value - trait.hard[0])] if trait is not None and trait.words else value


FORMAT = Format(name="measurements", uses=TABULAR | {"traits"}, write=write)
