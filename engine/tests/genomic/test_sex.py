"""Sex from X: PLINK's numbers for simulated sheep, and what is unclear."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import check_sex, chromosome_code, is_on_x, pack

# F of `plink --sheep --check-sex` (v1.90b6.26) for the animals of `flock`, as far as printed
PLINK_F = [-0.03887, -0.03144, 1, 0.007482, -0.05041, 1, 1, 0.01207, -0.02151, 1, 1, 1]


def flock():
    """60 animals at 300 markers of X, the first three under the wrong sex; 0 unknown, 1 male, 2 female, as in PLINK."""
    rng = np.random.default_rng(5)
    p = rng.uniform(0.05, 0.95, 300)
    sex = rng.integers(0, 3, 60)
    true = np.where(sex == 0, rng.integers(1, 3, 60), sex)
    true[:3] = 3 - true[:3]
    haplotypes = (rng.random((60, 2, 300)) < p).astype(int)
    second = np.where((true == 1)[:, None], haplotypes[:, 0], haplotypes[:, 1])
    codes = haplotypes[:, 0] + second
    codes[rng.random((60, 300)) < 0.03] = 3
    return pack(codes), np.array([-1, 1, 0])[sex], np.array([-1, 1, 0])[true]


def test_plink_check_sex():
    packed, sex, true = flock()
    found = check_sex(packed, np.ones(300, dtype=bool), sex)
    np.testing.assert_allclose(found.f[:12], PLINK_F, atol=5e-5)
    np.testing.assert_array_equal(found.shown, true)
    np.testing.assert_array_equal(np.flatnonzero(found.is_conflict), [0, 1, 2])


def test_pseudoautosomal_markers_are_left_out():
    packed, sex, true = flock()
    chromosome = np.full(300, chromosome_code("X"))
    position = np.arange(300) * 1000
    males = np.flatnonzero(true == 1)
    codes = packed.unpack()
    codes[np.ix_(males, np.arange(120))] = 1
    on_x = is_on_x(chromosome, position, pseudoautosomal=[(0, 119_000)])
    assert on_x.sum() == 180
    np.testing.assert_array_equal(check_sex(pack(codes), on_x, sex).shown, true)
    assert (check_sex(pack(codes), is_on_x(chromosome, position), sex).shown[males] != 1).all()


def test_too_little_shows_nothing():
    packed, sex, _ = flock()
    few = np.arange(300) < 10
    assert (check_sex(packed, few, sex).shown == -1).all()
    none = check_sex(packed, np.zeros(300, dtype=bool), sex)
    assert np.isnan(none.f).all()
    assert not none.is_conflict.any()


@pytest.mark.parametrize(
    ("on_x", "sex", "options", "code"),
    [
        ([True], [0, 1], {}, "shape"),
        ([True, True], [0], {}, "shape"),
        ([True, True], [0, 2], {}, "sex_code"),
        ([True, True], [0, 1], {"female_below": 0.9}, "bad_option"),
    ],
)
def test_refused(on_x, sex, options, code):
    with pytest.raises(ModelError) as refusal:
        check_sex(pack([[0, 1], [1, 2]]), np.array(on_x), sex, **options)
    assert refusal.value.code == code


def test_regions_of_x():
    for given in (([27], [1, 2], []), ([27], [1], [(5, 1)])):
        with pytest.raises(ModelError):
            is_on_x(*given)
    names = ["chr1", "OAR26", "oar_X", "X", "27", "28", "PAR", "M", "30", "31", "GL1", "", "-1", "0"]
    codes = [1, 26, 27, 27, 27, 28, 29, 30, 30, 0, 0, 0, 0, 0]
    assert [chromosome_code(name) for name in names] == codes
