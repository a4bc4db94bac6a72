"""From farm records to the engine's arrays, and the same numbers as a published case."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bellwether.genetics.evaluations.problems import PedigreeContradiction
from bellwether.genetics.evaluations.solving import evaluate, percentiles
from bellwether.modelling.flocks.chosen_records import choose
from bellwether.modelling.flocks.errors import NothingToEvaluate, TraitWithoutRecords, TraitWithoutVariance
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement, select_flock
from bellwether.modelling.flocks.flock_evaluation import equations_of
from bellwether.modelling.flocks.flock_tables import age_class, litter_class
from bellwether.modelling.flocks.linked_groups import unconnected
from bellwether.modelling.flocks.plan import Plan, TraitPlan
from bellwether.modelling.flocks.report import report_of

FLOCK = "flock"


def plan(*codes: str, additive: Any = None, residual: Any = None, is_asked: bool = True, **changes: Any) -> Plan:
    """A plan with simple variances."""
    n = len(codes)
    ages = {"BWT": 0, "WWT": 100, "PWT": 225}
    return replace(
        Plan(
            flock_id=FLOCK,
            traits=tuple(TraitPlan(code, ages.get(code, 300)) for code in codes),
            is_asked=is_asked,
            additive=additive or (5.0 * np.eye(n)).tolist(),
            residual=residual or (15.0 * np.eye(n)).tolist(),
            variance_source="test",
        ),
        **changes,
    )


def animal(key: str, **changes: Any) -> Animal:
    return replace(Animal(id=key, flock_id=FLOCK, sex="male", tag=f"tag-{key}"), **changes)


def weight(key: str, kg: float = 30.0, **changes: Any) -> Measurement:
    found = Measurement(
        id=f"w-{key}-{kg}-{changes.get('trait', 'WWT')}-{changes.get('occurred_on', '')}", animal_id=key, trait="WWT",
        value=kg, occurred_on="2020-11-01", age_days=100, contemporary_group="g1",
    )  # fmt: skip
    return replace(found, **changes)


def data_of(animals: list[Animal], weights: list[Measurement]) -> FlockData:
    return select_flock(FLOCK, animals, weights)


def test_ancestors_from_other_flocks_come_in_and_strangers_stay_out() -> None:
    animals = [
        animal("c", sire_id="s"),
        animal("s", flock_id="other", sire_id="gs"),
        animal("gs", flock_id="third", reference_only=True),
        animal("x", flock_id="other"),
    ]
    data = data_of(animals, [weight("c")])
    assert [a.id for a in data.animals] == ["c", "gs", "s"]
    assert [data.is_own(a) for a in data.animals] == [True, False, False]


def test_a_loop_does_not_trap_the_selection() -> None:
    data = data_of([animal("a", sire_id="b"), animal("b", sire_id="a")], [])
    assert [a.id for a in data.animals] == ["a", "b"]


def test_the_digest_does_not_depend_on_the_order_of_reading() -> None:
    animals, weights = [animal("a"), animal("b")], [weight("a"), weight("b", 31)]
    assert data_of(animals, weights).digest() == data_of(animals[::-1], weights[::-1]).digest()
    assert data_of(animals, weights).digest() != data_of(animals, [weight("a"), weight("b", 31.1)]).digest()


def test_the_weight_nearest_to_the_reference_age_counts() -> None:
    weights = [weight("a", 30, age_days=90), weight("a", 34, age_days=102, occurred_on="2020-11-13"), weight("b", 33)]
    chosen = choose(data_of([animal("a"), animal("b")], weights), plan("WWT"))
    assert {key: w.value for key, w in chosen.by_trait["WWT"].items()} == {"a": 34, "b": 33}
    assert [(v.code, v.count, v.examples) for v in chosen.verdicts] == [
        ("repeated", 1, ("tag-a",)),
        ("small_group", 1, ("g1 (2)",)),
    ]


def test_weights_that_cannot_be_compared_are_set_aside_and_named() -> None:
    animals = [animal(key) for key in "abcdef"]
    weights = [
        weight("a"),
        weight("b", 31),
        weight("c", contemporary_group=None),
        weight("d", age_days=None),
        weight("e", contemporary_group="g2"),
    ]
    chosen = choose(data_of(animals, weights), plan("WWT"))
    assert sorted(chosen.by_trait["WWT"]) == ["a", "b"]
    found = {v.code: v.examples for v in chosen.verdicts}
    assert found["no_group"] == ("tag-c",)
    assert found["no_age"] == ("tag-d",)
    assert found["alone_in_group"] == ("tag-e",)


def test_a_birth_weight_needs_no_age() -> None:
    weights = [weight(key, kg, trait="BWT", age_days=None) for key, kg in (("a", 4.0), ("b", 5.0))]
    assert len(choose(data_of([animal("a"), animal("b")], weights), plan("BWT")).by_trait["BWT"]) == 2


def test_a_trait_that_was_asked_for_and_cannot_be_evaluated_is_named() -> None:
    data = data_of([animal("a"), animal("b")], [weight("a"), weight("b")])
    with pytest.raises(TraitWithoutVariance, match="WWT") as constant:
        choose(data, plan("WWT"))
    assert list(constant.value.about) == ["WWT"]
    with pytest.raises(TraitWithoutRecords, match="PWT"):
        choose(data, plan("WWT", "PWT"))
    unknown = replace(plan("WWT"), traits=(TraitPlan("WWT", 100, has_variances=False),))
    with pytest.raises(TraitWithoutVariance, match="WWT"):
        choose(data_of([animal("a"), animal("b")], [weight("a"), weight("b", 31)]), unknown)


def test_without_traits_asked_for_only_those_with_enough_records_are_taken() -> None:
    animals = [animal(f"a{i}") for i in range(12)]
    weights = [weight(f"a{i}", 30 + i) for i in range(12)]
    weights += [weight(f"a{i}", 40 + i, trait="PWT", contemporary_group="p") for i in range(3)]
    chosen = choose(data_of(animals, weights), plan("BWT", "WWT", "PWT", is_asked=False))
    assert list(chosen.by_trait) == ["WWT"]
    assert [v.examples for v in chosen.verdicts if v.code == "trait_left_out"] == [("PWT",)]
    with pytest.raises(NothingToEvaluate):
        choose(data_of(animals, weights[:3]), plan("WWT", is_asked=False))


def test_what_is_said_of_records_fits_their_trait() -> None:
    animals = [animal(key) for key in "abc"]
    records = [
        weight(key, 3.0, trait=trait, contemporary_group=None if key == "c" else "g")
        for key in "abc"
        for trait in ("PFAT", "PWT")
    ]
    data = data_of(animals, [*records, weight("a"), weight("b", 31)])
    with pytest.raises(TraitWithoutVariance, match="PFAT") as constant:
        choose(data, plan("PFAT", "PWT"))
    assert constant.value.about == {"PFAT": "all measurements are the same", "PWT": "all weights are the same"}
    assert constant.value.fix.startswith("Check the measurements")
    with pytest.raises(TraitWithoutRecords) as empty:
        choose(data, plan("PEMD", "WWT"))
    assert (empty.value.about, empty.value.fix.split()[1]) == ({"PEMD": "no usable measurement"}, "measurements")
    for codes, word in ((("PFAT", "PWT"), "measurements"), (("PWT",), "weights")):
        with pytest.raises(NothingToEvaluate, match=f"usable {word} that differ"):
            choose(data, plan(*codes, is_asked=False))
    different = [*records, weight("a", 4.0, trait="PFAT", occurred_on="2020-12-01", contemporary_group="g")]
    messages = {v.code: v.message for v in choose(data_of(animals, different), plan("PFAT")).verdicts}
    assert messages["no_group"] == "measurements without a contemporary group"
    assert messages["repeated"].startswith("further measurements;")


def test_groups_without_a_common_sire_are_named() -> None:
    animals = [animal("a", sire_id="s"), animal("b", sire_id="s"), animal("c", sire_id="t"), animal("d")]
    weights = {
        "a": weight("a", contemporary_group="g1"),
        "b": weight("b", contemporary_group="g2"),
        "c": weight("c", contemporary_group="g3"),
        "d": weight("d", contemporary_group="g1"),
    }
    assert [v.examples for v in unconnected(data_of(animals, []), "WWT", weights)] == [("g3",)]


def test_traits_of_one_animal_share_a_row_and_keep_their_own_group_and_age() -> None:
    animals = [
        animal("a", sex="female", birth_type=2, rear_type=1, sire_id="s", dam_id="d", drop_year=2020),
        animal("b", birth_type=4, drop_year=2020),
        animal("d", sex="female", drop_year=2016),
        animal("s"),
    ]
    weights = [
        weight("a", 30, age_days=95),
        weight("b", 33),
        weight("b", 50, trait="PWT", age_days=230, contemporary_group="p1"),
        weight("a", 52, trait="PWT", age_days=225, contemporary_group="p1"),
        weight("b", 4.5, trait="BWT", age_days=0, contemporary_group="b1"),
        weight("a", 4.1, trait="BWT", age_days=0, contemporary_group="b1"),
    ]
    data = data_of(animals, weights)
    wanted = plan("BWT", "WWT", "PWT")
    equations = equations_of(data, choose(data, wanted), wanted)
    records = equations.observations.records
    assert records.animal.tolist() == [0, 1]
    assert records.values.tolist() == [[4.1, 30.0, 52.0], [4.5, 33.0, 50.0]]
    assert records.columns["age_WWT"].tolist() == [-5.0, 0.0]
    assert records.columns["age_PWT"].tolist() == [0.0, 5.0]
    assert "age_BWT" not in records.columns
    assert equations.animals.pedigree.sire.tolist() == [3, -1, -1, -1]
    names = {e.name: e.traits for e in equations.model.model.effects}
    assert names["rear_type"] == ("WWT", "PWT")
    assert names["sex"] is None
    assert equations.observations.labels["dam_age"].to_list() == ["3-6", "unknown"]
    assert equations.observations.labels["birth_type"].to_list() == ["2", "3+"]


def test_classes_of_litters_and_dams() -> None:
    assert [litter_class(n) for n in (None, 0, 1, 2, 3, 5)] == ["unknown", "0", "1", "2", "3+", "3+"]
    ages = [age_class(2020, born) for born in (None, 2020, 2019, 2018, 2017, 2014, 2013)]
    assert ages == ["unknown", "1", "1", "2", "3-6", "3-6", "7+"]


def test_levels_that_cannot_be_told_apart_are_named_once() -> None:
    animals = [animal(f"a{i}", birth_type=1 + i % 2, rear_type=1 + i % 2) for i in range(6)]
    data = data_of(animals, [weight(f"a{i}", 30 + i * i) for i in range(6)])
    report = report_of(data, evaluate(data, plan("WWT")))
    confounded = [v for v in report["verdicts"] if v["code"] == "confounded_level"]
    assert [(v["count"], v["examples"]) for v in confounded] == [(1, ("rear_type = 2",))]
    kept = {(row["effect"], row["level"]): row["is_constrained"] for row in report["fixed"]}
    assert kept["birth_type", "2"] is False
    assert kept["age_WWT", "slope"] is True


def test_a_loop_is_told_by_tags() -> None:
    animals = [animal("a", sire_id="b"), animal("b", sire_id="a"), animal("c")]
    with pytest.raises(PedigreeContradiction, match="tag-a") as loop:
        evaluate(data_of(animals, [weight("a"), weight("c", 31)]), plan("WWT"))
    assert {row.code for row in loop.value.errors} == {"pedigree_loop"}


def test_percentiles_rank_the_own_animals_only() -> None:
    found = percentiles(np.array([1.0, 9.0, 2.0, 3.0]), np.array([True, False, True, True]))
    assert found[[0, 2, 3]].tolist() == [0.0, 50.0, 100.0]
    assert np.isnan(found[1])
    assert percentiles(np.array([1.0]), np.array([True])).tolist() == [0.0]


REFERENCE = Path(__file__).parent / "mrode.json"


@pytest.mark.parametrize("case", json.loads(REFERENCE.read_text()), ids=lambda case: case["name"])
def test_published_breeding_values_from_farm_records(case: dict[str, Any]) -> None:
    """All animals in one group and weighed at one age: the sheep model is then the model of the book."""
    codes = {"M": "male", "F": "female"}
    sexes = {record["animal"]: codes[record["sex"]] for record in case["records"]}
    animals = [
        animal(
            f"{key:02d}", sex=sexes.get(key, "unknown"), sire_id=f"{sire:02d}" if sire else None,
            dam_id=f"{dam:02d}" if dam else None,
        )
        for key, sire, dam in case["pedigree"]
    ]  # fmt: skip
    ages = {"WWT": 100, "PWT": 225}
    weights = [
        weight(f"{record['animal']:02d}", record[name], trait=code, age_days=ages[code], contemporary_group=code)
        for record in case["records"]
        for name, code in zip(case["traits"], ages, strict=False)
        if record.get(name) is not None
    ]
    wanted = plan(*list(ages)[: len(case["traits"])], additive=case["additive"], residual=case["residual"])
    solution = evaluate(data_of(animals, weights), wanted).found.solution
    expected = np.array([case["ebv"][name] for name in case["traits"]]).T
    assert np.abs(solution.ebv - expected).max() < case["tolerance"]
