"""VCF records: every kind of call, by hand-made records and by files that cyvcf2 reads."""

from types import SimpleNamespace

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import from_variants
from hypothesis import given
from hypothesis import strategies as st

HEADER = """##fileformat=VCFv4.2
##contig=<ID=1>
##contig=<ID=chrX>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc
"""


def site(calls, chromosome="1", alt=("G",), name="s"):
    array = np.array(calls, dtype=np.int16)
    genotype = SimpleNamespace(array=lambda: array)
    return SimpleNamespace(
        CHROM=chromosome,
        POS=7,
        ID=name,
        REF="A",
        ALT=list(alt),
        genotype=genotype,
        FORMAT=["GT"],
        format=lambda _: None,
    )


def read(path):
    reader = pytest.importorskip("cyvcf2").VCF(str(path))
    return from_variants(reader, list(reader.samples))


def test_calls_of_a_file(tmp_path):
    rows = [
        "1\t100\ts1\tA\tG\t.\t.\t.\tGT:DP\t0/1:3\t1|1:4\t./.:0",
        "1\t200\t.\ta\tg,T\t.\t.\t.\tGT\t0/1\t1|2\t./.",
        "1\t300\t.\tA\t.\t.\t.\t.\tGT\t0/0\t./0\t0|0",
        "chrX\t300\tx1\tA\tC\t.\t.\t.\tGT\t0\t1\t0/1",
        "chrX\t400\tx2\tAT\tA\t.\t.\t.\tGT\t0\t1\t.",
    ]
    path = tmp_path / "flock.vcf"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    found = read(path)
    np.testing.assert_array_equal(found.packed.unpack().T, [[1, 2, 3], [0, 3, 0], [0, 2, 1], [0, 2, 3]])
    markers = found.markers
    assert markers.name.tolist() == ["s1", "1:300", "x1", "x2"]
    assert markers.chromosome.tolist() == [1, 1, 27, 27]
    assert markers.position_bp.tolist() == [100, 300, 300, 400]
    assert markers.counted.tolist() == ["G", "", "C", "A"]
    assert markers.other.tolist() == ["A", "A", "A", "AT"]
    assert found.multi_allelic == ("1:200",)


REFUSED = {
    "haploid on an autosome": ("1\t9\ts\tA\tG\t.\t.\t.\tGT\t0/1\t1\t0/0", "haploid_call"),
    "three alleles": ("chrX\t9\ts\tA\tG\t.\t.\t.\tGT\t0/1/1\t1\t0/0", "ploidy"),
    "an allele beyond ALT": ("1\t9\ts\tA\tG\t.\t.\t.\tGT\t0/2\t0/1\t0/0", "unknown_allele"),
    "an allele without ALT": ("1\t9\ts\tA\t.\t.\t.\t.\tGT\t0/1\t0/0\t0/0", "unknown_allele"),
    "no GT": ("1\t9\ts\tA\tG\t.\t.\t.\tDP\t3\t1\t2", "no_calls"),
    "several alleles only": ("1\t9\ts\tA\tG,T\t.\t.\t.\tGT\t0/1\t1/2\t0/0", "no_markers"),
    "empty": ("", "no_markers"),
}


@pytest.mark.parametrize(("row", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_file(tmp_path, row, code):
    (tmp_path / "flock.vcf").write_text(HEADER + row + "\n" * bool(row))
    with pytest.raises(ModelError) as refusal:
        read(tmp_path / "flock.vcf")
    assert refusal.value.code == code


def test_names_what_is_refused():
    with pytest.raises(ModelError, match="animal b has one allele at site s on chromosome 1"):
        from_variants([site([[0, 1, 0], [1, -2, 0]])], ["a", "b"])
    with pytest.raises(ModelError) as refusal:
        from_variants([site([[0, 1, 0]])], [])
    assert refusal.value.code == "no_samples"


@pytest.mark.parametrize(
    ("calls", "dosages", "code"),
    [
        ([[0, 0, 0], [0, 1, 0]], [[0.9], [1.4]], None),
        ([[0, 0, 0], [-1, -1, 0]], [[np.nan], [2.0]], None),
        ([[0, 0, 0], [0, 1, 0]], [[2.0], [1.0]], "dosage_contradicts_call"),
        ([[0, 1, 0], [1, 1, 0]], [[1.0], [0.9]], "dosage_contradicts_call"),
        ([[0, 0, 0], [0, 1, 0]], [[0.1, 0.0], [1.0, 1.0]], "bad_dosage"),
    ],
)
def test_dosages_that_count_something_else_than_the_calls_are_refused(calls, dosages, code):
    """The likeliest call is within one copy of its dosage: further apart, the dosages count REF."""
    record = site(calls)
    record.FORMAT, record.format = ["GT", "DS"], lambda _: np.array(dosages, dtype=np.float32)
    if code is None:
        expected = [0 if np.isnan(row[0]) else row[0] for row in dosages]
        found = from_variants([record], ["a", "b"]).packed
        assert (
            found.unpack()[:, 0] + found.deviation[:, 0] if found.deviation is not None else found.unpack()[:, 0]
        ) == (pytest.approx(expected))
        return
    with pytest.raises(ModelError) as refusal:
        from_variants([record], ["a", "b"])
    assert refusal.value.code == code


CALLS = st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1), st.booleans()), min_size=1, max_size=9)


@given(st.lists(CALLS, min_size=1, max_size=5))
def test_copies_are_those_of_the_text(sites):
    n = min(len(calls) for calls in sites)
    sites = [calls[:n] for calls in sites]
    found = from_variants([site(calls, name=f"s{k}") for k, calls in enumerate(sites)], [f"a{i}" for i in range(n)])
    for k, calls in enumerate(sites):
        expected = [3 if min(a, b) < 0 else a + b for a, b, _ in calls]
        assert found.packed.unpack(k, k + 1).ravel().tolist() == expected


def test_more_sites_than_a_block():
    calls = np.random.default_rng(1).integers(-1, 2, (2500, 3, 2))
    sites = [site(np.column_stack([c, [0, 0, 0]]), name=f"s{k}") for k, c in enumerate(calls)]
    codes = np.where(calls.min(axis=2) < 0, 3, calls.sum(axis=2))
    np.testing.assert_array_equal(from_variants(sites, ["a", "b", "c"]).packed.unpack().T, codes)
