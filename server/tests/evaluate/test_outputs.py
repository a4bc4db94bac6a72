"""The files that a run writes."""

import gzip
import io

import numpy as np
import polars as pl
import pytest

from .conftest import MODEL, PEDIGREE, RECORDS

EBV = [0.09844458, -0.0187701, -0.0410842, -0.00866312, -0.1857321, 0.17687209, -0.24945855, 0.18261469]


def test_published_animal_model(evaluate):
    answer = evaluate()
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    assert table.columns == ["animal", "trait", "effect", "ebv", "reliability", "inbreeding"]
    np.testing.assert_allclose(table["ebv"], EBV, atol=1e-6)
    assert table["effect"].unique().to_list() == ["additive"]
    fixed = answer.table("fixed_effects")
    assert fixed.columns == ["trait", "effect", "level", "estimate", "se"]
    assert fixed["level"].to_list() == ["F", "M"]
    np.testing.assert_allclose(fixed["estimate"], [3.4044301, 4.35850233], atol=1e-6)
    np.testing.assert_allclose(fixed["se"], [5.66554023, 4.88082357], atol=1e-6)
    assert answer.table("random_effects").columns == ["trait", "effect", "level", "estimate"]


def test_the_report(evaluate):
    report = evaluate().report
    assert report["engine_version"]
    assert len(report["inputs"]["records"]["sha256"]) == 64
    assert report["counts"] | {"animals": 8, "records": 5, "equations": 10} == report["counts"]
    assert report["converged"]
    assert report["convergence"]["relative_residual"] < 1e-8
    assert report["fixed_effects_constraint"]
    assert {step["step"] for step in report["steps"]} >= {"read", "solve", "write"}
    assert all(step["seconds"] >= 0 and step["peak_memory_mib"] > 0 for step in report["steps"])
    assert report["model"]["variances"]["residual"] == [[40.0]]


def as_gzip(text):
    return gzip.compress(text.encode())


def as_parquet(text):
    sink = io.BytesIO()
    pl.read_csv(io.StringIO(text)).write_parquet(sink)
    return sink.getvalue()


def as_parquet_with_floats(text):
    """What is left of integer ids after a tool that has no missing integers."""
    sink = io.BytesIO()
    frame = pl.read_csv(io.StringIO(text))
    parents = [name for name in ("sire", "dam") if name in frame.columns]
    frame.with_columns(pl.col(parents).cast(pl.Float64).fill_null(float("nan"))).write_parquet(sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("ending", "make"),
    [
        ("csv.gz", as_gzip),
        ("parquet", as_parquet),
        ("parquet", as_parquet_with_floats),
        ("txt", lambda text: text.replace(",", "\t")),
        ("dat", lambda text: text.replace(",,", ",0,0").replace(",", "   ")),
        ("csv", lambda text: "\ufeff" + text.replace("\n", "\r\n")),
    ],
    ids=["gzip", "parquet", "parquet_floats", "tabs", "spaces", "windows"],
)
def test_the_same_answer_from_every_format(evaluate, ending, make):
    names = {"pedigree": f"p.{ending}", "records": f"r.{ending}"}
    answer = evaluate(make(PEDIGREE), make(RECORDS), names=names)
    assert answer.exit_code == 0, answer.stderr
    np.testing.assert_allclose(answer.table()["ebv"], EBV, atol=1e-6)


def test_any_order_and_added_founders(evaluate):
    lines = PEDIGREE.strip().split("\n")
    pedigree = "\n".join([lines[0], *reversed(lines[4:])]) + "\n"
    answer = evaluate(pedigree)
    table = answer.table()
    assert table["animal"].to_list() == ["8", "7", "6", "5", "4", "3", "1", "2"]
    by_animal = dict(zip(table["animal"], table["ebv"], strict=True))
    np.testing.assert_allclose([by_animal[str(i)] for i in range(1, 9)], EBV, atol=1e-6)
    assert answer.report["counts"]["founders_added"] == 3


def test_inbreeding_alone(evaluate):
    answer = evaluate("animal,sire,dam\na,,\nb,,\nc,a,b\nd,a,c\n", None, None)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table()
    assert table["inbreeding"].to_list() == [0.0, 0.0, 0.0, 0.25]
    assert table["ebv"].null_count() == 4
    assert not (answer.out / "fixed_effects.csv").exists()


def test_an_earlier_run_is_replaced(evaluate):
    assert evaluate().exit_code == 0
    answer = evaluate(records=None, model=None)
    assert answer.exit_code == 0
    assert sorted(path.name for path in answer.out.iterdir()) == ["breeding_values.csv", "report.json"]
    assert [path.name for path in answer.out.parent.iterdir() if path.name.startswith(".out-")] == []


def test_bad_input_leaves_an_earlier_run_alone(evaluate):
    first = evaluate().table()
    assert evaluate(records=RECORDS.replace("6,F", "66,F")).exit_code == 2
    assert evaluate().table().equals(first)


def test_inbreeding_can_be_left_out(evaluate):
    answer = evaluate(model=MODEL + "[options]\ninbreeding = false\n")
    assert answer.report["reliability_base"] == "var_a"


MATERNAL = """traits = ["BW"]
effects = [
  {name = "herd", kind = "fixed"}, {name = "pen", kind = "fixed"}, {name = "animal", kind = "additive"},
  {name = "dam", kind = "maternal"}, {name = "dam", kind = "KIND"},
]
[variances]
additive_maternal = [[150, -40], [-40, 90]]
VARIANCE = [[40.0]]
residual = [[350.0]]
"""


@pytest.mark.reference("mrode_maternal")
@pytest.mark.parametrize(
    ("kind", "variance"),
    [("permanent", "permanent_dam"), ("permanent_dam", "permanent_dam"), ("random", "random.dam")],
)
def test_maternal_model(evaluate, case, kind, variance):
    data = case("mrode_maternal")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    records = pl.DataFrame(data["records"]).write_csv()
    answer = evaluate(pedigree, records, MATERNAL.replace("KIND", kind).replace("VARIANCE", variance))
    assert answer.exit_code == 0, answer.stderr
    full, table = data["computed_full_precision"], answer.table()
    for effect, expected in (("additive", full[5:19]), ("maternal", full[19:33])):
        found = table.filter(pl.col("effect") == effect)
        np.testing.assert_allclose(found["ebv"], expected, atol=1e-8)
    random = answer.table("random_effects")
    assert random["effect"].unique().to_list() == ["dam"]
    assert random["level"].to_list() == list(data["expected"]["pe"])
    np.testing.assert_allclose(random["estimate"], full[33:], atol=1e-8)


@pytest.mark.reference("mrode_repeatability")
def test_repeatability_model_warns_with_the_name_of_the_level(evaluate, case):
    data = case("mrode_repeatability")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    model = """traits = ["fat"]
effects = [
  {name = "HYS", kind = "fixed"}, {name = "parity", kind = "fixed"},
  {name = "animal", kind = "additive"}, {name = "animal", kind = "permanent"},
]
variances = {additive = 20.0, permanent = 12.0, residual = 28.0}
"""
    answer = evaluate(pedigree, pl.DataFrame(data["records"]).write_csv(), model)
    assert answer.exit_code == 0, answer.stderr
    np.testing.assert_allclose(answer.table()["ebv"], data["computed_full_precision"][6:14], atol=1e-8)
    random = answer.table("random_effects")
    assert random["level"].to_list() == ["4", "5", "6", "7", "8"]
    np.testing.assert_allclose(random["estimate"], list(data["expected"]["pe"].values()), atol=0.0011)
    warning = answer.report["warnings"][0]
    assert (warning["code"], warning["effect"]) == ("confounded_level", "parity")
    assert warning["level"] in {"1", "2"}


@pytest.mark.reference("mrode_multitrait_missing")
def test_two_traits_with_missing_records(evaluate, case):
    data = case("mrode_multitrait_missing")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    model = (
        MODEL.replace('["WWG"]', '["WWG", "PWG"]')
        .replace("[[20.0]]", "[[20.0, 18.0], [18.0, 40.0]]")
        .replace("[[40.0]]", "[[40.0, 11.0], [11.0, 30.0]]")
    )
    answer = evaluate(pedigree, pl.DataFrame(data["records"]).write_csv(), model)
    assert answer.exit_code == 0, answer.stderr
    for trait, expected in data["expected"]["ebv"].items():
        found = answer.table().filter(pl.col("trait") == trait)
        np.testing.assert_allclose(found["ebv"], expected, atol=data["tolerance"])


@pytest.mark.reference("mrode_random_regression")
def test_random_regression_names_its_coefficients(evaluate, case):
    data = case("mrode_random_regression")
    pedigree = "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in data["pedigree"])
    line = "basis = {type = 'legendre', order = 2, on = 'DIM', range = [4, 310]}"
    model = f"""traits = ["TDY"]
effects = [
  {{name = "HTD", kind = "fixed"}},
  {{name = "curve", kind = "covariate", basis = {{type = "legendre", order = 4, on = "DIM", range = [4, 310]}}}},
  {{name = "animal", kind = "additive", {line}}}, {{name = "animal", kind = "permanent", {line}}},
]
[variances]
additive = {data["parameters"]["G"]}
permanent = {data["parameters"]["P"]}
residual = 3.71
"""
    answer = evaluate(pedigree, pl.DataFrame(data["records"]).write_csv(), model)
    assert answer.exit_code == 0, answer.stderr
    for k in range(3):
        found = answer.table().filter(pl.col("effect") == f"legendre{k}")
        np.testing.assert_allclose(found["ebv"], np.array(data["computed_animal"])[:, k], atol=1e-7)


def test_a_model_without_animals_lists_their_inbreeding(evaluate):
    model = MODEL.replace('name = "animal"\nkind = "additive"', 'name = "litter"\nkind = "random"').replace(
        "additive = [[20.0]]", "random.litter = 1.0"
    )
    records = RECORDS.replace("sex", "sex,litter").replace(",F,", ",F,x,").replace(",M,", ",M,y,")
    answer = evaluate(records=records, model=model)
    assert answer.exit_code == 0, answer.stderr
    assert answer.table()["animal"].to_list() == [str(i) for i in range(1, 9)]
    assert answer.table("random_effects")["level"].to_list() == ["x", "y"]


def test_an_overall_mean_and_a_slope_have_no_level(evaluate):
    model = MODEL.replace('name = "sex"\nkind = "fixed"', 'name = "age"\nkind = "covariate"')
    records = "animal,age,WWG\n4,10,4.5\n5,11,2.9\n6,14,3.9\n7,9,NA\n8,12,5.0\n9,,\n"
    answer = evaluate(PEDIGREE + "9,0,0\n", records, model)
    assert answer.exit_code == 0, answer.stderr
    fixed = answer.table("fixed_effects")
    assert fixed["effect"].to_list() == ["mean", "age"]
    assert fixed["level"].null_count() == 2
    assert answer.report["counts"]["records_without_trait"] == 2


def test_approximate_reliabilities_come_with_their_error(evaluate):
    exact = evaluate().table()["reliability"].to_numpy()
    answer = evaluate(model=f'{MODEL}\n[options]\nreliability = "approximate"\n')
    assert answer.exit_code == 0, answer.stderr
    check = answer.report["reliability_check"]
    assert answer.report["reliability"] == "approximate"
    assert check["n_checked"] == 8
    difference = answer.table()["reliability"].to_numpy() - exact
    assert check["bias"] == pytest.approx(difference.mean(), abs=1e-9)
    assert check["maximum"] == pytest.approx(abs(difference).max(), abs=1e-9)
    assert "approximate reliabilities beside 8 exact ones: bias" in answer.stdout
    assert sum(part["n_checked"] for part in check["classes"]) == 8
