"""What to simulate: flocks, traits, genomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ModelError
from ..model.variances import inverse, square

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Selection = Literal["random", "phenotype"]


@dataclass(frozen=True)
class FlockDesign:
    """Flocks with overlapping generations. The first ewes and rams have unknown parents; sizes stay the same.

    Ewes and rams breed from the age of two years. Each year the oldest give way to animals born two years before in
    the same flock.

    Attributes
    ----------
    n_flocks, ewes_per_flock, rams_per_flock, n_years : int
        Lambs are born in years 0 to ``n_years - 1``.
    ewe_replacement, ram_replacement : float
        Share replaced each year.
    litter_size : tuple of float
        Probabilities of 1, 2, 3, ... lambs.
    survival : float
        Probability that a lamb lives to be recorded.
    n_link_rams : int
        Rams of a year, from all flocks, that are also used outside their flock.
    link_share : float
        Share of the ewes mated to link rams.
    selection : str
        ``random``, or ``phenotype``: replacements are the best of their flock, sex and year in the first trait.
    unknown_sire : float
        Share of the lambs whose sire is not recorded.

    Raises
    ------
    ModelError
        ``bad_design``: a number outside its range; the message names it.

    Examples
    --------
    >>> FlockDesign(n_flocks=3, n_years=5).litter_size
    (0.45, 0.45, 0.1)
    """

    n_flocks: int = 5
    ewes_per_flock: int = 100
    rams_per_flock: int = 4
    n_years: int = 8
    ewe_replacement: float = 0.25
    ram_replacement: float = 0.5
    litter_size: tuple[float, ...] = (0.45, 0.45, 0.1)
    survival: float = 0.9
    n_link_rams: int = 3
    link_share: float = 0.1
    selection: Selection = "random"
    unknown_sire: float = 0.0

    def __post_init__(self) -> None:
        for name in ("n_flocks", "ewes_per_flock", "rams_per_flock", "n_years"):
            if getattr(self, name) < 1:
                raise refuse(name, f"{name} is below 1", "Give 1 or more")
        for name in ("ewe_replacement", "ram_replacement", "survival", "link_share", "unknown_sire"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise refuse(name, f"{name} is not between 0 and 1", "Give a share")
        if not np.isclose(sum(self.litter_size), 1.0) or min(self.litter_size) < 0.0:
            raise refuse("litter_size", "the probabilities of litter sizes do not sum to 1", "Give one per size")
        if self.link_share > 0.0 and self.n_link_rams < 1:
            raise refuse("n_link_rams", "a link_share without link rams", "Give n_link_rams, or a link_share of 0")
        if self.selection not in get_args(Selection):
            raise refuse("selection", f"there is no selection {self.selection!r}", "Use random or phenotype")


@dataclass(frozen=True, eq=False)
class TraitDesign:
    """Traits with their true (co)variances and effects, all in the units of the traits. Numbers stand for all traits.

    Attributes
    ----------
    traits : tuple of str
    genetic : float64, shape (n_traits + n_maternal, n_traits + n_maternal)
        Direct traits, then maternal ones: as ``Variances.additive_maternal``.
    residual : float64, shape (n_traits, n_traits)
    maternal : tuple of str
        Traits with a maternal genetic effect.
    permanent_dam : float64, shape (n_maternal, n_maternal), optional
        Permanent environment of the dam on these traits.
    litter : float64, shape (n_traits,)
        Variance of the common environment of a litter.
    mean, group_sd : float64, shape (n_traits,)
        Overall mean; standard deviation of contemporary groups (flock by year).
    male, twin, young_dam, per_day : float64, shape (n_traits,)
        Effects of being male; of each further lamb reared with it; of a dam of two years; of a day of age.
    missing : float64, shape (n_traits,)
        Share of the records that are missing.

    Raises
    ------
    ModelError
        ``bad_design``: a number outside its range; the message names it.

    Examples
    --------
    >>> TraitDesign(("WWT",), genetic=2.0, residual=6.0, mean=25.0).genetic
    array([[2.]])
    """

    traits: tuple[str, ...]
    genetic: Matrix | float
    residual: Matrix | float
    maternal: tuple[str, ...] = ()
    permanent_dam: Matrix | float | None = None
    litter: Vector | float = 0.0
    mean: Vector | float = 0.0
    group_sd: Vector | float = 0.0
    male: Vector | float = 0.0
    twin: Vector | float = 0.0
    young_dam: Vector | float = 0.0
    per_day: Vector | float = 0.0
    missing: Vector | float = 0.0

    def __post_init__(self) -> None:
        n = len(self.traits)
        for name in ("litter", "mean", "group_sd", "male", "twin", "young_dam", "per_day", "missing"):
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if value.shape not in ((), (n,)) or not np.isfinite(value).all():
                raise refuse(name, f"{name} has not one number per trait", "Give one number, or one per trait")
            object.__setattr__(self, name, np.broadcast_to(value, n).copy())
        unknown = set(self.maternal) - set(self.traits)
        if n == 0 or len(set(self.traits)) < n or unknown:
            raise refuse("traits", "traits are named twice, or maternal ones are unknown", "Name every trait once")
        sizes = {"genetic": n + len(self.maternal), "residual": n}
        if self.permanent_dam is not None:
            sizes["permanent_dam"] = len(self.maternal)
        for name, size in sizes.items():
            object.__setattr__(self, name, _covariance(getattr(self, name), size, name))
        for name in ("litter", "group_sd", "missing"):
            if (getattr(self, name) < 0.0).any():
                raise refuse(name, f"{name} is below 0", "Give 0 or more")

    @property
    def maternal_columns(self) -> NDArray[np.int64]:
        """Index of the trait of each maternal column."""
        return np.array([self.traits.index(trait) for trait in self.maternal], dtype=np.int64)


@dataclass(frozen=True)
class GenomeDesign:
    """Chromosomes with markers, and quantitative trait loci (QTL) that carry the breeding values.

    Attributes
    ----------
    n_chromosomes : int
        26 autosomes in sheep.
    markers, qtl : int
        Of each chromosome. Without QTL the breeding values are polygenic, and the markers only trace descent.
    morgans : float
        Length of a chromosome; crossovers follow Haldane's model without interference.
    n_ancestors : int, optional
        Founder haplotypes are mosaics of so many ancestral ones, which gives linkage disequilibrium (close
        loci have a squared correlation of about ``1 / (n_ancestors - 1)``); left out, founder loci are independent.
    mosaic : float
        Mean length of the pieces of such a mosaic, in Morgans.

    Raises
    ------
    ModelError
        ``bad_design``: a number outside its range; the message names it.

    Examples
    --------
    >>> GenomeDesign(markers=50).n_loci
    1300
    """

    n_chromosomes: int = 26
    markers: int = 100
    qtl: int = 0
    morgans: float = 1.3
    n_ancestors: int | None = None
    mosaic: float = 0.05

    def __post_init__(self) -> None:
        if self.n_chromosomes < 1 or self.markers < 1 or self.qtl < 0:
            raise refuse("genome", "a genome needs a chromosome and a marker", "Give n_chromosomes, markers")
        if not (self.morgans > 0.0 and self.mosaic > 0.0) or (self.n_ancestors is not None and self.n_ancestors < 2):
            raise refuse("genome", "a length is not above 0, or there are fewer than 2 ancestors", "Correct them")

    @property
    def n_loci(self) -> int:
        """Markers and QTL of all chromosomes."""
        return self.n_chromosomes * (self.markers + self.qtl)


def refuse(name: str, message: str, fix: str) -> ModelError:
    """A refusal of a design."""
    return ModelError("bad_design", message, place=f"simulation.{name}", fix=fix)


def _covariance(matrix: ArrayLike, size: int, name: str) -> Matrix:
    """A positive definite matrix of `size`; all zeros are allowed too."""
    checked = square(matrix, f"simulation.{name}")
    if len(checked) != size:
        raise refuse(name, f"{name} is {len(checked)} x {len(checked)}, not {size} x {size}", "One row per trait")
    if checked.any():
        inverse(checked, f"simulation.{name}")
    return checked
