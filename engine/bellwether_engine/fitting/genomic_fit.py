"""`fit` for models with genotypes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..equations.blocks import FixedBlock, RandomBlock, far_covariates, fixed_blocks, random_blocks
from ..equations.constraints import CONVENTION, find_constraints
from ..equations.design import Design, build_design
from ..equations.equations import Equations, build_equations
from ..errors import EngineError, ModelError
from ..linear.factor import Factor
from ..model.genomic import SINGLE_STEP, Genomic, Genotypes
from ..model.model import Model
from ..model.options import Options
from ..model.records import Records
from ..parallel.executor import Executor
from ..pedigree.pedigree import Pedigree
from ..relationships.single_step import FORMED_LIMIT
from ..reml import estimate_variances
from ..solution.estimates import Estimates
from ..solution.parts import GenomicSolution, GroupSolution, Notice, ThresholdSolution
from ..solution.provenance import provenance
from ..solution.solution import Solution
from ..solving.results import fixed_solutions, genetic_columns, random_solutions
from ..solving.solve import Answer, Plan, choose, solve
from ..threshold.scoring import solve_threshold
from .genomic_block import Prepared, prepare
from .group_effects import group_effects
from .marker_design import marker_design, with_levels
from .marker_tests import marker_tests

Matrix = NDArray[np.float64]
TILE = 256
ROUNDING = 1e-9


def fit_genomic(
    model: Model,
    genomic: Genomic,
    records: Records,
    pedigree: Pedigree,
    genotypes: Genotypes,
    tell: Callable[[float, str], None],
    executor: Executor | None = None,
    inbreeding: NDArray[np.float64] | None = None,
) -> Solution:
    """Solve a genomic model; called by `bellwether_engine.fit`, which has checked the rest.

    The reliability is ``1 - PEV / (var_a h)``, h the animal's own diagonal of G or H as blended and tuned. Animals
    without genotype have no breeding value (NaN) in gblup and snpblup. Fixed groups are regressions on their shares,
    metafounders stand in H.

    Raises
    ------
    ModelError
        As `fit`, and ``no_additive``, ``not_genotyped`` (records of animals without genotype in gblup and snpblup),
        ``not_available`` (ordinal traits in snpblup, metafounders outside of single-step).
    """
    tell(0.0, "inbreeding")
    groups = pedigree.groups
    genomic = genomic.settled(len(genotypes.animal), with_metafounders=groups is not None and groups.is_random)
    if inbreeding is None:
        inbreeding = pedigree.inbreeding(model.options.threads)
    random, warnings = random_blocks(model.effects, model.traits, records, pedigree)
    _check(model, genomic, genotypes, records, pedigree, random)
    tell(0.05, "relationships")
    used = inbreeding if model.options.inbreeding else None
    prepared = prepare(genomic, genotypes, pedigree, used, model.variances, executor)
    tell(0.2, "design")
    fixed = fixed_blocks(model.effects, model.traits, records)
    effects = group_effects(fixed, random, records, model.variances, model.traits, pedigree)
    design = _design(model, records, [*fixed, *(effects.blocks if effects else ())], random, prepared, genotypes)
    constraints = find_constraints(design, model.traits)
    equations = build_equations(design, constraints.constrained, prepared.structure)
    equations, estimates = _estimated(model, records, prepared, equations, tell)
    tell(0.25, "solve")
    plan = _plan(model.options, equations.n_equations, prepared.n_dense)
    thresholds: tuple[ThresholdSolution, ...] = ()
    if model.ordinal:
        answer, found = solve_threshold(equations, model.ordinal[0], model.options, plan, tell, None, executor)
        thresholds = (found,)
    else:
        answer = solve(equations, model.options, plan, tell, executor=executor)
    levels = _levels(equations, answer.x, prepared.n_levels)
    reliability, of_metafounders = _reliability(equations, answer, prepared, genotypes, pedigree)
    ebv = _values(levels, prepared, genotypes, pedigree.n_animals)
    solutions = fixed_solutions(equations, answer.x, answer.diagonal, constraints.constrained, model.traits)
    of_groups = _metafounders(levels, prepared, pedigree, of_metafounders)
    if effects is not None:
        of_groups = effects.solution([solution.estimate for solution in solutions[len(fixed) :]])
        effects.add_to(ebv, of_groups.ebv)
    tell(1.0, "done")
    return Solution(
        columns=genetic_columns(equations, model.traits),
        ebv=ebv,
        reliability=reliability,
        reliability_base="var_a h",
        inbreeding=inbreeding,
        fixed=solutions[: len(fixed)],
        random=random_solutions(equations, answer.x, model.traits),
        convergence=answer.convergence,
        constraint=f"{CONVENTION}; the first threshold is 0" if model.ordinal else CONVENTION,
        counts=_counts(records, pedigree, genotypes, equations),
        warnings=(
            *warnings,
            *far_covariates(fixed),
            *constraints.warnings,
            *(effects.warnings if effects else ()),
            *(estimates.warnings if estimates else ()),
            *plan.warnings,
        ),
        provenance=provenance(replace(model, genomic=genomic), records, pedigree, plan.method, genotypes),
        genomic=_markers(equations, answer, prepared, genotypes, levels),
        groups=of_groups,
        thresholds=thresholds,
        estimates=estimates,
    )


def _estimated(
    model: Model, records: Records, prepared: Prepared, equations: Equations, tell: Callable[[float, str], None]
) -> tuple[Equations, Estimates | None]:
    """The equations at the estimates, where the variances are to be estimated.

    Raises
    ------
    ModelError
        ``too_large`` for AI-REML with a dense block above 2,500.
    """
    options = model.options
    if options.estimate == "none":
        return equations, None
    if options.estimate == "ai-reml" and prepared.n_dense > FORMED_LIMIT:
        message = f"a dense block of {prepared.n_dense:,} is above the limit of {FORMED_LIMIT:,} for AI-REML"
        fix = 'Use estimate = "mc-reml", which forms nothing'
        raise ModelError("too_large", message, place="options.estimate", fix=fix)
    estimates, reached = estimate_variances(
        equations, model.variances.residual, records, model.traits, options, tell,
        sampler=prepared.sampler() if options.estimate == "mc-reml" else None,
    )  # fmt: skip
    return reached, estimates


def _check(
    model: Model,
    genomic: Genomic,
    genotypes: Genotypes,
    records: Records,
    pedigree: Pedigree,
    random: list[RandomBlock],
) -> None:
    if not random or not random[0].is_genetic:
        message = "a genomic model needs an effect of kind additive"
        raise ModelError("no_additive", message, place="effects", fix="Add one, or remove the genotypes")
    if genotypes.animal.min() < 0 or genotypes.animal.max() >= pedigree.n_animals:
        message = "a genotyped animal is not in the pedigree"
        raise ModelError("unknown_position", message, place="genotypes", fix="Add it to the pedigree")
    if genomic.method in ("gblup", "snpblup") and pedigree.groups is not None and pedigree.groups.is_random:
        message = f"{genomic.method} takes all relationships from genotypes: metafounders have no place in it"
        fix = "Use a single-step method, or leave the metafounders out"
        raise ModelError("not_available", message, place="genomic.method", fix=fix)
    if model.ordinal and genomic.method == "snpblup":
        message = "snpblup has no ordinal traits"
        fix = "Use gblup, which gives the same breeding values and marker effects"
        raise ModelError("not_available", message, place="genomic.method", fix=fix)
    if genomic.method not in ("gblup", "snpblup"):
        return
    has_genotype = np.zeros(pedigree.n_animals + 1, dtype=bool)
    has_genotype[[*genotypes.animal, -1]] = True
    for member in random[0].members:
        wrong = np.flatnonzero(np.isfinite(records.values[:, member.trait]) & ~has_genotype[member.level])
        if wrong.size:
            message = (
                f"{genomic.method} needs a genotype of every animal in the records (and dam, with maternal effects)"
            )
            fix = "Use ssgblup, or leave these records out"
            raise ModelError("not_genotyped", message, place="records", fix=fix, positions=tuple(wrong[:20].tolist()))


def _design(
    model: Model,
    records: Records,
    fixed: list[FixedBlock],
    random: list[RandomBlock],
    prepared: Prepared,
    genotypes: Genotypes,
) -> Design:
    if prepared.is_of_markers:
        design = build_design(fixed, random, records, model.variances)
        return marker_design(design, prepared.z, genotypes.animal)
    blocks = [with_levels(random[0], prepared.n_levels), *random[1:]]
    return build_design(fixed, blocks, records, model.variances)


def _plan(options: Options, n_equations: int, n_dense: int) -> Plan:
    """Dense blocks are factorised only while they are small."""
    wants_direct = options.solver == "direct" or options.reliability == "exact"
    if n_dense <= FORMED_LIMIT or wants_direct:
        return choose(options, n_equations)
    message = f"no reliabilities: a dense block of {n_dense:,} is above {FORMED_LIMIT:,}"
    notice = Notice("no_reliability", message)
    return Plan("pcg", False, (notice,) if options.reliability == "auto" else ())


def _levels(equations: Equations, x: Matrix, n_levels: int) -> Matrix:
    """Solutions (or a diagonal) of the genetic block, (n_levels, n_columns)."""
    size, start = len(equations.design.random[0].members), equations.starts[0]
    return x[start : start + n_levels * size].reshape(n_levels, size)


def _metafounders(
    levels: Matrix, prepared: Prepared, pedigree: Pedigree, reliability: Matrix | None
) -> GroupSolution | None:
    """Metafounders stand behind the animals of single-step; genotypes alone have nothing to tell of them."""
    n, end = pedigree.n_animals, pedigree.n_animals + pedigree.n_groups
    if pedigree.groups is None or not pedigree.groups.is_random or prepared.method not in SINGLE_STEP:
        return None
    values = levels[n:end].copy()
    return GroupSolution(values, reliability, np.zeros(values.shape, dtype=bool))


def _markers(
    equations: Equations, answer: Answer, prepared: Prepared, genotypes: Genotypes, levels: Matrix
) -> GenomicSolution:
    effect = prepared.effects(levels)
    tests = marker_tests(equations, answer, prepared, genotypes, effect)
    se, p = (None, None) if tests is None else tests
    return GenomicSolution(effect, prepared.z.frequency, *prepared.tuning, se, p)


def _values(levels: Matrix, prepared: Prepared, genotypes: Genotypes, n_animals: int) -> Matrix:
    """Breeding values; NaN where there is no genotype in a model that knows genotyped animals alone."""
    if prepared.method not in ("gblup", "snpblup"):
        return levels[:n_animals].copy()
    values = np.full((n_animals, levels.shape[1]), np.nan)
    own = prepared.z.product(levels) if prepared.is_of_markers else levels[genotypes.animal]
    values[genotypes.animal] = own
    return values


def _reliability(
    equations: Equations, answer: Answer, prepared: Prepared, genotypes: Genotypes, pedigree: Pedigree
) -> tuple[Matrix | None, Matrix | None]:
    """Of animals, and of what stands behind them among the levels."""
    if answer.diagonal is None:
        return None, None
    n_animals = pedigree.n_animals
    variance = np.diag(equations.design.covariance[0])
    if prepared.is_of_markers:
        assert answer.factor is not None
        pev = _marker_pev(equations, answer.factor, prepared, len(variance))
        own = prepared.z.squares()
    else:
        own = Factor(csc_array(prepared.structure.tocsr())).inverse_diagonal()
        pev = _levels(equations, answer.diagonal, prepared.n_levels)
        if prepared.method == "gblup":
            own, pev = own[genotypes.animal], pev[genotypes.animal]
    prior = np.outer(own, variance)
    reliability: Matrix = np.divide(prior - pev, prior, out=np.zeros_like(pev), where=prior > ROUNDING)
    if (reliability < -1e-6).any() or (reliability > 1.0).any():
        message = "a reliability lies outside 0 to 1"
        fix = "The equations are ill-conditioned: raise blend or ridge, or ask for no reliability"
        raise EngineError("reliability_range", message, place="genomic", fix=fix)
    reliability[np.abs(reliability) < ROUNDING] = 0.0
    if prepared.method in SINGLE_STEP:
        return reliability[:n_animals], reliability[n_animals : n_animals + pedigree.n_groups]
    everyone = np.full((n_animals, len(variance)), np.nan)
    everyone[genotypes.animal] = reliability
    return everyone, None


def _marker_pev(equations: Equations, factor: Factor, prepared: Prepared, size: int) -> Matrix:
    """``z_i' C^aa z_i`` for each animal and column, (n_genotyped, size)."""
    start = equations.starts[0]
    z = np.asarray(prepared.z.decode(0, prepared.z.n_markers))
    pev = np.empty((len(z), size))
    for k in range(size):
        places = start + k + size * np.arange(z.shape[1])
        for first in range(0, len(z), TILE):
            rows = z[first : first + TILE]
            rhs = np.zeros((equations.n_equations, len(rows)))
            rhs[places] = rows.T
            pev[first : first + TILE, k] = np.einsum("im,mi->i", rows, factor.solve(rhs)[places])
    return pev


def _counts(records: Records, pedigree: Pedigree, genotypes: Genotypes, equations: Equations) -> dict[str, int]:
    has_trait = np.isfinite(records.values).any(axis=1)
    counts = {
        "animals": pedigree.n_animals,
        "founders": int(((pedigree.sire < 0) & (pedigree.dam < 0)).sum()),
        "genotyped": len(genotypes.animal),
        "markers": genotypes.packed.n_markers,
        "groups": pedigree.n_groups,
        "records": records.n_records,
        "records_without_trait": int((~has_trait).sum()),
        "animals_with_records": len(np.unique(records.animal[has_trait])),
        "observations": equations.design.n_observations,
        "equations": equations.n_equations,
        "fixed_equations": equations.n_fixed,
    }
    return counts | {f"levels.{block.effect}": len(block.level) for block in equations.design.random[1:]}
