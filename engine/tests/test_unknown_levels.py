"""A random effect adds nothing to a record whose level is unknown: its row of Z is 0, whoever solves or estimates."""

import numpy as np
import pytest
from bellwether_engine import Effect, Legendre, Model, Options, Pedigree, Records, Variances, fit

from .twins import blup, incidence, relationship

ANIMAL = Effect("animal", "additive")
SIRES, DAMS, LAMBS = 6, 12, 60
RNG = np.random.default_rng(20)
SIRE = np.concatenate([np.full(SIRES + DAMS, -1), RNG.integers(0, SIRES, LAMBS)]).astype(np.int32)
DAM = np.concatenate([np.full(SIRES + DAMS, -1), RNG.integers(SIRES - 1, SIRES + DAMS, LAMBS)]).astype(np.int32)
DAM[DAM == SIRES - 1] = -1
PEDIGREE = Pedigree(SIRE, DAM)
LAMB = np.repeat(np.arange(SIRES + DAMS, SIRES + DAMS + LAMBS), 2)
LITTER = RNG.integers(-1, 15, LAMBS).repeat(2).astype(np.int32)
Y = 20.0 + RNG.normal(0.0, 1.5, 15)[LITTER] * (LITTER >= 0) + RNG.normal(0.0, 2.0, len(LAMB))
RECORDS = Records(LAMB, Y, {"litter": LITTER, "day": RNG.uniform(0.0, 10.0, len(LAMB))})

KINDS = {
    "iid": (Effect("litter", "random"), {"random": {"litter": 2.0}}, LITTER),
    "permanent environment of the dam": (Effect("dam", "permanent_dam"), {"permanent_dam": 2.0}, DAM[LAMB]),
    "maternal": (Effect("dam", "maternal"), {"additive_maternal": [[3.0, -0.5], [-0.5, 2.0]]}, DAM[LAMB]),
}


def model_of(kind, **options):
    effect, variances, _ = KINDS[kind]
    additive = {} if kind == "maternal" else {"additive": 3.0}
    return Model(("y",), (ANIMAL, effect), Variances(residual=6.0, **additive, **variances), Options(**options))


def expected(kind):
    """EBV and PEV through V, with rows of 0 where the level is unknown."""
    a, levels = relationship(PEDIGREE.sire, PEDIGREE.dam, PEDIGREE.order), KINDS[kind][2]
    z = incidence(LAMB, len(a))
    if kind == "maternal":
        both = np.hstack([z, incidence(levels, len(a))])
        parts = [(both, np.kron(np.array([[3.0, -0.5], [-0.5, 2.0]]), a))]
    else:
        parts = [(z, 3.0 * a), (incidence(levels, levels.max() + 1), 2.0 * np.eye(levels.max() + 1))]
    _, u, _ = blup(Y, np.ones((len(Y), 1)), parts, 6.0 * np.eye(len(Y)))
    return u[0][: len(a)]


@pytest.mark.parametrize("solver", ["direct", "pcg"])
@pytest.mark.parametrize("kind", KINDS)
def test_breeding_values_are_those_of_a_row_of_zeros(kind, solver):
    found = fit(model_of(kind, solver=solver, tolerance=1e-10), RECORDS, PEDIGREE)
    assert found.ebv[:, 0] == pytest.approx(expected(kind), abs=1e-6)
    codes = [notice.code for notice in found.warnings]
    assert codes == (["unknown_level"] if kind == "iid" else ["unknown_dam"])


@pytest.mark.parametrize("kind", KINDS)
def test_approximate_reliabilities_know_of_it(kind):
    exact = fit(model_of(kind, reliability="exact"), RECORDS, PEDIGREE).reliability
    near = fit(model_of(kind, reliability="approximate"), RECORDS, PEDIGREE).reliability
    assert np.abs(near - exact).max() < 0.15


@pytest.mark.parametrize("kind", ["iid", "permanent environment of the dam"])
def test_reml_has_the_likelihood_of_a_row_of_zeros(kind):
    found = fit(model_of(kind, estimate="ai-reml"), RECORDS, PEDIGREE).estimates
    additive, other, residual = (each.estimate for each in found.components)
    a, levels = relationship(PEDIGREE.sire, PEDIGREE.dam, PEDIGREE.order), KINDS[kind][2]
    z, w = incidence(LAMB, len(a)), incidence(levels, levels.max() + 1)
    v = additive * z @ a @ z.T + other * w @ w.T + residual * np.eye(len(Y))
    x, v_inverse = np.ones((len(Y), 1)), np.linalg.inv(v)
    xvx = x.T @ v_inverse @ x
    p = v_inverse - v_inverse @ x @ np.linalg.solve(xvx, x.T @ v_inverse)
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(xvx)[1]
    assert found.minus2_log_likelihood == pytest.approx(logs + Y @ p @ Y + (len(Y) - 1) * np.log(2 * np.pi), rel=1e-6)


def test_a_curve_of_an_unknown_level_is_no_curve():
    effect = Effect("litter", "random", basis=Legendre(1, "day", 0.0, 10.0))
    variances = Variances(residual=6.0, additive=3.0, random={"litter": [[1.0, 0.2], [0.2, 0.5]]})
    given = (RECORDS, PEDIGREE)
    direct, pcg = (
        fit(Model(("y",), (ANIMAL, effect), variances, Options(solver=solver, tolerance=1e-10)), *given)
        for solver in ("direct", "pcg")
    )
    assert direct.ebv == pytest.approx(pcg.ebv, abs=1e-6)
    own = Records(LAMB, Y, {**RECORDS.columns, "litter": np.where(LITTER < 0, 15, LITTER)})
    shared = fit(Model(("y",), (ANIMAL, effect), variances), own, PEDIGREE)
    assert np.abs(shared.ebv - direct.ebv).max() > 0.01
