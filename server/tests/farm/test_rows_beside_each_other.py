"""Rows of an animal list that are right alone and wrong together, and what a list cannot say."""

import random

from .conftest import Farmer

HEAD = "ID,SIRE,DAM,SEX,DOB,BTYPE,RTYPE,ET,RECIPIENT,WWT,WWTDATE\n"
DAM = "1612342020200115"


def lamb(n: int, sire: str = "", dam: str = "", born: str = "2024-08-03", rest: str = ",,,,,") -> str:
    """A line of the list."""
    return f"1612342024{n:06d},{sire},{dam},2,{born},{rest}\n"


async def told(farmer: Farmer, *lines: str) -> dict[int, set[str]]:
    """The code of every finding, but that parents have no row, by line."""
    done = await farmer.take_in((HEAD + "".join(lines)).encode(), "sg")
    rows = await farmer.rows(done["import_id"])
    return {
        number: {finding["code"] for finding in row["findings"]} - {"parent_not_listed"} for number, row in rows.items()
    }


async def test_i10_i12_litter_mates_of_a_list_are_born_together_and_of_one_type(farmer: Farmer) -> None:
    ewe = f"{DAM},,,2,2020-08-01,,,,,,\n"
    found = await told(
        farmer,
        ewe,
        lamb(1, dam=DAM, rest="2,,,,,"),
        lamb(2, dam=DAM, rest="3,,,,,", born="2024-08-04"),
        lamb(3, dam=DAM, rest="1,,,,,", born="2024-09-20"),
        lamb(4, dam="1612342020200116", rest="1,,,,,"),
        lamb(5, dam="1612342020200116", rest="1,,,,,", born="2024-08-05"),
        lamb(6, dam="1612342020200117", rest="2,,,,,"),
        lamb(7, dam="1612342020200117", rest="2,,,,,"),
    )
    assert found[3] == set()
    assert found[4] == {"birth_types_differ"}
    assert found[5] == {"litter_apart"}
    assert found[7] == {"litter_too_large"}
    assert found[6] == found[8] == found[9] == set()


async def test_i8_a_recipient_is_named_with_the_transfer_of_an_embryo(farmer: Farmer) -> None:
    recipient = "1612342021210331"
    found = await told(
        farmer,
        lamb(1, dam=DAM, rest=f"1,1,Y,{recipient},,"),
        lamb(2, dam=DAM, rest=f"1,1,N,{recipient},,"),
        lamb(3, dam=DAM, rest=f"1,1,,{recipient},,"),
    )
    assert found == {2: set(), 3: {"recipient_without_transfer"}, 4: {"recipient_without_transfer"}}


async def test_a_rear_type_of_nothing_says_what_a_list_cannot(farmer: Farmer) -> None:
    found = await told(farmer, lamb(1, rest="3,0,,,,"), lamb(2, rest="1,0,,,31.5,2024-11-11"), lamb(3, rest="1,1,,,,"))
    assert found == {2: {"death_not_recorded"}, 3: {"measured_after_loss"}, 4: set()}


async def test_i25_the_id_of_a_syndicate_is_no_ram(farmer: Farmer) -> None:
    rams = [{"sire_id": (await farmer.animal(sex="male"))["id"]} for _ in range(2)]
    for code in ("23A1", "161234202300B777"):
        await farmer.make("/syndicates", farm_id=farmer.farm_id, code=code, year=2023, sires=rams)
    known = ("1612342022220077", "16123420232300C1")
    of_rams = (*known, "1699992023NAM001", "1612342022NAM001")
    of_syndicates = ("1612342023NAM001", "16123420230023A1", "161234202300B777")
    listed = [f"{ram},,,1,{ram[6:10]}-08-01,,,,,,\n" for ram in known]
    lambs = [lamb(n, sire) for n, sire in enumerate((*of_rams, *of_syndicates))]
    found = await told(farmer, *listed, *lambs)
    assert list(found.values()) == [set()] * 6 + [{"syndicate_sire"}] * 3
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    sires = {one["tag"]: one["sire_id"] for one in page}
    assert [sires[f"{n:06d}"] is None for n in range(7)] == [False] * 4 + [True] * 3
    assert not {one["value"] for animal in page for one in animal["identifiers"]} & {*of_syndicates}


async def test_a_number_is_found_as_readers_spell_it(farmer: Farmer) -> None:
    rng = random.Random(5)
    number = "982" + "".join(str(rng.randrange(3)) for _ in range(12))
    uk = "826071339300045"
    for value in (number, uk):
        await farmer.animal(sex="female", identifiers=[{"kind": "eid", "value": value}])
    national = number[3:]
    spellings = [number, f"982 {national}", f"0{number}", f"{number}.0", f"A 00000 0 982 {national}", f"982-{national}"]
    for text in [*spellings, f"urn:iso:std:iso:11784:982.{national}", number[5:]]:
        page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id, "text": text})).json()
        assert [one["tag"] for one in page["items"]] == [number], text
    for text in (uk, "UK0713393 00045", "0713393-00045"):
        page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id, "text": text})).json()
        assert [one["tag"] for one in page["items"]] == [uk], text
