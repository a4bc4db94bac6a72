import numpy as np
import pytest
from bellwether_engine import Pedigree, PedigreeError
from bellwether_engine.pedigree import tracing
from bellwether_engine.pedigree.a_inverse import mendelian_variance
from bellwether_engine.pedigree.groups import Groups
from bellwether_engine.pedigree.inbreeding import inbreeding
from hypothesis import given
from hypothesis import strategies as st

from .twins import case, pedigree_of, permute, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)


def traced(pedigree):
    """What the kernels of large pedigrees take: a small one goes the tabular way by itself."""
    return *pedigree.parents, pedigree.order, None if pedigree.groups is None else pedigree.groups.gamma


@given(seeds, st.integers(1, 30))
def test_order_puts_parents_first(seed, n):
    pedigree = Pedigree(*random_pedigree(np.random.default_rng(seed), n))
    place = np.empty(n, int)
    place[pedigree.order] = np.arange(n)
    for parent in (pedigree.sire, pedigree.dam):
        known = parent >= 0
        assert (place[parent[known]] < place[known]).all()


@given(seeds, st.integers(1, 30))
def test_inbreeding_is_the_diagonal_of_a(seed, n):
    pedigree = Pedigree(*random_pedigree(np.random.default_rng(seed), n))
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    np.testing.assert_allclose(pedigree.inbreeding(), np.diag(a) - 1.0, atol=1e-12)
    np.testing.assert_allclose(inbreeding(*traced(pedigree)), np.diag(a) - 1.0, atol=1e-12)


@pytest.mark.parametrize("cost_of_row", [0.0, np.inf])
@given(seeds, st.integers(1, 60), st.booleans())
def test_every_path_and_every_ancestor_lead_to_the_same_inbreeding(cost_of_row, seed, n, has_metafounders):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n)
    groups = None
    if has_metafounders:
        of_sire, of_dam = (np.where(p < 0, rng.integers(0, 2, n), -1).astype(np.int32) for p in (sire, dam))
        groups = Groups(of_sire, of_dam, 2, gamma=np.array([[0.3, 0.1], [0.1, 0.4]]))
    pedigree = Pedigree(sire, dam, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "COST_OF_ROW", cost_of_row)
        found = inbreeding(*traced(pedigree))
    np.testing.assert_allclose(found, pedigree.inbreeding(), atol=1e-12)


@given(seeds, st.integers(1, 30))
def test_a_inverse_times_a_is_identity(seed, n):
    pedigree = Pedigree(*random_pedigree(np.random.default_rng(seed), n))
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    product = pedigree.a_inverse(pedigree.inbreeding()) @ a
    np.testing.assert_allclose(product, np.eye(n), atol=1e-9)


@given(seeds, st.integers(2, 30))
def test_the_order_of_animals_does_not_matter(seed, n):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n)
    new = rng.permutation(n)
    before, after = Pedigree(sire, dam), Pedigree(*permute(sire, dam, new))
    f_before, f_after = before.inbreeding(), after.inbreeding()
    np.testing.assert_allclose(f_after[new], f_before, atol=1e-14)
    moved = after.a_inverse(f_after).toarray()[np.ix_(new, new)]
    np.testing.assert_allclose(moved, before.a_inverse(f_before).toarray(), atol=1e-10)


@pytest.mark.reference("inbreeding_fg90", "inbreeding_mrode2")
@pytest.mark.parametrize("name", ["inbreeding_mrode2", "inbreeding_fg90"])
def test_published_inbreeding_and_a_inverse(name):
    data = case(name)
    pedigree, _ = pedigree_of(data)
    f = pedigree.inbreeding()
    np.testing.assert_allclose(f, data["expected"]["F"], atol=data["tolerance"])
    np.testing.assert_allclose(inbreeding(*traced(pedigree)), data["expected"]["F"], atol=data["tolerance"])
    np.testing.assert_allclose(pedigree.a_inverse(f).toarray(), data["expected"]["Ainv"], atol=1e-10)


@pytest.mark.reference("inbreeding_sim4641")
def test_published_inbreeding_of_4641_animals():
    data = case("inbreeding_sim4641")
    expected = data["expected"]
    pedigree, _ = pedigree_of(data)
    f = pedigree.inbreeding()
    a_inverse = pedigree.a_inverse(f)
    np.testing.assert_allclose(f, expected["F"], atol=data["tolerance"])
    assert (f > 0).sum() == expected["n_inbred"]
    assert a_inverse.trace() == pytest.approx(expected["Ainv_trace"], abs=1e-8)
    assert (a_inverse.nnz + expected["n"]) // 2 == expected["Ainv_nnz_lower"]
    log_det = np.log(mendelian_variance(pedigree.sire, pedigree.dam, f)).sum()
    assert log_det == pytest.approx(expected["log_det_A"], abs=1e-8)


def test_without_inbreeding_d_is_one_three_quarters_or_a_half():
    pedigree = Pedigree([-1, -1, 0, 0, 3], [-1, -1, 1, -1, 2])
    d = mendelian_variance(pedigree.sire, pedigree.dam)
    np.testing.assert_array_equal(d, [1.0, 1.0, 0.5, 0.75, 0.5])


def test_a_loop_is_reported_as_a_path():
    with pytest.raises(PedigreeError) as caught:
        Pedigree([1, 2, 0, -1], [-1, 3, -1, -1]).inbreeding()
    assert caught.value.code == "pedigree_loop"
    assert caught.value.positions == (0, 1, 2, 0)


def test_an_animal_that_is_its_own_parent_is_a_loop():
    with pytest.raises(PedigreeError) as caught:
        _ = Pedigree([0], [-1]).order
    assert caught.value.positions == (0, 0)


@pytest.mark.parametrize(
    ("sire", "dam", "code"),
    [
        ([-1, 0, -1], [-1, -1, 0], "sire_is_dam"),
        ([-1, 2], [-1, -1], "unknown_position"),
        ([-2], [-1], "unknown_position"),
        ([-1], [-1, -1], "shape"),
    ],
)
def test_refusals(sire, dam, code):
    with pytest.raises(PedigreeError) as caught:
        Pedigree(sire, dam)
    assert caught.value.code == code
    assert caught.value.fix


def test_an_empty_pedigree():
    assert Pedigree([], []).inbreeding().shape == (0,)
