"""The pedigree file: ids to positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import Groups, Pedigree, PedigreeError
from numpy.typing import NDArray

from bellwether.modelling.findings import BadInput, Faults, Warned, refuse
from bellwether.modelling.missing_codes import NOTHING_DECLARED, MissingCodes
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.reading_answers import NOTHING_SAID, Answers
from bellwether.modelling.tables.candidate_sires import COLUMN, Candidates, read_candidates, uncertain_pedigree
from bellwether.modelling.tables.damaged_ids import check_damage
from bellwether.modelling.tables.life_facts import check_births, check_sex
from bellwether.modelling.tables.pedigree_faults import Parents, check_lineage
from bellwether.modelling.tables.repeated_rows import check_repeated, told_alike
from bellwether.modelling.text_table import Table
from bellwether.sheep.missing import SEVERAL, SYNDICATE

MAY_BE_SEVERAL = r"(?i)[/;,+&|]|\s(or|and|oder|und|ou|et|y)\s|^(multi|synd|mob|group|team|mixed|various|several|pool)"


@dataclass(frozen=True)
class Animals:
    """The pedigree with its ids: animals in the order of the file, then founders that have no row of their own."""

    table: Table
    ids: pl.Series
    pedigree: Pedigree
    n_added: int
    groups: tuple[str, ...] = ()
    missing: MissingCodes = NOTHING_DECLARED
    told: tuple[Warned, ...] = ()

    def positions(self, ids: pl.Series) -> NDArray[np.int32]:
        """Position of each id, -1 where the pedigree does not have it."""
        return match(ids, self.ids)


def match(ids: pl.Series, known: pl.Series) -> NDArray[np.int32]:
    """Position of each of `ids` in `known`, -1 where it is not there."""
    index = pl.DataFrame({"id": known, "position": np.arange(len(known), dtype=np.int32)})
    found = pl.DataFrame({"id": ids}).join(index, on="id", how="left", maintain_order="left")
    return found["position"].fill_null(-1).to_numpy().astype(np.int32)


def read_pedigree(table: Table, model: ModelFile | None = None, answers: Answers = NOTHING_SAID) -> Animals:
    """Check the pedigree and turn it into positions; parents that the model names as groups are groups.

    Raises
    ------
    BadInput
        Everything that is wrong at once: animals without id or with two rows that differ, one used as sire and dam,
        loops (each once), parents of the wrong sex or born too late; a group that is an animal; a parent such as `.`
        or `-9`, which other programs write for an unknown one and nobody has declared.
    """
    for name in ("animal", "sire", "dam"):
        table.column(name)
    codes = (NOTHING_DECLARED if model is None else model.missing).also(answers.missing)
    names = () if model is None else model.groups
    if model is not None and names:
        _check_groups(model, table, table.column("animal"))
    faults = Faults()
    _check_ids(table, faults)
    check_damage(table, ("animal", "sire", "dam"), faults)
    table, told = check_repeated(table, "animal", codes.parents(), faults)
    animal, sire, dam = (table.column(name) for name in ("animal", "sire", "dam"))
    unknown = [code for code in codes.parents() if code in ("", "0") or not (animal == code).any()]
    candidates = read_candidates(table, faults)
    _refuse_groups(candidates, table, names, faults)
    added = _added(table, codes, unknown, names, faults, candidates.sire)
    ids = pl.concat([animal.alias("id"), added])
    fill = np.full(len(added), -1, np.int32)
    parents = [np.concatenate([_parents(column, unknown, ids), fill]) for column in (sire, dam)]
    check_lineage(Parents(table, ids, parents[0], parents[1]), faults)
    told += check_sex(table, parents, codes, faults)
    with faults.gathering():
        table = check_births(table, parents, codes, answers.dates)
    told += told_alike(ids)
    faults.stop(told)
    if candidates:
        pedigree: Pedigree = uncertain_pedigree(table, ids, parents, candidates, match(candidates.sire, ids))
    else:
        pedigree = _pedigree(parents, _grouped(model, (sire, dam), fill), model)
    return Animals(table, ids, pedigree, len(added), tuple(names), codes, tuple(told))


def _refuse_groups(candidates: Candidates, table: Table, names: Sequence[str], faults: Faults) -> None:
    """Groups and candidates do not go together."""
    if candidates and names:
        has = np.zeros(table.frame.height, dtype=bool)
        has[candidates.row] = True
        message, fix = "{} stands beside groups or metafounders, which is not available", "Leave one of them out"
        with faults.gathering():
            table.refuse_rows(has, "groups", message, fix, COLUMN)


def _grouped(model: ModelFile | None, columns: Sequence[pl.Series], fill: NDArray[np.int32]) -> Groups | None:
    """Which parents are groups of the model."""
    if model is None or not model.groups:
        return None
    named = pl.Series(model.groups, dtype=pl.String)
    sire, dam = (np.concatenate([match(column, named), fill]) for column in columns)
    try:
        return Groups(sire, dam, len(named), model.gamma)  # type: ignore[arg-type]
    except PedigreeError as error:
        raise _of_gamma(error, model) from error


def _pedigree(parents: Sequence[NDArray[np.int32]], groups: Groups | None, model: ModelFile | None) -> Pedigree:
    try:
        pedigree = Pedigree(parents[0], parents[1], groups)
        _ = pedigree.order
    except PedigreeError as error:
        if model is None or error.code != "gamma":
            raise
        raise _of_gamma(error, model) from error
    return pedigree


def _of_gamma(error: PedigreeError, model: ModelFile) -> BadInput:
    line = model.line("metafounders.gamma")
    return refuse(model.path, line, error.code, error.message, error.fix, "metafounders.gamma")


def _added(
    table: Table,
    codes: MissingCodes,
    unknown: Sequence[str],
    names: Sequence[str],
    faults: Faults,
    candidates: pl.Series,
) -> pl.Series:
    """Parents without a row of their own; one whose id looks like a code for an unknown parent is asked about."""
    animal, sire, dam = (table.column(name) for name in ("animal", "sire", "dam"))
    parents = pl.concat([sire, dam, candidates]).alias("id")
    known = parents.filter(~parents.is_in([*unknown, *names])).unique(maintain_order=True)
    added = known.filter(~known.is_in(animal.implode()))
    strange = pl.concat([added.filter(codes.is_strange(added)), _lonely_nines(added, animal)]).implode()
    several = _are_several(added, animal, codes)
    fix = "Leave it empty; declare the code, --missing CODE or codes in [missing]; name it in [groups] or"
    fix += " [metafounders] if it is one; or give this animal its own row"
    for column, role in ((sire, "sire"), (dam, "dam")):
        with faults.gathering():
            message = f"the {role} {{}} looks like an unknown parent, which is empty, 0 or NA"
            table.refuse_rows(column.is_in(strange).to_numpy(), "unknown_parent", message, fix, role)
        with faults.gathering():
            message = f"the {role} {{}} is more than one animal, or none by name"
            table.refuse_rows(column.is_in(several).to_numpy(), "syndicate_parent", message, fix, role)
    return added


def _are_several(added: pl.Series, animal: pl.Series, codes: MissingCodes) -> list[str]:
    """Parents without a row that are words for a mob, or several animals of the pedigree in one cell."""
    cells = [cell for cell in added.filter(added.str.contains(MAY_BE_SEVERAL)) if cell not in codes.values]
    parts = {cell: [part for part in SEVERAL.split(cell) if part] for cell in cells}
    known = set(animal.filter(animal.is_in([part for each in parts.values() for part in each])))
    return [cell for cell in cells if SYNDICATE.fullmatch(cell) or (len(parts[cell]) > 1 and known >= set(parts[cell]))]


def _lonely_nines(added: pl.Series, animal: pl.Series) -> pl.Series:
    """999 and 9999 as a parent without a row, where no animal has the number before or after."""
    nines = added.filter(added.is_in(["999", "9999"]))
    ids = pl.concat([animal.alias("id"), added])
    lonely = [name for name in nines if not ids.is_in([str(int(name) - 1), str(int(name) + 1)]).any()]
    return pl.Series("id", lonely, dtype=pl.String)


def _check_groups(model: ModelFile, table: Table, animal: pl.Series) -> None:
    """A group is named once, is not an animal, and is the parent of somebody."""
    section = "groups" if model.gamma is None else "metafounders"
    named = pl.Series(model.groups, dtype=pl.String)
    parents = pl.concat([table.column("sire"), table.column("dam")])
    unknown = list(model.missing.parents())
    rules = [
        ("repeated_group", ~named.is_first_distinct(), "{} is named twice", "Name every group once"),
        ("group_is_animal", named.is_in(animal.implode()), "{} is an animal of the pedigree", "Rename the group"),
        ("group_is_unknown", named.is_in(unknown), "{} stands for an unknown parent", "Rename the group"),
        ("unused_group", ~named.is_in(parents.implode()), "{} is nobody's parent", "Remove the group, or use its name"),
    ]
    for code, broken, message, fix in rules:
        if broken.any():
            name = str(named.filter(broken)[0])
            line = model.line(f"{section}.names")
            raise refuse(model.path, line, code, f"group {message.format(name)}", fix, f"{section}.names")


def _parents(column: pl.Series, unknown: Sequence[str], ids: pl.Series) -> NDArray[np.int32]:
    positions = match(column, ids)
    positions[column.is_in(list(unknown)).to_numpy()] = -1
    return positions


def _check_ids(table: Table, faults: Faults) -> None:
    empty = table.column("animal").is_in(["", "0"]).to_numpy()
    message = "an animal has no id (0 means an unknown parent)"
    with faults.gathering():
        table.refuse_rows(empty, "missing_id", message, "Give every animal an id of its own", "animal")
