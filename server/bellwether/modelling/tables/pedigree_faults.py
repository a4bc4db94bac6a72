"""What no pedigree of sheep can be: an animal that is its own ancestor, or sire and dam at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from bellwether_engine import Pedigree, PedigreeError
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bellwether.modelling.findings import SHOWN, Faults, Finding
from bellwether.modelling.text_table import Table

Positions = NDArray[np.int32]


@dataclass(frozen=True)
class Parents:
    """Parents as positions of ids, -1 where unknown; ids beyond the rows of the table have no parents."""

    table: Table
    ids: pl.Series
    sire: Positions
    dam: Positions

    def line_of_offspring(self, animal: int, parents: Positions) -> int:
        """Line of the first offspring."""
        return self.table.line(int(np.flatnonzero(parents == animal)[0]))


def check_lineage(parents: Parents, faults: Faults) -> None:
    """Gather animals that are their own parents, loops (each once), and animals used as sire and as dam."""
    _check_own_parents(parents, faults)
    _check_both(parents, faults)
    _check_loops(parents, faults)


def _check_own_parents(parents: Parents, faults: Faults) -> None:
    everyone = np.arange(len(parents.sire))
    wrong = np.flatnonzero((parents.sire == everyone) | (parents.dam == everyone))
    fix = "Correct or remove the parent"
    message = "animal {} is its own parent"
    shown = wrong[:SHOWN].tolist()
    found = parents.table.findings(shown, "pedigree_loop", message, fix, "animal")
    faults.add([_about(parents, finding, [i]) for finding, i in zip(found, shown, strict=True)], len(wrong))


def _check_both(parents: Parents, faults: Faults) -> None:
    both = np.intersect1d(parents.sire[parents.sire >= 0], parents.dam[parents.dam >= 0])
    found = []
    for animal in both[:SHOWN].tolist():
        own = np.flatnonzero((parents.sire == animal) & (parents.dam == animal))
        lines = [parents.line_of_offspring(animal, given) for given in (parents.sire, parents.dam)]
        message = f"animal {parents.ids[animal]} is a sire on line {lines[0]} and a dam on line {lines[1]}"
        if own.size:
            line = parents.table.line(int(own[0]))
            message = f"animal {parents.ids[animal]} is sire and dam of the animal on line {line}: sheep do not self"
        fix = "Correct the parents of its offspring"
        finding = Finding(str(parents.table.path), max(lines), "sire_is_dam", message, fix, "dam")
        found.append(_about(parents, finding, [animal]))
    faults.add(found, len(both))


def _check_loops(parents: Parents, faults: Faults) -> None:
    everyone = np.arange(len(parents.sire))
    sire = np.where(parents.sire == everyone, -1, parents.sire).astype(np.int32)
    dam = np.where(parents.dam == everyone, -1, parents.dam).astype(np.int32)
    if not faults and _is_sorted(sire, dam):
        return
    loops = _loops(sire, dam)
    found = []
    for loop in loops[:SHOWN]:
        names = " -> ".join(str(parents.ids[i]) for i in (*loop, loop[0]))
        message = f"the pedigree has a loop, each animal followed by its parent: {names}"
        fix = "Correct or remove one parent on the path"
        finding = parents.table.findings([loop[0]], "pedigree_loop", message, fix, "animal")[0]
        found.append(_about(parents, finding, loop))
    faults.add(found, len(loops))


def _about(parents: Parents, finding: Finding, animals: Sequence[int]) -> Finding:
    return replace(finding, animals=tuple(str(parents.ids[i]) for i in animals))


def _is_sorted(sire: Positions, dam: Positions) -> bool:
    try:
        _ = Pedigree(sire, dam).order
    except PedigreeError:
        return False
    return True


def _loops(sire: Positions, dam: Positions) -> list[list[int]]:
    """One loop for each set of animals that are ancestors of each other, from the animal that stands first."""
    n = len(sire)
    child = np.concatenate([np.flatnonzero(parent >= 0) for parent in (sire, dam)])
    parent = np.concatenate([given[given >= 0] for given in (sire, dam)])
    graph = coo_array((np.ones(len(child), np.int8), (child, parent)), shape=(n, n)).tocsr()
    _, part = connected_components(graph, directed=True, connection="strong")
    large = np.flatnonzero(np.bincount(part) > 1)
    first = {int(part[i]): int(i) for i in np.flatnonzero(np.isin(part, large))[::-1]}
    return [_loop_from(start, (sire, dam), part) for start in sorted(first.values())]


def _loop_from(start: int, parents: Sequence[Positions], part: Positions) -> list[int]:
    """The shortest path from an animal through its ancestors back to itself, within its set."""
    came: dict[int, int] = {}
    waiting = [start]
    for animal in waiting:
        for given in parents:
            parent = int(given[animal])
            if parent == start:
                path = [animal]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if parent >= 0 and part[parent] == part[start] and parent not in came:
                came[parent] = animal
                waiting.append(parent)
    raise AssertionError("no loop")
