"""`fit`: from a model, records and a pedigree to breeding values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..approximate import approximate
from ..equations.blocks import far_covariates, fixed_blocks, random_blocks
from ..equations.checks import (
    check_effects,
    check_inbreeding,
    check_options,
    check_positions,
    check_traits,
    constant_traits,
)
from ..equations.constraints import CONVENTION, find_constraints
from ..equations.design import build_design
from ..equations.equations import Equations, build_equations
from ..equations.group_equations import group_solution, plan_groups
from ..errors import ModelError
from ..model.effect import GENETIC
from ..model.genomic import Genotypes
from ..model.model import Model
from ..model.options import Options
from ..model.records import Records
from ..parallel.executor import Executor
from ..pedigree.pedigree import Pedigree
from ..pedigree.pedigree_inverse import PedigreeInverse
from ..pedigree.sampling import pedigree_sampler
from ..reml import estimate_variances
from ..solution.parts import Notice, ThresholdSolution
from ..solution.provenance import provenance
from ..solution.solution import Solution
from ..solving.results import (
    below_zero,
    breeding_values,
    fixed_solutions,
    genetic_columns,
    random_solutions,
    reliabilities,
)
from ..solving.solve import choose, solve
from ..threshold.ordinal import check_ordinal
from ..threshold.scoring import solve_threshold
from .genomic_fit import fit_genomic
from .memory import check_memory
from .warm_start import start_from

Progress = Callable[[float, str], None]


def fit(
    model: Model,
    records: Records,
    pedigree: Pedigree,
    *,
    genotypes: Genotypes | None = None,
    inbreeding: NDArray[np.float64] | None = None,
    start: Solution | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Solution:
    """Solve the mixed-model equations.

    Parameters
    ----------
    model : Model
    records : Records
        Rows with all traits missing are left out (and counted).
    pedigree : Pedigree
        All animals, in any order; results come in the same order.
    genotypes : Genotypes, optional
        For a model with `genomic`; they belong together.
    inbreeding : float64, shape (n_animals,), optional
        Coefficients F where they are known already (`Pedigree.inbreeding`, `inbreeding_of_new`).
    start : Solution, optional
        Of an earlier fit of the same effects; the PCG starts from it. Animals are those of the first rows of the
        pedigree, levels are found by their codes, and what is new starts at 0. The answer is the same within the
        tolerance.
    progress : callable(fraction, step), optional
        Called at the start of each step with the share done, 0 to 1, and its name: ``inbreeding``, ``a_inverse`` (with
        genotypes ``relationships``), ``design``, ``estimate``, ``solve``, ``reliability``, ``done``; in long steps more
        than once.
    executor : Executor, optional
        Computes the products of the PCG; by default threads of this process do. The answer has the same bits.

    Returns
    -------
    Solution

    Raises
    ------
    ModelError
        What is wrong with the model, the variances or the records; nothing has been computed.
    PedigreeError
        A loop, an animal used as sire and dam.
    NotConverged
        The PCG did not reach the tolerance, or the estimation of the variances did not converge.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding; Mrode and Pocrnic 2023, 4th ed., chapters 4 to 10.

    Examples
    --------
    Pre-weaning gain of five calves (Mrode and Pocrnic 2023, example 4.1):

    >>> from bellwether_engine import Effect, Variances
    >>> model = Model(
    ...     traits=("WWG",),
    ...     effects=(Effect("sex", "fixed"), Effect("animal", "additive")),
    ...     variances=Variances(additive=20.0, residual=40.0),
    ... )
    >>> records = Records([3, 4, 5, 6, 7], [4.5, 2.9, 3.9, 3.5, 5.0], {"sex": [0, 1, 1, 0, 0]})
    >>> pedigree = Pedigree(sire=[-1, -1, -1, 0, 2, 0, 3, 2], dam=[-1, -1, -1, -1, 1, 1, 4, 5])
    >>> solution = fit(model, records, pedigree)
    >>> solution.ebv[:, 0].round(3)
    array([ 0.098, -0.019, -0.041, -0.009, -0.186,  0.177, -0.249,  0.183])
    >>> solution.reliability[:, 0].round(3)
    array([0.058, 0.016, 0.087, 0.145, 0.144, 0.115, 0.116, 0.155])
    """
    tell = progress or _silent
    _check(model, records, pedigree, genotypes)
    if start is not None and (model.genomic is not None or model.ordinal):
        message = "an earlier solution is a start for models of linear traits without genotypes"
        raise ModelError("start", message, place="start", fix="Leave start out")
    if inbreeding is not None:
        inbreeding = np.ascontiguousarray(inbreeding, dtype=np.float64)
        check_inbreeding(inbreeding, pedigree)
    if model.genomic is not None and genotypes is not None:
        return fit_genomic(model, model.genomic, records, pedigree, genotypes, tell, executor, inbreeding)
    check_memory(model, records, pedigree)
    tell(0.0, "inbreeding")
    if inbreeding is None:
        inbreeding = pedigree.inbreeding(model.options.threads)
    tell(0.1, "a_inverse")
    is_genetic = any(effect.kind in GENETIC for effect in model.effects)
    used = inbreeding if model.options.inbreeding else None
    a_inverse = PedigreeInverse.of(pedigree, used) if is_genetic else None
    tell(0.15, "design")
    random, warnings = random_blocks(model.effects, model.traits, records, pedigree)
    fixed = fixed_blocks(model.effects, model.traits, records)
    design = build_design(fixed, random, records, model.variances)
    constraints = find_constraints(design, model.traits)
    groups = plan_groups(design, constraints.constrained, pedigree, model.traits) if is_genetic else None
    held = None if groups is None else groups.constrained
    equations = build_equations(design, constraints.constrained, a_inverse, held)
    estimates = None
    if model.options.estimate != "none":
        used = inbreeding if model.options.inbreeding else None
        estimates, equations = estimate_variances(
            equations, model.variances.residual, records, model.traits, model.options, tell,
            sampler=pedigree_sampler(pedigree, used), shares=groups.shares if groups else None,
        )  # fmt: skip
    tell(0.25, "solve")
    plan = choose(model.options, equations.n_equations)
    thresholds: tuple[ThresholdSolution, ...] = ()
    if model.ordinal:
        answer, found = solve_threshold(equations, model.ordinal[0], model.options, plan, tell, groups, executor)
        thresholds = (found,)
    else:
        first = None if start is None else start_from(start, equations, model.traits)
        answer = solve(equations, model.options, plan, tell, groups, executor, first)
    reliability, of_groups = _reliabilities(equations, answer.diagonal, inbreeding, model.options, pedigree)
    check = None
    if model.options.reliability == "approximate" and is_genetic:
        observed, shares = np.isfinite(records.values), groups.shares if groups else None
        reliability, check = approximate(
            equations, observed, pedigree, inbreeding, model.options, answer.factor, shares, tell
        )
    tell(1.0, "done")
    return Solution(
        columns=genetic_columns(equations, model.traits),
        ebv=breeding_values(equations, answer.x, pedigree.n_animals),
        reliability=reliability,
        reliability_base="var_a(1+F)" if model.options.inbreeding else "var_a",
        inbreeding=inbreeding,
        fixed=fixed_solutions(equations, answer.x, answer.diagonal, constraints.constrained, model.traits),
        random=random_solutions(equations, answer.x, model.traits),
        convergence=answer.convergence,
        constraint=f"{CONVENTION}; the first threshold is 0" if model.ordinal else CONVENTION,
        counts=_counts(records, pedigree, equations),
        warnings=(
            *warnings,
            *far_covariates(fixed),
            *constraints.warnings,
            *(Notice("no_variation", f"all records of {t} are equal") for t in constant_traits(model.traits, records)),
            *(groups.warnings if groups else ()),
            *(estimates.warnings if estimates else ()),
            *plan.warnings,
            *below_zero(reliability),
        ),
        provenance=provenance(model, records, pedigree, plan.method),
        groups=None
        if groups is None
        else group_solution(answer.x, groups, equations.starts[0], pedigree.n_animals, of_groups),
        thresholds=thresholds,
        estimates=estimates,
        reliability_check=check,
    )


def _reliabilities(
    equations: Equations,
    diagonal: NDArray[np.float64] | None,
    inbreeding: NDArray[np.float64],
    options: Options,
    pedigree: Pedigree,
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Reliabilities of animals and of metafounders."""
    if diagonal is None:
        return None, None
    gamma = None if pedigree.groups is None else pedigree.groups.gamma
    n = pedigree.n_animals
    if gamma is None:
        return reliabilities(equations, diagonal, inbreeding if options.inbreeding else None, n), None
    both = reliabilities(equations, diagonal, np.concatenate([inbreeding, np.diag(gamma) - 1.0]), n + len(gamma))
    return (None, None) if both is None else (both[:n], both[n:])


def _silent(_share: float, _step: str) -> None:
    """Progress that nobody asked for."""


def _check(model: Model, records: Records, pedigree: Pedigree, genotypes: Genotypes | None) -> None:
    if (model.genomic is None) != (genotypes is None):
        message = "genotypes and the genomic part of the model belong together"
        raise ModelError("genotypes", message, place="genomic", fix="Give both, or neither")
    check_options(model.options)
    check_traits(model.traits, records)
    check_effects(model.effects, model.traits)
    check_estimation(model, records)
    check_approximation(model)
    check_ordinal(model.traits, model.ordinal, model.variances.residual, records)
    check_positions(records.animal, pedigree.n_animals, "records", lowest=0)
    if pedigree.groups is not None and pedigree.groups.is_random and not model.options.inbreeding:
        message = "metafounders make founders inbred: inbreeding cannot be left out"
        raise ModelError("metafounders_inbreeding", message, place="options.inbreeding", fix="Set inbreeding = true")


def check_estimation(model: Model, records: Records) -> None:
    """Refuse to estimate the variances of a threshold model, of residual classes, or of records that are all equal."""
    if model.options.estimate == "none":
        return
    for trait in constant_traits(model.traits, records):
        message = f"all records of {trait} are equal: there is no variance to estimate"
        raise ModelError("no_variation", message, place="traits", fix="Drop the trait, or check its column")
    why = ""
    if model.ordinal:
        why = "the likelihood of an ordinal trait has no closed form, and approximations are biased for rare categories"
    elif model.variances.residual.ndim == 3:
        why = "one residual matrix is estimated, not one for each residual class"
    if why:
        message = f"variances cannot be estimated in this version: {why}"
        fix = 'Estimate them without, then give them with estimate = "none"'
        raise ModelError("not_available", message, place="options.estimate", fix=fix)


def check_approximation(model: Model) -> None:
    """Refuse approximate reliabilities of models that have none."""
    without = {"genotypes": model.genomic is not None, "ordinal traits": bool(model.ordinal)}
    wrong = [name for name, is_there in without.items() if is_there]
    if model.options.reliability == "approximate" and wrong:
        message = f"reliabilities with {wrong[0]} are not approximated in this version"
        fix = 'Use reliability = "exact" or "none"'
        raise ModelError("not_available", message, place="options.reliability", fix=fix)


def _counts(records: Records, pedigree: Pedigree, equations: Equations) -> dict[str, int]:
    has_trait = np.isfinite(records.values).any(axis=1)
    counts = {
        "animals": pedigree.n_animals,
        "founders": int(((pedigree.sire < 0) & (pedigree.dam < 0)).sum()),
        "records": records.n_records,
        "records_without_trait": int((~has_trait).sum()),
        "animals_with_records": int(np.count_nonzero(np.bincount(records.animal[has_trait]))),
        "observations": equations.design.n_observations,
        "groups": pedigree.n_groups,
        "equations": equations.n_equations,
        "fixed_equations": equations.n_fixed,
    }
    return counts | {f"levels.{block.effect}": len(block.level) for block in equations.design.random}
