"""Animals as positions: what the engine computes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
from bellwether_engine import Pedigree, PedigreeError, Relationship
from numpy.typing import NDArray

from bellwether.genetics.pedigree.problems import BrokenPedigree
from bellwether.genetics.pedigree.repository import Animal

SHOWN = 5


@dataclass(frozen=True, eq=False)
class Lineage:
    """Animals and their parents; parents of whom the caller sees no row are founders behind them."""

    ids: tuple[UUID, ...]
    sire: NDArray[np.int32]
    dam: NDArray[np.int32]

    @classmethod
    def of(cls, animals: Iterable[Animal]) -> "Lineage":
        """Of rows, in the order of their ids: the same animals give the same numbers to the last bit."""
        rows = sorted(animals, key=lambda animal: animal.id)
        ids = [row.id for row in rows]
        at = {key: place for place, key in enumerate(ids)}
        for row in rows:
            for parent in (row.sire_id, row.dam_id):
                if parent is not None and parent not in at:
                    at[parent] = len(ids)
                    ids.append(parent)
        sire, dam = (np.full(len(ids), -1, dtype=np.int32) for _ in range(2))
        for place, row in enumerate(rows):
            sire[place] = -1 if row.sire_id is None else at[row.sire_id]
            dam[place] = -1 if row.dam_id is None else at[row.dam_id]
        return cls(tuple(ids), sire, dam)

    def positions(self, ids: Sequence[UUID]) -> NDArray[np.int32]:
        """Where these animals stand."""
        return np.array([self.at[key] for key in ids], dtype=np.int32)

    @cached_property
    def at(self) -> dict[UUID, int]:
        """The position of each animal."""
        return {key: place for place, key in enumerate(self.ids)}

    @cached_property
    def pedigree(self) -> Pedigree:
        """For the engine.

        Raises:
            BrokenPedigree: an animal is sire and dam, or its own ancestor.
        """
        try:
            found = Pedigree(self.sire, self.dam)
            _ = found.order
        except PedigreeError as error:
            named = ", ".join(str(self.ids[i]) for i in error.positions[:SHOWN])
            raise BrokenPedigree(f"{error.message}: {named}", error.fix) from error
        return found

    @cached_property
    def inbreeding(self) -> NDArray[np.float64]:
        """F of each animal."""
        return self.pedigree.inbreeding()

    @cached_property
    def relationship(self) -> Relationship:
        """A as an operator."""
        return Relationship(self.pedigree, self.inbreeding)
