"""Files of genotypes that lost something on their way, where what is left reads as a whole file."""

import gzip
from pathlib import Path

import pytest
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.samples import read_file

VCF = (
    '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n"
) + "".join(f"1\t{10 + i}\ts{i}\tA\tG\t.\t.\t.\tGT\t0/1\t{'0/0' if i % 3 else '1/1'}\n" for i in range(9_000))
REPORT = "[Header]\nContent\tOvineSNP50\nNum SNPs\t2\nTotal SNPs\t3\nNum Samples\t2\nTotal Samples\t2\n[Data]\n"
HEAD = "SNP Name\tSample ID\tAllele1 - Top\tAllele2 - Top\n"
CALLS = ["s1\ta\tA\tG\n", "s2\ta\tC\tC\n", "s1\tb\tG\tG\n", "s2\tb\t-\t-\n"]


def code_of(path: Path) -> str:
    """The code with which it is refused."""
    with pytest.raises(BadInput) as error:
        read_file(str(path))
    return error.value.findings[0].code


def blocks(content: bytes) -> list[bytes]:
    """Of a file in BGZF: each block says its size."""
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at + 16 : at + 18], "little") + 1
        found.append(content[at : at + size])
        at += size
    return found


@pytest.mark.parametrize("ending", [".bcf", ".vcf.gz"])
def test_a_file_that_lost_its_last_blocks_is_refused(ending: str, tmp_path: Path) -> None:
    """Cut between two blocks, each block is whole and each record too: only the mark of the end is missing."""
    cyvcf2 = pytest.importorskip("cyvcf2")
    (tmp_path / "a.vcf").write_text(VCF)
    reader, path = cyvcf2.VCF(str(tmp_path / "a.vcf")), tmp_path / f"b{ending}"
    writer = cyvcf2.Writer(str(path), reader, mode="wb" if ending == ".bcf" else "wz")
    for record in reader:
        writer.write_record(record)
    writer.close()
    assert read_file(str(path)).packed.n_markers == 9_000
    whole = blocks(path.read_bytes())
    assert len(whole) > 2
    path.write_bytes(b"".join(whole[:-1]))
    assert code_of(path) == "broken_vcf"
    if ending == ".vcf.gz":
        path.write_bytes(gzip.compress(VCF.encode()))
        assert read_file(str(path)).packed.n_markers == 9_000, "plain gzip has no such mark"


def test_a_report_holds_as_much_as_its_header_says(tmp_path: Path) -> None:
    """What was cut off at its end would be missing calls, or animals that nobody misses."""
    path = tmp_path / "report.txt"
    path.write_text(REPORT + HEAD + "".join(CALLS))
    assert read_file(str(path)).packed.unpack().tolist() == [[1, 0], [0, 3]]
    for left in (CALLS[:3], CALLS[:2], [CALLS[0], CALLS[2]]):
        path.write_text(REPORT + HEAD + "".join(left))
        assert code_of(path) == "incomplete_report"
    path.write_text(HEAD + "".join(CALLS[:3]))
    assert read_file(str(path)).packed.unpack().tolist() == [[1, 0], [0, 3]], "without a header nothing says otherwise"


def test_a_report_in_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes((REPORT + HEAD + "".join(CALLS)).encode("utf-16"))
    assert read_file(str(path)).ids.to_list() == ["a", "b"]
