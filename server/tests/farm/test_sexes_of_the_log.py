"""I5, I17: an animal keeps the sex and the birth that its events ask for, whatever way somebody would change them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.events.kinds import KINDS
from bellwether.farm.lives import roles
from bellwether.sheep.findings import Broken

from .conftest import Farmer
from .season import ewe, get, joined, of, ram
from .test_event_log import NOTE, refused, taken
from .test_merges import merge, undo
from .test_mobs import taken_back

SCAN = {"scan_type": "short", "result": "single"}
HEAD = {"If-Match": "*"}
ID, DAY = UUID(int=1), date(2024, 3, 1)


def test_the_table_has_every_event_of_ewes() -> None:
    ewes = {name for name, kind in KINDS.items() if getattr(kind, "of_sex", None) == "female"}
    assert ewes == set(roles.OF_EWES)


@pytest.mark.parametrize(
    ("sex", "fertility", "kind", "played", "code"),
    [
        ("male", "unknown", "lambing.recorded", "female", "sex_clash"),
        ("female", "unknown", "joining.started", "male", "sex_clash"),
        ("male", "neutered", "joining.started", "male", "sire_is_wether"),
        ("male", "neutered", "marking.recorded", "male", None),
        ("female", "neutered", "lambing.recorded", "female", None),
        ("unknown", "unknown", "lambing.recorded", "female", None),
    ],
)
def test_i5_sex_and_fertility_fit_what_was_done(
    sex: str, fertility: str, kind: str, played: str, code: str | None
) -> None:
    part = roles.Part(ID, kind, DAY, played)
    if code is None:
        roles.check("X", sex, fertility, [part])
        return
    with pytest.raises(Broken) as raised:
        roles.check("X", sex, fertility, [part])
    assert raised.value.finding.code == code


async def change(farmer: Farmer, animal: str, **body: Any) -> str:
    """A change that must be refused; its code."""
    answer = await farmer.ask("PATCH", f"/animals/{animal}", 422, json=body, headers=HEAD)
    return str(answer.json()["errors"][0]["code"])


async def test_i5_no_change_list_or_merge_makes_a_ram_of_a_scanned_ewe(farmer: Farmer) -> None:
    dam, sire = await ewe(farmer), await ram(farmer)
    await taken(farmer, of(dam, "pregscan.recorded", "2024-06-01", **SCAN))
    await taken(farmer, joined([dam], [sire]))
    assert await change(farmer, dam, sex="male") == "sex_clash"
    assert await change(farmer, sire, sex="female") == "sex_clash"
    assert await change(farmer, sire, fertility="neutered") == "sire_is_wether"
    done = await farmer.take_in(f"ID,Sex\n{dam},M\n{sire},wether\n".encode(), "flock")
    assert (done["rows_accepted"], done["faults"]) == (0, {"sex_clash": 1, "sire_is_wether": 1})
    await taken(farmer, of(sire, "marking.recorded", "2024-09-01", castrated=True))
    assert (await get(farmer, sire))["fertility"] == "neutered"
    unknown, male = (await farmer.animal())["id"], (await farmer.animal(sex="male"))["id"]
    await taken(farmer, of(unknown, "pregscan.recorded", "2024-06-01", **SCAN))
    for pair in ((male, unknown), (unknown, male)):
        assert (await merge(farmer, *pair, 422))["errors"][0]["code"] == "sex_clash"
    assert await refused(farmer, of(sire, "pregscan.recorded", "2024-06-01", **SCAN)) == "sex_clash"


async def test_i17_no_merge_moves_a_birth_past_what_is_recorded(farmer: Farmer) -> None:
    old, young = (await farmer.animal())["id"], (await farmer.animal(birth_date="2024-08-01"))["id"]
    (note,) = await taken(farmer, NOTE | {"animal_id": old, "occurred_on": "2023-01-01"})
    for pair in ((young, old), (old, young)):
        (error,) = (await merge(farmer, *pair, 422))["errors"]
        assert error["code"] == "born_after_measurement"
        assert "note.added of 2023-01-01" in error["message"]
    await taken(farmer, taken_back(note))
    made = await merge(farmer, young, old)
    await undo(farmer, made)


async def test_i17_no_undo_of_a_list_moves_a_birth_past_what_is_recorded(farmer: Farmer) -> None:
    sheep = (await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "visual", "value": "7"}]))["id"]
    sent = await farmer.upload(f"ID,DOB\n{sheep},2022-08-01\n".encode(), "flock")
    await farmer.run_import(sent["import_id"], commit=True)
    await farmer.end(sent)
    await taken(farmer, NOTE | {"animal_id": sheep, "occurred_on": "2023-01-01"})
    with pytest.raises(Exception, match=r"born on 2024-08-01, after its note\.added of 2023-01-01"):
        await farmer.undo(sent["import_id"])
    assert (await get(farmer, sheep))["birth_date"] == "2022-08-01"
