"""Bad input, continued: files of another kind, places that cannot be written, sexes, matrices, singular models."""

import pytest

from .conftest import MODEL, PEDIGREE, RECORDS
from .test_bad_input import EFFECT, refused, with_effect, with_option

TWO = (
    MODEL.replace('["WWG"]', '["WWG", "PWG"]')
    .replace("[[20.0]]", "[[20.0, 1.0], [1.0, 20.0]]")
    .replace("[[40.0]]", "[[40.0, 1.0], [1.0, 40.0]]")
)
PAIRS = "animal,sex,WWG,PWG\n4,M,4.5,1\n5,F,2.9,2\n6,F,3.9,1\n7,M,3.5,2\n8,M,5.0,3\n"
NO_PWG = "animal,sex,WWG,PWG\n4,M,4.5,\n5,F,2.9,NA\n6,F,3.9,\n"


@pytest.mark.parametrize(("text", "code"), [("", "empty_file"), ("animal,sex,WWG\n", "no_rows")])
def test_empty_records(evaluate, text, code):
    refused(evaluate(records=text, arguments=["--json"]), "records.csv", code, 1)


def test_an_empty_model(evaluate):
    refused(evaluate(model="", arguments=["--json"]), "model.toml", "missing_key", None)


@pytest.mark.parametrize("which", ["pedigree", "records", "model"])
def test_no_such_file(evaluate, tmp_path, which):
    answer = evaluate(**{which: tmp_path / "absent.x"}, arguments=["--json"])
    refused(answer, "absent.x", "unreadable_file", None)


def test_a_folder_instead_of_a_file(evaluate, tmp_path):
    refused(evaluate(records=tmp_path, arguments=["--json"]), tmp_path.name, "unreadable_file", None)


def test_not_a_gzip_file(evaluate):
    answer = evaluate(names={"pedigree": "pedigree.csv.gz"}, arguments=["--json"])
    refused(answer, "pedigree.csv.gz", "unreadable_file", None)


def test_results_in_the_place_of_a_file(evaluate, tmp_path):
    (tmp_path / "notes").write_text("mine")
    answer = evaluate(arguments=["--json", "--out", str(tmp_path / "notes" / "results")])
    refused(answer, "results", "unwritable_folder", None)
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_folder_of_others_is_refused_before_anything_is_computed(evaluate, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda place, _mode: str(place) != str(tmp_path))
    monkeypatch.setattr("bellwether.modelling.from_files.read_table", lambda *_: pytest.fail("read"))
    refused(evaluate(arguments=["--json"]), "out", "unwritable_folder", None)


SEXES = PEDIGREE.replace("dam\n", "dam,sex\n").replace("3,2\n", "3,2,\n").replace("1,2\n", "1,2,?\n")


BORN = ["animal,sire,dam,birth_date", "1,0,0,2020-08-01", "2,0,0,", "3,1,2,2020-08-01", "4,1,2,2022-09-05"]


def test_nobody_is_born_before_a_parent(evaluate):
    answer = evaluate("\n".join(BORN) + "\n", None, None, arguments=["--json"])
    refused(answer, "pedigree.csv", "born_before_parent", 4)
    assert len(answer.problem["errors"]) == 1
    assert "line 2 (2020-08-01)" in answer.problem["detail"]
    hours = [row.replace("-01", "-01 06:30:00") for row in BORN]
    refused(
        evaluate("\n".join(hours) + "\n", None, None, arguments=["--json"]), "pedigree.csv", "born_before_parent", 4
    )
    good = evaluate("\n".join([*BORN[:3], "3,1,2,2021-08-01", BORN[4]]) + "\n", None, None)
    assert good.exit_code == 0, good.stderr


@pytest.mark.parametrize("date", ["31/8/20201", "2021-02-30", "hello"])
def test_a_date_in_another_form(evaluate, date):
    rows = [BORN[0], f"1,0,0,{date}", *BORN[2:]]
    answer = evaluate("\n".join(rows) + "\n", None, None, arguments=["--json"])
    refused(answer, "pedigree.csv", "date_format", 2)


def test_results_replace_no_file_of_the_user(evaluate, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "variances.csv").write_text("mine")
    answer = evaluate(arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "replaces_file")
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [("variances.csv", "mine")]
    (out / "variances.csv").unlink()
    assert evaluate().exit_code == 0
    assert evaluate().exit_code == 0
    again = evaluate(records=out / "breeding_values.csv", arguments=["--json"])
    assert (again.exit_code, again.problem["code"]) == (2, "replaces_input")


def test_an_ended_move_may_be_run_again(evaluate, tmp_path):
    assert evaluate().exit_code == 0
    out = tmp_path / "out"
    (out / "report.json").unlink()
    (out / ".bellwether-unfinished").touch()
    assert evaluate().exit_code == 0
    assert (out / "report.json").exists()
    assert not (out / ".bellwether-unfinished").exists()


def test_the_text_of_an_error_names_the_column(evaluate):
    answer = evaluate(records=RECORDS.replace("5.0", "abc"))
    assert ", WWG]" in answer.stderr


@pytest.mark.parametrize(
    ("header", "code", "fix"),
    [
        ("1,0,0", "no_header", "Put the names"),
        ("A1,0,0", "no_header", "Put the names"),
        ("# animal,sire,dam", "missing_column", "Remove what stands before animal"),
        ("#animal,sire,dam", "missing_column", "Remove what stands before animal"),
    ],
)
def test_a_header_that_is_none(evaluate, header, code, fix):
    answer = evaluate(PEDIGREE.replace("animal,sire,dam", header), arguments=["--json"])
    refused(answer, "pedigree.csv", code, 1)
    assert answer.problem["errors"][0]["fix"].startswith(fix)


@pytest.mark.parametrize(
    ("row", "code", "line", "other"),
    [("1,0,0,F", "sire_is_female", 2, 5), ("2,,,ram", "dam_is_male", 3, 6)],
)
def test_a_parent_of_the_other_sex(evaluate, row, code, line, other):
    rows = [text if text.count(",") == 3 else f"{text}," for text in SEXES.split()]
    rows[line - 1] = row
    answer = evaluate(pedigree="\n".join(rows) + "\n", arguments=["--json"])
    refused(answer, "pedigree.csv", code, line)
    assert f"line {other}" in answer.problem["detail"]


MATRICES = {
    "negative residual": (MODEL.replace("40.0", "-40.0"), RECORDS, "not_positive_definite", 13),
    "not a number": (MODEL.replace("40.0", "nan"), RECORDS, "bad_value", None),
    "text": (MODEL.replace("[[40.0]]", '"x"'), RECORDS, "bad_value", 13),
    "residual too large": (MODEL.replace("[[40.0]]", "[[40.0, 1.0], [1.0, 40.0]]"), RECORDS, "variance_size", 13),
    "residual too small": (TWO.replace("[[40.0, 1.0], [1.0, 40.0]]", "40.0"), PAIRS, "variance_size", 13),
    "not symmetric": (TWO.replace("[1.0, 20.0]", "[2.0, 20.0]"), PAIRS, "not_symmetric", 12),
    "unknown option": (with_option('sovler = "pcg"'), RECORDS, "unknown_key", 16),
    "unknown solver": (with_option('solver = "fast"'), RECORDS, "bad_value", 16),
    "variance of no effect": (
        MODEL.replace('[[effects]]\nname = "animal"\nkind = "additive"\n', ""),
        RECORDS,
        "unused_variance",
        9,
    ),
    "no record of one trait": (TWO, NO_PWG, "no_records", 1),
}


@pytest.mark.parametrize(("model", "records", "code", "line"), MATRICES.values(), ids=MATRICES)
def test_models_and_matrices(evaluate, model, records, code, line):
    refused(evaluate(records=records, model=model, arguments=["--json"]), "model.toml", code, line)


def test_a_covariate_that_is_missing_where_the_trait_is_not(evaluate):
    records = "animal,sex,age,WWG\n4,M,1,4.5\n5,F,,2.9\n6,F,3,3.9\n7,M,2,3.5\n"
    answer = evaluate(records=records, model=with_effect("age", "covariate"), arguments=["--json"])
    refused(answer, "records.csv", "missing_covariate", 3)


def test_a_trait_without_variance(evaluate):
    records = "animal,sex,WWG\n" + "".join(f"{animal},{'MF'[animal % 2]},3.0\n" for animal in range(1, 9))
    answer = evaluate(records=records, model=with_option('estimate = "ai-reml"'), arguments=["--json"])
    refused(answer, "model.toml", "no_variation", 1)
    assert "WWG" in answer.problem["detail"]
    known = evaluate(records=records)
    assert known.exit_code == 0
    assert "no_variation" in {warning["code"] for warning in known.report["warnings"]}


def test_a_covariate_that_follows_from_another_is_named(evaluate):
    records = "animal,sex,x,z,WWG\n4,M,1,2,4.5\n5,F,2,4,2.9\n6,F,3,6,3.9\n7,M,5,10,3.5\n8,M,1,2,5.0\n"
    model = with_effect("x", "covariate").replace("\n[variances]", EFFECT.format("z", "covariate") + "\n[variances]")
    answer = evaluate(records=records, model=model)
    assert answer.exit_code == 0, answer.stderr
    assert [(w["code"], w["effect"]) for w in answer.report["warnings"]] == [("confounded_covariate", "z")]
    assert "cannot be told apart" in answer.report["warnings"][0]["message"]
