"""Bad input of every kind: the file, the line, the rule, the remedy; exit 2; nothing written."""

import pytest

from .conftest import MODEL, PEDIGREE, RECORDS

TWO = RECORDS.replace("animal,sex,WWG", "animal,sex,WWG,litter,age").replace("4,M,4.5", "4,M,4.5,a,1")
EFFECT = '\n[[effects]]\nname = "{}"\nkind = "{}"\n'


def with_effect(name, kind, extra=""):
    return MODEL.replace("\n[variances]", EFFECT.format(name, kind) + extra + "\n[variances]")


def with_option(line):
    return f"{MODEL}\n[options]\n{line}\n"


PEDIGREES = {
    "loop": (PEDIGREE.replace("1,0,0", "1,7,0").replace("4,1,0", "4,1,0"), "pedigree_loop", 2),
    "own parent": (PEDIGREE.replace("4,1,0", "4,4,0"), "pedigree_loop", 5),
    "dam as sire": (PEDIGREE.replace("7,4,5", "7,2,5"), "sire_is_dam", 8),
    "repeated animal": (PEDIGREE + "3,1,0\n", "repeated_animal", 10),
    "no id": (PEDIGREE + ",1,2\n", "missing_id", 10),
    "no column": (PEDIGREE.replace("dam\n", "breeder\n"), "missing_column", 1),
    "ragged": (PEDIGREE.replace("4,1,0", "4,1,0,9"), "ragged_line", 5),
    "too short": (PEDIGREE.replace("4,1,0", "4,1"), "ragged_line", 5),
    "empty": ("", "empty_file", 1),
    "only a header": ("animal,sire,dam\n", "no_rows", 1),
    "repeated column": (PEDIGREE.replace("sire,dam", "sire,sire,dam"), "repeated_column", 1),
    "no text": (PEDIGREE.replace("8,3,6", "l\x81mm,3,6").encode("latin-1"), "encoding", 9),
    "after a blank line": (PEDIGREE.replace("3,0,0", "\n3,0,0").replace("4,1,0", "4,4,0"), "pedigree_loop", 6),
}


@pytest.mark.parametrize(("pedigree", "code", "line"), PEDIGREES.values(), ids=PEDIGREES)
def test_pedigree(evaluate, pedigree, code, line):
    refused(evaluate(pedigree=pedigree, arguments=["--json"]), "pedigree.csv", code, line)


RECORDS_FILES = {
    "unknown animal": (RECORDS.replace("6,F", "66,F"), "unknown_animal", 4),
    "text as a number": (RECORDS.replace("3.5", "3;5"), "not_numeric", 5),
    "infinite": (RECORDS.replace("3.5", "inf"), "not_numeric", 5),
    "no trait column": (RECORDS.replace("WWG", "weight"), "missing_column", 1),
    "no effect column": (RECORDS.replace("sex", "gender"), "missing_column", 1),
    "no animal column": (RECORDS.replace("animal", "beast"), "missing_column", 1),
    "missing level": (RECORDS.replace("6,F", "6,"), "missing_level", 4),
}


@pytest.mark.parametrize(("records", "code", "line"), RECORDS_FILES.values(), ids=RECORDS_FILES)
def test_records(evaluate, records, code, line):
    refused(evaluate(records=records, arguments=["--json"]), "records.csv", code, line)


def test_all_values_missing(evaluate):
    records = "animal,sex,WWG\n4,M,\n5,F,NA\n"
    refused(evaluate(records=records, arguments=["--json"]), "model.toml", "no_records", 1)


ORDINAL = MODEL.replace('traits = ["WWG"]', '[[trait]]\nname = "WWG"\ntype = "ordinal"')
MODELS = {
    "not TOML": (MODEL.replace("[[20.0]]", "[[20.0"), "not_toml", None),
    "unknown key": (MODEL + "permanents = 3\n", "unknown_key", 14),
    "unknown section": (MODEL + "[extras]\na = 1\n", "unknown_key", 14),
    "unknown kind": (MODEL.replace('"fixed"', '"fixt"'), "bad_value", None),
    "not positive definite": (MODEL.replace("20.0", "-20.0"), "not_positive_definite", 12),
    "not square": (MODEL.replace("[[20.0]]", "[[20.0, 1.0]]"), "not_square", 12),
    "wrong size": (MODEL.replace("[[20.0]]", "[[20.0, 1.0], [1.0, 20.0]]"), "variance_size", 12),
    "no residual": (MODEL.replace("residual", "# residual"), "missing_key", 11),
    "no variance": (MODEL.replace("additive = [[", "# additive = [["), "missing_variance", None),
    "unused variance": (MODEL + "permanent = [[1.0]]\n", "unused_variance", 14),
    "two additive": (MODEL + "additive_maternal = [[1.0, 0.0], [0.0, 1.0]]\n", "two_additive", 11),
    "repeated effect": (with_effect("sex", "fixed"), "repeated_effect", 4),
    "unknown trait": (with_effect("animal", "permanent", 'traits = ["X"]\n'), "unknown_trait", None),
    "no traits": (MODEL.replace('["WWG"]', "[]"), "traits", 1),
    "class and number": (with_effect("sex", "covariate"), "column_used_twice", 4),
    "few samples": (with_option("samples = 3"), "samples", 16),
    "seed below 0": (with_option("seed = -1"), "seed", 16),
    "tolerance": (with_option("tolerance = 0.0"), "tolerance", 16),
    "unused group": (MODEL + '[groups]\nnames = ["G1"]\n', "unused_group", 15),
    "repeated group": (MODEL + '[groups]\nnames = ["G1", "G1"]\n', "repeated_group", 15),
    "group is animal": (MODEL + '[groups]\nnames = ["3"]\n', "group_is_animal", 15),
    "group is unknown": (MODEL + '[groups]\nnames = ["0"]\n', "group_is_unknown", 15),
    "unused metafounder": (MODEL + '[metafounders]\nnames = ["M"]\ngamma = [[0.2]]\n', "unused_group", 15),
    "no gamma": (MODEL + '[metafounders]\nnames = ["M"]\n', "missing_key", 14),
    "both": (
        MODEL + '[groups]\nnames = ["G"]\n[metafounders]\nnames = ["M"]\ngamma = 0.2\n',
        "groups_and_metafounders",
        14,
    ),
    "ordinal residual": (ORDINAL, "residual_not_one", 15),
    "ordinal categories": (
        ORDINAL.replace("40.0", "1.0").replace('"sex"', '"animal"', 1),
        "extreme_category",
        None,
    ),
    "no weights column": (with_option('weights = "EDC"'), "missing_column", None),
}


@pytest.mark.parametrize(("model", "code", "line"), MODELS.values(), ids=MODELS)
def test_model(evaluate, model, code, line):
    refused(evaluate(model=model, arguments=["--json"]), None, code, line)


def test_a_gamma_that_is_not_positive_definite(evaluate):
    model = MODEL + '[metafounders]\nnames = ["M"]\ngamma = [[-0.2]]\n'
    pedigree = PEDIGREE.replace("1,0,0", "1,M,M")
    refused(evaluate(pedigree, model=model, arguments=["--json"]), "model.toml", "gamma", 16)


def test_a_residual_that_is_not_positive_definite(evaluate):
    records = RECORDS.replace("WWG", "WWG,PWG").replace("\n4,M,4.5", "\n4,M,4.5,1")
    records = "\n".join(line if line.count(",") == 3 else f"{line},2" for line in records.split()) + "\n"
    model = (
        MODEL.replace('["WWG"]', '["WWG", "PWG"]')
        .replace("[[20.0]]", "[[20.0, 1.0], [1.0, 20.0]]")
        .replace("[[40.0]]", "[[40.0, 50.0], [50.0, 40.0]]")
    )
    answer = evaluate(records=records, model=model, arguments=["--json"])
    refused(answer, "model.toml", "not_positive_definite", 13)


@pytest.mark.parametrize(("weight", "code"), [("0", "weight"), ("", "weight"), ("-1", "weight"), ("x", "not_numeric")])
def test_weights(evaluate, weight, code):
    records = "animal,sex,WWG,EDC\n4,M,4.5,1\n5,F,2.9,2\n6,F,3.9,1\n7,M,3.5," + weight + "\n"
    answer = evaluate(records=records, model=with_option('weights = "EDC"'), arguments=["--json"])
    refused(answer, "records.csv", code, 5)


def test_a_level_with_one_record_that_cannot_be_estimated(evaluate):
    records = "animal,sex,herd,WWG\n4,M,a,4.5\n5,M,b,2.9\n6,M,a,3.9\n7,M,b,3.5\n8,F,c,5.0\n"
    answer = evaluate(records=records, model=with_effect("herd", "fixed"), arguments=["--json"])
    refused(answer, "records.csv", "level_not_estimable", 6)
    assert "level F" in answer.problem["detail"] or "level c" in answer.problem["detail"]


def test_an_unknown_dam_in_the_records(evaluate):
    records = "animal,sex,nurse,WWG\n4,M,2,4.5\n5,F,99,2.9\n6,F,,3.9\n"
    model = with_effect("nurse", "maternal").replace(
        "additive = [[20.0]]", "additive_maternal = [[20.0, 1.0], [1.0, 5.0]]"
    )
    refused(evaluate(records=records, model=model, arguments=["--json"]), "records.csv", "unknown_animal", 3)


@pytest.mark.parametrize("left_out", ["records", "model"])
def test_records_and_model_belong_together(evaluate, left_out):
    refused(evaluate(**{left_out: None}, arguments=["--json"]), "command line", "missing_option", None)


def test_a_file_that_is_not_there(evaluate, tmp_path):
    refused(evaluate(pedigree=tmp_path / "absent.csv", arguments=["--json"]), "absent.csv", "unreadable_file", None)


def test_without_json_the_finding_is_on_standard_error(evaluate):
    answer = evaluate(records=RECORDS.replace("6,F", "66,F"))
    assert answer.exit_code == 2
    assert "records.csv:4: animal 66 is not in the pedigree" in answer.stderr
    assert "Add it to the pedigree" in answer.stderr
    assert not answer.out.exists()


def test_a_run_that_does_not_converge_exits_1(evaluate):
    model = with_option('solver = "pcg"\nreliability = "none"\nmaximum_iterations = 1')
    answer = evaluate(model=model, arguments=["--json"])
    assert answer.exit_code == 1
    assert answer.problem["code"] == "not_converged"
    assert not answer.out.exists()


def refused(answer, file, code, line):
    assert answer.exit_code == 2, answer.stdout + answer.stderr
    assert not answer.out.exists()
    first = answer.problem["errors"][0]
    assert first["code"] == code, first
    assert first["message"]
    assert first["fix"]
    assert answer.problem["code"] == code
    if file is not None:
        assert first["file"].endswith(file)
    if line is not None:
        assert first["line"] == line, first
