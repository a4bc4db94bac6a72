"""Acceptance: 3,397 Holstein records against a dense solution through V (`milk_u.csv` says where it comes from)."""

import json

import numpy as np
import polars as pl
import pytest

MODEL = """traits = ["y"]

[[effects]]
name = "lact"
kind = "fixed"

[[effects]]
name = "log_dim"
kind = "covariate"

[[effects]]
name = "herd"
kind = "random"

[[effects]]
name = "animal"
kind = "additive"

[variances]
additive = [[{var_animal!r}]]
random.herd = [[{var_herd!r}]]
residual = [[{var_e!r}]]

[options]
solver = "{solver}"
reliability = "{reliability}"
"""


def prepared(shared):
    """The data set as pedigree, records and the case of its variances."""
    milk = pl.read_csv(shared("datasets/pedigreemm_milk/milk.csv"), infer_schema_length=None)
    parents = pl.read_csv(shared("datasets/pedigreemm_milk/pedCowsR.csv"), infer_schema=False)
    case = json.loads(shared("reference/milk_reml_pedigreemm.json").read_text())
    records = milk.select(
        animal=pl.col("id"),
        lact=pl.col("lact"),
        herd=pl.col("herd"),
        log_dim=pl.col("dim").log(),
        y=pl.col("milk") / case["parameters"]["scale"],
    )
    pedigree = parents.rename({"id": "animal"}).with_columns(pl.col("sire", "dam").replace("NA", ""))
    return pedigree.write_csv(), records.write_csv(), case["expected"]


@pytest.mark.reference("milk_reml_pedigreemm")
@pytest.mark.parametrize(("solver", "reliability"), [("auto", "exact"), ("pcg", "none")])
def test_milk(evaluate, shared, solver, reliability):
    pedigree, records, expected = prepared(shared)
    model = MODEL.format(**expected, solver=solver, reliability=reliability)
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    wanted = pl.read_csv(shared("datasets/pedigreemm_milk/milk_u.csv"), schema_overrides={"id": pl.String})
    both = wanted.join(answer.table(), left_on="id", right_on="animal", how="left")
    assert len(both) == 1359
    assert np.abs(both["u"] - both["ebv"]).max() < 1e-6
    fixed = {row["effect"] + row["level"]: row["estimate"] for row in fixed_rows(answer)}
    names = {"lact1": "(Intercept)"} | {f"lact{k}": f"lact{k}" for k in range(2, 6)}
    for level, name in names.items():
        shift = fixed["lact1"] if name != "(Intercept)" else 0.0
        assert fixed[level] - shift == pytest.approx(expected["fixef"][name], rel=0.002)
    assert fixed["log_dim"] == pytest.approx(expected["fixef"]["log(dim)"], rel=0.002)
    assert answer.report["counts"]["levels.herd"] == 57


def fixed_rows(answer):
    return answer.table("fixed_effects").with_columns(pl.col("level").fill_null("")).iter_rows(named=True)
