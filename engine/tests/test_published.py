"""The published cases: printed values, and the same in full precision from independent dense code."""

import numpy as np
import pytest
from bellwether_engine import Effect, Legendre, Model, Options, Records, Variances, fit

from .twins import case, classes, column, numbers, pedigree_of

SOLVERS = pytest.mark.parametrize("solver", ["direct", "pcg"])
ANIMAL = Effect("animal", "additive")


def records_of(data, position, traits, **columns):
    animal = [position[a] for a in column(data, "animal")]
    return Records(animal, np.column_stack([numbers(data, trait) for trait in traits]), columns)


def estimates(solution, effect):
    return {part.trait: part.estimate for part in solution.fixed if part.effect == effect}


@pytest.mark.reference("mrode_animal_model")
@SOLVERS
def test_animal_model(solver):
    data = case("mrode_animal_model")
    pedigree, position = pedigree_of(data)
    model = Model(("WWG",), (Effect("sex", "fixed"), ANIMAL), Variances(40.0, additive=20.0), Options(solver=solver))
    records = records_of(data, position, ["WWG"], sex=classes(column(data, "sex")))
    solution = fit(model, records, pedigree)
    expected = data["expected"]
    np.testing.assert_allclose(solution.ebv[:, 0], expected["ebv"], atol=1e-6)
    np.testing.assert_allclose(estimates(solution, "sex")["WWG"], [3.4044301, 4.35850233], atol=1e-6)
    np.testing.assert_allclose(solution.fixed[0].se, expected["sep_fixed"][::-1], atol=1e-6)
    sep = np.sqrt((1.0 - solution.reliability[:, 0]) * 20.0)
    np.testing.assert_allclose(sep, expected["sep"], atol=1e-6)
    # the book takes its reliabilities from a diagonal that is rounded to three digits
    np.testing.assert_allclose(solution.reliability[:, 0], expected["reliability_book"], atol=0.0011)
    np.testing.assert_allclose(sep**2 / 40.0, expected["lhs_inverse_diag_book"], atol=0.0006)


@pytest.mark.reference("mrode_sire_model")
@SOLVERS
def test_sire_model(solver):
    data = case("mrode_sire_model")
    pedigree, position = pedigree_of(data)
    sires = [position[s] for s in column(data, "sire")]
    records = Records(sires, numbers(data, "WWG"), {"sex": classes(column(data, "sex"))})
    model = Model(("WWG",), (Effect("sex", "fixed"), ANIMAL), Variances(55.0, additive=5.0), Options(solver=solver))
    solution = fit(model, records, pedigree)
    np.testing.assert_allclose(solution.ebv[:, 0], list(data["expected"]["sire"].values()), atol=1e-6)
    np.testing.assert_allclose(estimates(solution, "sex")["WWG"], [3.38198579, 4.33567107], atol=1e-6)


@pytest.mark.reference("mrode_repeatability")
@SOLVERS
def test_repeatability(solver):
    data = case("mrode_repeatability")
    pedigree, position = pedigree_of(data)
    effects = (Effect("HYS", "fixed"), Effect("parity", "fixed"), ANIMAL, Effect("animal", "permanent"))
    model = Model(("fat",), effects, Variances(28.0, additive=20.0, permanent=12.0), Options(solver=solver))
    hys, parity = classes(column(data, "HYS")), classes(column(data, "parity"))
    solution = fit(model, records_of(data, position, ["fat"], HYS=hys, parity=parity), pedigree)
    full = np.array(data["computed_full_precision"])
    np.testing.assert_allclose(solution.ebv[:, 0], full[6:14], atol=1e-8)
    np.testing.assert_allclose(solution.ebv[:, 0], data["expected"]["ebv"], atol=data["tolerance"])
    np.testing.assert_allclose(solution.random[0].estimate, full[14:], atol=1e-8)
    assert solution.random[0].level.tolist() == [position[int(a)] for a in data["expected"]["pe"]]
    h = estimates(solution, "HYS")["fat"]
    np.testing.assert_allclose([h[1] - h[0], h[3] - h[2]], [full[1] - full[0], full[3] - full[2]], atol=1e-8)
    assert [notice.code for notice in solution.warnings] == ["confounded_level"]


@pytest.mark.reference("mrode_maternal")
@SOLVERS
def test_maternal(solver):
    data = case("mrode_maternal")
    pedigree, position = pedigree_of(data)
    effects = (
        Effect("herd", "fixed"), Effect("pen", "fixed"), ANIMAL, Effect("dam", "maternal"),
        Effect("dam", "permanent_dam"),
    )  # fmt: skip
    variances = Variances(350.0, additive_maternal=data["parameters"]["G0"], permanent_dam=40.0)
    columns = {name: classes(column(data, name)) for name in ("herd", "pen")}
    dams = np.array([position[d] for d in column(data, "dam")], dtype=np.int32)
    full = np.array(data["computed_full_precision"])
    model = Model(("BW",), effects, variances, Options(solver=solver))
    given = fit(model, records_of(data, position, ["BW"], **columns, dam=dams), pedigree)
    from_pedigree = fit(model, records_of(data, position, ["BW"], **columns), pedigree)
    np.testing.assert_array_equal(given.ebv, from_pedigree.ebv)
    np.testing.assert_allclose(given.ebv[:, 0], full[5:19], atol=1e-8)
    np.testing.assert_allclose(given.ebv[:, 1], full[19:33], atol=1e-8)
    np.testing.assert_allclose(given.ebv[:, 1], data["expected"]["maternal"], atol=data["tolerance"])
    np.testing.assert_allclose(given.random[0].estimate, full[33:], atol=1e-8)
    np.testing.assert_allclose(np.diff(estimates(given, "herd")["BW"]), np.diff(full[:3]), atol=1e-7)
    np.testing.assert_allclose(np.diff(estimates(given, "pen")["BW"]), np.diff(full[3:5]), atol=1e-7)
    assert [c.effect for c in given.columns] == ["additive", "maternal"]


@pytest.mark.reference("mrode_multitrait_equal", "mrode_multitrait_missing")
@SOLVERS
@pytest.mark.parametrize("name", ["mrode_multitrait_equal", "mrode_multitrait_missing"])
def test_two_traits(name, solver):
    data = case(name)
    pedigree, position = pedigree_of(data)
    traits, given = ("WWG", "PWG"), data["parameters"]
    variances = Variances(given["R0"], additive=given["G0"])
    model = Model(traits, (Effect("sex", "fixed"), ANIMAL), variances, Options(solver=solver))
    sex = np.array(["MF".index(s) for s in column(data, "sex")], dtype=np.int32)
    solution = fit(model, records_of(data, position, traits, sex=sex), pedigree)
    full = np.array(data["computed_full_precision"])
    n = pedigree.n_animals
    np.testing.assert_allclose(solution.ebv.T.ravel(), full[4:], atol=1e-8)
    np.testing.assert_allclose(solution.ebv[:, 1], data["expected"]["ebv"]["PWG"], atol=data["tolerance"])
    np.testing.assert_allclose(np.concatenate([part.estimate for part in solution.fixed]), full[:4], atol=1e-8)
    if "computed_pev" in data:
        pev = (1.0 - solution.reliability) * np.diag(given["G0"])
        np.testing.assert_allclose(pev.T.ravel(), data["computed_pev"], atol=1e-8)
        for k, trait in enumerate(traits):
            printed = data["expected"]["reliability"][trait]
            np.testing.assert_allclose(solution.reliability[:, k], printed, atol=0.0011)
    assert solution.ebv.shape == (n, 2)


@pytest.mark.reference("blupf90_quicktour_animal")
@SOLVERS
def test_quick_tour_ignores_inbreeding(solver):
    data = case("blupf90_quicktour_animal")
    pedigree, position = pedigree_of(data)
    effects = (Effect("A", "fixed"), Effect("S", "fixed"), Effect("x", "covariate"), ANIMAL)
    options = Options(inbreeding=False, solver=solver)
    records = records_of(
        data, position, ["y1"], A=classes(column(data, "A")), S=classes(column(data, "S")), x=numbers(data, "x")
    )
    solution = fit(Model(("y1",), effects, Variances(2.0, additive=0.5), options), records, pedigree)
    expected = data["expected"]
    np.testing.assert_allclose(solution.ebv[:, 0], expected["ebv"], atol=data["tolerance"])
    a, s, x = (estimates(solution, name)["y1"] for name in "ASx")
    assert x[0] == pytest.approx(expected["slope"], abs=5e-6)
    assert a[1] - a[0] == pytest.approx(expected["contrasts"]["A2_minus_A1"], abs=5e-6)
    assert a[2] - a[0] == pytest.approx(expected["contrasts"]["A3_minus_A1"], abs=5e-6)
    assert s[1] - s[0] == pytest.approx(expected["contrasts"]["S2_minus_S1"], abs=5e-6)
    assert s[0] == 0.0
    assert solution.reliability_base == "var_a"
    used = fit(Model(("y1",), effects, Variances(2.0, additive=0.5), Options(solver=solver)), records, pedigree)
    assert np.abs(used.ebv[:, 0] - expected["ebv"]).max() == pytest.approx(0.0118, abs=1e-4)


@pytest.mark.reference("mrode_random_regression")
@SOLVERS
def test_random_regression(solver):
    data = case("mrode_random_regression")
    pedigree, position = pedigree_of(data)
    given = data["parameters"]
    curve, line = Legendre(4, "DIM", 4, 310), Legendre(2, "DIM", 4, 310)
    effects = (
        Effect("HTD", "fixed"), Effect("curve", "covariate", basis=curve),
        Effect("animal", "additive", basis=line), Effect("animal", "permanent", basis=line),
    )  # fmt: skip
    variances = Variances(given["var_e"], additive=given["G"], permanent=given["P"])
    records = records_of(data, position, ["TDY"], HTD=classes(column(data, "HTD")), DIM=numbers(data, "DIM"))
    solution = fit(Model(("TDY",), effects, variances, Options(solver=solver)), records, pedigree)
    np.testing.assert_allclose(solution.ebv, data["computed_animal"], atol=1e-7)
    np.testing.assert_allclose(solution.ebv, data["expected"]["animal"], atol=data["tolerance"])
    permanent = np.column_stack([part.estimate for part in solution.random])
    np.testing.assert_allclose(permanent, data["computed_pe"], atol=1e-7)
    np.testing.assert_allclose(
        estimates(solution, "curve")["TDY"][1:], data["expected"]["fixed_regression"][1:], atol=2e-4
    )
    assert [c.effect for c in solution.columns] == ["legendre0", "legendre1", "legendre2"]
