"""Statistics as text."""

from __future__ import annotations

from collections.abc import Sequence

from bellwether.modelling.statistics.shapes import CrossTable, LevelCount, Statistics

WIDEST, MOST_COLUMNS, MOST_ROWS = 12, 10, 30


def as_text(found: Statistics) -> str:
    """The page as text for a terminal."""
    parts = [_animals(found), _numbers(found), _classes(found)]
    parts += [cross_text(table) for table in found["cross_tables"]]
    if found["years"] is not None:
        rows = [[year, f"{count:,}"] for year, count in found["years"]["counts"].items()]
        rows += [["without", f"{found['years']['without']:,}"]] if found["years"]["without"] else []
        parts.append(f"Records by year ({found['years']['column']})\n{table_text(['year', 'records'], rows)}")
    return "\n\n".join(part for part in parts if part)


def _animals(found: Statistics) -> str:
    each = found["animals"]
    first = (
        f"{each['animals']:,} animals: {each['founders']:,} founders, {each['sires']:,} sires, {each['dams']:,} dams"
    )
    if found["records"] is None:
        return first
    return (
        f"{first}\n{found['records']:,} records of {each['with_records']:,} animals; "
        f"{each['without_records']:,} animals without records; at most {each['most_records_of_one']:,} of one animal"
    )


def _numbers(found: Statistics) -> str:
    rows = []
    for each in found["numbers"]:
        codes = ", ".join(f"{code['value']:g} ({code['count']})" for code in each["like_missing_codes"])
        values = [each["mean"], each["sd"], each["minimum"], each["maximum"]]
        shown = ["-" if value is None else f"{value:.5g}" for value in values]
        extremes = f"{each['at_minimum']:,}/{each['at_maximum']:,}"
        counts = [f"{each['n']:,}", f"{each['missing']:,}"]
        rows.append([each["name"], *counts, *shown, f"{each['zeros']:,}", extremes, codes or "-"])
    head = ["", "n", "missing", "mean", "sd", "minimum", "maximum", "zeros", "at min/max", "like codes"]
    return table_text(head, rows) if rows else ""


def _classes(found: Statistics) -> str:
    rows = [
        [
            each["name"], each["kind"], f"{each['levels']:,}", f"{each['missing']:,}", f"{each['with_one_record']:,}",
            listed(each["largest"][:3]), listed(each["smallest"][:3]),
        ]
        for each in found["classes"]
    ]  # fmt: skip
    head = ["class", "kind", "levels", "missing", "one record", "largest", "smallest"]
    return table_text(head, rows) if rows else ""


def listed(levels: Sequence[LevelCount]) -> str:
    """Levels with their records."""
    return ", ".join(f"{each['level']} ({each['count']:,})" for each in levels)


def cross_title(table: CrossTable) -> str:
    """What a cross-tabulation says in one line."""
    return (
        f"{table['rows']} by {table['columns']}: {table['cells']:,} cells, {table['empty_cells']:,} empty, "
        f"{table['cells_with_one_record']:,} with one record"
    )


def cross_text(table: CrossTable) -> str:
    """A cross-tabulation, where it is small enough for a terminal."""
    counts = table["counts"]
    if counts is None or len(counts) > MOST_ROWS or len(table["column_levels"]) > MOST_COLUMNS:
        return cross_title(table)
    rows = [[name, *(f"{n:,}" for n in row)] for name, row in zip(table["row_levels"], counts, strict=True)]
    return f"{cross_title(table)}\n{table_text(['', *table['column_levels']], rows)}"


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their names, the first to the left."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
