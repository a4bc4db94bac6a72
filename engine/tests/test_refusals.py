"""What `fit` refuses: code and place."""

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Legendre,
    Model,
    ModelError,
    Options,
    Pedigree,
    PedigreeError,
    Records,
    Variances,
    fit,
)

ANIMAL, HERD = Effect("animal", "additive"), Effect("herd", "fixed")
PEDIGREE = Pedigree([-1, -1, 0], [-1, -1, 1])
ONE = Variances(1.0, additive=1.0)


def records(**columns):
    return Records([0, 1, 2], [1.0, 2.0, 4.0], {"herd": np.array([0, 0, 1]), **columns})


def refusal(effects=(HERD, ANIMAL), variances=ONE, options=None, given=None, traits=("a",)):
    with pytest.raises(ModelError) as caught:
        fit(Model(traits, effects, variances, options or Options()), given or records(), PEDIGREE)
    assert caught.value.fix
    return caught.value.code, caught.value.place


CASES = {
    "no column": ({"effects": (Effect("sex", "fixed"), ANIMAL)}, ("missing_column", "effects.sex")),
    "text": ({"given": records(herd=np.array(["x", "y", "z"]))}, ("not_integer", "effects.herd")),
    "missing level": ({"given": records(herd=np.array([0, -1, 1]))}, ("missing_level", "effects.herd")),
    "a code beyond int32": ({"given": records(herd=np.array([0, 1, 2**32]))}, ("large_code", "effects.herd")),
    "a dam beyond int32": (
        {
            "effects": (HERD, ANIMAL, Effect("nurse", "permanent_dam")),
            "variances": Variances(1.0, additive=1.0, permanent_dam=1.0),
            "given": records(nurse=np.array([-1, 2**32, 1])),
        },
        ("unknown_animal", "effects.nurse"),
    ),
    "missing covariate": (
        {"effects": (Effect("age", "covariate"), ANIMAL), "given": records(age=np.array([1.0, np.nan, 2.0]))},
        ("missing_covariate", "effects.age"),
    ),
    "unknown animal": ({"given": Records([3], [1.0], {"herd": np.array([0])})}, ("unknown_animal", "records")),
    "unknown dam": (
        {
            "effects": (HERD, ANIMAL, Effect("nurse", "maternal")),
            "variances": Variances(1.0, additive_maternal=np.eye(2)),
            "given": records(nurse=np.array([-1, 7, 1])),
        },
        ("unknown_animal", "effects.nurse"),
    ),
    "maternal alone": ({"effects": (HERD, Effect("dam", "maternal"))}, ("maternal_alone", "effects")),
    "traits": ({"traits": ("a", "a")}, ("traits", "traits")),
    "columns": ({"traits": ("a", "b")}, ("shape", "records")),
    "unknown trait": ({"effects": (HERD, Effect("animal", "additive", ("z",)))}, ("unknown_trait", "effects.animal")),
    "twice": ({"effects": (HERD, HERD, ANIMAL)}, ("repeated_effect", "effects.herd")),
    "missing variance": ({"variances": Variances(1.0)}, ("missing_variance", "variances.additive")),
    "unused": ({"variances": Variances(1.0, additive=1.0, permanent=1.0)}, ("unused_variance", "variances.permanent")),
    "size": ({"variances": Variances(1.0, additive=np.eye(2))}, ("variance_size", "variances.additive")),
    "residual size": ({"variances": Variances(np.eye(2), additive=1.0)}, ("variance_size", "variances.residual")),
    "zero variance": ({"variances": Variances(1.0, additive=0.0)}, ("not_positive_definite", "variances.additive")),
    "solver": ({"options": Options(solver="magic")}, ("not_available", "options.solver")),
    "unknown reliability": ({"options": Options(reliability="rough")}, ("not_available", "options.reliability")),
    "outside": (
        {
            "effects": (HERD, Effect("x", "covariate", basis=Legendre(1, "x", 0, 1))),
            "given": records(x=[0.0, 0.5, 2.0]),
        },
        ("outside_range", "effects.x"),
    ),
    "no trait": ({"given": Records([0], [np.nan], {"herd": np.array([0])})}, ("no_records", "traits.a")),
}


@pytest.mark.parametrize(("arguments", "expected"), CASES.values(), ids=CASES)
def test_refusals(arguments, expected):
    assert refusal(**arguments) == expected


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Effect("x", "magic"), "effect_kind"),
        (lambda: Effect("x", "fixed", basis=Legendre(1, "t", 0, 1)), "basis_kind"),
        (lambda: Legendre(99, "t", 0, 1), "basis_order"),
        (lambda: Legendre(1, "t", 1, 1), "basis_range"),
        (lambda: Legendre(1, "t", -np.inf, 1), "basis_range"),
        (lambda: Variances([[1.0, 2.0]]), "not_square"),
        (lambda: Variances([[1.0, 2.0], [2.0]]), "not_square"),
        (lambda: Variances([[1.0, 2.0], [0.0, 1.0]]), "not_symmetric"),
        (lambda: Variances(np.nan), "not_finite"),
        (lambda: Variances(1.0, additive=1.0, additive_maternal=np.eye(2)), "two_additive"),
        (lambda: Records([0], [1.0, 2.0]), "shape"),
        (lambda: Records([0], [[[1.0]]]), "shape"),
        (lambda: Records([0], [1.0], {"herd": [[0, 1]]}), "shape"),
        (lambda: Records([0], [1.0], weights=[[1.0, 1.0]]), "shape"),
        (lambda: Records([0.5], [1.0]), "not_integer"),
        (lambda: Records([0], [np.inf]), "not_finite"),
        (lambda: Records([0], [1.0], weights=[0.0]), "weight"),
    ],
)
def test_parts_refuse(make, code):
    with pytest.raises(ModelError) as caught:
        make()
    assert caught.value.code == code


def test_a_pedigree_of_floats_is_refused():
    with pytest.raises(PedigreeError) as caught:
        Pedigree([np.nan], [-1.0])
    assert caught.value.code == "not_integer"


def test_a_lonely_level_is_refused_and_a_shared_one_is_a_warning():
    effects = (Effect("herd", "fixed"), Effect("sex", "fixed"), ANIMAL)
    pedigree = Pedigree([-1] * 6, [-1] * 6)
    herd = np.array([0, 0, 0, 0, 1, 1])
    alone = Records(range(5), np.arange(5.0), {"herd": herd[:5], "sex": np.array([0, 1, 0, 1, 2])})
    with pytest.raises(ModelError) as caught:
        fit(Model(("a",), effects, ONE), alone, pedigree)
    assert (caught.value.code, caught.value.positions) == ("level_not_estimable", (4,))
    shared = Records(range(6), np.arange(6.0), {"herd": herd, "sex": np.array([0, 1, 0, 1, 2, 2])})
    solution = fit(Model(("a",), effects, ONE), shared, pedigree)
    assert [notice.code for notice in solution.warnings] == ["confounded_level"]
