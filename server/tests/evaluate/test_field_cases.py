"""What people who do this job run into (kinds of the field, a test for each); files in `field/` have right answers.

Each file was tried on an earlier state of the command, which took it for something else than it is, or told a part.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from .conftest import FIELD, MODEL, PEDIGREE, RECORDS, codes_of, message_of


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


def test_nines_as_a_parent(evaluate):
    lonely = evaluate(PEDIGREE.replace("4,1,0", "4,999,0"), None, None, arguments=["--json"])
    assert lonely.problem["code"] == "unknown_parent"
    rows = "".join(f"{i},,\n" for i in range(100, 999))
    assert evaluate(PEDIGREE.replace("4,1,0", "4,999,0") + rows, None, None).exit_code == 0


def test_rows_that_say_unknown_in_two_ways_are_the_same(evaluate):
    assert message_of(evaluate(PEDIGREE + "2,0,NA\n"), "repeated_row").startswith("1 rows repeat")


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
