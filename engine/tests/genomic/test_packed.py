"""Two bits a call: round trips for every number of animals, counts, PLINK bytes."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import (
    PackedGenotypes,
    count_animals,
    count_markers,
    from_bed,
    pack,
    pack_dosages,
    to_bed,
)
from bellwether_engine.relationships import centre
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

CODES = st.tuples(st.integers(1, 13), st.integers(1, 7)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 3))
)


@given(CODES)
def test_unpack_gives_back_what_was_packed(codes):
    packed = pack(codes)
    assert packed.data.shape == (codes.shape[1], -(-len(codes) // 4))
    np.testing.assert_array_equal(packed.unpack(), codes)
    for j in range(codes.shape[1]):
        padded = np.append(codes[:, j], [3] * (-len(codes) % 4)).reshape(-1, 4).astype(int)
        np.testing.assert_array_equal(packed.data[j], padded @ [1, 4, 16, 64])


@given(CODES, st.randoms(use_true_random=False))
def test_counts_and_selections(codes, random):
    packed = pack(codes)
    expected = np.stack([(codes == code).sum(axis=0) for code in range(4)], axis=1)
    np.testing.assert_array_equal(count_markers(packed), expected)
    keep = np.array([random.random() < 0.5 for _ in range(codes.shape[1])])
    expected = np.stack([(codes[:, keep] == code).sum(axis=1) for code in range(4)], axis=1)
    np.testing.assert_array_equal(count_animals(packed, keep), expected)
    chosen = [random.randrange(len(codes)) for _ in range(5)]
    np.testing.assert_array_equal(packed.animals(chosen).unpack(), codes[chosen])


@given(CODES)
def test_bed_goes_there_and_back(codes):
    packed = pack(codes)
    raw = to_bed(packed)
    again = from_bed(raw, *codes.shape)
    np.testing.assert_array_equal(again.data, packed.data)
    assert to_bed(again) == raw


@given(CODES)
def test_bed_bytes_are_those_of_the_specification(codes):
    """https://www.cog-genomics.org/plink/1.9/formats#bed, read pair of bits by pair of bits."""
    raw = to_bed(pack(codes))
    wide = -(-len(codes) // 4)
    copies = {0b00: 2, 0b01: 3, 0b10: 1, 0b11: 0}
    for j in range(codes.shape[1]):
        for i in range(len(codes)):
            assert copies[raw[3 + j * wide + i // 4] >> 2 * (i % 4) & 3] == codes[i, j]


@pytest.mark.parametrize(
    ("raw", "code"), [(b"PK\x01\x00", "not_bed"), (b"\x6c\x1b\x00\x00", "bed_order"), (b"\x6c\x1b\x01", "bed_size")]
)
def test_refused_bed(raw, code):
    with pytest.raises(ModelError) as refusal:
        from_bed(raw, 3, 1)
    assert refusal.value.code == code


@pytest.mark.parametrize("n_animals", [5, 6, 7, 8])
def test_a_bed_of_more_or_fewer_animals_than_the_fam_is_refused(n_animals):
    """Five to eight animals take as many bytes: the size alone lets a .fam with a lost or a foreign line through."""
    codes = np.random.default_rng(4).integers(0, 4, (n_animals, 64), dtype=np.uint8)
    raw = to_bed(pack(codes))
    for told in {5, 6, 7, 8} - {n_animals}:
        with pytest.raises(ModelError) as refusal:
            from_bed(raw, told, 64)
        assert refusal.value.code == "bed_animals"
    np.testing.assert_array_equal(from_bed(raw, n_animals, 64).unpack(), codes)
    few = np.full((5, 63), 2, dtype=np.uint8)
    np.testing.assert_array_equal(from_bed(to_bed(pack(few)), 5, 63).unpack(), few)


@pytest.mark.parametrize(
    ("codes", "code"),
    [([[4]], "genotype_code"), ([[-1]], "genotype_code"), ([[0.5]], "genotype_code"), ([], "genotype_shape")],
)
def test_refused_codes(codes, code):
    with pytest.raises(ModelError) as refusal:
        pack(codes)
    assert refusal.value.code == code


def test_padding_is_checked():
    with pytest.raises(ModelError):
        PackedGenotypes(np.zeros((2, 1), np.uint8), 3)
    with pytest.raises(ModelError):
        PackedGenotypes(np.zeros((2, 2), np.uint8), 3)


@given(st.integers(0, 2**32 - 1))
def test_dosages_are_their_calls_and_what_is_above_them(seed):
    """Z, its products and its squares beside the real numbers, a missing dosage at the mean."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 12, 2)
    dosages = np.round(rng.uniform(0.0, 2.0, (n, m)), 2)
    dosages[0], dosages[1] = 0.25, 1.75
    dosages[2:][rng.random((n - 2, m)) < 0.2] = np.nan
    z = centre(pack_dosages(dosages))
    p = np.nanmean(dosages, axis=0) / 2.0
    plain = np.nan_to_num(dosages - 2.0 * p) / np.sqrt((2.0 * p * (1.0 - p)).sum())
    v, w = rng.normal(size=(m, 2)), rng.normal(size=n)
    np.testing.assert_allclose(z.decode(0, m), plain, atol=1e-6)
    np.testing.assert_allclose(z.product(v), plain @ v, atol=1e-6)
    np.testing.assert_allclose(z.product(v[:, 0]), plain @ v[:, 0], atol=1e-6)
    np.testing.assert_allclose(z.transposed_product(w), plain.T @ w, atol=1e-6)
    np.testing.assert_allclose(z.squares(), (plain**2).sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(z.weighted_squares(w), (plain**2).T @ w, atol=1e-6)


def test_dosages_of_whole_numbers_are_calls():
    packed = pack_dosages([[0.0, 2.0], [1.0, np.nan]])
    assert packed.deviation is None
    np.testing.assert_array_equal(packed.data, pack([[0, 2], [1, 3]]).data)
    with pytest.raises(ModelError, match="from 0 to 2"):
        pack_dosages([[2.01]])


def test_some_animals_and_markers_keep_their_dosages():
    packed = pack_dosages([[0.25, 1.5], [1.0, 0.5], [2.0, 1.75]])
    np.testing.assert_array_equal(packed.markers([1]).deviation.ravel(), packed.deviation[:, 1])
    np.testing.assert_array_equal(packed.animals([2, 0]).deviation, packed.deviation[[2, 0]])
