"""What a told model may say of a flock: columns, groups of unknown parents, repeated records; and its page."""

import re
from pathlib import Path
from typing import Any

import pytest
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks.columns import columns_of, is_repeated
from bellwether.modelling.flocks.flock_data import Animal, Measurement, select_flock
from bellwether.modelling.flocks.flock_evaluation import evaluate_flock
from bellwether.modelling.flocks.flock_tables import pedigree_table
from bellwether.modelling.flocks.plan import Plan, TraitPlan
from bellwether.modelling.flocks.told import check_told
from bellwether.modelling.flocks.unknown_parents import group_of, rules_of
from bellwether.modelling.model_file.schema import ModelTable

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "flock-tables.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def told(**changes: Any) -> ModelTable:
    simple = {
        "traits": ["AWT"],
        "effects": [{"name": "group_AWT", "kind": "fixed"}, {"name": "animal", "kind": "additive"}],
        "variances": {"additive": 20.0, "residual": 30.0},
    }
    return ModelTable.model_validate(simple | changes)


def plan_of_told(model: ModelTable) -> Plan:
    traits = tuple(TraitPlan(code, 540) for code in model.trait_names)
    return Plan("flock", traits, True, [[0.0]], [[0.0]], "told", told=model)


REPEATED = told(
    effects=[
        {"name": "age", "kind": "covariate"},
        {"name": "animal", "kind": "additive"},
        {"name": "animal", "kind": "permanent"},
    ],
    variances={"additive": 20.0, "permanent": 10.0, "residual": 30.0},
)


def test_the_page_names_every_column() -> None:
    rows = re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert named == list(columns_of(["WWT"], is_repeated=True))


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_page_can_be_carried_out(text: str) -> None:
    check_told(ModelTable.model_validate_json(text))


def test_records_are_repeated_where_the_model_has_a_meaning_for_it() -> None:
    dams = told(
        effects=[{"name": "animal", "kind": "additive"}, {"name": "dam", "kind": "permanent"}],
        variances={"additive": 20.0, "permanent_dam": 5.0, "residual": 30.0},
    )
    basis = {"type": "legendre", "order": 1, "on": "age", "range": [100.0, 900.0]}
    curve = told(
        effects=[{"name": "animal", "kind": "additive", "basis": basis}],
        variances={"additive": [[20.0, 1.0], [1.0, 5.0]], "residual": 30.0},
    )
    assert [is_repeated(model) for model in (told(), dams, REPEATED, curve)] == [False, False, True, True]
    for model in (told(), dams, REPEATED, curve):
        check_told(model)


def test_a_random_regression_reads_the_age_of_each_day() -> None:
    animals = [Animal(key, "flock", "female", sire_id="s") for key in "abcd"] + [Animal("s", "flock", "male")]
    measured = [
        Measurement(
            f"m{key}{year}", key, "AWT", 46.0 + 8 * year + ord(key) % 3, f"202{year}-05-01", 300 + 350 * year, "g"
        )
        for key in "abcd"
        for year in range(3)
    ]
    basis = {"type": "legendre", "order": 1, "on": "age", "range": [200.0, 1100.0]}
    model = told(
        effects=[{"name": "age", "kind": "covariate"}, {"name": "animal", "kind": "additive", "basis": basis}],
        variances={"additive": [[20.0, 1.0], [1.0, 5.0]], "residual": 3.0},
    )
    run = evaluate_flock(select_flock("flock", animals, measured), plan_of_told(model))
    assert len(run.equations.records.frame) == 12
    assert run.found.solution.ebv.shape == (5, 2)
    effects = run.found.tables["breeding_values.csv"]["effect"].unique().to_list()
    assert len(effects) == 2


def test_an_ordinal_trait_has_thresholds() -> None:
    animals = [Animal(f"a{i}", "flock", "female", sire_id="st"[i % 2]) for i in range(12)]
    animals += [Animal("s", "flock", "male"), Animal("t", "flock", "male")]
    scores = [1, 2, 3, 1, 2, 3, 3, 2, 1, 2, 2, 1]
    measured = [Measurement(f"m{i}", f"a{i}", "DAG", float(score), "2020-05-01") for i, score in enumerate(scores)]
    model = ModelTable.model_validate(
        {
            "trait": [{"name": "DAG", "type": "ordinal"}],
            "effects": [{"name": "animal", "kind": "additive"}],
            "variances": {"additive": 0.3, "residual": 1.0},
        }
    )
    check_told(model)
    run = evaluate_flock(select_flock("flock", animals, measured), plan_of_told(model))
    assert len(run.found.solution.thresholds[0].threshold) == 2


def test_groups_by_role_and_year() -> None:
    rules = rules_of(["unknown_2018", "unknown_sire", "unknown_sire_2020", "unknown_2021"])
    years = (None, 2015, 2018, 2019, 2020, 2021, 2030)
    assert [group_of(rules, "sire", year) for year in years] == [
        "unknown_sire", "unknown_sire", "unknown_sire", "unknown_sire", "unknown_sire_2020", "unknown_sire_2020",
        "unknown_sire_2020",
    ]  # fmt: skip
    assert [group_of(rules, "dam", year) for year in years] == [
        "unknown_2018", "unknown_2018", "unknown_2018", "unknown_2018", "unknown_2018", "unknown_2021", "unknown_2021",
    ]  # fmt: skip
    assert group_of(rules_of(["unknown_sire"]), "dam", 2020) == ""


def test_known_parents_have_no_group() -> None:
    animals = [Animal("a", "flock", "male", sire_id="s", drop_year=2020), Animal("s", "flock", "male", drop_year=2018)]
    frame = pedigree_table(select_flock("flock", animals, []), ["unknown_sire", "unknown_dam"]).frame
    assert frame.rows() == [("a", "s", "unknown_dam"), ("s", "unknown_sire", "unknown_dam")]


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"metafounders": {"names": ["unknown"], "gamma": [[2.5]]}}, "metafounders.gamma", "gamma"),
        ({"groups": {"names": ["unknown"]}, "metafounders": {"names": ["unknown"], "gamma": 0.3}}, "groups",
         "groups_and_metafounders"),
        ({"options": {"weights": "EDC"}}, "options.weights", "missing_column"),
        ({"effects": [{"name": "age", "kind": "covariate"}]}, "effects.age", "missing_column"),
        ({"options": {"threads": 1000}}, "options.threads", "too_large"),
        ({"traits": ["AWT", "AWT"]}, "traits", "traits"),
        ({"variances": {"residual": 1.0}}, "variances.additive", "missing_variance"),
        ({"variances": {"additive": [[1.0, 0.0], [0.0, 1.0]], "residual": 1.0}}, "variances.additive",
         "variance_size"),
        ({"options": {"seed": 2**63}}, "options.seed", "too_large"),
        ({"variances": {"additive": 1.0, "residual": 1.0, "random": {"a\0": 1.0}}}, "effects", "not_text"),
        ({"variances": {"additive": 1.0, "residual": 1.0, "random": {"a\ud800": 1.0}}}, "effects", "not_text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(changes: dict[str, Any], place: str, code: str) -> None:
    with pytest.raises(BadInput) as wrong:
        check_told(told(**changes))
    assert (wrong.value.findings[0].field, wrong.value.findings[0].code) == (place, code)
    assert wrong.value.findings[0].fix
