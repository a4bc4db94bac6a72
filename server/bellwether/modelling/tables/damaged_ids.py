"""Ids that are none: numbers that a spreadsheet has rounded, totals below a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bellwether.modelling.findings import Faults
from bellwether.modelling.text_table import Table
from bellwether.sheep.damage import SCIENTIFIC, TEXT

TOTAL = r"(?i)^(grand )?(sub-? ?)?totals?\W*$|^end of (file|report|list|data)\W*$|^gesamt(summe)?\W*$|^summe\W*$"


def check_damage(table: Table, columns: Sequence[str], faults: Faults) -> None:
    """Gather ids in scientific notation, of which several animals may have become one, and a total in the last row."""
    message = "{} is a number that a spreadsheet has rounded: several ids may have become one"
    for name in columns:
        with faults.gathering():
            wrong = table.column(name).str.contains(f"(?i){SCIENTIFIC.pattern}").to_numpy()
            table.refuse_rows(wrong, "id_scientific_notation", message, f"{TEXT[:1].upper()}{TEXT[1:]}", name)
    ids = table.column(columns[0])
    last = np.zeros(len(ids), dtype=bool)
    last[-1:] = ids.tail(1).str.contains(TOTAL).to_numpy()
    with faults.gathering():
        table.refuse_rows(
            last, "not_an_animal", "{} is no animal but the end of the list", "Remove the line", columns[0]
        )
