"""What people who do this job run into (kinds of the field, a test for each); files in `field/` have right answers.

Each file was tried on an earlier state of the command, which took it for something else than it is, or told a part.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bellwether_engine.genotypes import pack, to_bed

from .conftest import MODEL, PEDIGREE, RECORDS

FIELD = Path(__file__).parent / "field"
GENOMIC = MODEL.replace("[variances]", '[genomic]\nmethod = "ssgblup"\n\n[variances]')


def codes_of(answer):
    return [warning["code"] for warning in answer.report["warnings"]]


def message_of(answer, code):
    return next(warning["message"] for warning in answer.report["warnings"] if warning["code"] == code)


@pytest.mark.parametrize("code", ["empty", "dot", "zero"])
def test_a_random_level_that_is_unknown_adds_nothing(evaluate, code):
    folder = FIELD / "random_level_unknown"
    answer = evaluate(folder / "ped.csv", folder / f"rec_{code}.csv", folder / "model.toml")
    expected = json.loads((folder / "expected.json").read_text())
    found = dict(answer.table().select("animal", "ebv").iter_rows())
    assert found == pytest.approx(expected["ebv"], abs=1e-6)
    litters = dict(answer.table("random_effects").select("level", "estimate").iter_rows())
    assert litters == pytest.approx(expected["litter"], abs=1e-6)
    assert message_of(answer, "unknown_level").startswith("4 records have no litter")
    assert ("unknown_code" in codes_of(answer)) == (code != "empty")


@pytest.mark.parametrize("code", ["NA", "*", "-9", "?", "Unknown", "#N/A", "null", "-", "UNK"])
def test_words_for_unknown_are_no_level_that_records_share(evaluate, code):
    folder = FIELD / "random_level_unknown"
    records = (folder / "rec_dot.csv").read_text().replace(",.,", f",{code},")
    found = evaluate(folder / "ped.csv", records, folder / "model.toml").table()
    assert found.filter(pl.col("animal") == "L3")["ebv"][0] == pytest.approx(0.895652, abs=1e-6)


@pytest.mark.parametrize("code", ["", "NA", ".", "*", "-9", "#N/A"])
def test_a_fixed_level_that_is_unknown_is_refused_with_the_count(evaluate, code):
    answer = evaluate(records=RECORDS.replace("6,F", f"6,{code}").replace("4,M", f"4,{code}"), arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"], answer.problem["total"]) == (2, "missing_level", 2)
    assert "2 record" in answer.problem["detail"]


def test_a_fixed_level_that_is_named_unknown_is_told(evaluate):
    answer = evaluate(records=RECORDS.replace("6,F", "6,unknown").replace("7,M", "7,unknown"))
    assert message_of(answer, "level_named_unknown").startswith("unknown (2) in sex count as a level of their own")


def test_a_litter_called_zero_may_be_one(evaluate):
    folder = FIELD / "random_level_unknown"
    model = (folder / "model.toml").read_text() + '\n[missing]\nvalues = ["0"]\n'
    answer = evaluate(folder / "ped.csv", folder / "rec_zero.csv", model)
    assert "0" in answer.table("random_effects")["level"].to_list()
    assert codes_of(answer) == []


def test_a_star_is_asked_about_and_may_be_declared(evaluate):
    folder = FIELD / "star_is_an_unknown_parent"
    asked = evaluate(folder / "ped.csv", None, None, arguments=["--json"])
    assert (asked.exit_code, asked.problem["code"], asked.problem["total"]) == (2, "unknown_parent", 2)
    assert "--missing" in asked.problem["errors"][0]["fix"]
    answer = evaluate(folder / "ped.csv", None, None, arguments=["--missing", "*"])
    expected = json.loads((folder / "expected.json").read_text())["inbreeding"]
    assert dict(answer.table().select("animal", "inbreeding").iter_rows()) == expected


@pytest.mark.parametrize("code", ["-9", "*", "."])
def test_a_declared_code_means_the_same_everywhere(evaluate, code):
    """In the pedigree, in a class and in a trait: as if the cells were empty."""
    model = MODEL.replace("[variances]", '[[effects]]\nname = "litter"\nkind = "random"\n\n[variances]')
    model += f'random.litter = 2.0\n[missing]\ncodes = ["{code}"]\n'
    records = "animal,sex,litter,WWG\n4,M,a,4.5\n5,F,{0},2.9\n6,F,a,3.9\n7,M,b,{0}\n8,M,b,5.0\n7,F,b,4.0\n"
    empty = evaluate(PEDIGREE, records.format(""), model).table()
    coded = evaluate(PEDIGREE.replace("2,,", f"2,{code},{code}"), records.format(code), model).table()
    assert coded.equals(empty)


@pytest.mark.parametrize("code", ["-9", "-99", "0", "999", "-9999"])
def test_a_value_like_a_missing_code_is_told_with_its_count(evaluate, code):
    records = RECORDS.replace("animal,sex,WWG", "animal,sex,WWG").replace("7,M,3.5", f"7,M,{code}")
    records = records.replace("8,M,5.0", f"8,M,{code}") + "7,M,3.3\n8,M,4.2\n"
    told = message_of(evaluate(records=records), "value_like_a_missing_code")
    assert told.startswith(f"{code} (2) in WWG count as values")
    declared = evaluate(records=records, arguments=["--missing", code])
    assert "value_like_a_missing_code" not in codes_of(declared)


def test_values_in_the_midst_of_others_are_not_told(evaluate):
    records = RECORDS.replace("4.5", "-1").replace("3.9", "0")
    assert codes_of(evaluate(records=records)) == []


def test_every_fault_of_a_pedigree_is_told_at_once(evaluate):
    answer = evaluate(FIELD / "errors_one_at_a_time" / "ped.csv", None, None, arguments=["--json"])
    problem = answer.problem
    assert problem["totals"] == {"pedigree_loop": 3, "sire_is_dam": 1, "sire_is_female": 1}
    assert problem["total"] == 5
    loops = [error["message"] for error in problem["errors"] if error["code"] == "pedigree_loop"]
    assert loops == [
        "animal S is its own parent",
        "the pedigree has a loop, each animal followed by its parent: A -> C -> B -> A",
        "the pedigree has a loop, each animal followed by its parent: P -> Q -> P",
    ]
    assert [warning["code"] for warning in problem["warnings"]] == ["repeated_row"]


def test_each_kind_of_many_faults_is_shown_and_counted(evaluate):
    rows = "".join(f"a{i},b{i},\nb{i},a{i},\n" for i in range(40)) + "x,x,\n" + "".join(f"p{i},.,\n" for i in range(30))
    problem = evaluate("animal,sire,dam\n" + rows, None, None, arguments=["--json"]).problem
    assert problem["totals"] == {"unknown_parent": 30, "pedigree_loop": 41}
    assert len(problem["errors"]) == 20
    assert {error["code"] for error in problem["errors"]} == {"unknown_parent", "pedigree_loop"}
    text = evaluate("animal,sire,dam\n" + rows, None, None).stderr
    assert "71 findings (30 x unknown_parent, 41 x pedigree_loop); 20 of them are listed" in text


def test_the_faults_of_records_have_a_total(evaluate):
    records = "animal,sex,WWG\n" + "".join(f"x{i},M,4{i}kg\n" for i in range(50))
    problem = evaluate(records=records, arguments=["--json"]).problem
    assert problem["totals"] == {"unknown_animal": 50, "not_numeric": 50}
    assert len(problem["errors"]) == 20


def test_an_identical_duplicate_row_is_left_out_and_counted(evaluate):
    answer = evaluate(PEDIGREE + "3,0,0\n8,3,6\n")
    assert message_of(answer, "repeated_row").startswith("2 rows repeat")
    found = answer.table()
    assert found.equals(evaluate(PEDIGREE).table())


def test_a_conflicting_duplicate_row_is_refused_with_both_lines(evaluate):
    answer = evaluate("animal,sire,dam\n1,,\n2,,\n\n4,1,2\n4,,2\n", None, None, arguments=["--json"])
    (error,) = answer.problem["errors"]
    assert (error["code"], error["line"]) == ("repeated_animal", 6)
    assert error["message"] == "animal 4 has a row already, on line 5: sire 1 and empty"


def test_lines_are_those_of_the_file_after_a_repeated_row(evaluate):
    answer = evaluate("animal,sire,dam\n1,,\n1,,\n2,,\n4,4,2\n", None, None, arguments=["--json"])
    assert [error["line"] for error in answer.problem["errors"]] == [5]


def test_ids_that_differ_by_case_or_blanks_are_told_in_pairs(evaluate):
    answer = evaluate("animal,sire,dam\nR1,,\nr1,,\nE 1,,\nE1,,\nL,R1,E1\n", None, None)
    assert "'R1' and 'r1'; 'E 1' and 'E1'" in message_of(answer, "ids_alike")
    answer = evaluate(PEDIGREE.replace("4,", "a4,"), RECORDS.replace("4,M", "A4,M"), arguments=["--json"])
    assert "the pedigree has 'a4'" in answer.problem["errors"][0]["fix"]


def test_selfing_is_refused_and_says_so(evaluate):
    answer = evaluate(FIELD / "selfing" / "ped.csv", None, None, arguments=["--json"])
    assert answer.problem["totals"] == {"sire_is_dam": 3}
    assert "sheep do not self" in answer.problem["errors"][0]["message"]


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


def test_one_record_says_that_no_value_differs_from_its_base(evaluate):
    model = MODEL.replace('[[effects]]\nname = "sex"\nkind = "fixed"\n\n', "")
    answer = evaluate(records="animal,WWG\n7,3.5\n", model=model)
    assert "no_information" in codes_of(answer)
    assert "no_information" not in codes_of(evaluate())


def test_numbers_beyond_computing_are_refused(evaluate, recwarn):
    answer = evaluate(records=RECORDS.replace("4.5", "1e300").replace("2.9", "-1e300"), arguments=["--json"])
    assert (answer.exit_code, answer.problem["totals"]) == (2, {"too_large": 2})
    assert [str(each.message) for each in recwarn if each.category is RuntimeWarning] == []


def test_a_maternal_effect_without_its_matrix_is_refused_for_that(evaluate):
    model = MODEL.replace("[variances]", '[[effects]]\nname = "dam"\nkind = "maternal"\n\n[variances]')
    answer = evaluate(model=model, arguments=["--json"])
    assert answer.problem["code"] == "missing_variance"
    assert "additive_maternal" in answer.problem["errors"][0]["fix"]


def test_a_heritability_has_its_error_where_another_variance_is_zero(evaluate):
    folder = FIELD / "h2_without_se"
    found = evaluate(folder / "ped.csv", folder / "rec.csv", folder / "model.toml").table("variances")
    reduced = evaluate(folder / "ped.csv", folder / "rec.csv", folder / "model_without_permanent.toml").table(
        "variances"
    )
    ours, theirs = (table.filter(pl.col("component") == "heritability") for table in (found, reduced))
    assert ours["se"][0] == pytest.approx(theirs["se"][0], rel=1e-3) == pytest.approx(0.093, abs=1e-3)
    assert found.filter(pl.col("component") == "ratio.permanent")["se"][0] is None


def test_one_iteration_is_one(evaluate):
    assert "1 iteration, " in evaluate().stdout


def test_the_hidden_folder_of_a_killed_run_is_removed_at_the_next(evaluate, tmp_path):
    script = (
        "import os, sys\nfrom pathlib import Path\nimport bellwether.modelling.results.writing as writing\n"
        "writing._move_in = lambda *_: os.kill(os.getpid(), 9)\nfrom bellwether.commands.evaluate import app\napp()\n"
    )
    for name, text in (("p.csv", PEDIGREE), ("r.csv", RECORDS), ("m.toml", MODEL)):
        (tmp_path / name).write_text(text)
    options = ["--pedigree", "p.csv", "--records", "r.csv", "--model", "m.toml", "--out", "out"]
    subprocess.run([sys.executable, "-c", script, *options], cwd=tmp_path, check=False, timeout=120)
    assert [path for path in tmp_path.glob("**/.bellwether-*") if path.is_dir()]
    running = tmp_path / f"{next(tmp_path.glob('.bellwether-*')).name.rsplit('-', 2)[0]}-{os.getpid()}-x"
    running.mkdir()
    evaluate()
    assert [path for path in tmp_path.glob("**/.bellwether-*") if path.is_dir()] == [running]


@pytest.mark.parametrize(("to", "code"), [("/dev/full", 74), ("closed", 0)])
def test_a_full_or_closed_standard_output_ends_cleanly(tmp_path, to, code):
    (tmp_path / "p.csv").write_text(PEDIGREE)
    command = [sys.executable, "-m", "bellwether.commands.evaluate", "--pedigree", "p.csv", "--out", "out"]
    if to == "closed":
        read, write = os.pipe()
        os.close(read)
        target = os.fdopen(write, "w")
    else:
        target = Path(to).open("w")  # noqa: SIM115
    done = subprocess.run(
        command, cwd=tmp_path, stdout=target, stderr=subprocess.PIPE, text=True, check=False, timeout=120
    )
    target.close() if to != "closed" else os.close(write)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert (tmp_path / "out" / "report.json").exists()


def read_of(answer):
    return answer.report["read"]


@pytest.mark.parametrize("header", ["Id,Sire,Dam", "ID,SIRE,DAM", "Animal ID,Sire ID,Dam ID", "Tier,Vater,Mutter"])
def test_headers_as_programs_write_them(evaluate, header):
    answer = evaluate(PEDIGREE.replace("animal,sire,dam", header), RECORDS.replace("animal", header.split(",")[0]))
    found, read = answer.table(), read_of(answer)
    assert found.equals(evaluate().table())
    assert f"{header.split(',')[0]} is animal" in read["pedigree"]


def test_two_columns_that_may_be_the_animal_are_asked_about(evaluate):
    answer = evaluate("EID,Tag,Sire,Dam\n9,1,,\n", None, None, arguments=["--json"])
    assert (answer.problem["code"], answer.problem["errors"][0]["line"]) == ("column_twice", 1)


DIALECTS = {
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "bars": lambda text: text.replace(",", "|").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "sep": lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
    "quoted": lambda text: "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in text.splitlines()
    ).encode(),
    "lines before the header": lambda text: ("Flock of the north\nprinted 1 May 2024, by hand\n\n" + text).encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_files_as_programs_write_them(evaluate, dialect):
    write = DIALECTS[dialect]
    answer = evaluate(write(PEDIGREE), write(RECORDS))
    assert answer.exit_code == 0, answer.stderr
    found = answer.table()
    assert found.equals(evaluate().table())


def test_a_decimal_comma_with_semicolons(evaluate):
    records = RECORDS.replace(",", ";").replace(".", ",")
    answer = evaluate(PEDIGREE.replace(",", ";"), records)
    found, read = answer.table(), read_of(answer)
    assert found.equals(evaluate().table())
    assert read["records"] == ["semicolons", "decimal comma"]


def test_windows_1252(evaluate):
    answer = evaluate(PEDIGREE.replace("8,3,6", "l\xe4mmchen,3,6").encode("cp1252"), RECORDS.replace("8,M,5.0\n", ""))
    assert answer.exit_code == 0, answer.stderr
    assert "l\xe4mmchen" in answer.table()["animal"].to_list()
    assert any("Windows-1252" in note for note in read_of(answer)["pedigree"])


def test_a_workbook(evaluate, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    for name, text in (("p", PEDIGREE), ("r", RECORDS)):
        book = openpyxl.Workbook()
        for row in text.splitlines():
            book.active.append([float(c) if "." in c else int(c) if c.isdigit() else c for c in row.split(",")])
        book.save(tmp_path / f"{name}.xlsx")
    answer = evaluate(tmp_path / "p.xlsx", tmp_path / "r.xlsx")
    assert answer.exit_code == 0, answer.stderr
    found = answer.table()
    assert found.equals(evaluate().table())


def test_a_number_that_can_be_read_in_two_ways_is_asked_about(evaluate):
    rows = ["animal;sex;WWG", "4;M;1,200", "5;F;2,400", "6;F;1,800", "7;M;1,900", "8;M;2,100"]
    records = "\n".join(rows) + "\n"
    asked = evaluate(records=records, arguments=["--json"])
    assert (asked.exit_code, asked.problem["code"]) == (2, "decimal_ambiguous")
    assert "--decimal" in asked.problem["errors"][0]["fix"]
    small = evaluate(records=records, arguments=["--decimal", ","]).table("fixed_effects")["estimate"].max()
    large = evaluate(records=records, arguments=["--decimal", "."]).table("fixed_effects")["estimate"].max()
    assert large == pytest.approx(1000 * small)


def test_numbers_of_two_dialects_are_refused(evaluate):
    records = "animal;sex;WWG\n4;M;4,5\n5;F;2.9\n6;F;3,9\n7;M;3,5\n8;M;5,0\n"
    assert evaluate(records=records, arguments=["--json"]).problem["code"] == "decimal_mixed"


def test_points_between_thousands_beside_a_decimal_comma(evaluate):
    records = "animal;sex;WWG\n4;M;1.031,5\n5;F;1.002\n6;F;999,5\n7;M;1.020,5\n8;M;1.040\n"
    plain = "animal,sex,WWG\n4,M,1031.5\n5,F,1002\n6,F,999.5\n7,M,1020.5\n8,M,1040\n"
    assert evaluate(records=records).table().equals(evaluate(records=plain).table())


BORN = "animal,sire,dam,birth_date\n1,,,{}\n2,,,{}\n3,1,2,{}\n"


def test_dates_are_read_in_the_order_that_the_column_proves(evaluate):
    answer = evaluate(BORN.format("05/08/2020", "13/08/2020", "01/09/2022"), None, None)
    assert "dates day first" in read_of(answer)["pedigree"]
    early = evaluate(BORN.format("05/08/2022", "13/08/2020", "01/09/2021"), None, None, arguments=["--json"])
    assert early.problem["code"] == "born_before_parent"
    asked = evaluate(BORN.format("05/08/2020", "06/08/2020", "01/09/2022"), None, None, arguments=["--json"])
    assert (asked.problem["code"], asked.problem["errors"][0]["fix"]) == (
        "date_order_ambiguous", "Say --dates dmy, mdy or ymd",
    )  # fmt: skip
    told = evaluate(BORN.format("05/08/2020", "06/08/2020", "01/09/2022"), None, None, arguments=["--dates", "mdy"])
    assert "dates month first" in read_of(told)["pedigree"]
    both = evaluate(BORN.format("13/08/2020", "08/14/2020", "01/09/2022"), None, None, arguments=["--json"])
    assert both.problem["code"] == "date_order_contradiction"


def test_words_for_sexes_are_read_in_languages_and_unknown_ones_told(evaluate):
    rows = "animal,sire,dam,sex\na,,,Bock\nb,,,brebis\nc,a,b,w\nd,a,b,?\n"
    answer = evaluate(rows, None, None)
    assert message_of(answer, "sex_unknown").startswith("'w' (1) in sex")
    wrong = evaluate(rows.replace("Bock", "hembra"), None, None, arguments=["--json"])
    assert wrong.problem["code"] == "sire_is_female"


@pytest.mark.parametrize("kind", ["maternal", "permanent_dam"])
@pytest.mark.parametrize("code", ["", "0", "NA", ".", "*", "unknown"])
def test_an_unknown_dam_adds_nothing_whatever_its_code(evaluate, kind, code):
    """A record whose dam is unknown, in the records as in the pedigree."""
    model = MODEL.replace("[variances]", f'[[effects]]\nname = "nurse"\nkind = "{kind}"\n\n[variances]')
    if kind == "maternal":
        model = model.replace("additive = [[20.0]]", "additive_maternal = [[20.0, -2.0], [-2.0, 10.0]]")
    else:
        model += "permanent_dam = 5.0\n"
    records = "animal,sex,nurse,WWG\n4,M,{0},4.5\n5,F,2,2.9\n6,F,{0},3.9\n7,M,5,3.5\n8,M,6,5.0\n"
    answer = evaluate(records=records.format(code), model=model)
    assert answer.exit_code == 0, answer.stderr
    assert message_of(answer, "unknown_dam").startswith("1 records have no known dam")
    found = answer.table()
    assert found.equals(evaluate(records=records.format(""), model=model).table())


def test_ids_that_a_spreadsheet_has_rounded_are_refused(evaluate):
    pedigree = "animal,sire,dam\n9.82E+14,,\nb,9.82E+14,\n"
    problem = evaluate(pedigree, None, None, arguments=["--json"]).problem
    assert problem["totals"] == {"id_scientific_notation": 2}


@pytest.mark.parametrize("row", ["Total,8,8", "End of file,,", "Gesamt,,"])
def test_a_total_is_no_sheep(evaluate, row):
    problem = evaluate(PEDIGREE + row + "\n", None, None, arguments=["--json"]).problem
    assert problem["code"] == "not_an_animal"


def test_nines_as_a_parent(evaluate):
    lonely = evaluate(PEDIGREE.replace("4,1,0", "4,999,0"), None, None, arguments=["--json"])
    assert lonely.problem["code"] == "unknown_parent"
    rows = "".join(f"{i},,\n" for i in range(100, 999))
    assert evaluate(PEDIGREE.replace("4,1,0", "4,999,0") + rows, None, None).exit_code == 0


def test_rows_that_say_unknown_in_two_ways_are_the_same(evaluate):
    assert message_of(evaluate(PEDIGREE + "2,0,NA\n"), "repeated_row").startswith("1 rows repeat")


def test_how_unusual_files_were_read_is_printed(evaluate):
    assert "records read as: semicolons" in evaluate(records=RECORDS.replace(",", ";")).stdout
    assert "read as" not in evaluate().stdout


def test_columns_of_the_model_in_another_case(evaluate):
    answer = evaluate(records=RECORDS.replace("sex,WWG", "SEX,Wwg"))
    assert {"SEX is sex", "Wwg is WWG"} <= set(read_of(answer)["records"])
    two = evaluate(records=RECORDS.replace("animal,sex", "animal,SEX,Sex").replace(",M", ",M,M").replace(",F", ",F,F"))
    assert two.exit_code == 2
    assert "SEX and Sex may both be sex" in two.stderr


@pytest.mark.parametrize("cell", ["1/3", "1 or 3", "1 + 3", "Mob 4", "syndicate", "mixed"])
def test_several_rams_in_one_cell_are_no_ram(evaluate, cell):
    problem = evaluate(PEDIGREE.replace("6,1,2", f"6,{cell},2"), None, None, arguments=["--json"]).problem
    assert (problem["code"], problem["errors"][0]["line"]) == ("syndicate_parent", 7)


@pytest.mark.parametrize("cell", ["12/2020", "Mobby", "AB+7", "Grouper"])
def test_a_name_with_a_sign_in_it_is_one_animal(evaluate, cell):
    answer = evaluate(PEDIGREE.replace("6,1,2", f"6,{cell},2"), None, None)
    assert answer.exit_code == 0, answer.stderr
    assert cell in answer.table()["animal"].to_list()


@pytest.mark.parametrize(("first", "second"), [("0", "1"), ("T", "F")])
def test_sexes_of_two_codes_that_may_be_yes_and_no_are_told(evaluate, first, second):
    answer = evaluate(f"animal,sire,dam,sex\na,,,{first}\nb,,,{second}\nc,a,b,{first}\nd,b,,{first}\n", None, None)
    assert answer.exit_code == 2  # b is dam and sire, whatever its sex
    told = evaluate(f"animal,sire,dam,sex\na,,,{second}\nb,,,{first}\nc,a,b,{first}\n", None, None)
    assert f"{first!r} (2)" in message_of(told, "sex_unknown")
    assert f"{second!r} (1)" in message_of(told, "sex_unknown")
