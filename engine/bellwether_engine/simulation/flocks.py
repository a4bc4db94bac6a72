"""Simulated flocks with known true values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, instance, optional, whole
from ..errors import ModelError
from ..genotypes.packed import PackedGenotypes
from ..model.effect import Effect
from ..model.model import Model
from ..model.options import Options
from ..model.records import Records
from ..model.variances import Variances
from ..pedigree.added import inbreeding_of_new
from ..pedigree.pedigree import Pedigree
from .breeding import FIRST_LAMBING, Breeding, lambing
from .design import FlockDesign, GenomeDesign, TraitDesign
from .genome import GeneMap, check_memory, genotypes_of
from .inheritance import Genome, Polygenic
from .phenotypes import Environment, Lambs

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SimulatedFlocks:
    """Flocks as a breeder sees them (`pedigree`, `records`, `genotypes`), and what only the simulation knows.

    Attributes
    ----------
    pedigree, true_pedigree : Pedigree
        Parents first; in `pedigree` some sires are not recorded.
    records : Records
        One row per recorded lamb, columns ``group`` (flock by year), ``sex`` (1: male), ``reared`` (lambs reared
        together), ``dam_age`` (0: two years), ``litter``, and ``age_days``.
    true_values : float64, shape (n_animals, n_columns)
        Breeding values: direct, then maternal.
    inbreeding : float64, shape (n_animals,)
        F in `true_pedigree`.
    is_male : bool, shape (n_animals,)
    flock, birth_year : int32, shape (n_animals,)
        The first ewes and rams are born before year 0.
    group_effect : float64, shape (n_groups, n_traits)
        True effects of the contemporary groups.
    traits : TraitDesign
    genotypes : PackedGenotypes, optional
        Markers of all animals.
    genes : GeneMap, optional
        Markers and QTL; the markers are its loci without `is_qtl`.
    qtl_effects : float64, shape (n_qtl, n_columns), optional
        Of one copy of the counted allele.
    qtl_genotypes : PackedGenotypes, optional
    """

    pedigree: Pedigree
    true_pedigree: Pedigree
    records: Records
    true_values: Matrix
    inbreeding: NDArray[np.float64]
    is_male: NDArray[np.bool_]
    flock: NDArray[np.int32]
    birth_year: NDArray[np.int32]
    group_effect: Matrix
    traits: TraitDesign
    genotypes: PackedGenotypes | None = None
    genes: GeneMap | None = None
    qtl_effects: Matrix | None = None
    qtl_genotypes: PackedGenotypes | None = None

    def true_model(self, options: Options | None = None) -> Model:
        """The model that the records were made with, for `fit`: its effects and true (co)variances.

        Raises
        ------
        ModelError
            Where a (co)variance is 0, so that there is nothing to estimate.
        """
        return _true_model(self.traits, options or Options())


@checked(
    flocks=instance(FlockDesign),
    traits=instance(TraitDesign),
    genome=optional(instance(GenomeDesign)),
    seed=whole(low=0),
)
def simulate_flocks(
    flocks: FlockDesign, traits: TraitDesign, *, genome: GenomeDesign | None = None, seed: int
) -> SimulatedFlocks:
    """Simulate flocks for tests and teaching.

    Parameters
    ----------
    flocks : FlockDesign
    traits : TraitDesign
    genome : GenomeDesign, optional
        Haplotypes drop through the pedigree; they take ``2 n_animals n_loci`` bytes.
    seed : int
        The same seed gives the same flocks.

    Returns
    -------
    SimulatedFlocks

    Raises
    ------
    ModelError
        ``bad_design``; ``not_positive_definite`` and other refusals of (co)variances.

    References
    ----------
    Bulmer 1971, Am Nat 105:201; MacCluer et al. 1986, Zoo Biol 5:147 (gene drop).

    Examples
    --------
    >>> from bellwether_engine import fit
    >>> found = simulate_flocks(FlockDesign(n_flocks=2, n_years=6), TraitDesign(("WWT",), 2.0, 6.0, mean=25.0), seed=1)
    >>> solution = fit(found.true_model(), found.records, found.pedigree)
    >>> accuracy = np.corrcoef(solution.ebv[:, 0], found.true_values[:, 0])[0, 1]
    >>> bool(0.5 < accuracy < 0.8)
    True
    """
    rng = np.random.default_rng(seed)
    state = _State(flocks, traits, genome, rng)
    for year in range(flocks.n_years):
        state.live_a_year(year)
    return state.result()


class _State:
    """All animals so far, and the parents in use."""

    def __init__(
        self, flocks: FlockDesign, traits: TraitDesign, genome: GenomeDesign | None, rng: np.random.Generator
    ) -> None:
        self.flocks, self.traits, self.rng = flocks, traits, rng
        n_rams, n_ewes = (flocks.n_flocks * per for per in (flocks.rams_per_flock, flocks.ewes_per_flock))
        oldest = [round(1.0 / max(s, 0.1)) + 1 for s in (flocks.ram_replacement, flocks.ewe_replacement)]
        self.rams = Breeding.of(0, flocks.n_flocks, flocks.rams_per_flock, oldest[0], rng)
        self.ewes = Breeding.of(n_rams, flocks.n_flocks, flocks.ewes_per_flock, oldest[1], rng)
        n = n_rams + n_ewes
        if genome is not None:
            mean_litter = sum((k + 1) * p for k, p in enumerate(flocks.litter_size))
            check_memory(n + round(n_ewes * mean_litter * flocks.n_years), genome.n_loci)
        genetic = np.asarray(traits.genetic)
        self.genome = None if genome is None else Genome(genome, genetic, rng)
        self.inheritance = self.genome or Polygenic(genetic, rng)
        self.sire = self.dam = np.full(n, -1, dtype=np.int32)
        self.values = self.inheritance.founders(n)
        self.inbreeding = np.zeros(n)
        self.is_male = np.arange(n) < n_rams
        self.flock = np.concatenate([self.rams.flock, self.ewes.flock])
        self.born = np.concatenate([self.rams.born, self.ewes.born])
        self.environment = Environment(traits, rng)
        self.environment.add_animals(n)
        self.first: list[int] = []
        self.lambs: list[Lambs] = []
        self.observed: list[tuple[Matrix, NDArray[np.float64]]] = []

    def live_a_year(self, year: int) -> None:
        """Replace parents, mate, lamb, record."""
        if year >= FIRST_LAMBING:
            self._replace(year - FIRST_LAMBING)
        n = len(self.sire)
        lambs = lambing(self.flocks, self.rams, self.ewes, year, len(self.ewes.animal) * year, self.rng)
        own = self.inheritance.lambs(self.values, self.inbreeding, lambs.sire, lambs.dam)
        self.observed.append(self.environment.observe(lambs, own, self.values, self.flocks.n_flocks))
        self.sire, self.dam = np.concatenate([self.sire, lambs.sire]), np.concatenate([self.dam, lambs.dam])
        self.inbreeding = inbreeding_of_new(self.sire, self.dam, self.inbreeding)
        self.values = np.concatenate([self.values, own])
        self.is_male = np.concatenate([self.is_male, lambs.is_male])
        self.flock = np.concatenate([self.flock, lambs.flock])
        self.born = np.concatenate([self.born, np.full(len(own), year, dtype=np.int32)])
        self.environment.add_animals(len(own))
        self.first.append(n)
        self.lambs.append(lambs)

    def _replace(self, drop: int) -> None:
        """Animals born in the year `drop` begin to breed."""
        lambs, first, (y, _) = self.lambs[drop], self.first[drop], self.observed[drop]
        merit = self.rng.random(len(lambs.sire))
        if self.flocks.selection == "phenotype":
            merit = np.nan_to_num(y[:, 0], nan=-np.inf)
        shares = {True: self.flocks.ram_replacement, False: self.flocks.ewe_replacement}
        for is_male, parents in ((True, self.rams), (False, self.ewes)):
            rows = np.flatnonzero(lambs.is_alive & (lambs.is_male == is_male))
            born = np.full(len(rows), drop, dtype=np.int32)
            ready = Breeding((first + rows).astype(np.int32), lambs.flock[rows], born)
            parents.replace(ready, merit[rows], shares[is_male], self.rng)

    def result(self) -> SimulatedFlocks:
        """Everything that happened."""
        recorded = np.where(self.rng.random(len(self.sire)) < self.flocks.unknown_sire, -1, self.sire).astype(np.int32)
        markers = qtl = None
        if self.genome is not None:
            is_qtl = self.genome.genes.is_qtl
            markers = genotypes_of(self.genome.haplotypes, ~is_qtl)
            qtl = genotypes_of(self.genome.haplotypes, is_qtl) if is_qtl.any() else None
        return SimulatedFlocks(
            pedigree=Pedigree(recorded, self.dam),
            true_pedigree=Pedigree(self.sire, self.dam),
            records=self._records(),
            true_values=self.values,
            inbreeding=self.inbreeding,
            is_male=self.is_male,
            flock=self.flock,
            birth_year=self.born,
            group_effect=np.concatenate(self.environment.groups),
            traits=self.traits,
            genotypes=markers,
            genes=None if self.genome is None else self.genome.genes,
            qtl_effects=None if self.genome is None or qtl is None else self.genome.effects,
            qtl_genotypes=qtl,
        )

    def _records(self) -> Records:
        y, age = (np.concatenate(parts) for parts in zip(*self.observed, strict=True))
        names = ("flock", "is_male", "litter", "reared", "is_young_dam")
        part = {name: np.concatenate([getattr(lambs, name) for lambs in self.lambs]) for name in names}
        year = np.repeat(np.arange(len(self.lambs)), [len(lambs.sire) for lambs in self.lambs])
        seen = np.flatnonzero(np.isfinite(y).any(axis=1))
        columns = {
            "group": year * self.flocks.n_flocks + part["flock"],
            "sex": part["is_male"].astype(np.int32),
            "reared": part["reared"],
            "dam_age": 1 - part["is_young_dam"].astype(np.int32),
            "litter": part["litter"],
            "age_days": age,
        }
        animal = (self.first[0] + seen).astype(np.int32)
        return Records(animal, y[seen], {name: column[seen] for name, column in columns.items()})


def _true_model(design: TraitDesign, options: Options) -> Model:
    if not np.asarray(design.genetic).any() or not np.asarray(design.residual).any():
        message = "the true genetic or residual (co)variances are 0: there is no model to fit"
        raise ModelError("bad_design", message, place="simulation", fix="Give variances above 0")
    effects = [Effect(name, "fixed") for name in ("group", "sex", "reared", "dam_age")]
    effects.append(Effect("age_days", "covariate"))
    of_litter = np.asarray(design.litter)
    litter = tuple(trait for trait, variance in zip(design.traits, of_litter, strict=True) if variance > 0.0)
    random = {}
    if litter:
        effects.append(Effect("litter", "random", traits=litter))
        random["litter"] = np.diag(of_litter[of_litter > 0.0])
    effects.append(Effect("animal", "additive"))
    if design.maternal:
        effects.append(Effect("dam", "maternal", traits=design.maternal))
    if design.permanent_dam is not None:
        effects.append(Effect("dam", "permanent_dam", traits=design.maternal))
    genetic = np.asarray(design.genetic)
    variances = Variances(
        residual=np.asarray(design.residual),
        additive=None if design.maternal else genetic,
        additive_maternal=genetic if design.maternal else None,
        permanent_dam=None if design.permanent_dam is None else np.asarray(design.permanent_dam),
        random=random,
    )
    return Model(design.traits, tuple(effects), variances, options)
