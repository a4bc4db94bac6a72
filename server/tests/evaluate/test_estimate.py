"""Variance components from files."""

import numpy as np
import polars as pl
import pytest

from .conftest import MODEL
from .test_bad_input import refused
from .test_milk import MODEL as MILK
from .test_milk import prepared

ESTIMATE = '\n[options]\nestimate = "ai-reml"\n'


@pytest.mark.reference("milk_reml_pedigreemm")
def test_milk_from_far_start_values(evaluate, shared):
    pedigree, records, expected = prepared(shared)
    start = {"var_animal": 1.0, "var_herd": 1.0, "var_e": 1.0}
    model = MILK.format(**start, solver="auto", reliability="none") + 'estimate = "ai-reml"\n'
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table("variances")
    assert table.columns == ["component", "row", "column", "estimate", "se"]
    found = dict(zip(table["component"], table["estimate"], strict=True))
    assert found["additive"] == pytest.approx(expected["var_animal"], rel=0.002)
    assert found["random.herd"] == pytest.approx(expected["var_herd"], rel=0.002)
    assert found["residual"] == pytest.approx(expected["var_e"], rel=0.002)
    total = found["additive"] + found["random.herd"] + found["residual"]
    assert found["heritability"] == pytest.approx(found["additive"] / total)
    assert (table["se"] > 0.0).all()
    report = answer.report
    assert report["minus2_log_likelihood"] == pytest.approx(expected["minus2_restricted_loglik"], abs=1e-4)
    assert report["estimation"]["rounds"] == len(report["estimation"]["history"])
    assert report["estimation"]["gradient"] < 1e-5
    assert report["estimation"]["boundary"] == []
    assert "estimate" in {step["step"] for step in report["steps"]}
    wanted = pl.read_csv(shared("datasets/pedigreemm_milk/milk_u.csv"), schema_overrides={"id": pl.String})
    both = wanted.join(answer.table(), left_on="id", right_on="animal", how="left")
    assert np.abs(both["u"] - both["ebv"]).max() < 1e-4


GRYPHON = """traits = ["birth_weight"]

[[effects]]
name = "animal"
kind = "additive"

[variances]
additive = [[1.0]]
residual = [[1.0]]
"""


def test_gryphon(evaluate, shared):
    """An independent dense REML of the same data: `engine/tests/test_reml.py` holds the twin of the method."""
    records = shared("datasets/gryphon/gryphon.csv").read_text().replace("id,mother", "animal,mother", 1)
    pedigree = shared("datasets/gryphon/gryphonped.csv").read_text().replace("id,mother,father", "animal,dam,sire", 1)
    answer = evaluate(pedigree, records, GRYPHON + ESTIMATE)
    assert answer.exit_code == 0, answer.stderr
    found = dict(answer.table("variances").select("component", "estimate").iter_rows())
    assert found["additive"] == pytest.approx(3.3954, abs=1e-3)
    assert found["residual"] == pytest.approx(3.8286, abs=1e-3)
    assert found["heritability"] == pytest.approx(0.470, abs=1e-3)


def test_without_estimation_there_is_no_file(evaluate):
    answer = evaluate()
    assert not (answer.out / "variances.csv").exists()
    assert answer.report["estimation"] is None
    assert answer.report["minus2_log_likelihood"] is None


def test_too_few_records(evaluate):
    records = "animal,sex,WWG\n4,M,4.5\n5,F,2.9\n6,F,3.9\n7,M,3.5\n"
    refused(
        evaluate(records=records, model=MODEL + ESTIMATE, arguments=["--json"]), "model.toml", "too_few_records", 16
    )


def test_an_effect_that_cannot_be_estimated_is_named(evaluate):
    animals = [f"{i},0,0" for i in range(1, 31)]
    rows = [f"{i},{'MF'[i % 2]},{(i * 7919 % 101) / 10}" for i in range(1, 31)]
    pedigree = "\n".join(["animal,sire,dam", *animals]) + "\n"
    records = "\n".join(["animal,sex,WWG", *rows]) + "\n"
    answer = evaluate(pedigree, records, MODEL + ESTIMATE, arguments=["--json"])
    refused(answer, "model.toml", "not_estimable", 8)
    assert "animal has a level for every record" in answer.problem["detail"]
