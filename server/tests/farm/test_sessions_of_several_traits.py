"""A weigh session in which more was measured than the weight: each trait in a column of its own."""

from typing import Any

import pytest

from .conftest import Farmer
from .reading import codes, detected, read_all, refusal
from .test_measurement_files import sheep
from .test_measurements import listed

HEAD = "VID,Date,Time,Weight,Group,PEMD,PFAT,BCS\n"


def day(*lines: str, head: str = HEAD) -> bytes:
    """A day in the yards."""
    return (head + "".join(line + "\n" for line in lines)).encode()


async def kept(farmer: Farmer, animal: str) -> set[tuple[str, str, float]]:
    """Trait, day and value of all that counts."""
    return {(each["trait"], each["occurred_on"], each["value"]) for each in await listed(farmer, animal_id=animal)}


async def test_all_of_a_line_is_taken_on_its_day_once_and_taken_back_together(farmer: Farmer) -> None:
    animal = await sheep(farmer)
    first = day("1,2025-03-11,09:30,44.5,A,27,3.5,3")
    done = await farmer.take_in(first, "weights", trait="PWT")
    assert (done["rows_in"], done["verdicts"]) == (1, {"new": 1})
    everything = {("PWT", "2025-03-11", 44.5), ("PEMD", "2025-03-11", 27), ("PFAT", "2025-03-11", 3.5)}
    everything |= {("BCS", "2025-03-11", 3)}
    assert await kept(farmer, animal) == everything
    assert {(each["occurred_time"], each["recorded_group"]) for each in await listed(farmer, animal_id=animal)} == {
        ("09:30:00", "A")
    }
    again = await farmer.take_in(first + b"\n", "weights", trait="PWT")
    assert again["verdicts"]["match"] == 1
    better = await farmer.take_in(day("1,2025-03-11,10:00,44.5,A,28,3.5,3"), "weights", trait="PWT")
    assert better["verdicts"] == {"update": 1}
    assert await kept(farmer, animal) == (everything - {("PEMD", "2025-03-11", 27)}) | {("PEMD", "2025-03-11", 28)}
    for made in (better, again, done):
        await farmer.undo(made["import_id"])
    assert await kept(farmer, animal) == set()


async def test_a_line_without_a_weight_tells_the_rest_and_one_fault_keeps_all_of_it_out(farmer: Farmer) -> None:
    animal = await sheep(farmer)
    lines = ["1,2025-03-11,,,,27,,", "1,2025-03-12,,45,,900,3.5,3", "1,2025-03-13,,,,,,", "1,2025-03-14,,46,,,,3",
             "1,2025-03-14,,46,,,,3"]  # fmt: skip
    done = await farmer.take_in(day(*lines), "weights", trait="PWT")
    assert (done["rows_accepted"], done["faults"]) == (2, {"out_of_range": 1, "weight_missing": 1, "duplicate_row": 1})
    assert await kept(farmer, animal) == {
        ("PEMD", "2025-03-11", 27), ("PWT", "2025-03-14", 46), ("BCS", "2025-03-14", 3),
    }  # fmt: skip


async def test_a_weight_off_the_curve_is_told_beside_other_traits(farmer: Farmer) -> None:
    await sheep(farmer)
    content = day("1,2025-01-01,,30,,25,,", "1,2025-01-31,,36,,26,,", "1,2025-03-02,,50,,27,,")
    done = await farmer.take_in(content, "weights", trait="PWT")
    assert (done["rows_accepted"], done["warnings"]["off_own_curve"]) == (3, 1)


async def test_many_lines_are_taken_as_few_are(farmer: Farmer) -> None:
    """From two thousand lines on a file is read in columns; these lines still one by one."""
    animal = await sheep(farmer)
    days = [f"{2000 + n // 336:04}-{1 + n // 28 % 12:02}-{1 + n % 28:02}" for n in range(8400)]
    lines = [f"1,{each},,,,,,{1 + n % 4}" for n, each in enumerate(each for each in days if each > "2024-08-10")]
    content = day(*lines, *["2,2024-09-01,,40,,,,"] * 2000)
    done = await farmer.take_in(content, "weights", trait="PWT")
    assert (done["rows_accepted"], done["rows_in"]) == (len(lines), len(lines) + 2000)
    assert {trait for trait, *_ in await kept(farmer, animal)} == {"BCS"}


@pytest.mark.parametrize(
    ("head", "left"),
    [
        ("WWT,Birth Weight", ["WWT", "Birth Weight"]),
        ("WWT,WWTDATE", ["WWT", "WWTDATE"]),
        ("WEC,WECDATE", ["WEC", "WECDATE"]),
        ("PEMD,PWT,PWTDATE", ["PEMD", "PWT", "PWTDATE"]),
        ("DAG,DAGGRP", ["DAG", "DAGGRP"]),
        ("HCWT,CEMD", ["HCWT", "CEMD"]),
        ("YGFW", ["YGFW"]),
        ("PWT,PWWT", ["PWT", "PWWT"]),
        ("Birth Weight (g)", ["Birth Weight (g)"]),
    ],
)
def test_what_is_of_another_day_or_unit_is_left_out_and_told(head: str, left: list[str]) -> None:
    """Indicators write the last weight beside the one of today."""
    content = f"VID,Date,Weight,{head},BCS\n1,2025-03-11,44{',3' * head.count(',')},3,3\n".encode()
    layout, rows = read_all(content, "weights", trait="YWT")
    assert (list(layout.measurements), layout.ignored) == (["BCS"], left)
    assert {(each.trait, str(each.date)) for each in rows[2].data.each()} == {
        ("YWT", "2025-03-11"), ("BCS", "2025-03-11"),
    }  # fmt: skip


def test_what_is_of_another_day_is_not_read_because_the_sender_says_so() -> None:
    content = b"VID,Date,Weight,Last,Drop\n1,2025-03-11,44,30,3\n"
    assert refusal(content, "weights", trait="PWT", columns={"Last": "WWT"}) == ["column_unknown"]
    assert detected(content, "weights", trait="PWT", farm_columns={"Last": "WWT"}).ignored == ["Last", "Drop"]


@pytest.mark.parametrize("own", [{"Weight": "WWT"}, {"Date": "WWTDATE"}, {"Group": "WWTGRP"}])
def test_what_the_farm_calls_by_a_trait_in_its_lists_is_what_it_names_in_a_session(own: dict[str, str]) -> None:
    content = b"VID,Date,Weight,Group\n1,2025-03-11,44,A\n"
    assert detected(content, None, trait="PWT", farm_columns=own) == detected(content, None, trait="PWT")


def test_one_trait_in_two_stages_is_asked_about() -> None:
    content = b"VID,Date,Weight,PEMD,YEMD\n1,2025-03-11,44,27,28\n"
    assert refusal(content, "weights", trait="PWT") == ["column_twice"]
    assert refusal(content, "weights", trait="PWT", columns={"YEMD": "ignore"}) == []


def test_a_session_takes_nothing_back() -> None:
    content = b"VID,Date,Weight,BCS\n1,2025-03-11,44,<clear>\n1,2025-03-12,<clear>,3\n"
    assert codes(read_all(content, "weights", trait="PWT")[1]) == {2: ["cannot_clear"], 3: ["cannot_clear"]}


def test_a_header_of_ones_own_may_be_a_trait() -> None:
    """Which scale a condition score is on no header says, so its sender does."""
    head = "EID,VID,Date,Time,Weight,Draft,Condition Score,Note\n"
    content = day("982 000123456789,240001,11/11/2024,09:14:02,31.5,Left,3.0,", head=head)
    said: dict[str, Any] = {"trait": "WWT", "date_order": "dmy"}
    assert "Condition Score" in detected(content, None, **said).ignored
    layout, rows = read_all(content, "weights", columns={"Condition Score": "BCS"}, **said)
    assert layout.ignored == ["Draft", "Note"]
    assert [(each.trait, each.value) for each in rows[2].data.each()] == [("WWT", 31.5), ("BCS", 3.0)]
    assert layout.measurements == detected(content, None, farm_columns={"Condition Score": "BCS"}, **said).measurements


@pytest.mark.parametrize("kind", ["flock", "sg"])
def test_a_header_of_ones_own_may_be_a_trait_in_a_list(kind: str) -> None:
    content = b"ID,cond,BCSDATE\n1612342018180001,3,2024-11-11\n"
    _, rows = read_all(content, kind, columns={"cond": "BCS"})
    assert [(each.trait, each.value) for each in rows[2].data.measurements] == [("BCS", 3.0)]
