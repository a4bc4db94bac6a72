"""Maps of chips, genotypes fitted to them, and how calls are packed: pure rules."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bellwether.modelling.chips.blocks import MOST, blocks_of, codes_of, cut
from bellwether.modelling.chips.checks import Kin, check
from bellwether.modelling.chips.fitting import FitRules, fit_to_map
from bellwether.modelling.chips.map_files import read_map
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.letters import is_letters, read_letters
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether_engine.genotypes import Markers, pack, turn
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(1, 21), st.integers(1, 21), st.integers(0, 2**32 - 1))
def test_rows_become_columns_and_rows_again(n: int, m: int, seed: int) -> None:
    """Every n and m modulo 4; what is padded holds 3."""
    codes = np.random.default_rng(seed).integers(0, 4, (n, m)).astype(np.uint8)
    packed = pack(codes)
    rows = turn(packed.data, n)
    assert [codes_of(row.tobytes(), m).tolist() for row in rows] == codes.tolist()
    assert all(codes_of(row.tobytes(), 4 * rows.shape[1])[m:].tolist() == [3] * (-m % 4) for row in rows)
    assert (turn(rows, m) == packed.data).all()


@given(st.lists(st.integers(1, 3 * MOST), min_size=1, max_size=4))
def test_blocks_hold_every_marker_once_and_stay_in_their_rows(sizes: list[int]) -> None:
    blocks = blocks_of(np.repeat(np.arange(len(sizes)), sizes).astype(np.int32))
    assert [block.first for block in blocks] == [0, *(block.last for block in blocks[:-1])]
    assert blocks[-1].last == sum(sizes)
    assert all(block.n_bytes <= 2000 and block.n_markers > 0 for block in blocks)
    assert len({(block.chromosome, block.number) for block in blocks}) == len(blocks)


def test_a_block_is_cut_out() -> None:
    codes = np.random.default_rng(1).integers(0, 4, (5, 11)).astype(np.uint8)
    block = blocks_of(np.array([1] * 4 + [2] * 7, dtype=np.int32))[1]
    assert [codes_of(row.tobytes(), 7).tolist() for row in cut(pack(codes).data, 5, block)] == codes[:, 4:].tolist()


def the_map(*alleles: str, bp: int = 0) -> MarkerMap:
    """Markers m0, m1, ... on chromosome 1; `AG` counts A, `.` is unknown."""
    n = len(alleles)
    markers = Markers.of(
        [f"m{i}" for i in range(n)], ["1"] * n, [bp + 10 * i + 10 for i in range(n)],
        [pair[0] for pair in alleles], [pair[1] for pair in alleles],
    )  # fmt: skip
    return MarkerMap.of(markers, ["1"] * n)


def the_file(codes: list[list[int]], *alleles: str, bp: int = 0, is_told: bool = True) -> ReadGenotypes:
    """Genotypes with the same names."""
    found = the_map(*alleles, bp=bp)
    path = Path("x")
    return ReadGenotypes(
        pack(codes), ids=pl.Series("id", [f"a{i}" for i in range(len(codes))]),
        markers=pl.Series("marker", found.markers.name.tolist()), alleles=pl.Series("allele", [None] * len(alleles)),
        kind="x", map=found.markers if is_told else None, animal_file=path, marker_file=path, line=lambda _row: None,
        digests=[],
    )  # fmt: skip


def fitted(read: ReadGenotypes, chip: MarkerMap, rules: FitRules | None = None) -> list[list[int]]:
    codes: list[list[int]] = fit_to_map(read, chip, rules or FitRules()).packed.unpack().tolist()
    return codes


def test_a_file_that_counts_the_other_allele_is_swapped() -> None:
    assert fitted(the_file([[0, 1, 2, 3]], "GA", "AG", "CT", "TC"), the_map("AG", "AG", "TC", "TC")) == [[2, 1, 0, 3]]


def test_a_marker_of_the_other_strand_is_turned() -> None:
    """A of the map is T of the file, and G is C."""
    assert fitted(the_file([[0, 2]], "TC", "CT"), the_map("AG", "AG")) == [[0, 0]]
    with pytest.raises(BadInput, match="m0, m1"):
        fitted(the_file([[0, 2]], "TC", "CT"), the_map("AG", "AG"), FitRules(strand="same"))


def test_a_palindrome_beside_turned_markers_is_refused_or_left_out() -> None:
    read, chip = the_file([[0, 2]], "TC", "AT"), the_map("AG", "AT")
    with pytest.raises(BadInput, match="m1") as refused:
        fitted(read, chip)
    assert refused.value.findings[0].code == "ambiguous_strand"
    assert fitted(read, chip, FitRules(strand="either_but_palindromic")) == [[0, 3]]


def test_palindromes_beside_many_markers_of_one_strand_are_read_as_they_are_written() -> None:
    sure = ["AG"] * 20
    assert fitted(the_file([[0] * 20 + [2, 2]], *sure, "AT", "TA"), the_map(*sure, "AT", "AT"))[0][20:] == [2, 0]


def test_a_swapped_palindrome_beside_few_markers_is_refused() -> None:
    with pytest.raises(BadInput, match="m1"):
        fitted(the_file([[0, 2]], "AG", "TA"), the_map("AG", "AT"))


def test_one_known_allele_finds_its_side() -> None:
    assert fitted(the_file([[0, 0, 3]], ".G", ".A", ".."), the_map("AG", "AG", "AG")) == [[0, 2, 3]]


@pytest.mark.parametrize(
    ("read", "rules", "code"),
    [
        (the_file([[0]], "AC"), FitRules(), "other_alleles"),
        (the_file([[0]], "AG", bp=5), FitRules(), "other_position"),
        (the_file([[0]], "AG", is_told=False), FitRules(), "unknown_alleles"),
        (the_file([[0, 1]], "AG", "AG"), FitRules(), "foreign_marker"),
        (the_file([[0, 1, 1]], "AG", "AG", "AG"), FitRules(foreign_markers="leave_out"), "other_chip"),
    ],
)
def test_what_does_not_fit_is_named(read: ReadGenotypes, rules: FitRules, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        fitted(read, the_map("AG"), rules)
    assert refused.value.findings[0].code == code


def test_what_the_file_lacks_is_missing_and_what_it_does_not_say_is_told() -> None:
    chip = the_map("AG", "AG", "AG")
    assert fitted(the_file([[2, 1]], "AG", "AG"), chip) == [[2, 1, 3]]
    assert fitted(the_file([[2, 1]], "AG", "AG", is_told=False), chip, FitRules(counts="other")) == [[0, 1, 3]]


MAPS = {
    "a.bim": "2 s2 0 50 A G\n1 s1 0.5 9 C T\n",
    "a.csv": "Name,Chr,MapInfo,SNP\ns2,OAR2,50,[A/G]\ns1,1,9,[C/T]\n",
    "b.csv": "Illumina\n[Heading]\nx,y\n[Assay]\nIlmnID,Name,SNP,Chr,MapInfo\nq,s2,[A/G],2,50\nq,s1,[C/T],1,9\n"
    "[Controls]\nz\n",
    "c.csv": "marker;chromosome;position;counted;other\ns2;2;50;A;G\ns1;1;9;C;T\n",
}


@pytest.mark.parametrize("name", MAPS)
def test_maps_of_every_kind_say_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(MAPS[name])
    found = read_map(path)
    assert (found.markers.name.tolist(), found.markers.counted.tolist()) == (["s1", "s2"], ["C", "A"])
    assert (found.in_file_order.tolist(), found.markers.position_bp.tolist()) == ([1, 0], [9, 50])


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.bim", "1 s1 0 9 A G\n1 s1 0 10 A G\n", "repeated_marker"),
        ("a.bim", "1 s1 0 x A G\n", "bad_position"),
        ("a.bim", "1 s1 0 9 A A\n", "same_alleles"),
        ("a.bim", "1 s1 0 9 A\n", "ragged_line"),
        ("a.csv", "Name,Chr,SNP\ns1,1,[A/G]\n", "no_header"),
        ("a.csv", "Name,Chr,MapInfo,SNP\ns1,1,5,[A/Z]\n", "bad_allele"),
        ("a.map", "", "empty_file"),
    ],
)
def test_a_map_that_is_none_is_refused_by_its_line(tmp_path: Path, name: str, text: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_map(path)
    assert refused.value.findings[0].code == code


REPORT = (
    "[Header]\nGSGT Version\t2.0\n[Data]\nSNP Name\tSample ID\tAllele1 - Top\tAllele2 - Top\tGC Score\n"
    "s1\ta\tA\tG\t0.9\ns1\tb\tA\tA\t0.9\ns2\ta\t-\t-\t0\ns2\tb\tC\tC\t0.9\n"
)
TWO_STRANDS = REPORT.replace("GC Score", "Allele1 - Forward\tAllele2 - Forward").replace("\t0.9", "\tA\tA")
TWO_STRANDS = TWO_STRANDS.replace("\t0\n", "\t-\t-\n")
LETTERS = {
    "report.txt": REPORT,
    "long.csv": "sample,marker,allele1,allele2\na,s1,A,G\nb,s1,A,A\na,s2,,\nb,s2,C,C\n",
    "wide.csv": "animal,s1,s2\na,AG,--\nb,A/A,CC\n",
}


@pytest.mark.parametrize("name", LETTERS)
def test_calls_as_letters_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(LETTERS[name])
    assert is_letters(path)
    found = read_letters(path)
    assert (found.ids.to_list(), found.markers.to_list()) == (["a", "b"], ["s1", "s2"])
    assert found.packed.unpack().tolist() == [[1, 3], [0, 0]]
    assert found.map is not None
    assert (found.map.counted.tolist(), found.map.other.tolist()) == (["G", ""], ["A", "C"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (REPORT.replace("A\tG\t0.9", "A\tZ\t0.9"), "not_an_allele"),
        (REPORT.replace("s1\tb", "s1\ta"), "repeated_call"),
        (REPORT.replace("- Top\tGC", "- AB\tGC").replace("1 - Top", "1 - AB"), "no_alleles"),
        (TWO_STRANDS, "several_strands"),
        (REPORT.replace("s2\tb\tC\tC\t0.9\n", "s2\tb\tC\n"), "ragged_line"),
        (REPORT + "s1\tc\tC\tC\t0.9\n", "multi_allelic"),
    ],
)  # fmt: skip
def test_letters_that_are_no_calls_are_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "report.txt"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_letters(path)
    assert refused.value.findings[0].code == code


def test_dosages_are_no_letters(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("animal,m1,m2\n1,0,2\n2,1,\n")
    assert not is_letters(path)


def test_a_ram_of_one_wrong_lamb_is_not_set_apart() -> None:
    """Six lambs of six ewes; the first is another ram's, and has no other relative in the file than its dam."""
    rng, m = np.random.default_rng(4), 600
    haplotypes = (rng.random((8, 2, m)) < rng.uniform(0.3, 0.7, m)).astype(np.uint8)

    def gamete(parent: int) -> np.ndarray:
        return np.where(rng.random(m) < 0.5, *haplotypes[parent])

    lambs = [gamete(7 if i == 0 else 0) + gamete(1 + i) for i in range(6)]
    codes = np.array([*haplotypes[:7].sum(axis=1), *lambs], dtype=np.uint8)
    nobody = [-1] * 7
    kin = Kin(
        [f"a{i}" for i in range(13)], np.zeros((0, m), np.uint8), np.array([*nobody, *[0] * 6], np.int32),
        np.array([*nobody, *range(1, 7)], np.int32), np.full(13, -1, np.int8),
    )  # fmt: skip
    found = check(pack(codes), the_map(*["AG"] * m).markers, kin, 0.9)
    assert [(row["sample"], row["parent"]) for row in found.report["parents"]] == [("a7", "a0")]
    assert {each["sample"]: each["reasons"] for each in found.samples if each["reasons"]} == {"a7": ["parent_conflict"]}
