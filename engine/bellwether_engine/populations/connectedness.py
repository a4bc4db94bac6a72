"""Connectedness: how well flocks can be compared by an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array

from ..arguments import checked, instance, integers, optional, text, whole
from ..equations.blocks import FixedBlock, fixed_blocks, random_blocks
from ..equations.checks import check_effects, check_positions, check_traits
from ..equations.constraints import find_constraints
from ..equations.design import build_design
from ..equations.equations import Equations, build_equations
from ..errors import ModelError
from ..model.model import Model
from ..model.records import Records
from ..pedigree.pedigree import Pedigree
from ..pedigree.pedigree_inverse import PedigreeInverse
from ..pedigree.relationship import Relationship
from ..solving.solve import factor_of
from .flock_graph import flock_codes

Matrix = NDArray[np.float64]
BATCH = 64
UNIT_LIMIT = 5000


@dataclass(frozen=True, eq=False)
class Connectedness:
    """How well the mean breeding values of flocks can be compared, pair by pair.

    Attributes
    ----------
    flock : int64, shape (n_flocks,)
        Codes of the flocks with animals.
    pev : float64, shape (n_flocks, n_flocks)
        Prediction error (co)variances of the flock means, in squared units of the trait.
    pevd : float64, shape (n_flocks, n_flocks)
        Prediction error variance of the difference of two flock means, 0 on the diagonal.
    cd : float64, shape (n_flocks, n_flocks)
        Coefficient of determination of the difference, 0 (the data say nothing) to 1; NaN on the diagonal.
    correlation : float64, shape (n_flocks, n_flocks)
        Correlation of the prediction errors of two flock means; 0 for flocks that share no information.
    """

    flock: NDArray[np.int64]
    pev: Matrix
    pevd: Matrix
    cd: Matrix
    correlation: Matrix

    @property
    def mean_correlation(self) -> Matrix:
        """Mean correlation of each flock with the others, float64 of shape (n_flocks,); NaN for a single flock."""
        others = len(self.flock) - 1
        total = self.correlation.sum(axis=1) - 1.0
        return total / others if others else np.full(1, np.nan)


@dataclass(frozen=True, eq=False)
class UnitConnectedness:
    """Connectedness by the estimates of a fixed effect, for example the contemporary groups.

    Attributes
    ----------
    level : int32, shape (n_units,)
        Codes of the effect.
    ved : float64, shape (n_units, n_units)
        Variance of the estimated difference of two units, in squared units of the trait.
    rating : float64, shape (n_units, n_units)
        CR: correlation of the two estimates; NaN for units that the convention sets to 0. Unlike `ved` it depends on
        that convention: take an effect that keeps all its levels (``Solution.constraint``).
    """

    level: NDArray[np.int32]
    ved: Matrix
    rating: Matrix


@checked(
    model=instance(Model),
    records=instance(Records),
    pedigree=instance(Pedigree, n="n_animals"),
    flock=integers("n"),
    column=whole(low=0, code="column"),
)
def flock_connectedness(
    model: Model, records: Records, pedigree: Pedigree, flock: ArrayLike, *, column: int = 0
) -> Connectedness:
    """PEVD, CD and prediction error correlation of flock means, with the factor of the equations.

    ``PEVD = x'C^uu x``, ``CD = 1 - x'C^uu x / (var_a x'Ax)``, with x the contrast of two flock means; all flocks are
    solved for in batches. As a rule of thumb from simulated sire reference schemes, flocks are well connected at a
    correlation of 0.05 and very well at 0.10 (Kuehn et al. 2008, J Anim Sci 86:536).

    Parameters
    ----------
    model, records, pedigree
        As of `fit`: without genotypes, ordinal traits and fixed groups; the variances are taken as given.
    flock : int, shape (n_animals,)
        Flock of each animal that counts in the mean of its flock, -1 for the others (ancestors, old drops).
    column : int
        Column of the breeding values, as in ``Solution.columns``.

    Raises
    ------
    ModelError
        ``shape``, ``not_integer``, ``not_available``, ``column``, ``no_flock``; ``too_large`` above 100,000 equations;
        and what `fit` refuses.

    References
    ----------
    Kennedy and Trus 1993, J Anim Sci 71:2341 (PEVD); Laloe 1993, GSE 25:557 (CD); Lewis et al. 1999, Proc Br Soc Anim
    Sci 1999:121, and Kuehn et al. 2007, GSE 39:225 (correlation).

    Examples
    --------
    Two flocks with two lambs each; first with common sires, then without:

    >>> from bellwether_engine import Effect, Variances
    >>> model = Model(("w",), (Effect("flock", "fixed"), Effect("animal", "additive")), Variances(3.0, additive=1.0))
    >>> records = Records([2, 3, 4, 5], [1.0, 2.0, 3.0, 4.0], {"flock": [0, 0, 1, 1]})
    >>> joined = Pedigree([-1, -1, 0, 1, 0, 1], [-1] * 6)
    >>> found = flock_connectedness(model, records, joined, [-1, -1, 0, 0, 1, 1])
    >>> round(float(found.correlation[0, 1]), 3)
    0.25
    >>> apart = Pedigree([-1, -1, 0, 0, 1, 1], [-1] * 6)
    >>> round(float(flock_connectedness(model, records, apart, [-1, -1, 0, 0, 1, 1]).correlation[0, 1]), 3)
    0.0
    """
    equations = _equations(model, records, pedigree)
    block = equations.design.random[0]
    if not 0 <= column < len(block.members):
        message = f"there is no column {column} among {len(block.members)} columns of breeding values"
        raise ModelError("column", message, place="column", fix="Count from 0, as in Solution.columns")
    codes, contrast = _means(flock_codes(flock, pedigree.n_animals))
    start, width = equations.starts[0], len(block.members)
    padded = csc_array(
        (contrast.data, start + contrast.indices * width + column, contrast.indptr),
        shape=(equations.n_equations, contrast.shape[1]),
    )
    pev = _quadratic(padded, factor_of(equations).solve)
    f = pedigree.inbreeding() if model.options.inbreeding else None
    variance = float(equations.design.covariance[0][column, column])
    prior = variance * _quadratic(contrast, Relationship(pedigree, f).times)
    pevd, before = _of_differences(pev), _of_differences(prior)
    ratio = np.divide(pevd, before, out=np.full_like(pevd, np.nan), where=before > 0.0)
    return Connectedness(codes, pev, pevd, 1.0 - ratio, _correlations(pev))


@checked(
    model=instance(Model),
    records=instance(Records),
    pedigree=instance(Pedigree),
    unit=text(),
    trait=optional(text()),
)
def unit_connectedness(
    model: Model, records: Records, pedigree: Pedigree, unit: str, *, trait: str | None = None
) -> UnitConnectedness:
    """Variances of differences between the estimates of a fixed class effect, and their correlations.

    Parameters
    ----------
    model, records, pedigree
        As of `flock_connectedness`.
    unit : str
        Name of the effect.
    trait : str, optional
        By default the first trait of the model.

    Raises
    ------
    ModelError
        ``no_unit``: no fixed class effect of that name acts on the trait; ``too_many_units`` above 5,000; otherwise as
        `flock_connectedness`.

    References
    ----------
    Kennedy and Trus 1993, J Anim Sci 71:2341 (variance of differences); Mathur et al. 2002, 7th WCGALP 32:545
    (CR).

    Examples
    --------
    >>> from bellwether_engine import Effect, Variances
    >>> model = Model(("w",), (Effect("flock", "fixed"), Effect("animal", "additive")), Variances(3.0, additive=1.0))
    >>> records = Records([1, 2], [1.0, 2.0], {"flock": [0, 1]})
    >>> found = unit_connectedness(model, records, Pedigree([-1, 0, 0], [-1, -1, -1]), "flock")
    >>> found.ved, found.rating
    (array([[0. , 7.5],
           [7.5, 0. ]]), array([[1.    , 0.0625],
           [0.0625, 1.    ]]))
    """
    equations = _equations(model, records, pedigree)
    block, first = _unit_block(equations, unit, trait or model.traits[0], model.traits)
    free = equations.kept[: equations.n_fixed]
    rows = np.flatnonzero((free >= first) & (free < first + len(block.level)))
    places = rows, free[rows] - first
    chosen = csc_array((np.ones(len(rows)), places), shape=(equations.n_equations, len(block.level)))
    variance = _quadratic(chosen, factor_of(equations).solve)
    return UnitConnectedness(block.level, _of_differences(variance), _correlations(variance))


def _unit_block(equations: Equations, unit: str, trait: str, traits: tuple[str, ...]) -> tuple[FixedBlock, int]:
    """The block of a fixed class effect on a trait, and its first column in the design."""
    for block, first in zip(equations.design.fixed, equations.design.fixed_start, strict=True):
        if block.effect == unit and traits[block.trait] == trait and block.is_class:
            if len(block.level) <= UNIT_LIMIT:
                return block, first
            message = f"{unit} has {len(block.level):,} levels, the limit is {UNIT_LIMIT:,}"
            raise ModelError("too_many_units", message, place=f"effects.{unit}", fix="Compare flocks instead")
    message = f"no fixed class effect (unit) {unit} acts on the trait {trait}"
    raise ModelError("no_unit", message, place=f"effects.{unit}", fix="Name a fixed effect of the model")


def _equations(model: Model, records: Records, pedigree: Pedigree) -> Equations:
    """The equations of `fit`, of the models that connectedness is defined for."""
    check_traits(model.traits, records)
    check_effects(model.effects, model.traits)
    check_positions(records.animal, pedigree.n_animals, "records", lowest=0)
    has_fixed_groups = pedigree.groups is not None and not pedigree.groups.is_random
    if model.genomic is not None or model.ordinal or has_fixed_groups:
        message = "connectedness with genotypes, ordinal traits or fixed groups is not available"
        fix = "Use the pedigree model without them, or metafounders"
        raise ModelError("not_available", message, place="model", fix=fix)
    random, _ = random_blocks(model.effects, model.traits, records, pedigree)
    if not random or not random[0].is_genetic:
        message = "the model has no breeding values"
        raise ModelError("not_available", message, place="effects", fix="Add an effect of kind additive")
    design = build_design(fixed_blocks(model.effects, model.traits, records), random, records, model.variances)
    a_inverse = PedigreeInverse.of(pedigree, pedigree.inbreeding() if model.options.inbreeding else None)
    return build_equations(design, find_constraints(design, model.traits).constrained, a_inverse)


def _means(flock: NDArray[np.int32]) -> tuple[NDArray[np.int64], csc_array]:
    """Codes of the flocks that have animals, and a column of ``1 / n`` for the animals of each."""
    animals = np.flatnonzero(flock >= 0)
    if not animals.size:
        raise ModelError("no_flock", "no animal has a flock", place="flock", fix="Give the flock of some animals")
    codes, place, count = np.unique(flock[animals], return_inverse=True, return_counts=True)
    contrast = csc_array((1.0 / count[place], (animals, place)), shape=(len(flock), len(codes)))
    return codes.astype(np.int64), contrast


def _quadratic(x: csc_array, product: Callable[[Matrix], Matrix]) -> Matrix:
    """``x' M x`` for the operator `product` of M, in batches of columns."""
    n = x.shape[1]
    result = np.empty((n, n))
    for first in range(0, n, BATCH):
        part = slice(first, min(first + BATCH, n))
        result[:, part] = x.T @ product(x[:, part].toarray())
    return np.asarray(0.5 * (result + result.T))


def _of_differences(variance: Matrix) -> Matrix:
    own = np.diag(variance)
    difference = np.asarray(own[:, None] + own - 2.0 * variance)
    np.fill_diagonal(difference, 0.0)
    return difference


def _correlations(variance: Matrix) -> Matrix:
    own = np.sqrt(np.diag(variance))
    scale = np.outer(own, own)
    return np.asarray(np.divide(variance, scale, out=np.full_like(variance, np.nan), where=scale > 0.0))
