"""What to simulate: flocks, traits, genomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, choice, floats, many, number, optional, text, whole
from ..errors import ModelError
from ..model.variances import inverse, square

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
PLACE, CODE = "simulation", "bad_design"
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
        counts = ("n_flocks", "ewes_per_flock", "rams_per_flock", "n_years")
        shares = ("ewe_replacement", "ram_replacement", "survival", "link_share", "unknown_sire")
        check_fields(self, PLACE, **dict.fromkeys(counts, whole(low=1, code=CODE)))
        check_fields(self, PLACE, **dict.fromkeys(shares, number(low=0.0, high=1.0, code=CODE)))
        check_fields(self, PLACE, n_link_rams=whole(low=0, code=CODE), litter_size=many(number(code=CODE)))
        if not np.isclose(sum(self.litter_size), 1.0) or min(self.litter_size) < 0.0:
            raise refuse("litter_size", "the probabilities of litter_size do not sum to 1", "Give one per size")
        if self.link_share > 0.0 and self.n_link_rams < 1:
            raise refuse("n_link_rams", "a link_share without n_link_rams", "Give n_link_rams, or a link_share of 0")
        check_fields(self, PLACE, selection=choice(*get_args(Selection), code=CODE))


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
        check_fields(self, PLACE, traits=many(text()), maternal=many(text()))
        n = len(self.traits)
        if n == 0 or len(set(self.traits)) < n or set(self.maternal) - set(self.traits):
            message = "there are no traits, they are named twice, or those of maternal are unknown"
            raise refuse("traits", message, "Name every trait once")
        any_, positive, share = (
            floats(n, low=low, high=high, one_for_all=True, code=CODE)
            for low, high in ((-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0))
        )
        rules = {"litter": positive, "group_sd": positive, "missing": share}
        rules |= dict.fromkeys(("mean", "male", "twin", "young_dam", "per_day"), any_)
        check_fields(self, PLACE, **rules)
        for name in rules:
            object.__setattr__(self, name, np.broadcast_to(np.asarray(getattr(self, name)), n).astype(np.float64))
        sizes = {"genetic": n + len(self.maternal), "residual": n}
        if self.permanent_dam is not None:
            sizes["permanent_dam"] = len(self.maternal)
        for name, size in sizes.items():
            object.__setattr__(self, name, _covariance(getattr(self, name), size, name))

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
        one, length = whole(low=1, code=CODE), number(above=0.0, code=CODE)
        check_fields(self, PLACE, n_chromosomes=one, markers=one, qtl=whole(low=0, code=CODE))
        check_fields(self, PLACE, morgans=length, mosaic=length, n_ancestors=optional(whole(low=2, code=CODE)))

    @property
    def n_loci(self) -> int:
        """Markers and QTL of all chromosomes."""
        return self.n_chromosomes * (self.markers + self.qtl)


def refuse(name: str, message: str, fix: str) -> ModelError:
    """A refusal of a design."""
    return ModelError(CODE, message, place=f"{PLACE}.{name}", fix=fix)


def _covariance(matrix: ArrayLike, size: int, name: str) -> Matrix:
    """A positive definite matrix of `size`; all zeros are allowed too."""
    checked = square(matrix, f"simulation.{name}")
    if len(checked) != size:
        raise refuse(name, f"{name} is {len(checked)} x {len(checked)}, not {size} x {size}", "One row per trait")
    if checked.any():
        inverse(checked, f"simulation.{name}")
    return checked
