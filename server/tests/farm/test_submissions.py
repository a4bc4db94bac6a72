"""A submission to Sheep Genetics: every fault by its tag, what is sound as a file that the import reads."""

import csv
import io
import zipfile
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bellwether.farm.exports.formats.nsip import WINDOWS
from bellwether.farm.exports.submission.drop import Row, Syndicate, Value, faults_of, sound
from hypothesis import given
from hypothesis import strategies as st

from .conftest import SAMPLES, Farmer
from .exporting import exported

BORN = date(2024, 8, 3)
SIRE = "1699992022220077"


def lamb(n: int, **changes: Any) -> Row:
    """A sound one, weaned."""
    born = BORN + timedelta(days=n % 5)
    row = Row(str(n), f"24{n:04d}", f"161234202424{n:04d}", "female", False, born, 2024, 1, 1, False, "1", sire=SIRE)
    weaned = Value("WWT", 30 + n, born + timedelta(days=100), "1", 100)
    return replace(row, values={"WWT": weaned}, dam=f"16123420202000{n:02d}", dam_key=f"ewe {n}", **changes)


def value_of(row: Row, **changes: Any) -> Row:
    """With another weaning weight."""
    return replace(row, values={"WWT": row.values["WWT"]._replace(**changes)})


def codes(*rows: Row) -> set[tuple[str, str]]:
    """Fault and tag."""
    return {(fault.code, fault.tag) for fault in faults_of(rows)}


def test_each_fault_is_told_by_its_tag() -> None:
    """Section 13: year of the ID, role, recipient, date and group, window, litters, wool, parents."""
    sound_one = lamb(1)
    assert codes(sound_one) == set()
    assert codes(replace(sound_one, id="")) == {("no_id", "240001")}
    assert codes(replace(sound_one, id="1612342023240001")) == {("id_year_mismatch", "240001")}
    assert codes(replace(sound_one, is_transfer=True)) == {("recipient_missing", "240001")}
    assert codes(replace(sound_one, roles=frozenset({"sire"}))) == {("sex_clash", "240001")}
    wether = replace(sound_one, sex="male", is_wether=True)
    assert codes(replace(wether, roles=frozenset({"sire"}))) == {("sex_clash", "240001")}
    assert codes(replace(sound_one, lost_parents=("dam",))) == {("parent_without_id", "240001")}
    assert codes(value_of(sound_one, group="")) == {("group_missing", "240001")}
    assert codes(value_of(sound_one, age_days=20)) == {("outside_window", "240001")}
    assert codes(value_of(sound_one, age_days=None)) == {("no_birth_date", "240001")}
    twins = (replace(lamb(0), dam_key="ewe"), replace(lamb(1), dam_key="ewe", birth_type=2))
    assert codes(*twins) == {("twin_types_differ", "240000"), ("twin_types_differ", "240001")}
    fleece = Value("YGFW", 3.1, date(2025, 8, 1), "1", 363)
    shorn = replace(sound_one, values={"YGFW": fleece}, shorn=(date(2025, 4, 1), fleece.day))
    assert codes(shorn) == {("growth_too_short", "240001")}
    assert codes(replace(shorn, shorn=(fleece.day,))) == set()


def test_a_fault_takes_away_what_it_is_about_and_no_more() -> None:
    rows = [lamb(n) for n in range(8)]
    rows[0] = replace(rows[0], id="1612342023240000")
    rows[1] = value_of(rows[1], group="")
    kept = sound(rows, faults_of(rows))
    assert [row.tag for row in kept] == [f"24{n:04d}" for n in range(1, 8)]
    assert [len(row.values) for row in kept] == [0, 1, 1, 1, 1, 1, 1]


@given(st.lists(st.tuples(st.sampled_from(["ram", "wether", "ewe", "et"]), st.sampled_from("12")), max_size=8))
def test_wethers_and_rams_and_transferred_lambs_are_never_sent_in_one_group(found: list[tuple[str, str]]) -> None:
    """I24."""
    rows = []
    for n, (kind, group) in enumerate(found):
        sex = "female" if kind in ("ewe", "et") else "male"
        row = value_of(
            lamb(n, sex=sex, is_wether=kind == "wether", is_transfer=kind == "et", recipient="x"), group=group
        )
        rows.append(row)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for row in sound(rows, faults_of(rows)):
        for value in row.values.values():
            kind = "wether" if row.is_wether else "ram" if row.sex == "male" else "ewe"
            groups[value.group] |= {kind, "et" if row.is_transfer else "natural"}
    for kinds in groups.values():
        assert not {"wether", "ram"} <= kinds
        assert not {"et", "natural"} <= kinds


@given(st.integers(0, 10), st.integers(0, 10), st.integers(0, 12), st.integers(2022, 2024))
def test_syndicates_are_of_one_to_ten_rams_of_the_year_before_and_few_in_a_drop(
    n_known: int, n_syndicate: int, n_rams: int, year: int
) -> None:
    """I25."""
    rams = Syndicate("1612342023NAM001", year, n_rams)
    rows = [lamb(n) for n in range(n_known)]
    rows += [replace(lamb(n_known + n), sire="", syndicate=rams) for n in range(n_syndicate)]
    kept = sound(rows, faults_of(rows))
    without = [row for row in kept if not row.sire]
    assert len(without) <= 0.3 * len(rows)
    assert all(row.syndicate is None or (1 <= n_rams <= 10 and year == 2023) for row in without)
    assert [row.tag for row in kept if row.sire] == [f"24{n:04d}" for n in range(n_known)]


@given(st.integers(0, 400), st.sampled_from(["", "1"]))
def test_a_value_without_group_or_outside_its_window_is_not_sent(age: int, group: str) -> None:
    """I22: the stage window and the group block the export."""
    row = value_of(lamb(1), age_days=age, group=group)
    (kept,) = sound([row], faults_of([row]))
    assert bool(kept.values) == (32 <= age <= 132 and group != "")


@given(st.integers(0, 400))
def test_a_value_outside_the_window_of_nsip_is_not_sent_there(age: int) -> None:
    row = value_of(lamb(1), age_days=age, group="1")
    (kept,) = sound([row], faults_of([row], WINDOWS))
    assert bool(kept.values) == (40 <= age <= 120)


async def test_the_submission_of_a_flock_is_read_by_the_import(farmer: Farmer) -> None:
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    content, report = await exported(farmer, "sheep_genetics", headings={"birth_type": "BT", "WWTGRP": "WWTMGMTGRP"})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("submission.csv").decode()
        faults = list(csv.DictReader(io.StringIO(archive.read("faults.csv").decode())))
    told = {(fault["code"], fault["tag"]) for fault in faults}
    assert told == {("group_missing", "240001"), ("group_missing", "240002")}
    assert len(faults) == report["written"]["faults"]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"BT", "WWTMGMTGRP", "SIRE"} <= set(rows[0])
    ids = {row["ID"][-6:] for row in rows}
    assert ids == {"240001", "240002", "240003", "240004", "240005"}
    assert {row["ID"][-6:]: row["WWT"] for row in rows}["240001"] == "31.5"
    plain, _ = await exported(farmer, "sheep_genetics")
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        again = await farmer.take_in(archive.read("submission.csv"), "sg")
    assert again["verdicts"] == {"match": len(rows)}
    american, _ = await exported(farmer, "nsip")
    with zipfile.ZipFile(io.BytesIO(american)) as archive:
        assert archive.namelist() == ["submission.csv", "faults.csv", "report.json"]
        assert "WWT" in archive.read("submission.csv").decode().split("\r\n")[0]
