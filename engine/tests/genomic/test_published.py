"""The published genomic cases: GBLUP, SNP-BLUP, single-step."""

import numpy as np
import pytest
from bellwether_engine import Effect, Genomic, Genotypes, Model, Options, Records, Variances, fit

from ..twins import case, column, numbers, pedigree_of
from .twins import bulls

SOLVERS = pytest.mark.parametrize("solver", ["direct", "pcg"])
TIGHT = {"tolerance": 1e-10}


def solve(data, genomic, weights=False, **options):
    pedigree, position = pedigree_of(data)
    packed, ids = bulls(data)
    genotypes = Genotypes(packed, [position[a] for a in ids])
    values = np.where(column(data, "reference"), numbers(data, "DYD"), np.nan)
    records = Records(genotypes.animal, values, weights=numbers(data, "EDC") if weights else None)
    given = data["parameters"]
    variances = Variances(given["var_e"], additive=given["var_a"])
    model = Model(("DYD",), (Effect("animal", "additive"),), variances, Options(**TIGHT | options), genomic=genomic)
    return fit(model, records, pedigree, genotypes=genotypes), genotypes


@pytest.mark.reference("mrode_gblup")
@SOLVERS
def test_gblup(solver):
    data = case("mrode_gblup")
    solution, genotypes = solve(data, Genomic("gblup", ridge=data["parameters"]["ridge"]), solver=solver)
    ebv = solution.ebv[:, 0]
    np.testing.assert_allclose(ebv[genotypes.animal], data["computed_dgv"][1:], atol=1e-8)
    np.testing.assert_allclose(ebv[genotypes.animal], data["expected"]["dgv"], atol=data["tolerance"])
    np.testing.assert_allclose(solution.fixed[0].estimate, data["computed_dgv"][0], atol=1e-8)
    expected = data["expected"]["snp_effects_backsolved"]
    np.testing.assert_allclose(solution.genomic.effect[:, 0], expected, atol=data["tolerance"])
    assert np.isnan(ebv[:12]).all()


@pytest.mark.reference("mrode_snp_blup")
@SOLVERS
@pytest.mark.parametrize("weighted", [False, True])
def test_snp_blup(solver, weighted):
    data = case("mrode_snp_blup")
    solution, genotypes = solve(data, Genomic("snpblup"), weighted, solver=solver)
    full = data["computed_weighted" if weighted else "computed_unweighted"]
    np.testing.assert_allclose(solution.fixed[0].estimate, full[0], atol=1e-8)
    np.testing.assert_allclose(solution.genomic.effect[:, 0], full[1:], atol=1e-8)
    # the printed values come from a variance rounded to 9.96
    expected = data["expected"]["weighted_by_EDC" if weighted else "unweighted"]
    np.testing.assert_allclose(solution.genomic.effect[:, 0], expected[1:], atol=data["tolerance"])
    expected = data["expected"]["dgv_weighted" if weighted else "dgv_unweighted"]
    np.testing.assert_allclose(solution.ebv[genotypes.animal, 0], expected, atol=data["tolerance"])


@pytest.mark.reference("mrode_snp_blup")
def test_snp_variance_as_a_number():
    data = case("mrode_snp_blup")
    given = data["parameters"]
    number = given["var_a"] / (2 * 1.7691326530612245)
    solution, _ = solve(data, Genomic("snpblup", snp_variance=number))
    np.testing.assert_allclose(solution.genomic.effect[:, 0], data["computed_unweighted"][1:], atol=1e-4)


METHODS = [
    *(("ssgblup", {"solver": solver}) for solver in ("direct", "pcg")),
    *(("ssgtblup", {"solver": solver}) for solver in ("direct", "pcg")),
    *(("sssnpblup", {"solver": solver}) for solver in ("direct", "pcg")),
    *(("apy", {"solver": solver}) for solver in ("direct", "pcg")),
]


@pytest.mark.reference("mrode_ssgblup")
@pytest.mark.parametrize(("method", "options"), METHODS)
def test_single_step(method, options):
    data = case("mrode_ssgblup")
    solution, _ = solve(data, Genomic(method, blend=0.05, tune="chen"), **options)
    full = data["computed"]
    assert (solution.genomic.shift, solution.genomic.factor) == pytest.approx((full["a"], full["b"]), abs=1e-10)
    np.testing.assert_allclose([full["a"], full["b"]], data["parameters"]["tuning_a_b_book"], atol=6e-4)
    np.testing.assert_allclose(solution.ebv[:, 0], full["ebv"], atol=1e-7)
    np.testing.assert_allclose(solution.ebv[:, 0], data["expected"]["ebv"], atol=data["tolerance"])
    np.testing.assert_allclose(solution.fixed[0].estimate, full["mean"], atol=1e-7)
    if options["solver"] == "direct":
        first, _ = solve(data, Genomic("ssgblup"), solver="direct")
        np.testing.assert_allclose(solution.reliability, first.reliability, atol=1e-9)
        np.testing.assert_allclose(solution.genomic.effect, first.genomic.effect, atol=1e-9)
        assert ((solution.reliability >= 0) & (solution.reliability <= 1)).all()
