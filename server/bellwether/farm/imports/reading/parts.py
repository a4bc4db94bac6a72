"""The lines of a long file by their parts: each distinct part is read once, a line is a number for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.reading.entry import Entry, Rules
from bellwether.sheep.findings import Broken
from bellwether.sheep.reading.sheet import Sheet
from bellwether.sheep.reading.table import NUMBER, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


PLACE = "place"


class Part(NamedTuple):
    """Some cells of a line, which say the same whatever stands beside them."""

    fields: tuple[str, ...]
    read: Callable[[Entry], object]


def plain_lines(sheet: Sheet, rules: Rules, parts: Mapping[str, Part]) -> PlainLines | None:
    """The lines of a long file whose parts all are without fault or warning."""
    if sheet.table is None or not parts or not len(sheet.table.frame):
        return None
    import numpy as np

    numbers = sheet.table.frame[NUMBER].to_numpy().astype(np.int64)
    is_plain = ~np.isin(numbers, list(sheet.faults))
    codes: dict[str, Places] = {}
    values: dict[str, Sequence[object]] = {}
    for name, part in parts.items():
        firsts, codes[name] = np.unique(first_alike(sheet.table, part, rules), return_inverse=True)
        found = [read(part, sheet.rows[number - 1], rules) for number in numbers[firsts].tolist()]
        values[name] = [each[0] if each else None for each in found]
        is_plain &= np.array([each is not None for each in found])[codes[name]]
    return PlainLines(numbers, codes, values).where(is_plain)


def first_alike(table: Table, part: Part, rules: Rules) -> Places:
    """For each line the place of the first one with the same cells."""
    import numpy as np
    import polars as pl

    names = [str(rules.places[field]) for field in part.fields if field in rules.places]
    if not names:
        return np.zeros(len(table.frame), np.int64)
    numbered = table.frame.select(names).with_row_index(PLACE)
    return numbered.select(pl.col(PLACE).first().over(names))[PLACE].to_numpy().astype(np.int64)


def read(part: Part, cells: list[str], rules: Rules) -> tuple[object] | None:
    """What a part says; None with a fault or a warning."""
    entry = Entry(cells, rules)
    try:
        found = part.read(entry)
    except Broken:
        return None
    return None if entry.faults or entry.warnings else (found,)
