"""The third stage: variances where they are to be estimated, then the solutions of the equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..equations.design import covariances
from ..equations.equations import Equations
from ..errors import ModelError
from ..linear.factor import FILL_LIMIT
from ..model.options import Options
from ..model.variances import is_singular
from ..parallel.workers import PIECE
from ..relationships.single_step import FORMED_LIMIT
from ..reml import estimate_variances
from ..solution.estimates import Estimates
from ..solution.parts import Notice, ThresholdSolution
from ..solving.absorbed_fixed import ENTRIES
from ..solving.singular import reduce
from ..solving.solve import AUTO_LIMIT, Answer, Plan, choose, intended
from ..solving.solve import solve as solve_linear
from ..threshold.scoring import solve_threshold
from .build import Built
from .given import Given
from .sizes import Sizes, Stated
from .warm_start import start_from

VECTORS = 13
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solved:
    """The answer, and the equations that it solves: those at the estimates, where variances were estimated; `ranks` of
    singular matrices that were taken as they are, by their names."""

    equations: Equations
    plan: Plan
    answer: Answer
    estimates: Estimates | None = None
    thresholds: tuple[ThresholdSolution, ...] = ()
    ranks: Mapping[str, int] = field(default_factory=dict)


def solve(given: Given, built: Built) -> Solved:
    """Estimate and solve as the options say.

    Raises
    ------
    ModelError
        ``singular``, ``too_large``, ``not_estimable``, ``too_few_records``.
    NotConverged
    """
    model, options = given.model, given.model.options
    equations, estimates = _estimated(given, built)
    given.tell(0.25, "solve")
    if takes_singular(given, built):
        exact = exact_matrices(given, equations, estimates)
        if any(matrix is not None for matrix in exact.values()):
            return replace(_solve_singular(given, built, equations, exact), estimates=estimates)
    plan = plan_for(options, equations.n_equations, built.block.n_dense)
    if model.ordinal:
        trait = model.ordinal[0]
        answer, found = solve_threshold(equations, trait, options, plan, given.tell, built.groups, given.executor)
        return Solved(equations, plan, answer, estimates, (found,))
    first = None if given.start is None else start_from(given.start, equations, model.traits)
    answer = solve_linear(equations, options, plan, given.tell, built.groups, given.executor, first)
    return Solved(equations, plan, answer, estimates)


def takes_singular(given: Given, built: Built) -> bool:
    """Are singular matrices taken as they are? Levels are those of a pedigree or of classes; fixed groups of unknown
    parents, genotypes and ordinal traits have equations that need the inverse of the whole matrix."""
    model = given.model
    has_fixed_groups = built.groups is not None and built.groups.shares is not None
    return not (model.genomic or model.ordinal or has_fixed_groups)


def exact_matrices(given: Given, equations: Equations, estimates: Estimates | None) -> dict[str, Matrix | None]:
    """The covariance matrix of each random block as it was given, or estimated with a structure, by its name; None
    where it has an inverse, or was estimated without."""
    random = list(equations.design.random)
    if estimates is None:
        matrices = covariances(random, len(given.model.traits), given.model.variances)
        found = {block.variance_of: matrix for block, matrix in zip(random, matrices, strict=True)}
    else:
        found = {part.component: part.matrix for part in estimates.structures}
    return {
        name: found[name] if name in found and is_singular(found[name]) else None
        for name in (block.variance_of for block in random)
    }


def _solve_singular(given: Given, built: Built, equations: Equations, exact: Mapping[str, Matrix | None]) -> Solved:
    """Solve fewer effects, from which all follow."""
    options, matrices = given.model.options, list(exact.values())
    reduced = reduce(equations, matrices)
    plan = plan_for(options, reduced.equations.n_equations, built.block.n_dense)
    first = None if given.start is None else start_from(given.start, equations, given.model.traits)[reduced.chosen]
    found = solve_linear(
        reduced.equations, options, replace(plan, is_exact=False), given.tell, None, given.executor, first
    )
    diagonal = reduced.whole_diagonal() if plan.is_exact else None
    answer = Answer(reduced.whole(found.x), diagonal, found.convergence)
    pairs = zip(equations.design.covariance, matrices, strict=True)
    covariance = tuple(raised if matrix is None else matrix for raised, matrix in pairs)
    as_given = replace(equations, design=replace(equations.design, covariance=covariance))
    sizes = {b.variance_of: len(b.members) for b in reduced.equations.design.random}
    ranks = {name: sizes[name] for name, matrix in exact.items() if matrix is not None}
    return Solved(as_given, plan, answer, ranks=ranks)


def plan_for(options: Options, n_equations: int, n_dense: int) -> Plan:
    """How to solve; equations with a dense block are factorised unasked only while it is small.

    Raises
    ------
    ModelError
        ``too_large``: exact reliabilities or a direct solution of too many equations.
    """
    wants_direct = options.solver == "direct" or options.reliability == "exact"
    if n_dense <= FORMED_LIMIT or wants_direct:
        return choose(options, n_equations)
    message = f"no reliabilities: a dense block of {n_dense:,} is above {FORMED_LIMIT:,}"
    notice = Notice("no_reliability", message)
    return Plan("pcg", False, (notice,) if options.reliability == "auto" else ())


def _estimated(given: Given, built: Built) -> tuple[Equations, Estimates | None]:
    """The equations at the estimates, where the variances are to be estimated.

    Raises
    ------
    ModelError
        ``too_large`` for AI-REML with a dense block above 2,500.
    """
    options, block = given.model.options, built.block
    if options.estimate == "none":
        return built.equations, None
    if options.estimate == "ai-reml" and block.n_dense > FORMED_LIMIT:
        message = f"a dense block of {block.n_dense:,} is above the limit of {FORMED_LIMIT:,} for AI-REML"
        fix = 'Use estimate = "mc-reml", which forms nothing'
        raise ModelError("too_large", message, place="options.estimate", fix=fix)
    estimates, reached = estimate_variances(
        built.equations, given.model.variances.residual, given.records, given.model.traits, options, given.tell,
        sampler=block.sampler() if options.estimate == "mc-reml" else None,
        shares=None if built.groups is None else built.groups.shares,
        structures=given.model.structures,
    )  # fmt: skip
    return reached, estimates


def solve_bytes(sizes: Sizes, of_products: int, options: Options) -> Stated:
    """Vectors of the PCG, blocks to precondition with, the factor of the absorbed effects, and the products
    themselves; where the equations are factorised, C and its factor come on top."""
    n = sizes.n_equations
    blocks = sum(8 * e.n_levels * e.n_columns**2 for e in sizes.effects if e.is_random and not e.is_genetic)
    absorbed = 24 * min(max(ENTRIES, n), sizes.n_fixed**2)
    pcg = 8 * VECTORS * n + blocks + absorbed + 16 * sizes.n_records * sizes.n_traits + 64 * PIECE + of_products
    plan, estimates = intended(options, n), options.estimate == "ai-reml"
    if not (plan.is_exact or plan.method == "direct" or n <= AUTO_LIMIT or estimates):
        return Stated(0, pcg)
    fill = min(n * (n + 1) // 2, FILL_LIMIT)
    entries = sizes.n_entries + 9 * sizes.n_rows * max(sizes.n_genetic, 1) ** 2
    return Stated(0, pcg + 60 * entries + (3 if estimates else 2) * 8 * fill + 3 * fill)
