"""Two bits a call: round trips for every number of animals, counts, PLINK bytes."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import PackedGenotypes, count_animals, count_markers, from_bed, pack, to_bed
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
