"""Residual variances that differ between records, through the command."""

import pytest

from .conftest import MODEL, RECORDS

CLASSES = MODEL.replace("residual = [[40.0]]\n", "") + '\n[residual]\nby = "sex"\nmatrices = {M = 20.0, F = [[80.0]]}\n'
SLOPE = MODEL + '\n[residual]\nby = "age"\nslope = 0.5\n'
AGES = """animal,sex,WWG,age,w
4,M,4.5,0,1
5,F,2.9,1,0.606530659712633
6,F,3.9,2,0.367879441171442
7,M,3.5,0,1
8,M,5.0,0,1
"""


def test_classes_are_weights_of_one_trait(evaluate):
    weighted = RECORDS.replace("WWG\n", "WWG,w\n").replace(",M,", ",M,").splitlines()
    weighted = [weighted[0]] + [line + (",2" if ",M," in line else ",0.5") for line in weighted[1:]]
    expected = evaluate(records="\n".join(weighted) + "\n", model=f'{MODEL}\n[options]\nweights = "w"\n').table()
    answer = evaluate(model=CLASSES)
    assert answer.exit_code == 0, answer.stderr
    assert answer.table()["ebv"].to_list() == pytest.approx(expected["ebv"].to_list(), abs=1e-10)


def test_a_slope_is_a_weight(evaluate):
    expected = evaluate(records=AGES, model=f'{MODEL}\n[options]\nweights = "w"\n').table()
    answer = evaluate(records=AGES, model=SLOPE)
    assert answer.exit_code == 0, answer.stderr
    assert answer.table()["ebv"].to_list() == pytest.approx(expected["ebv"].to_list(), abs=1e-10)


BAD = {
    "a level without matrix": (CLASSES.replace("F =", "W ="), RECORDS, "residual_class"),
    "both": (CLASSES + "slope = 0.1\n", RECORDS, "bad_value"),
    "neither": (MODEL + '\n[residual]\nby = "sex"\n', RECORDS, "bad_value"),
    "given twice": (MODEL + '\n[residual]\nby = "sex"\nmatrices = {M = 20.0, F = 80.0}\n', RECORDS, "two_residuals"),
    "no residual": (MODEL.replace("residual = [[40.0]]\n", ""), RECORDS, "missing_key"),
    "no value": (SLOPE, AGES.replace("2.9,1,", "2.9,,"), "not_finite"),
    "no column": (SLOPE, RECORDS, "missing_column"),
}


@pytest.mark.parametrize(("model", "records", "code"), BAD.values(), ids=BAD)
def test_refusals(evaluate, model, records, code):
    answer = evaluate(model=model, records=records, arguments=["--json"])
    assert answer.exit_code == 2
    assert answer.problem["code"] == code
    assert not answer.out.exists()
