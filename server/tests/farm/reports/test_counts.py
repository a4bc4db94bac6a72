"""Reports are counted from facts by plain functions: each beside numbers in print, or a recount of its own."""

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.reports.asking import Nothing, OfDrop
from bellwether.farm.reports.breeding import ewes, families, inbreeding
from bellwether.farm.reports.declaring import Asked, Found, Report
from bellwether.farm.reports.growth import curves, distribution, weaning
from bellwether.farm.reports.growth.gain import GainParameters, Weighed
from bellwether.farm.reports.herd import mortality, quality, wool, worms
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.ids import new_id
from bellwether.sheep.traits import Known

TODAY = date(2026, 3, 1)
BARE = AnimalFact(
    id=UUID(int=0), tag=None, sex="female", fertility="unknown", birth_date=date(2024, 8, 1), birth_type=1, rear_type=1,
    drop_year=2024, fate="alive", fate_on=None, sire_id=None, dam_id=None, bore_id=None, reared_id=None,
    in_syndicate=False, arrived_on=None, mob=None, reference_only=False,
)  # fmt: skip


def animal(**more: Any) -> AnimalFact:
    """One that is here and of whom little is known."""
    return BARE._replace(**({"id": new_id()} | more))


def herd(*animals: AnimalFact) -> dict[UUID, AnimalFact]:
    """By id."""
    return {each.id: each for each in animals}


def measured(of: AnimalFact, trait: str, value: float, on: date = TODAY, group: str | None = "g") -> MeasuredFact:
    """A record."""
    age = None if of.birth_date is None else (on - of.birth_date).days
    return MeasuredFact(of.id, trait, value, on, age, group)


def asked(parameters: Any) -> Asked[Any]:
    """By the farm, today."""
    return Asked(new_id(), TODAY, parameters)


def rows(report: Report, found: Found) -> list[dict[str, Any]]:
    """By the names of the columns."""
    return [dict(zip([column.name for column in report.columns], row, strict=True)) for row in found.rows]


def test_inbreeding_of_full_sibs_mated_for_generations_is_that_of_the_textbook() -> None:
    """Falconer and Mackay, table 5.1: F of full sib mating is 0, 0.25, 0.375, 0.5, 0.594, 0.672; dF tends to 0.191."""
    pair = [animal(drop_year=2000), animal(drop_year=2000)]
    everybody = list(pair)
    for year in range(2001, 2007):
        pair = [animal(drop_year=year, sire_id=pair[0].id, dam_id=pair[1].id) for _ in range(2)]
        everybody += pair
    found = rows(inbreeding.INBREEDING, inbreeding.count(herd(*everybody), asked(Nothing())))
    assert [row["mean_f"] for row in found] == pytest.approx([0, 0, 0.25, 0.375, 0.5, 0.59375, 0.671875])
    assert found[-1]["step"] == pytest.approx(0.191, abs=0.002)
    assert found[-1]["size"] == pytest.approx(1 / (2 * found[-1]["step"]))
    assert [row["size"] for row in found[:2]] == [None, None]
    assert [row["above_pct"] for row in found[:3]] == [0, 0, 100]


def test_deaths_are_counted_among_those_that_were_alive_when_the_band_began() -> None:
    pick = random.Random(1)
    animals, causes = [], {}
    for _ in range(300):
        born = date(2024, 1, 1) + timedelta(pick.randrange(600))
        arrived = born + timedelta(pick.randrange(300)) if pick.random() < 0.2 else None
        fate = pick.choice(["alive", "dead", "sold"])
        on = None if fate == "alive" else (arrived or born) + timedelta(pick.choice([0, 1, 3, 7, 8, 50, 100, 101, 300]))
        one = animal(birth_date=born, fate=fate, fate_on=on, arrived_on=arrived)
        animals.append(one)
        if fate == "dead":
            causes[one.id] = pick.choice(["fly", "birth", None])
    found = rows(mortality.MORTALITY, mortality.count(mortality.Facts(herd(*animals), causes), asked(OfDrop())))
    for name, first, last in mortality.BANDS:
        start = dead = 0
        for one in animals:
            assert one.birth_date
            day = one.birth_date + timedelta(first)
            if day > TODAY or (one.arrived_on and one.arrived_on > day) or (one.fate_on and one.fate_on < day):
                continue
            start += 1
            dead += one.fate == "dead" and (last is None or (one.fate_on - one.birth_date).days <= last)  # type: ignore[operator]
        (whole,) = [row for row in found if (row["band"], row["cause"]) == (name, "all causes")]
        assert (whole["at_start"], whole["deaths"]) == (start, dead)
        causes_of = [row["deaths"] for row in found if row["band"] == name and row["cause"] != "all causes"]
        assert sum(causes_of) == dead


@pytest.mark.parametrize(("age", "to", "flag"), [(60, 60, False), (74, 60, True), (75, 90, False), (100, 90, False)])
def test_a_weaning_weight_goes_along_the_line_from_birth(age: int, to: int, flag: bool) -> None:
    """(BW + (WW - BW) / age * days) * factors."""
    dam = animal(birth_date=date(2022, 8, 1))
    lamb = animal(sex="male", birth_type=2, rear_type=1, reared_id=dam.id)
    assert lamb.birth_date
    facts = [measured(lamb, "BWT", 4.0, lamb.birth_date), measured(lamb, "WWT", 28.0, lamb.birth_date + timedelta(age))]
    said = weaning.WeaningParameters(ram=0.9, twin_as_single=1.05, young_dam=1.1)
    (row,) = rows(weaning.WEANING, weaning.count(Weighed(herd(dam, lamb), facts), asked(said)))
    assert row["to_age"] == to
    assert row["factor"] == pytest.approx(0.9 * 1.05 * 1.1)
    assert row["adjusted_kg"] == pytest.approx((4 + 24 / age * to) * 0.9 * 1.05 * 1.1)
    assert (row["flags"] is not None) == flag


def test_above_a_hundred_days_a_weaning_weight_is_always_flagged() -> None:
    lamb = animal(sex="unknown", birth_type=None)
    assert lamb.birth_date
    facts = [measured(lamb, "BWT", 4.0, lamb.birth_date), measured(lamb, "WWT", 34.0, lamb.birth_date + timedelta(120))]
    facts.append(measured(animal(), "WWT", 30))
    (row,) = rows(weaning.WEANING, weaning.count(Weighed(herd(lamb), facts), asked(weaning.WeaningParameters())))
    assert (row["to_age"], row["adjusted_kg"], row["factor"]) == (120, pytest.approx(34.0), 1.0)
    assert row["flags"] == "weighed 0 d from 120 d; sex not known; birth or rear type not known; age of dam not known"


def flock_of_sires(seed: int) -> families.Facts:
    """Progeny of four sires in three groups."""
    pick = random.Random(seed)
    sires = [animal(sex="male", tag=f"S{n}") for n in range(4)]
    lambs = [animal(sire_id=pick.choice([*sires, None]) and pick.choice(sires).id) for _ in range(80)]
    lambs += [animal() for _ in range(5)]
    records = [measured(lamb, "WWT", pick.uniform(20, 40), group=pick.choice(["a", "b", "c", None])) for lamb in lambs]
    return families.Facts(herd(*sires, *lambs), records)


def test_a_family_is_measured_against_its_contemporaries() -> None:
    facts = flock_of_sires(2)
    found = families.count_sires(facts, asked(families.FamilyParameters()))
    told = rows(families.SIRE_TABLE, found)
    groups = defaultdict(list)
    for each in facts.records:
        groups[each.contemporary_group].append(each.value)
    own = defaultdict(list)
    for each in facts.records:
        sire = facts.animals[each.animal_id].sire_id
        if sire and each.contemporary_group:
            mean = sum(groups[each.contemporary_group]) / len(groups[each.contemporary_group])
            own[sire].append((each.value, each.value - mean, each.contemporary_group))
    assert {row["sire_id"] for row in told} == set(own)
    for row in told:
        values = own[row["sire_id"]]
        assert row["deviation"] == pytest.approx(sum(v[1] for v in values) / len(values))
        assert row["mean"] == pytest.approx(sum(v[0] for v in values) / len(values))
        assert (row["measured"], row["groups"]) == (len(values), len({v[2] for v in values}))
        assert row["progeny"] == sum(a.sire_id == row["sire_id"] for a in facts.animals.values())
    assert sum(row["measured"] for row in told) + sum(found.left_out.values()) == len(facts.records)


def test_a_sire_links_groups_with_more_than_ten_progeny() -> None:
    one, two = animal(sex="male", tag="1"), animal(sex="male", tag="2")
    lambs = [animal(sire_id=one.id) for _ in range(11)] + [animal(sire_id=two.id) for _ in range(10)]
    groups = ["a"] * 10 + ["b"] + ["a"] * 9 + ["b"]
    records = [measured(lamb, "WWT", 30, group=group) for lamb, group in zip(lambs, groups, strict=True)]
    facts = families.Facts(herd(one, two, *lambs), records)
    told = rows(families.LINKAGE, families.count_links(facts, asked(families.FamilyParameters())))
    assert [(row["sire"], row["group"], row["progeny"], row["total"], row["links"]) for row in told] == [
        ("1", "a", 10, 11, True), ("1", "b", 1, 11, True), ("2", "a", 9, 10, False), ("2", "b", 1, 10, False),
    ]  # fmt: skip


def test_a_lamb_in_two_groups_is_one_of_the_progeny() -> None:
    """Six lambs, each measured in both groups: too few for a link."""
    sire = animal(sex="male")
    lambs = [animal(sire_id=sire.id) for _ in range(6)]
    records = [measured(lamb, "WWT", 30.0, TODAY, group=group) for lamb in lambs for group in "ab"]
    found = rows(
        families.LINKAGE,
        families.count_links(families.Facts(herd(sire, *lambs), records), asked(families.FamilyParameters())),
    )
    assert {(row["group"], row["progeny"], row["total"], row["links"]) for row in found} == {
        ("a", 6, 6, False), ("b", 6, 6, False)
    }  # fmt: skip


def test_a_value_at_the_lower_end_of_a_class_is_in_it() -> None:
    values = [each / 10 for each in range(1, 1000)]
    one = animal()
    own = [distribution.Latest(one, [measured(one, "WWT", value, TODAY)]) for value in values]
    assert distribution.classes(own, 0.1) == [(value, round(value + 0.1, 6), 1) for value in values]


def test_i9_the_ewe_that_bore_and_reared_has_the_credit_and_the_donor_has_none() -> None:
    donor, recipient, foster = (animal(tag=tag, birth_date=date(2020, 8, 1), drop_year=2020) for tag in "DRF")
    lamb = animal(dam_id=donor.id, bore_id=recipient.id, reared_id=foster.id)
    own = animal(dam_id=recipient.id, bore_id=recipient.id, reared_id=recipient.id, drop_year=2025)
    facts = ewes.Facts(herd(donor, recipient, foster, lamb, own), {lamb.id: 30.0, own.id: 26.0})
    found = ewes.count_ewes(facts, asked(ewes.EweParameters()))
    told = {row["ewe"]: row for row in rows(ewes.EWE_TABLE, found)}
    assert set(told) == {"R", "F"}
    assert [told["R"][name] for name in ("drops", "born", "weaned", "kg_by_drop", "years")] == [2, 2, 1, 13.0, 5]
    assert [told["F"][name] for name in ("drops", "born", "weaned", "kg_by_drop")] == [1, 0, 1, 30.0]
    assert found.left_out == {"ewes without a lamb": 3}


def test_a_ewe_is_culled_for_age_or_barrenness_and_told_why() -> None:
    old = animal(tag="old", birth_date=date(2019, 3, 1), drop_year=2019)
    six = animal(tag="six", birth_date=date(2019, 3, 2), drop_year=2019)
    barren = animal(tag="barren", birth_date=date(2021, 8, 1), drop_year=2021)
    maiden = animal(tag="maiden", birth_date=date(2024, 8, 1), drop_year=2024)
    lambs = [animal(bore_id=each.id, drop_year=2025, sex="male") for each in (old, six)]
    lambs.append(animal(bore_id=barren.id, drop_year=2023, sex="male"))
    facts = ewes.Facts(herd(old, six, barren, maiden, *lambs), {})
    told = rows(ewes.CULL_LIST, ewes.count_culls(facts, asked(ewes.CullParameters())))
    assert [(row["ewe"], row["reasons"]) for row in told] == [
        ("barren", "no lamb in the last 2 drops"), ("old", "7 years old")
    ]  # fmt: skip


def test_quality_counts_what_is_missing() -> None:
    whole = animal(sire_id=new_id(), dam_id=new_id())
    bare = animal(birth_date=None, birth_type=None, sex="unknown", in_syndicate=True)
    assert whole.birth_date
    records = [measured(whole, "WWT", 30, whole.birth_date + timedelta(133)), measured(bare, "WWT", 30, group=None)]
    found = rows(quality.QUALITY, quality.count(quality.Facts(herd(whole, bare), records, Known()), asked(OfDrop())))
    assert {(row["of"], row["what"]): (row["found"], row["among"]) for row in found} == {
        ("animals", "without a day of birth"): (1, 2),
        ("animals", "without a sire"): (1, 2),
        ("animals", "with several rams that may be the sire"): (1, 2),
        ("animals", "without a dam"): (1, 2),
        ("animals", "without a birth type"): (1, 2),
        ("animals", "of unknown sex"): (1, 2),
        ("WWT", "records without an age"): (1, 2),
        ("WWT", "records without a contemporary group"): (1, 2),
        ("WWT", "records outside of the window of the stage"): (1, 2),
        ("WWT", "contemporary groups with fewer than 5"): (1, 1),
    }


def test_a_treatment_is_judged_by_arithmetic_means_of_one_mob() -> None:
    one, two = animal(mob="North"), animal(mob="South")
    day = date(2026, 2, 1)
    records = [measured(one, "WEC", egg, day - timedelta(1)) for egg in (100, 500, 900)]
    records += [measured(one, "WEC", egg, day + timedelta(10)) for egg in (0, 50)]
    records += [measured(two, "WEC", 0, day), measured(two, "WEC", 0, day + timedelta(1))]
    said = worms.WormParameters(treated_on=day)
    told = rows(worms.WORMS, worms.count(worms.Facts(herd(one, two), records), asked(said)))
    assert [(row["mob"], row["n_before"], row["mean_before"], row["effect"]) for row in told] == [
        ("North", 3, 500, pytest.approx(95)), ("South", 1, 0, None),
    ]  # fmt: skip


def test_wool_is_summed_by_class_and_stage() -> None:
    ewe, wether = animal(), animal(sex="male", fertility="neutered")
    records = [measured(ewe, "AGFW", 4.0), measured(ewe, "AGFW", 5.0), measured(wether, "YGFW", 3.0)]
    records.append(measured(ewe, "AFD", 19.0))
    told = rows(wool.WOOL, wool.count(wool.Facts(herd(ewe, wether), records), asked(wool.WoolParameters())))
    assert [(r["stage"], r["class"], r["fleeces"], r["greasy_kg"], r["mean_kg"], r["micron"]) for r in told] == [
        ("adult", "ewes", 2, 9.0, 4.5, 19.0), ("yearling", "wethers", 1, 3.0, 3.0, None),
    ]  # fmt: skip


def test_the_yield_of_the_clip_is_that_of_the_fleeces_of_which_it_is_known() -> None:
    """100 CFW/GFW, CFW = GFW * yield/100: 2.8 told, 5 * 60 % = 3; the third has a yield of another year alone."""
    told, sampled, unknown = animal(), animal(), animal()
    records = [measured(told, "AGFW", 4.0), measured(told, "ACFW", 2.8), measured(told, "AYLD", 99.0)]
    records += [measured(sampled, "AGFW", 5.0), measured(sampled, "AYLD", 60.0, TODAY - timedelta(20))]
    records += [measured(sampled, "YYLD", 90.0), measured(unknown, "AGFW", 6.0)]
    records.append(measured(unknown, "AYLD", 70.0, TODAY - timedelta(365)))
    facts = wool.Facts(herd(told, sampled, unknown), records)
    (row,) = rows(wool.WOOL, wool.count(facts, asked(wool.WoolParameters())))
    assert (row["fleeces"], row["greasy_kg"], row["of_known_kg"]) == (3, 15.0, 9.0)
    assert (row["clean_kg"], row["yield_pct"]) == (pytest.approx(5.8), pytest.approx(100 * 5.8 / 9))


def test_a_curve_looks_back_seven_days_at_least() -> None:
    one = animal()
    days = [date(2025, 1, day) for day in (1, 6, 8, 30)]
    facts = Weighed(herd(one), [measured(one, "PWT", kg, day) for kg, day in zip((30, 31, 32, 54), days, strict=True)])
    told = rows(curves.CURVES, curves.count(facts, asked(GainParameters())))
    assert [row["gain"] for row in told] == [None, None, pytest.approx(2000 / 7), 1000.0]
