"""The pedigree file: ids to positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import Groups, Pedigree, PedigreeError
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.text_table import Table

UNKNOWN = ("", "0", "NA")
# what other programs write for an unknown parent; read as an id, all its offspring would be sibs
STRANGE = r"(?i)^(\.+|-+|\?+|-\d+|0+|0+\.0*|na|n/a|#n/a|nan|<na>|null|none|nil|unknown|unk)$"
SEXES = {"m": 1, "male": 1, "1": 1, "ram": 1, "wether": 1, "f": 0, "female": 0, "2": 0, "ewe": 0}


@dataclass(frozen=True)
class Animals:
    """The pedigree with its ids: animals in the order of the file, then founders that have no row of their own."""

    table: Table
    ids: pl.Series
    pedigree: Pedigree
    n_added: int
    groups: tuple[str, ...] = ()

    def positions(self, ids: pl.Series) -> NDArray[np.int32]:
        """Position of each id, -1 where the pedigree does not have it."""
        return match(ids, self.ids)


def match(ids: pl.Series, known: pl.Series) -> NDArray[np.int32]:
    """Position of each of `ids` in `known`, -1 where it is not there."""
    index = pl.DataFrame({"id": known, "position": np.arange(len(known), dtype=np.int32)})
    found = pl.DataFrame({"id": ids}).join(index, on="id", how="left", maintain_order="left")
    return found["position"].fill_null(-1).to_numpy().astype(np.int32)


def read_pedigree(table: Table, model: ModelFile | None = None) -> Animals:
    """Check the pedigree and turn it into positions; parents that the model names as groups are groups.

    Raises
    ------
    BadInput
        An animal without id or with two rows, one used as sire and dam, a loop, a parent of the wrong sex or born too
        late; a group that is an animal; a parent such as `.` or `-9`, which other programs write for an unknown one.
    """
    animal, sire, dam = (table.column(name) for name in ("animal", "sire", "dam"))
    _check_ids(table, animal)
    unknown = [code for code in UNKNOWN if code != "NA" or not (animal == "NA").any()]
    parents = pl.concat([sire, dam]).alias("id")
    names = () if model is None else model.groups
    if model is not None and names:
        _check_groups(model, table, animal)
    known = parents.filter(~parents.is_in([*unknown, *names])).unique(maintain_order=True)
    added = known.filter(~known.is_in(animal.implode()))
    _check_added(table, sire, dam, added)
    ids = pl.concat([animal.alias("id"), added])
    fill = np.full(len(added), -1, np.int32)
    parent_positions = [np.concatenate([_parents(column, unknown, ids), fill]) for column in (sire, dam)]
    groups = [np.concatenate([match(column, pl.Series(names, dtype=pl.String)), fill]) for column in (sire, dam)]
    try:
        gamma = None if model is None else model.gamma
        grouped = Groups(groups[0], groups[1], len(names), gamma) if names else None  # type: ignore[arg-type]
        pedigree = Pedigree(parent_positions[0], parent_positions[1], grouped)
        _ = pedigree.order
    except PedigreeError as error:
        if model is not None and error.code == "gamma":
            line = model.line("metafounders.gamma")
            raise refuse(model.path, line, error.code, error.message, error.fix, "metafounders.gamma") from error
        raise _explain(error, table, ids, parent_positions) from error
    _check_sex(table, parent_positions)
    _check_births(table, parent_positions)
    return Animals(table, ids, pedigree, len(added), tuple(names))


def _check_added(table: Table, sire: pl.Series, dam: pl.Series, added: pl.Series) -> None:
    """A parent without a row, whose id looks like a code for an unknown one."""
    strange = added.filter(added.str.contains(STRANGE)).implode()
    for column, role in ((sire, "sire"), (dam, "dam")):
        rows = np.flatnonzero(column.is_in(strange).to_numpy())[:SHOWN].tolist()
        if rows:
            message = f"the {role} {{}} looks like an unknown parent, which is empty, 0 or NA"
            fix = "Leave it empty; name it in [groups] or [metafounders] if it is one; or give this animal its own row"
            raise BadInput(table.findings(rows, "unknown_parent", message, fix, role))


def _check_groups(model: ModelFile, table: Table, animal: pl.Series) -> None:
    """A group is named once, is not an animal, and is the parent of somebody."""
    section = "groups" if model.gamma is None else "metafounders"
    named = pl.Series(model.groups, dtype=pl.String)
    parents = pl.concat([table.column("sire"), table.column("dam")])
    rules = [
        ("repeated_group", ~named.is_first_distinct(), "{} is named twice", "Name every group once"),
        ("group_is_animal", named.is_in(animal.implode()), "{} is an animal of the pedigree", "Rename the group"),
        ("group_is_unknown", named.is_in(list(UNKNOWN)), "{} stands for an unknown parent", "Rename the group"),
        ("unused_group", ~named.is_in(parents.implode()), "{} is nobody's parent", "Remove the group, or use its name"),
    ]
    for code, broken, message, fix in rules:
        if broken.any():
            name = str(named.filter(broken)[0])
            line = model.line(f"{section}.names")
            raise refuse(model.path, line, code, f"group {message.format(name)}", fix, f"{section}.names")


def _parents(column: pl.Series, unknown: list[str], ids: pl.Series) -> NDArray[np.int32]:
    positions = match(column, ids)
    positions[column.is_in(unknown).to_numpy()] = -1
    return positions


def _check_ids(table: Table, animal: pl.Series) -> None:
    empty = np.flatnonzero(animal.is_in(["", "0"]).to_numpy())[:SHOWN].tolist()
    if empty:
        message = "an animal has no id (0 means an unknown parent)"
        raise BadInput(table.findings(empty, "missing_id", message, "Give every animal an id of its own", "animal"))
    repeated = (~animal.is_first_distinct()).to_numpy()
    if repeated.any():
        rows = np.flatnonzero(repeated)[:SHOWN].tolist()
        fix = "Keep one row per animal"
        raise BadInput(table.findings(rows, "repeated_animal", "animal {} has a row already", fix, "animal"))


def said_sex(table: Table) -> NDArray[np.int8] | None:
    """The column `sex` of the rows: 1 male, 0 female, -1 unknown; None without the column."""
    if "sex" not in table.frame.columns:
        return None
    return np.array([SEXES.get(cell.lower(), -1) for cell in table.frame["sex"]], dtype=np.int8)


def _check_sex(table: Table, parents: list[NDArray[np.int32]]) -> None:
    """A sire is not female in the column `sex`, a dam not male."""
    sex = said_sex(table)
    for column, role, other, code in ((parents[0], "sire", 0, "female"), (parents[1], "dam", 1, "male")):
        used = np.unique(column[column >= 0])
        wrong = [] if sex is None else [int(i) for i in used[used < len(sex)] if sex[i] == other][:SHOWN]
        if wrong:
            line = table.line(int(np.flatnonzero(column == wrong[0])[0]))
            message = f"animal {{}} is {code} and the {role} of the animal on line {line}"
            fix = f"Correct its sex, or the {role} of its offspring"
            raise BadInput(table.findings(wrong, f"{role}_is_{code}", message, fix, "animal"))


def _check_births(table: Table, parents: list[NDArray[np.int32]]) -> None:
    """Dates are written as 2024-08-31, and no animal is born before its parent, or on the same day."""
    if "birth_date" not in table.frame.columns:
        return
    given = table.frame["birth_date"]
    born = given.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    wrong = np.flatnonzero((born.is_null() & ~given.is_in(list(UNKNOWN))).to_numpy())[:SHOWN].tolist()
    if wrong:
        fix = "Write dates as 2024-08-31 (empty: unknown), or leave the column out"
        raise BadInput(table.findings(wrong, "date_format", "{} is not a date", fix, "birth_date"))
    day = born.cast(pl.Int32).cast(pl.Float64).fill_null(np.nan).to_numpy()
    for column, role in zip(parents, ("sire", "dam"), strict=True):
        parent = column[: len(day)]
        has_row = (parent >= 0) & (parent < len(day))
        of_parent = np.where(has_row, day[np.where(has_row, parent, 0)], np.nan)
        rows = np.flatnonzero(day <= of_parent)[:SHOWN].tolist()
        found = []
        for row in rows:
            line = table.line(int(parent[row]))
            message = f"born on {{}}, not after its {role} on line {line} ({born[int(parent[row])]})"
            fix = f"Correct one of the dates, or the {role}"
            found += table.findings([row], "born_before_parent", message, fix, "birth_date")
        if found:
            raise BadInput(found)


def _explain(error: PedigreeError, table: Table, ids: pl.Series, parents: list[NDArray[np.int32]]) -> BadInput:
    names = [str(ids[i]) for i in error.positions]
    if error.code == "pedigree_loop":
        message = f"the pedigree has a loop, each animal followed by its parent: {' -> '.join(names)}"
        if len(names) == 2:
            message = f"animal {names[0]} is its own parent"
        rows = [i for i in error.positions[:-1] if i < len(table.frame)][:SHOWN]
        return BadInput(table.findings(rows, error.code, message, error.fix, "animal"))
    found = []
    for position, name in zip(error.positions, names, strict=True):
        lines = [table.line(int(np.flatnonzero(parent == position)[0])) for parent in parents]
        message = f"animal {name} is a sire on line {lines[0]} and a dam on line {lines[1]}"
        found.append(Finding(str(table.path), max(lines), error.code, message, error.fix, "dam"))
    return BadInput(found)
