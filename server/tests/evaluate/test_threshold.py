"""An ordinal trait from files."""

import numpy as np
import polars as pl
import pytest

from .conftest import MODEL

THRESHOLD = (
    MODEL.replace('traits = ["WWG"]', '[[trait]]\nname = "ease"\ntype = "ordinal"')
    .replace("[variances]", '[[effects]]\nname = "herd"\nkind = "fixed"\n\n[variances]')
    .replace("[[40.0]]", "1.0")
)


@pytest.mark.reference("mrode_threshold")
def test_published_threshold_model(evaluate, case):
    data = case("mrode_threshold")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    records = "animal,herd,sex,ease\n" + "".join(
        f"{row['sire']},{row['herd']},{row['sex']},{k + 1}\n" * count
        for row in data["records"]
        for k, count in enumerate(row["counts"])
    )
    model = THRESHOLD.replace("[[20.0]]", str(data["parameters"]["var_s"]))
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    first, second, herd, female, *sires = data["computed"]
    np.testing.assert_allclose(answer.table()["ebv"], sires, atol=1e-6)
    fixed = answer.table("fixed_effects")
    threshold = fixed.filter(pl.col("effect") == "threshold")
    assert threshold["level"].to_list() == ["1|2", "2|3"]
    np.testing.assert_allclose(threshold["estimate"], [0.0, second - first], atol=1e-6)
    level = dict(zip(fixed["level"], fixed["estimate"], strict=True))
    np.testing.assert_allclose([level["F"] - level["M"], level["2"] - level["1"]], [female, herd], atol=1e-6)
