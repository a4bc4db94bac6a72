"""The names of columns as people write them: which of them is the animal, its sire, its dam."""

from __future__ import annotations

from collections.abc import Iterable

from bellwether.modelling.findings import refuse
from bellwether.modelling.header_words import OTHERS, Kind, known_names
from bellwether.modelling.text_table import Table
from bellwether.sheep.reading import headers


def name_columns(table: Table, kind: Kind) -> Table:
    """The table with the names that the interface has; what is called otherwise is renamed and told.

    Raises
    ------
    BadInput
        Two columns that may be the same one.
    """
    renamed: dict[str, str] = {}
    for name, known in known_names(kind).items():
        if name in table.frame.columns:
            continue
        found = _called(table, known)
        if not found and name == "animal":
            found = _called(table, frozenset(headers.normal(word) for word in OTHERS))
        if len(found) > 1:
            message = f"the columns {' and '.join(found)} may both be {name}"
            raise refuse(table.path, table.header_line, "column_twice", message, f"Call one of them {name}", name)
        if found:
            renamed[found[0]] = name
    notes = [f"{given} is {name}" for given, name in renamed.items()]
    return table.renamed(renamed, notes)


def _called(table: Table, known: frozenset[str]) -> list[str]:
    return [name for name in table.frame.columns if not name.startswith("#") and headers.normal(name) in known]


def name_like(table: Table, names: Iterable[str]) -> Table:
    """The table with the columns that differ from `names` by case, blanks or accents only under these names.

    Raises
    ------
    BadInput
        Two columns that may be the same one.
    """
    renamed: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if name in table.frame.columns or not headers.normal(name):
            continue
        found = [given for given in _called(table, frozenset([headers.normal(name)])) if given not in renamed]
        if len(found) > 1:
            message = f"the columns {' and '.join(found)} may both be {name}"
            raise refuse(table.path, table.header_line, "column_twice", message, f"Call one of them {name}", name)
        if found:
            renamed[found[0]] = name
    return table.renamed(renamed, [f"{given} is {name}" for given, name in renamed.items()]) if renamed else table
