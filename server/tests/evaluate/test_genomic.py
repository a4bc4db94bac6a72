"""Genotypes through the command: published bulls, PLINK files, and what is refused."""

import numpy as np
import polars as pl
import pytest
from bellwether_engine.genotypes import pack, to_bed
from scipy.special import erfc

MODEL = """traits = ["DYD"]

[[effects]]
name = "animal"
kind = "additive"

[variances]
additive = 35.241
residual = 245.0

[genomic]
method = "METHOD"
"""


@pytest.fixture
def bulls(case, tmp_path, evaluate):
    """Run a published case; `plink` writes the genotypes as PLINK files."""

    def run(name, method, more="", options="", plink=False, arguments=()):
        data = case(name)
        pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
        used = [row for row in data["records"] if row["reference"]]
        records = "animal,DYD,EDC\n" + "".join(f"{row['animal']},{row['DYD']},{row['EDC']}\n" for row in used)
        genotypes = (write_plink if plink else write_dosages)(tmp_path, data["records"])
        model = MODEL.replace("METHOD", method) + more + options
        return data, evaluate(pedigree, records, model, arguments=["--genotypes", genotypes, *arguments])

    return run


def write_dosages(folder, rows):
    lines = [",".join(map(str, [row["animal"], *row["genotype"]])) for row in rows]
    header = ",".join(["animal", *(f"m{j}" for j in range(10))])
    (folder / "chip.csv").write_text("\n".join([header, *lines]) + "\n")
    return str(folder / "chip.csv")


def write_plink(folder, rows):
    (folder / "chip.bed").write_bytes(to_bed(pack(np.array([row["genotype"] for row in rows]))))
    (folder / "chip.fam").write_text("".join(f"flock {row['animal']} 0 0 1 -9\n" for row in rows))
    (folder / "chip.bim").write_text("".join(f"1\tm{j}\t0\t{j}\tA\tG\n" for j in range(10)))
    return str(folder / "chip")


@pytest.mark.reference("mrode_gblup")
@pytest.mark.parametrize("plink", [False, True])
def test_gblup(bulls, plink):
    data, answer = bulls("mrode_gblup", "gblup", "ridge = 0.01\n", plink=plink)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    np.testing.assert_allclose(table["ebv"][12:], data["expected"]["dgv"], atol=data["tolerance"])
    assert table["ebv"][:12].null_count() == 12
    markers = answer.table("marker_effects")
    assert markers.columns == ["trait", "effect", "marker", "allele", "frequency", "estimate", "se", "p_value"]
    assert markers["marker"].to_list() == [f"m{j}" for j in range(10)]
    assert markers["allele"].to_list() == ["A" if plink else None] * 10
    np.testing.assert_allclose(markers["estimate"], data["expected"]["snp_effects_backsolved"], atol=data["tolerance"])
    tested = markers.filter(pl.col("se") > 0)
    z = tested["estimate"].to_numpy() / tested["se"].to_numpy()
    np.testing.assert_allclose(tested["p_value"], erfc(np.abs(z) / np.sqrt(2)), atol=1e-12)
    assert markers["p_value"].null_count() == 10 - len(tested) < 3
    assert len(answer.report["inputs"]["genotypes"]) == (3 if plink else 1)
    assert answer.report["counts"]["genotyped"] == 14


@pytest.mark.reference("mrode_snp_blup")
@pytest.mark.parametrize("weighted", [False, True])
def test_snp_blup(bulls, weighted):
    options = '\n[options]\nweights = "EDC"\n' if weighted else ""
    data, answer = bulls("mrode_snp_blup", "snpblup", options=options)
    expected = data["expected"]["weighted_by_EDC" if weighted else "unweighted"]
    np.testing.assert_allclose(answer.table("marker_effects")["estimate"], expected[1:], atol=data["tolerance"])
    np.testing.assert_allclose(answer.table("fixed_effects")["estimate"], expected[:1], atol=data["tolerance"])
    expected = data["expected"]["dgv_weighted" if weighted else "dgv_unweighted"]
    np.testing.assert_allclose(answer.table()["ebv"][12:], expected, atol=data["tolerance"])


@pytest.mark.reference("mrode_ssgblup")
@pytest.mark.parametrize("method", ["ssgblup", "ssgtblup", "sssnpblup", "apy"])
def test_single_step(bulls, method):
    data, answer = bulls("mrode_ssgblup", method, 'blend = 0.05\ntune = "chen"\n')
    assert answer.exit_code == 0, answer.stderr
    np.testing.assert_allclose(answer.table()["ebv"], data["expected"]["ebv"], atol=data["tolerance"])
    found = answer.report["genomic"]
    np.testing.assert_allclose([found["shift"], found["factor"]], [0.2017647, 0.7093266], atol=1e-6)
    assert answer.report["reliability_base"] == "var_a h"


def test_core_by_name_and_frequencies_from_a_file(bulls, tmp_path):
    (tmp_path / "p.csv").write_text("marker,p\n" + "".join(f"m{j},0.4\n" for j in range(10)))
    _, answer = bulls("mrode_ssgblup", "apy", 'core = [13, "14", "15"]\nfrequencies = "p.csv"\ntune = "none"\n')
    assert answer.exit_code == 0, answer.stderr
    assert answer.table("marker_effects")["frequency"].to_list() == [0.4] * 10
    assert answer.report["model"]["genomic"]["core"] == [12, 13, 14]


def test_plink_twins_of_other_tools(shared, case, evaluate):
    """PLINK's own files: 100 sheep; the frequencies are those of `plink --freq`."""
    prefix = shared("datasets/sheep_kijas2016/kijas.bed")
    ids = [line.split()[1] for line in prefix.with_suffix(".fam").read_text().splitlines()]
    pedigree = "animal,sire,dam\n" + "".join(f"{animal},,\n" for animal in ids)
    records = "animal,DYD\n" + "".join(f"{animal},{k % 7}\n" for k, animal in enumerate(ids))
    model = MODEL.replace("METHOD", "gblup") + "ridge = 0.01\n"
    answer = evaluate(pedigree, records, model, arguments=["--genotypes", str(prefix)])
    assert answer.exit_code == 0, answer.stderr
    markers = answer.table("marker_effects")
    assert markers.height == 4841
    assert markers.row(0)[2:4] == ("s47174.1", "T")
    np.testing.assert_allclose(markers["frequency"][:3], [0.435, 0.4343, 0.155], atol=1e-4)
    expected, quality = case("sheep_kijas_qc")["expected"], answer.report["genotypes"]
    assert quality["maf"]["mean"] == pytest.approx(expected["mean_maf"], abs=1e-4)
    assert quality["maf"]["below_0.05"] == expected["n_maf_below_0_05"]
    assert quality["maf"]["monomorphic"] == expected["n_monomorphic"]
    assert quality["hardy_weinberg_below_1e-6"] == expected["n_hwe_p_below_1e_6"]
    assert quality["heterozygosity_f"] == pytest.approx(np.mean(list(expected["het_F"].values())), abs=1e-4)
    assert answer.report["warnings"] == []


def test_a_marker_without_calls_is_left_out_and_counted(case, tmp_path, evaluate):
    data = case("mrode_gblup")
    path = write_dosages(tmp_path, data["records"])
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    records = "animal,DYD\n" + "".join(f"{row['animal']},{row['DYD']}\n" for row in data["records"])
    model = MODEL.replace("METHOD", "ssgblup")
    text = (tmp_path / "chip.csv").read_text()
    (tmp_path / "chip.csv").write_text(blank(text))
    answer = evaluate(pedigree, records, model, arguments=["--genotypes", path])
    assert answer.report["genotypes"]["relationships"]["without_calls"] == 1
    assert "markers_without_calls" in [warning["code"] for warning in answer.report["warnings"]]
    kept = answer.table()
    (tmp_path / "chip.csv").write_text(drop_first(text))
    assert evaluate(pedigree, records, model, arguments=["--genotypes", path]).table().equals(kept)


def drop_first(text):
    """The same without the first marker."""
    return "\n".join(",".join(row.split(",")[:1] + row.split(",")[2:]) for row in text.split()) + "\n"


REFUSED = {
    "two records without genotype": ("gblup", "", lambda t: t.replace("\n15,", "\n1,"), "not_genotyped"),
    "unknown animal": ("gblup", "", lambda t: t.replace("\n15,", "\n99,"), "unknown_animal"),
    "twice": ("gblup", "", lambda t: t.replace("\n15,", "\n14,"), "repeated_animal"),
    "not a genotype": ("gblup", "", lambda t: t.replace("\n15,1", "\n15,x"), "not_a_genotype"),
    "singular": ("gblup", "", lambda t: t, "singular_g"),
    "blend": ("ssgblup", "blend = 1.5\n", lambda t: t, "bad_option"),
    "method": ("best", "", lambda t: t, "bad_value"),
    "key": ("gblup", "blended = 0.1\n", lambda t: t, "unknown_key"),
    "core": ("apy", "core = [77]\n", lambda t: t, "unknown_animal"),
    "core without genotype": ("apy", "core = [1]\n", lambda t: t, "bad_option"),
    "frequency file": ("ssgblup", 'frequencies = "none.csv"\n', lambda t: t, "unreadable_file"),
    "no marker": ("gblup", "", lambda t: "\n".join(line.split(",")[0] for line in t.split()), "no_markers"),
    "repeated marker": ("gblup", "", lambda t: t.replace("m1", "m0", 1), "repeated_column"),
}


def blank(text):
    """The first marker without any call."""
    rows = [line.split(",") for line in text.split()]
    return "\n".join(",".join(["NA" if i and j == 1 else x for j, x in enumerate(r)]) for i, r in enumerate(rows))


@pytest.mark.parametrize(("method", "more", "change", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(case, tmp_path, evaluate, method, more, change, code):
    data = case("mrode_gblup")
    path = write_dosages(tmp_path, data["records"])
    (tmp_path / "chip.csv").write_text(change((tmp_path / "chip.csv").read_text()))
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    records = "animal,DYD\n" + "".join(f"{row['animal']},{row['DYD']}\n" for row in data["records"])
    model = MODEL.replace("METHOD", method) + more
    answer = evaluate(pedigree, records, model, arguments=["--genotypes", path, "--json"])
    assert answer.exit_code == 2
    assert answer.problem["code"] == code, answer.problem
    assert not answer.out.exists()


@pytest.mark.parametrize("broken", ["chip.bim", "chip.fam", "chip.bed", "size", "magic", "ragged"])
def test_refused_plink(case, tmp_path, evaluate, broken):
    prefix = write_plink(tmp_path, case("mrode_gblup")["records"])
    bed = (tmp_path / "chip.bed").read_bytes()
    if broken.startswith("chip"):
        (tmp_path / broken).unlink()
    elif broken == "size":
        (tmp_path / "chip.bed").write_bytes(bed[:-1])
    elif broken == "magic":
        (tmp_path / "chip.bed").write_bytes(b"no" + bed[2:])
    else:
        (tmp_path / "chip.fam").write_text("flock 13\n")
    model = MODEL.replace("METHOD", "gblup")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},,\n" for a in range(1, 27))
    answer = evaluate(pedigree, "animal,DYD\n13,1\n", model, arguments=["--genotypes", f"{prefix}.bed", "--json"])
    codes = {"size": "bed_size", "magic": "not_bed", "ragged": "ragged_line"}
    assert (answer.exit_code, answer.problem["code"]) == (2, codes.get(broken, "unreadable_file"))


@pytest.mark.parametrize("missing", ["genotypes", "genomic"])
def test_genotypes_and_their_section_belong_together(tmp_path, evaluate, missing):
    chip = tmp_path / "chip.csv"
    chip.write_text("animal,m1\n4,0\n")
    arguments = ["--json"] if missing == "genotypes" else ["--json", "--genotypes", str(chip)]
    model = MODEL.replace("METHOD", "gblup")
    if missing == "genomic":
        model = model.split("[genomic]")[0]
    answer = evaluate(records="animal,DYD\n4,1\n", model=model, arguments=arguments)
    assert answer.exit_code == 2
    assert answer.problem["code"] == ("missing_section" if missing == "genomic" else "missing_option")


def test_marker_effects_of_an_earlier_run_are_removed(bulls, evaluate):
    _, answer = bulls("mrode_gblup", "gblup", "ridge = 0.01\n")
    assert (answer.out / "marker_effects.csv").exists()
    assert not (evaluate().out / "marker_effects.csv").exists()
    assert pl.read_csv(answer.out / "breeding_values.csv").height == 8
