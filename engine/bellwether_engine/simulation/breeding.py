"""The flocks from year to year: matings, lambings, replacements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .design import FlockDesign
from .inheritance import Positions
from .phenotypes import Lambs

FIRST_LAMBING = 2
Flags = NDArray[np.bool_]


@dataclass(eq=False)
class Breeding:
    """Parents in use: `animal`, `flock` and `born` of rams or ewes, a fixed number in each flock."""

    animal: Positions
    flock: NDArray[np.int32]
    born: NDArray[np.int32]

    @staticmethod
    def of(first: int, n_flocks: int, per_flock: int, oldest: int, rng: np.random.Generator) -> Breeding:
        """Founders at positions `first` onwards, of two years up to `oldest`."""
        n = n_flocks * per_flock
        flock = np.repeat(np.arange(n_flocks, dtype=np.int32), per_flock)
        born = -rng.integers(FIRST_LAMBING, max(oldest, FIRST_LAMBING) + 1, n).astype(np.int32)
        return Breeding(np.arange(first, first + n, dtype=np.int32), flock, born)

    def replace(self, ready: Breeding, merit: NDArray[np.float64], share: float, rng: np.random.Generator) -> None:
        """The oldest of each flock give way to the animals of most `merit` that are ready, up to a share of it."""
        for k in range(int(self.flock.max()) + 1):
            own, new = np.flatnonzero(self.flock == k), np.flatnonzero(ready.flock == k)
            count = min(len(new), round(share * len(own)))
            leaving = own[np.lexsort((rng.random(len(own)), self.born[own]))[:count]]
            coming = new[np.argsort(-merit[new], kind="stable")[:count]]
            self.animal[leaving], self.born[leaving] = ready.animal[coming], ready.born[coming]


def mate(design: FlockDesign, rams: Breeding, ewes: Breeding, rng: np.random.Generator) -> Positions:
    """A ram of the own flock for each ewe, or a link ram of the year."""
    place = ewes.flock * design.rams_per_flock + rng.integers(0, design.rams_per_flock, len(ewes.flock))
    chosen = rams.animal[np.argsort(rams.flock, kind="stable")][place]
    if design.link_share > 0.0:
        links = rng.choice(rams.animal, min(design.n_link_rams, len(rams.animal)), replace=False)
        is_linked = rng.random(len(chosen)) < design.link_share
        chosen = np.where(is_linked, rng.choice(links, len(chosen)), chosen)
    return np.asarray(chosen, dtype=np.int32)


def lambing(
    design: FlockDesign, rams: Breeding, ewes: Breeding, year: int, first_litter: int, rng: np.random.Generator
) -> Lambs:
    """The lambs of a year."""
    sire = mate(design, rams, ewes, rng)
    size = rng.choice(np.arange(1, len(design.litter_size) + 1), len(sire), p=design.litter_size)
    ewe = np.repeat(np.arange(len(sire)), size)
    is_alive = rng.random(len(ewe)) < design.survival
    reared = np.bincount(ewe, is_alive, len(sire)).astype(np.int32)
    return Lambs(
        sire=sire[ewe],
        dam=ewes.animal[ewe],
        flock=ewes.flock[ewe],
        is_male=rng.random(len(ewe)) < 0.5,
        litter=(first_litter + ewe).astype(np.int32),
        reared=np.maximum(reared[ewe], 1),
        is_young_dam=year - ewes.born[ewe] <= FIRST_LAMBING,
        is_alive=is_alive,
    )
