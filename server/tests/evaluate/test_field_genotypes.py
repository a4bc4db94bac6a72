"""Genotype files of every day, each as one kind of the field: read, counted, or refused in one line."""

import numpy as np
import pytest
from bellwether.modelling.genotypes.vcf import read_vcf
from bellwether_engine.genotypes import pack, to_bed

from .conftest import FIELD, MODEL, PEDIGREE, message_of

GENOMIC = MODEL.replace("[variances]", '[genomic]\nmethod = "ssgblup"\n\n[variances]')


@pytest.mark.parametrize("name", ["imputed.csv", "three_digits.csv", "ds_only.vcf"])
def test_real_valued_dosages_are_read(evaluate, name):
    answer = evaluate(
        FIELD / "dosages" / "ped.csv", None, None, arguments=["--genotypes", str(FIELD / "dosages" / name)]
    )
    assert answer.exit_code == 0, answer.stderr
    between = answer.report["genotypes"]["read"].get("real_valued_dosages", 0)
    assert between == {"imputed.csv": 10, "three_digits.csv": 0, "ds_only.vcf": 8}[name]


def dosages(rng, n=8, m=40):
    names = [str(i + 1) for i in range(n)]
    values = np.round(rng.uniform(0.0, 2.0, (n, m)), 2)
    rows = [",".join([name, *(f"{v:.2f}" for v in row)]) for name, row in zip(names, values, strict=True)]
    return values, ",".join(["animal", *(f"m{j}" for j in range(m))]) + "\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("method", ["gblup", "snpblup", "ssgblup", "ssgtblup", "sssnpblup", "apy"])
def test_breeding_values_take_dosages_as_they_are(evaluate, tmp_path, method):
    """Beside G of VanRaden from the real numbers, in BLUP through V."""
    values, text = dosages(np.random.default_rng(4))
    (tmp_path / "chip.csv").write_text(text)
    lean = 'method = "gblup"\nridge = 0.01\n' if method == "gblup" else f'method = "{method}"\n'
    lean += "" if method in ("gblup", "snpblup") else 'tune = "none"\nblend = 0.2\n'
    model = MODEL + f"\n[genomic]\n{lean}"
    found = evaluate(model=model, arguments=["--genotypes", str(tmp_path / "chip.csv")])
    assert found.exit_code == 0, found.stderr
    p = values.mean(axis=0) / 2
    z = values - 2 * p
    g = z @ z.T / (2 * p * (1 - p)).sum()
    if method == "gblup":
        g += 0.01 * np.eye(8)
    elif method != "snpblup":
        a = np.array(RELATIONSHIP)
        g = 0.8 * g + 0.2 * a
    rows, y = [3, 4, 5, 6, 7], np.array([4.5, 2.9, 3.9, 3.5, 5.0])
    x = np.array([[1, 0], [0, 1], [0, 1], [1, 0], [1, 0]], dtype=float)
    v = np.linalg.inv(20.0 * g[np.ix_(rows, rows)] + 40.0 * np.eye(5))
    b = np.linalg.solve(x.T @ v @ x, x.T @ v @ y)
    assert found.table()["ebv"].to_list() == pytest.approx((20.0 * g[:, rows] @ v @ (y - x @ b)).tolist(), abs=1e-6)


def relationship(parents):
    a = np.eye(len(parents))
    for i, (s, d) in enumerate(parents):
        for j in range(i):
            a[i, j] = a[j, i] = 0.5 * sum(a[j, p] for p in (s, d) if p is not None)
        if s is not None and d is not None:
            a[i, i] += 0.5 * a[s, d]
    return a


RELATIONSHIP = relationship([(None, None)] * 3 + [(0, None), (2, 1), (0, 1), (3, 4), (2, 5)])
VCF = (
    '##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="G">\n'
    '##FORMAT=<ID=DS,Number=1,Type=Float,Description="D">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t1\t2\t3\t4\n"
)


def vcf(tmp_path, *rows):
    pytest.importorskip("cyvcf2")
    (tmp_path / "chip.vcf").write_text(VCF + "".join(f"{row}\n".replace(" ", "\t") for row in rows))
    return ["--genotypes", str(tmp_path / "chip.vcf")]


def test_calls_and_dosages_in_one_file_say_which_is_used(evaluate, tmp_path):
    rows = ("1 7 s . A . . . GT:DS 0/0:0.20 0/1:1.1 1/1:1.9 ./.:.", "1 9 t A G . . . GT 0/1 0/0 1/1 0/0")
    rows = (rows[0].replace("s . A", "s A G"), rows[1])
    answer = evaluate(PEDIGREE, None, None, arguments=vcf(tmp_path, *rows))
    assert answer.exit_code == 0, answer.stderr
    read = answer.report["genotypes"]["read"]
    assert (read["sites_by_dosage"], read["sites_with_dosage_and_call"]) == (1, 1)
    assert "the dosages were used" in message_of(answer, "sites_with_dosage_and_call")


@pytest.mark.parametrize("kind", ["vcf", "ped"])
def test_half_calls_are_missing_and_counted_in_every_kind_of_file(evaluate, tmp_path, kind):
    if kind == "vcf":
        arguments = vcf(tmp_path, "1 7 s A G . . . GT 0/. 0/1 1/1 0/0", "1 9 t A G . . . GT 0/1 ./1 1/1 0/0")
    else:
        rows = ["A 0 A G", "A G 0 G", "G G G G", "A A A A"]
        (tmp_path / "t.ped").write_text("".join(f"f {i + 1} 0 0 0 -9 {row}\n" for i, row in enumerate(rows)))
        (tmp_path / "t.map").write_text("1 s 0 7\n1 t 0 9\n")
        arguments = ["--genotypes", str(tmp_path / "t")]
    answer = evaluate(PEDIGREE, None, None, arguments=arguments)
    assert answer.report["genotypes"]["read"] == {"half_calls": 2}
    assert answer.report["genotypes"]["call_rate"]["mean"] == pytest.approx(6 / 8)


def test_markers_without_a_name_are_named_by_their_place(evaluate):
    folder = FIELD / "markers_named_dot"
    arguments = ["--genotypes", str(folder / "g")]
    answer = evaluate(folder / "ped.csv", folder / "rec.csv", folder / "model.toml", arguments=arguments)
    assert answer.exit_code == 0, answer.stderr
    assert answer.report["genotypes"]["read"]["unnamed_markers"] == 20
    assert answer.table("marker_effects")["marker"][:2].to_list() == ["1:1000", "1:11000"]


def test_two_markers_of_one_place_without_names(evaluate, tmp_path):
    rows = ["1 7 . A G . . . GT 0/1 0/1 1/1 0/0", "1 7 . A C . . . GT 0/1 0/0 1/1 0/0"]
    answer = evaluate(PEDIGREE, None, None, arguments=vcf(tmp_path, *rows))
    assert answer.report["genotypes"]["read"] == {"unnamed_markers": 2}


def test_a_sample_twice_is_named(evaluate, tmp_path, capfd):
    arguments = [*vcf(tmp_path, "1 7 s A G . . . GT 0/1 0/1 1/1 0/0"), "--json"]
    path = tmp_path / "chip.vcf"
    path.write_text(path.read_text().replace("\t2\t3\t4", "\t2\t1\t2"))
    answer = evaluate(PEDIGREE, None, None, arguments=arguments)
    assert (answer.exit_code, answer.problem["code"]) == (2, "repeated_animal")
    assert answer.problem["detail"] == "the file has several samples named 1, 2"
    assert capfd.readouterr().err == ""


def sexes(tmp_path):
    """40 autosomal markers, five on X, two on Y, one on MT; every animal of the pedigree."""
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 3, (8, 48))
    places = ["1"] * 20 + ["OAR26"] * 20 + ["27", "X", "chrX", "OARX", "NC_056080.1", "Y", "28", "MT"]
    (tmp_path / "g.bed").write_bytes(to_bed(pack(codes)))
    (tmp_path / "g.fam").write_text("".join(f"f {i + 1} 0 0 0 -9\n" for i in range(8)))
    (tmp_path / "g.bim").write_text("".join(f"{c} m{j} 0 {j + 1} A G\n" for j, c in enumerate(places)))
    (tmp_path / "a.bed").write_bytes(to_bed(pack(codes[:, :40])))
    (tmp_path / "a.fam").write_text((tmp_path / "g.fam").read_text())
    (tmp_path / "a.bim").write_text("".join(f"{c} m{j} 0 {j + 1} A G\n" for j, c in enumerate(places[:40])))
    return str(tmp_path / "g"), str(tmp_path / "a")


def test_sex_chromosomes_stay_out_of_relationships_and_are_counted(evaluate, tmp_path):
    every, autosomes = sexes(tmp_path)
    alone = evaluate(model=GENOMIC, arguments=["--genotypes", autosomes]).table()
    answer = evaluate(model=GENOMIC, arguments=["--genotypes", every])
    assert answer.table().equals(alone)
    assert answer.report["genotypes"]["relationships"] == {
        "used": 40, "without_calls": 0, "by_chromosome": {"X": 5, "Y": 2, "MT": 1},
    }  # fmt: skip
    assert "5 on X, 2 on Y, 1 on MT" in message_of(answer, "chromosomes_left_out")
    assert answer.table("marker_effects").height == 40


def test_an_option_keeps_sex_chromosomes(evaluate, tmp_path):
    every, _ = sexes(tmp_path)
    whole = GENOMIC.replace('"ssgblup"', '"ssgblup"\nchromosomes = "all"')
    assert evaluate(model=whole, arguments=["--genotypes", every]).table("marker_effects").height == 48
    some = GENOMIC.replace('"ssgblup"', '"ssgblup"\nchromosomes = ["1", "X"]')
    assert evaluate(model=some, arguments=["--genotypes", every]).table("marker_effects").height == 25


@pytest.mark.parametrize("with_map", [False, True])
def test_a_genotype_file_of_blupf90(evaluate, tmp_path, with_map):
    codes = np.random.default_rng(3).choice([0, 1, 2, 3], (8, 30), p=[0.4, 0.3, 0.25, 0.05])
    rows = ["".join("5" if c == 3 else str(c) for c in row) for row in codes]
    path = tmp_path / "snp.txt"
    path.write_text("".join(f"{i + 1:<10}{row}\n" for i, row in enumerate(rows)))
    if with_map:
        (tmp_path / "snp.txt.map").write_text("SNP_ID CHR POS\n" + "".join(f"s{j} 1 {j + 1}\n" for j in range(30)))
    cells = [",".join([str(i + 1), *("" if c == 3 else str(c) for c in row)]) for i, row in enumerate(codes)]
    (tmp_path / "chip.csv").write_text(",".join(["animal", *(f"s{j}" for j in range(30))]) + "\n" + "\n".join(cells))
    table = evaluate(model=GENOMIC, arguments=["--genotypes", str(tmp_path / "chip.csv")]).table()
    answer = evaluate(model=GENOMIC, arguments=["--genotypes", str(path)])
    assert answer.report["genotypes"]["format"] == "blupf90"
    assert answer.table().equals(table)
    assert answer.table("marker_effects")["marker"][0] == ("s0" if with_map else "marker_1")


def test_blupf90_lines_of_another_length(evaluate, tmp_path):
    (tmp_path / "snp.txt").write_text("1 01210\n2 01212\n3 00000\n4 11111\n5 22222\n6 012\n")
    answer = evaluate(PEDIGREE, None, None, arguments=["--genotypes", str(tmp_path / "snp.txt"), "--json"])
    assert (answer.problem["code"], answer.problem["errors"][0]["line"]) == ("not_a_genotype", 6)


def test_what_a_vcf_says_beside_its_calls_is_counted(tmp_path):
    kinds = (("GT", "String"), ("GQ", "Integer"))
    head = "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
    head += "".join(f'##FORMAT=<ID={name},Number=1,Type={kind},Description="x">\n' for name, kind in kinds)
    head += '##FILTER=<ID=q10,Description="x">\n##INFO=<ID=AF,Number=A,Type=Float,Description="x">\n'
    rows = (
        "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT a b",
        "1 10 s1 A G 50 PASS AF=0.5 GT:GQ 0|1:3 0/0:4",
        "1 20 s2 A G . q10 . GT 0/1 0/0",
        "1 30 s3 A G . . . GT 0/1 0/0",
    )
    path = tmp_path / "a.vcf"
    path.write_text(head + "\n".join(row.replace(" ", "\t") for row in rows) + "\n")
    assert read_vcf(path).read_as == {
        "sites_with_quality": 1, "sites_with_filter": 2, "sites_with_info": 1, "sites_with_other_formats": 1,
        "phased_sites": 1,
    }  # fmt: skip
