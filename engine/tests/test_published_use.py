"""What the books read off the solutions of their cases: yield deviations, sums over a lactation, REML of real data."""

import csv

import numpy as np
import pytest
from bellwether_engine import Effect, Legendre, Model, Options, Pedigree, Records, Variances, fit
from bellwether_engine.equations.basis import legendre
from bellwether_engine.populations.ebv_parts import ebv_parts

from .test_published import records_of
from .twins import case, classes, column, numbers, pedigree_of, shared_file

ANIMAL = Effect("animal", "additive")


def daughters_yield_deviation(pedigree, parts, ebv, sire):
    """Weighted mean of twice the yield deviation less the mate's breeding value (VanRaden and Wiggans 1991)."""
    known = (pedigree.sire >= 0).astype(float) + (pedigree.dam >= 0)
    # share of the mean that is the animal's own: both parents known 1, one 2/3, none 1/2, as in the book
    q = np.choose(known.astype(int), [0.5, 2 / 3, 1.0])
    own = parts.weights[:, 1] / (parts.weights[:, 0] + parts.weights[:, 1])
    total = weight = 0.0
    for j in np.flatnonzero(pedigree.sire == sire):
        if np.isfinite(parts.yield_deviation[j]):
            mate = ebv[pedigree.dam[j]] if pedigree.dam[j] >= 0 else 0.0
            total += q[j] * own[j] * (2.0 * parts.yield_deviation[j] - mate)
            weight += q[j] * own[j]
    return total / weight


@pytest.mark.reference("mrode_repeatability")
def test_yield_deviations_of_cows():
    data = case("mrode_repeatability")
    pedigree, position = pedigree_of(data)
    effects = (Effect("HYS", "fixed"), Effect("parity", "fixed"), ANIMAL, Effect("animal", "permanent"))
    hys, parity = classes(column(data, "HYS")), classes(column(data, "parity"))
    records = records_of(data, position, ["fat"], HYS=hys, parity=parity)
    solution = fit(Model(("fat",), effects, Variances(28.0, additive=20.0, permanent=12.0)), records, pedigree)
    h, p = (part.estimate for part in solution.fixed)
    permanent = np.zeros(pedigree.n_animals)
    permanent[solution.random[0].level] = solution.random[0].estimate
    adjusted = records.values[:, 0] - h[hys] - p[parity] - permanent[records.animal]
    ebv = solution.ebv[:, 0]
    parts = ebv_parts(pedigree, ebv, records.animal, adjusted, 28.0 / 20.0, inbreeding=solution.inbreeding)
    for animal, expected in data["expected"]["YD"].items():
        assert parts.yield_deviation[position[int(animal)]] == pytest.approx(expected, abs=data["tolerance"])
    found = daughters_yield_deviation(pedigree, parts, ebv, position[1])
    assert found == pytest.approx(data["expected"]["DYD_sire1"], abs=data["tolerance"])


@pytest.mark.reference("mrode_animal_model")
def test_yield_deviation_of_progeny():
    data = case("mrode_animal_model")
    pedigree, position = pedigree_of(data)
    sex = classes(column(data, "sex"))
    records = records_of(data, position, ["WWG"], sex=sex)
    model = Model(("WWG",), (Effect("sex", "fixed"), ANIMAL), Variances(40.0, additive=20.0))
    solution = fit(model, records, pedigree)
    adjusted = records.values[:, 0] - solution.fixed[0].estimate[sex]
    ebv = solution.ebv[:, 0]
    parts = ebv_parts(pedigree, ebv, records.animal, adjusted, 2.0, inbreeding=solution.inbreeding)
    found = daughters_yield_deviation(pedigree, parts, ebv, position[3])
    assert found == pytest.approx(0.059, abs=0.0011)


@pytest.mark.reference("mrode_random_regression")
def test_lactation_of_305_days():
    data = case("mrode_random_regression")
    pedigree, position = pedigree_of(data)
    given, expected = data["parameters"], data["expected"]
    curve, line = Legendre(4, "DIM", 4, 310), Legendre(2, "DIM", 4, 310)
    effects = (
        Effect("HTD", "fixed"), Effect("curve", "covariate", basis=curve),
        Effect("animal", "additive", basis=line), Effect("animal", "permanent", basis=line),
    )  # fmt: skip
    variances = Variances(given["var_e"], additive=given["G"], permanent=given["P"])
    records = records_of(data, position, ["TDY"], HTD=classes(column(data, "HTD")), DIM=numbers(data, "DIM"))
    solution = fit(Model(("TDY",), effects, variances), records, pedigree)
    days = legendre(line, np.arange(6.0, 311.0))
    np.testing.assert_allclose(solution.ebv @ days.sum(axis=0), expected["ebv305"], atol=data["ebv305_tolerance"])
    at = legendre(line, np.array([106.0, 140.0]))
    found = at @ np.array(given["G"]) @ at.T
    assert found[0, 0] == pytest.approx(expected["genetic_var_dim106"], abs=data["tolerance"])
    assert found[0, 1] == pytest.approx(expected["genetic_cov_106_140"], abs=data["tolerance"])


@pytest.mark.reference("milk_reml_pedigreemm")
def test_reml_of_real_milk_records():
    """pedigreemm 0.3-5 on its own data (the data are not shipped); start values of 1."""
    data = case("milk_reml_pedigreemm")
    parents = list(csv.DictReader(shared_file(data["pedigree_file"]).open()))
    rows = list(csv.DictReader(shared_file(data["records_file"]).open()))
    position = {row["id"]: i for i, row in enumerate(parents)} | {"NA": -1}
    pedigree = Pedigree([position[row["sire"]] for row in parents], [position[row["dam"]] for row in parents])
    columns = {name: classes([row[name] for row in rows]) for name in ("lact", "herd")}
    columns |= {"log_dim": np.log([float(row["dim"]) for row in rows])}
    y = np.array([float(row["milk"]) for row in rows]) / data["parameters"]["scale"]
    records = Records([position[row["id"]] for row in rows], y, columns)
    effects = (Effect("lact", "fixed"), Effect("log_dim", "covariate"), Effect("herd", "random"), ANIMAL)
    variances = Variances(1.0, additive=1.0, random={"herd": 1.0})
    options = Options(estimate="ai-reml", reliability="none")
    solution = fit(Model(("y",), effects, variances, options), records, pedigree)
    expected, near = data["expected"], data["tolerance_relative"]
    found = {part.component: part.estimate for part in solution.estimates.components}
    wanted = {"random.herd": expected["var_herd"], "additive": expected["var_animal"], "residual": expected["var_e"]}
    assert found == pytest.approx(wanted, rel=near)
    minus2 = expected["minus2_restricted_loglik"]
    assert solution.estimates.minus2_log_likelihood == pytest.approx(minus2, abs=1e-4)
    lactation, slope = (part.estimate for part in solution.fixed)
    fixed = {f"lact{k}": lactation[k - 1] - lactation[0] for k in range(2, 6)}
    fixed |= {"(Intercept)": lactation[0], "log(dim)": slope[0]}
    assert fixed == pytest.approx(expected["fixef"], rel=near)
