"""Which animals of several farms are one, and their data together: rules without a database."""

import csv
import io
from dataclasses import replace

import pytest
from bellwether.modelling.across.identity import Known, same_animals
from bellwether.modelling.across.merging import FarmRecords, together
from bellwether.modelling.across.parts import pedigree_part, records_part, shared_sires, told_to
from bellwether.modelling.flocks.flock_data import Animal, Measurement
from hypothesis import given
from hypothesis import strategies as st

EID, SOCIETY = ("std.iso.11785", "985000000000017"), ("uk.society", "S17")
A = Known("a", "a1", "male", 2020, numbers=frozenset({EID}))
B = replace(A, farm_id="b", id="b1")


def test_a_common_official_number_makes_one_animal_of_two() -> None:
    found = same_animals([A, B, Known("b", "b2", "male")])
    assert found.stands_for == {"a1": "a1", "b1": "a1"}
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ([replace(B, sex="female")], "other_sex"),
        ([replace(B, drop_year=2021)], "other_drop_year"),
        ([replace(B, numbers=frozenset(), disputed=frozenset({EID}))], "number_twice"),
        ([B, replace(B, id="b2")], "number_twice"),
        ([replace(B, numbers=frozenset({EID, SOCIETY})), replace(B, id="b2", numbers=frozenset({SOCIETY}))], None),
    ],
)
def test_what_could_be_two_ways_stays_apart_and_is_told(others: list[Known], code: str | None) -> None:
    """Never a guess: each doubt names its animals, and nothing of it is linked."""
    found = same_animals([A, *others])
    if code is None:
        # the society number is on two animals of one farm alone, which is that farm's own affair
        assert (found.stands_for, found.doubts) == ({"a1": "a1", "b1": "a1"}, ())
        return
    assert found.stands_for == {}
    (doubt,) = found.doubts
    assert (doubt.code, set(doubt.animals)) == (code, {"a1", *(each.id for each in others)})


def test_other_numbers_of_one_scheme_are_a_doubt_and_a_changed_tag_is_none() -> None:
    second = (SOCIETY[0], "S18")
    mine = replace(A, numbers=frozenset({EID, SOCIETY}))
    (doubt,) = same_animals([mine, replace(B, numbers=frozenset({EID, second}))]).doubts
    assert doubt.code == "other_number"
    retagged = replace(A, numbers=frozenset({EID, (EID[0], "985000000000099")}))
    assert same_animals([retagged, B]).stands_for == {"a1": "a1", "b1": "a1"}


def test_animals_that_hang_together_through_a_third_are_judged_together() -> None:
    """a1 and c1 have nothing in common but b1, which is male where c1 is female: none of the three is linked."""
    b = replace(B, sex="unknown", numbers=frozenset({EID, SOCIETY}))
    c = Known("c", "c1", "female", numbers=frozenset({SOCIETY}))
    found = same_animals([A, b, c])
    assert (found.stands_for, [doubt.code for doubt in found.doubts]) == ({}, ["other_sex"])


NUMBERS = st.frozensets(st.sampled_from([("x", "1"), ("x", "2"), ("y", "1"), ("y", "2")]), max_size=2)
KNOWN = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["male", "female", "unknown"]), NUMBERS), max_size=9)


@given(KNOWN)
def test_an_animal_is_one_with_at_most_one_of_each_farm_and_never_against_its_sex(
    rows: list[tuple[str, str, frozenset[tuple[str, str]]]],
) -> None:
    """Invariant of identity across farms, in any order of the farms."""
    known = [Known(farm, f"{i}", sex, numbers=numbers) for i, (farm, sex, numbers) in enumerate(rows)]
    found = same_animals(known)
    assert same_animals(known[::-1]) == found
    for members in found.members.values():
        assert len({each.farm_id for each in members}) == len(members) > 1
        assert len({each.sex for each in members} - {"unknown"}) <= 1
        numbers = [each.numbers for each in members]
        assert all(any(a & b for b in numbers if b is not a) for a in numbers)
    told = {animal for doubt in found.doubts for animal in doubt.animals}
    alone = [k for k in known if k.id not in found.stands_for]
    for a in alone:
        for b in alone:
            assert a.farm_id == b.farm_id or not a.numbers & b.numbers or {a.id, b.id} <= told


def brings(farm: str, *, sire_of_ram: str | None = None, birth_type: int | None = 2) -> FarmRecords:
    """A farm whose ram has a number, with a ewe and two lambs of both."""
    ids = {name: f"{farm}-{name}" for name in ("ram", "ewe", "old", "l1", "l2")}
    flock = f"{farm}-flock"
    animals = [Animal(ids["ram"], flock, "male", birth_type, sire_id=sire_of_ram and ids["old"], tag="Ram")]
    animals += [Animal(ids["ewe"], flock, "female"), Animal(ids["old"], flock, "male", tag="Old")]
    animals += [Animal(ids[n], flock, "female", 1, sire_id=ids["ram"], dam_id=ids["ewe"], tag=n) for n in ("l1", "l2")]
    measured = [Measurement(f"{farm}-m{n}", ids[n], "WWT", 30.0, "2020-01-01", 90, "g") for n in ("l1", "l2")]
    return FarmRecords(farm, (flock,), animals, measured, {ids["ram"]: frozenset({EID})}, {})


def test_the_farms_data_together() -> None:
    """Groups keep their farm, the ram stands once, and what only one farm knows of him counts."""
    found = together([brings("a"), brings("b", sire_of_ram="b-old", birth_type=None)])
    assert len(found.data.animals) == 9
    ram = next(animal for animal in found.data.animals if animal.id == "a-ram")
    assert (ram.sire_id, ram.birth_type, ram.tag) == ("b-old", 2, "a/Ram")
    assert {animal.sire_id for animal in found.data.animals if animal.tag in ("a/l1", "b/l1")} == {"a-ram"}
    assert {m.contemporary_group for m in found.data.measurements} == {"a/g", "b/g"}
    assert found.doubts == ()
    farms = [brings("a"), brings("b")]
    (sire,) = shared_sires(together(farms), farms)
    assert (sire.numbers, sire.n_farms, sire.n_progeny, dict(sire.of_farm)) == (
        (EID,), 2, 4, {"a": "a-ram", "b": "b-ram"},
    )  # fmt: skip


def test_parents_whom_two_farms_tell_differently_are_unknown_and_told() -> None:
    found = together([brings("a", sire_of_ram="a-old"), brings("b", sire_of_ram="b-old")])
    ram = next(animal for animal in found.data.animals if animal.id == "a-ram")
    assert ram.sire_id is None
    (doubt,) = found.doubts
    assert (doubt.code, doubt.animals) == ("other_sire", ("a-ram", "b-ram"))


def test_a_farm_s_part_has_no_name_of_another() -> None:
    pedigree = "animal,sire,dam\na-l1,a-ram,a-ewe\na-ram,b-old,\nb-l1,a-ram,b-ewe\nb-old,,\nb-ewe,,\na-ewe,,\n"
    part = pedigree_part(pedigree, {"a-l1": "a-l1", "a-ram": "a-ram"})
    assert list(csv.reader(io.StringIO(part)))[1:] == [["a-l1", "a-ram", ""], ["a-ram", "", ""]]
    theirs = pedigree_part(pedigree, {"b-l1": "b-l1", "a-ram": "b-ram", "b-old": "b-old"})
    assert "a-" not in theirs
    records = "animal,sire,dam,WWT,group_WWT\na-l1,a-ram,a-ewe,30,a/g\na-ram,,,50,b/g\nb-l1,a-ram,,31,b/g\n"
    mine = {"a-l1": "a-l1", "a-ram": "a-ram"}
    assert list(csv.reader(io.StringIO(records_part(records, mine, {"a-ram"}, "a"))))[1:] == [
        ["a-l1", "a-ram", "", "30", "g"]
    ]
    assert told_to("a", ["a1", "b1", "a"], ["a/7", "b1/8", "sex = male"]) == ["7", "sex = male"]
