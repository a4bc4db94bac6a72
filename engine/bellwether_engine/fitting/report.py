"""The last stage: solutions, counts and warnings put together."""

from __future__ import annotations

import numpy as np

from ..equations.checks import constant_traits
from ..equations.constraints import CONVENTION
from ..solution.parts import Notice
from ..solution.provenance import provenance
from ..solution.solution import Solution
from ..solving.results import below_zero, fixed_solutions, genetic_columns, random_solutions
from .accuracy import Accuracy
from .build import Built
from .given import Given
from .solve import Solved, exact_matrices

SINGULAR = "variances.{} is singular (a correlation of 1 or -1, or fewer factors than traits): "
RAISED = "its variances are raised by a millionth, so that it has an inverse"
EXACT = "its effects are solved as {} of them, from which the others follow"


def report(given: Given, built: Built, solved: Solved, accuracy: Accuracy) -> Solution:
    """The solution with all that belongs to it."""
    model, equations, answer, block = given.model, solved.equations, solved.answer, built.block
    levels = block.of_levels(equations, answer.x)
    ebv, (reliability, of_metafounders) = block.values(levels), accuracy.reliabilities
    fixed = fixed_solutions(equations, answer.x, answer.diagonal, built.constraints.constrained, model.traits)
    groups = block.groups(levels, of_metafounders, built.groups.constrained if built.groups else None)
    if built.regressions is not None:
        groups = built.regressions.solution(fixed[len(built.fixed) :])
        built.regressions.add_to(ebv, groups.ebv)
    return Solution(
        columns=genetic_columns(equations, model.traits),
        ebv=ebv,
        reliability=reliability,
        reliability_base=block.reliability_base,
        inbreeding=built.inbreeding,
        fixed=fixed[: len(built.fixed)],
        random=random_solutions(equations, answer.x, model.traits),
        convergence=answer.convergence,
        constraint=f"{CONVENTION}; the first threshold is 0" if model.ordinal else CONVENTION,
        counts=counts(given, built),
        warnings=warnings(given, built, solved, accuracy),
        provenance=provenance(model, given.records, given.pedigree, solved.plan.method, given.genotypes),
        groups=groups,
        thresholds=solved.thresholds,
        genomic=block.markers(equations, answer),
        estimates=solved.estimates,
        reliability_check=accuracy.check,
    )


def warnings(given: Given, built: Built, solved: Solved, accuracy: Accuracy) -> tuple[Notice, ...]:
    """What each stage has to say, in the order of the stages."""
    constant = constant_traits(given.model.traits, given.records)
    is_refused = np.isfinite(built.block.lowest)
    told = () if is_refused else below_zero(accuracy.reliabilities.animals)
    return (
        *built.warnings,
        *built.far_covariates,
        *built.constraints.warnings,
        *(Notice("no_variation", f"all records of {trait} are equal") for trait in constant),
        *built.notices,
        *(Notice("singular_matrix", SINGULAR.format(name) + what) for name, what in singular_matrices(given, solved)),
        *(solved.estimates.warnings if solved.estimates else ()),
        *solved.plan.warnings,
        *told,
    )


def singular_matrices(given: Given, solved: Solved) -> list[tuple[str, str]]:
    """Matrices that are singular as they were given, and what was done with each."""
    variances, is_exact = given.model.variances, solved.estimates is None
    found = [
        (name, EXACT.format(solved.ranks[name]) if is_exact and name in solved.ranks else RAISED)
        for name, matrix in exact_matrices(given, solved.equations, None).items()
        if matrix is not None
    ]
    return [*found, *((name, RAISED) for name in variances.singular)]


def counts(given: Given, built: Built) -> dict[str, int]:
    """Animals, records, equations, and the levels of each random effect."""
    records, pedigree, equations = given.records, given.pedigree, built.equations
    has_trait = np.isfinite(records.values).any(axis=1)
    general = {
        "animals": pedigree.n_animals,
        "founders": int(pedigree.is_founder.sum()),
        "records": records.n_records,
        "records_without_trait": int((~has_trait).sum()),
        "animals_with_records": int(np.count_nonzero(np.bincount(records.animal[has_trait]))),
        "observations": equations.design.n_observations,
        "groups": pedigree.n_groups,
        "equations": equations.n_equations,
        "fixed_equations": equations.n_fixed,
    }
    counted = [b for b in equations.design.random if built.block.has_named_levels or not b.is_genetic]
    return general | built.block.counts | {f"levels.{random.effect}": len(random.level) for random in counted}
