"""The same file again: nothing twice, other options asked about, refused rows once more; what was refused as a file."""

import asyncio
import csv
import io
import random
from collections.abc import Callable
from typing import Any

from .conftest import Farmer, NewFarmer
from .dumps import dump

HEAD = "ID,SEX,DOB\n"
WEIGHT = b"VID,Date,Weight\n240001,2025-04-03,31\n"
AMBIGUOUS = b"VID,Date,Weight\n240001,03/04/2025,31\n240002,05/06/2025,28\n"


def ewes(*numbers: int) -> bytes:
    """A flock list."""
    return (HEAD + "".join(f"1612342024{240000 + n:06d},2,2024-08-03\n" for n in numbers)).encode()


async def weights_of(farmer: Farmer) -> list[dict[str, Any]]:
    """All that count in the flock."""
    found: list[dict[str, Any]] = (
        await farmer.ask("GET", "/weights", 200, params={"flock_id": farmer.flock_id})
    ).json()["items"]
    return found


async def test_idempotency_without_the_options(farmer: Farmer, new_farmer: Any) -> None:
    """Field case: the same bytes with a corrected date order, trait or flock "succeeded" and changed nothing."""
    await farmer.take_in(ewes(1, 2), "sg")
    first = await farmer.take_in(AMBIGUOUS, "weights", trait="WWT", date_order="mdy")
    for other in ({"date_order": "dmy", "trait": "WWT"}, {"date_order": "mdy", "trait": "PWT"}):
        refused = await farmer.upload(AMBIGUOUS, "weights", 409, **other)
        assert refused["code"] == "imported_with_other_options"
        assert "date_order=mdy, trait=WWT" in refused["detail"]
        assert f"date_order={other['date_order']}, trait={other['trait']}" in refused["detail"]
        assert f"/imports/{first['import_id']}/undo" in refused["errors"][0]["fix"]
    assert [error["field"] for error in refused["errors"]] == ["trait"]
    assert {weight["occurred_on"] for weight in await weights_of(farmer)} == {"2025-03-04", "2025-05-06"}
    beside = await farmer.take_in(AMBIGUOUS, "weights", trait="PWT", date_order="mdy", again="true")
    assert (beside["import_id"] != first["import_id"], beside["rows_accepted"]) == (True, 2)
    await farmer.undo(beside["import_id"])
    await farmer.undo(first["import_id"])
    corrected = await farmer.take_in(AMBIGUOUS, "weights", trait="WWT", date_order="dmy")
    assert corrected["rows_accepted"] == 2
    assert {weight["occurred_on"] for weight in await weights_of(farmer)} == {"2025-04-03", "2025-06-05"}


async def test_a_flock_list_of_the_same_bytes_for_a_second_flock_is_taken(farmer: Farmer) -> None:
    content = b"VID,SEX\nA1,2\nA2,2\n"
    one = await farmer.take_in(content, "flock")
    second = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Second", code="9999")
    two = await farmer.take_in(content, "flock", flock=second["id"])
    assert (one["import_id"] != two["import_id"], two["verdicts"]) == (True, {"new": 2})


async def test_weights_before_animals(farmer: Farmer) -> None:
    """Field case: weights sent again after the missing animals were registered got the old refusal."""
    content = b"VID,Date,Weight\n240001,2025-04-03,31\n240002,2025-04-03,28\n"
    await farmer.take_in(ewes(1), "sg")
    first = await farmer.take_in(content, "weights", trait="WWT")
    assert (first["rows_accepted"], first["faults"]) == (1, {"unknown_tag": 1})
    await farmer.take_in(ewes(2), "sg")
    again = await farmer.take_in(content, "weights", trait="WWT")
    assert again["import_id"] == first["import_id"]
    assert (again["rows_in"], again["rows_accepted"], again["faults"]) == (2, 2, {})
    assert len(await weights_of(farmer)) == 2
    once_more = await farmer.upload(content, "weights", trait="WWT")
    assert (once_more["import_id"], once_more["state"]) == (first["import_id"], "succeeded")
    await farmer.undo(first["import_id"])
    assert await weights_of(farmer) == []


async def test_what_a_file_found_in_the_herd_is_taken_when_it_is_gone(farmer: Farmer) -> None:
    """The weights of a second file were those of the first, which was undone: the same file again brings them back."""
    await farmer.take_in(ewes(1, 2), "sg")
    rows = b"240001,2025-04-03,31\n240002,2025-04-03,28\n"
    first = await farmer.take_in(b"VID,Date,Weight\n" + rows, "weights", trait="WWT")
    content = b"VID,Date,Weight\n240002,2025-05-03,38\n" + rows
    second = await farmer.take_in(content, "weights", trait="WWT")
    assert second["verdicts"] == {"new": 1, "match": 2}
    assert (await farmer.upload(content, "weights", trait="WWT"))["state"] == "succeeded"
    await farmer.undo(first["import_id"])
    assert len(await weights_of(farmer)) == 1
    again = await farmer.take_in(content, "weights", trait="WWT")
    assert (again["import_id"], again["verdicts"], again["rows_in"]) == (second["import_id"], {"new": 3}, 3)
    assert sorted(weight["weight_kg"] for weight in await weights_of(farmer)) == [28, 31, 38]
    assert (await farmer.upload(content, "weights", trait="WWT"))["state"] == "succeeded"
    await farmer.undo(second["import_id"])
    assert await weights_of(farmer) == []


async def test_a_commit_that_is_asked_for_twice_is_one_job(farmer: Farmer) -> None:
    await farmer.take_in(ewes(1), "sg")
    done = await farmer.take_in(WEIGHT, "weights", trait="WWT", commit="false")
    path = f"/imports/{done['import_id']}/commit"
    one, other = await asyncio.gather(*(farmer.ask("POST", path, 202) for _ in range(2)))
    assert one.json()["id"] == other.json()["id"]


async def test_warnings_nobody_sees(farmer: Farmer) -> None:
    """Field case: 24 of 30 rows warned, totals and log said nothing."""
    await farmer.take_in(ewes(*range(30)), "sg")
    rows = "".join(f"2400{n:02d},2024-11-11,{80 if n < 24 else 30}\n" for n in range(30))
    done = await farmer.take_in(("VID,Date,Weight\n" + rows).encode(), "weights", trait="WWT")
    assert done["warnings"] == {"soft_range": 24}
    warned = await farmer.rows(done["import_id"], has_warning=True)
    assert len(warned) == 24
    assert {row["findings"][0]["code"] for row in warned.values()} == {"soft_range"}
    assert len(await farmer.rows(done["import_id"], code="soft_range")) == 24
    assert len(await farmer.rows(done["import_id"], has_warning=False)) == 6
    assert await farmer.rows(done["import_id"], code="unknown_tag") == {}


async def test_refused_rows_come_as_a_file_to_mend(farmer: Farmer) -> None:
    await farmer.take_in(ewes(1, 2), "sg")
    content = b'VID;Date;Weight;Notes\n240001;2025-04-03;31,5;fine\n240009;2025-04-03;28,5;"=HYPERLINK(1)"\n'
    done = await farmer.take_in(content, "weights", trait="WWT")
    path = f"/imports/{done['import_id']}/rows.csv"
    answer = await farmer.ask("GET", path, 200, params={"accepted": "false"})
    assert answer.headers["content-type"].startswith("text/csv")
    found = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert found[0] == ["VID", "Date", "Weight", "Notes", "import_row", "import_reasons"]
    assert found[1][:5] == ["240009", "2025-04-03", "28,5", "'=HYPERLINK(1)", "3"]
    assert "no animal has the tag 240009" in found[1][5]
    assert len(found) == 2
    mended = answer.content.replace(b"240009", b"240002")
    again = await farmer.take_in(mended, "weights", trait="WWT")
    assert (again["rows_in"], again["rows_accepted"]) == (1, 1)
    assert sorted(weight["weight_kg"] for weight in await weights_of(farmer)) == [28.5, 31.5]


def random_file(chance: random.Random) -> tuple[bytes, str, dict[str, str]]:
    """Animals with parents and weights, or weighings; numbers from a small set, so that files touch each other."""
    numbers = chance.sample(range(12), chance.randint(1, 6))
    if chance.random() < 0.5:
        head, sires = "ID,SIRE,DAM,SEX,DOB,WWT,WWTDATE\n", ("", "1612342018180001", "1612342018180002")
        rows = [
            f"16123420242400{n:02d},{chance.choice(sires)},,{chance.choice(('1', '2', ''))},"
            f"2024-08-0{chance.randint(1, 4)},{chance.choice(('', '30', '31', '999'))},2024-11-11"
            for n in numbers
        ]
        return (head + "\n".join(rows) + f"\n{chance.random()}\n").encode(), "sg", {}
    rows = [f"2400{n:02d},2024-11-{chance.randint(11, 12)},{chance.randint(25, 35)}" for n in numbers]
    return ("VID,Date,Weight\n" + "\n".join(rows) + "\n").encode(), "weights", {"trait": "WWT", "again": "true"}


async def test_random_imports_undone_leave_the_farm_as_it_was(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    """Imports on top of each other, undone from the last to the first, and some of them at once.

    What a history keeps lies in the next one's way; a new farm after six of them keeps the long form quick.
    """
    for number in range(rounds(6, 300)):
        if number % 6 == 0:
            farmer = await new_farmer()
        done, states = [], []
        for _ in range(chance.randint(1, 4)):
            content, kind, form = random_file(chance)
            states.append(await dump(farmer.admin_dsn, farmer.farm_id))
            found = await farmer.take_in(content, kind, **form)
            assert found["rows_in"] == found["rows_accepted"] + found["rows_rejected"]
            done.append(found["import_id"])
        kept = chance.random() < 0.3
        while len(done) > kept:
            before = states.pop()
            if (await farmer.an_import(done[-1]))["state"] != "undone":
                await farmer.undo(done[-1])
            assert await dump(farmer.admin_dsn, farmer.farm_id) == before
            done.pop()
