"""Genotype files of every kind give the same answer; contradictions are named; broken files are refused."""

import gzip
import sys

import numpy as np
import pytest
from bellwether_engine.genotypes import pack, to_bed

M = 600
IDS = ["ram", "ewe", "son", "daughter", "stranger", "again"]
PEDIGREE = "animal,sire,dam,sex\nram,,,M\newe,,,F\nson,ram,ewe,M\ndaughter,ram,ewe,F\nstranger,ram,ewe,F\nagain,,,\n"


def flock(n_x=100):
    """A family, a stranger said to be their daughter, the son once more; the last `n_x` markers lie on X."""
    rng = np.random.default_rng(11)
    p = rng.uniform(0.3, 0.7, M)
    x = np.arange(M) >= M - n_x
    haplotypes = (rng.random((3, 2, M)) < p).astype(np.uint8)
    haplotypes[0, 1, x] = haplotypes[0, 0, x]
    pick = np.arange(M)
    give = [haplotypes[i][rng.integers(0, 2, (2, M)), pick] for i in (0, 1)]
    son, daughter = give[0][0] + give[1][0], give[0][1] + give[1][1]
    son[x] = 2 * give[1][0][x]
    return np.array(
        [haplotypes[0].sum(axis=0), haplotypes[1].sum(axis=0), son, daughter, haplotypes[2].sum(axis=0), son]
    )


def chromosomes():
    return ["1"] * (M - 100) + ["X"] * 100


def write_bed(folder, codes):
    (folder / "chip.bed").write_bytes(to_bed(pack(codes)))
    (folder / "chip.fam").write_text("".join(f"f {name} 0 0 0 -9\n" for name in IDS[: len(codes)]))
    lines = [f"{c}\tm{j}\t0\t{j + 1}\tG\tA\n" for j, c in enumerate(chromosomes())]
    (folder / "chip.bim").write_text("".join(lines))
    return folder / "chip.bed"


def write_ped(folder, codes):
    calls = np.array(["A A", "A G", "G G", "0 0"])[codes]
    text = "".join(f"f {name} 0 0 0 -9 {' '.join(row)}\n" for name, row in zip(IDS, calls, strict=False))
    (folder / "text.ped").write_text(text)
    (folder / "text.map").write_text("".join(f"{c} m{j} 0 {j + 1}\n" for j, c in enumerate(chromosomes())))
    return folder / "text"


def vcf_text(codes):
    header = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=X>\n"
    header += '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    header += "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *IDS[: len(codes)]])
    calls = np.array(["0/0", "0|1", "1/1", "./."])[codes]
    rows = [
        "\t".join([c, str(j + 1), f"m{j}", "A", "G", ".", ".", ".", "GT", *calls[:, j]])
        for j, c in enumerate(chromosomes())
    ]
    return "\n".join([header, *rows]) + "\n"


def write_vcf(folder, codes):
    pytest.importorskip("cyvcf2")
    (folder / "chip.vcf.gz").write_bytes(gzip.compress(vcf_text(codes).encode()))
    return folder / "chip.vcf.gz"


def write_dosages(folder, codes):
    """Without X, of which a table of dosages does not know."""
    codes = codes[:, : M - 100]
    lines = [",".join([name, *("" if c == 3 else str(c) for c in row)]) for name, row in zip(IDS, codes, strict=False)]
    header = ",".join(["animal", *(f"m{j}" for j in range(M - 100))])
    (folder / "chip.csv").write_text("\n".join([header, *lines]) + "\n")
    return folder / "chip.csv"


WRITERS = {"plink bed": write_bed, "plink ped": write_ped, "vcf": write_vcf, "dosages": write_dosages}


@pytest.fixture
def quality(evaluate):
    """Run without records; the section and the codes of the warnings."""

    def run(path, pedigree=PEDIGREE):
        answer = evaluate(pedigree, None, None, arguments=["--genotypes", str(path)])
        assert answer.exit_code == 0, answer.stderr
        warnings = {warning["code"]: warning["message"] for warning in answer.report["warnings"]}
        return answer.report["genotypes"], warnings

    return run


@pytest.mark.parametrize("kind", WRITERS)
def test_contradictions_are_named_whatever_the_file(tmp_path, quality, kind):
    section, warnings = quality(WRITERS[kind](tmp_path, flock()))
    assert section["format"] == kind
    assert (section["animals"], section["autosomal_markers"]) == (6, M - 100)
    excluded = [(pair["animal"], pair["role"], pair["parent"]) for pair in section["opposing_homozygotes"]]
    assert excluded == [("stranger", "sire", "ram"), ("stranger", "dam", "ewe")]
    assert [pair["animals"] for pair in section["duplicates"]] == [["son", "again"]]
    assert {"parentage_conflict", "mendelian_conflict", "duplicate_genotypes"} <= set(warnings)
    assert "ram as sire of stranger" in warnings["parentage_conflict"]
    assert section["sex_conflicts"] == []
    assert [trio["animal"] for trio in section["trio_conflicts"]] == ["stranger"]


def test_sex_that_x_contradicts(tmp_path, quality):
    wrong = PEDIGREE.replace("son,ram,ewe,M", "son,ram,ewe,female").replace("daughter,ram,ewe,F", "daughter,ram,ewe,")
    section, warnings = quality(write_bed(tmp_path, flock()), wrong)
    assert [(c["animal"], c["pedigree"], c["genotypes"]) for c in section["sex_conflicts"]] == [
        ("son", "female", "male")
    ]
    assert warnings["sex_conflict"].endswith("son (female in the pedigree)")


def test_clean_genotypes_have_no_warning(tmp_path, quality):
    codes = flock()[:4]
    codes[2, :3] = 3
    section, warnings = quality(write_bed(tmp_path, codes))
    assert warnings == {}
    assert section["call_rate"]["mean"] == pytest.approx(1 - 3 / (4 * M))
    frequency = np.ma.masked_equal(codes, 3).mean(axis=0) / 2
    assert section["maf"]["monomorphic"] == ((frequency == 0) | (frequency == 1)).sum()


def test_low_call_rate_and_multi_allelic_sites(tmp_path, quality):
    pytest.importorskip("cyvcf2")
    codes = flock()
    codes[3, ::5] = 3
    text = vcf_text(codes).replace("\tm7\tA\tG\t", "\tm7\tA\tG,T\t")
    (tmp_path / "chip.vcf").write_text(text)
    section, warnings = quality(tmp_path / "chip.vcf")
    assert (section["markers"], section["multi_allelic_left_out"]) == (M - 1, 1)
    assert warnings["multi_allelic"].endswith(": m7")
    assert warnings["low_call_rate"].endswith(": daughter")


def test_alleles_of_a_vcf_reach_the_marker_effects(tmp_path, evaluate):
    records = "animal,DYD\n" + "".join(f"{name},{k}\n" for k, name in enumerate(IDS))
    model = (
        'traits = ["DYD"]\n[[effects]]\nname = "animal"\nkind = "additive"\n[variances]\nadditive = 1\nresidual = 2\n'
        '[genomic]\nmethod = "gblup"\nridge = 0.01\n'
    )
    tables = []
    for write in (write_bed, write_vcf):
        answer = evaluate(PEDIGREE, records, model, arguments=["--genotypes", str(write(tmp_path, flock()))])
        assert answer.exit_code == 0, answer.stderr
        tables.append(answer.table("marker_effects"))
    assert tables[1]["allele"].unique().to_list() == ["G"]
    np.testing.assert_allclose(tables[1]["estimate"], tables[0]["estimate"], atol=1e-12)


def cut_bed(folder, path):
    path.write_bytes(path.read_bytes()[:-7])


def short_fam(folder, path):
    fam = folder / "chip.fam"
    fam.write_text("".join(fam.read_text().splitlines(keepends=True)[:2]))


def short_bim(folder, path):
    bim = folder / "chip.bim"
    bim.write_text("".join(bim.read_text().splitlines(keepends=True)[:-1]))


def change(name, old, new):
    def broken(folder, path):
        file = folder / name
        file.write_text(file.read_text().replace(old, new))

    return broken


def write(content):
    def broken(folder, path):
        path.write_bytes(content)

    return broken


VCF = vcf_text(flock())
BROKEN = {
    "cut bed": (write_bed, cut_bed, "bed_size", "chip.bed", None),
    "short fam": (write_bed, short_fam, "bed_size", "chip.bed", None),
    "short bim": (write_bed, short_bim, "bed_size", "chip.bed", None),
    "iid twice": (write_bed, change("chip.fam", "again", "son"), "repeated_animal", "chip.fam", 6),
    "unknown animal": (write_bed, change("chip.fam", "again", "wolf"), "unknown_animal", "chip.fam", 6),
    "position": (write_bed, change("chip.bim", "m3\t0\t4", "m3\t0\tx"), "bad_position", "chip.bim", 4),
    "marker twice": (write_bed, change("chip.bim", "m3\t", "m4\t"), "repeated_marker", "chip.bim", None),
    "ped too short": (write_ped, change("text.map", "X m599 0 600\n", ""), "ragged_line", "text.ped", 1),

    "ped three alleles": (write_ped, change("text.ped", "-9 A A", "-9 A C"), "multi_allelic", "text.ped", None),
    "dosage of 3": (write_dosages, change("chip.csv", "ewe,", "ewe,3"), "not_a_genotype", "chip.csv", 3),
    "not a vcf": (write_vcf, write(b"animal,m1\nram,1\n"), "not_vcf", "chip.vcf.gz", None),
    "empty vcf": (write_vcf, write(b""), "not_vcf", "chip.vcf.gz", None),
    "vcf without sites": (write_vcf, write(VCF.split("\n1\t1\t")[0].encode()), "no_markers", "chip.vcf.gz", None),
    "vcf of a wolf": (write_vcf, write(VCF.replace("again", "wolf").encode()), "unknown_animal", "chip.vcf.gz", None),
    "no vcf": (write_vcf, lambda _, path: path.unlink(), "unreadable_file", "chip.vcf.gz", None),
}  # fmt: skip


@pytest.mark.parametrize(("writer", "damage", "code", "file", "line"), BROKEN.values(), ids=BROKEN)
def test_broken_files_are_refused(tmp_path, evaluate, writer, damage, code, file, line):
    path = writer(tmp_path, flock())
    damage(tmp_path, path)
    answer = evaluate(PEDIGREE, None, None, arguments=["--json", "--genotypes", str(path)])
    assert answer.exit_code == 2
    found = answer.problem["errors"][0]
    assert (found["code"], found["file"], found["line"]) == (code, str(tmp_path / file), line), found
    assert found["fix"]
    assert not answer.out.exists()


def test_a_vcf_that_breaks_off(tmp_path, evaluate):
    cyvcf2 = pytest.importorskip("cyvcf2")
    (tmp_path / "whole.vcf").write_text(vcf_text(flock()))
    whole = cyvcf2.VCF(str(tmp_path / "whole.vcf"))
    writer = cyvcf2.Writer(str(tmp_path / "chip.bcf"), whole, "wb")
    for _ in range(40):
        for variant in cyvcf2.VCF(str(tmp_path / "whole.vcf")):
            writer.write_record(variant)
    writer.close()
    raw = (tmp_path / "chip.bcf").read_bytes()
    (tmp_path / "chip.bcf").write_bytes(raw[: len(raw) * 2 // 3])
    answer = evaluate(PEDIGREE, None, None, arguments=["--json", "--genotypes", str(tmp_path / "chip.bcf")])
    assert (answer.exit_code, answer.problem["code"]) == (2, "broken_vcf")


def test_without_cyvcf2_the_extra_is_named(tmp_path, evaluate, monkeypatch):
    (tmp_path / "chip.vcf").write_text(vcf_text(flock()))
    monkeypatch.setitem(sys.modules, "cyvcf2", None)
    monkeypatch.setitem(sys.modules, "cyvcf2.cyvcf2", None)
    answer = evaluate(PEDIGREE, None, None, arguments=["--json", "--genotypes", str(tmp_path / "chip.vcf")])
    assert (answer.exit_code, answer.problem["code"]) == (2, "missing_package")
    assert "[vcf]" in answer.problem["errors"][0]["fix"]
