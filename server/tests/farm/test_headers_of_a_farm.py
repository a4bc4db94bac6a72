"""What the headers of a farm's own files mean is said once, for all of its files."""

from typing import Any

from .conftest import Farmer

SESSION = b"Ear no,Shed,Date,Weight\n101,7,13/02/2024,31.5\n"


async def say(farmer: Farmer, headers: dict[str, str], expect: int = 200) -> dict[str, Any]:
    """Set the farm's headers."""
    farm = await farmer.ask("GET", f"/farms/{farmer.farm_id}", 200)
    match = {"If-Match": farm.headers["ETag"]}
    answer = await farmer.ask(
        "PATCH", f"/farms/{farmer.farm_id}", expect, json={"import_headers": headers}, headers=match
    )
    found: dict[str, Any] = answer.json()
    return found


async def test_a_header_of_the_farm_is_read_and_told(farmer: Farmer) -> None:
    await farmer.animal(identifiers=[{"kind": "visual", "value": "101"}], birth_date="2023-11-01")
    await farmer.upload(SESSION, "weights", 422, trait="WWT")
    assert (await say(farmer, {"ear NO.": "vid", "Yard": "ignore"}))["import_headers"] == {
        "ear NO.": "vid",
        "Yard": "ignore",
    }
    sent = await farmer.upload(SESSION, "weights", trait="WWT")
    await farmer.run_import(sent["import_id"])
    found = await farmer.an_import(sent["import_id"])
    assert found["rows_accepted"] == 1
    assert "ear NO. is vid, as the farm says" in found["told"]
    assert found["options"]["columns"] == {"ear NO.": "vid"}


async def test_what_the_sender_says_counts_more_than_the_farm(farmer: Farmer) -> None:
    await farmer.animal(identifiers=[{"kind": "visual", "value": "7"}], birth_date="2023-11-01")
    await say(farmer, {"Ear no": "vid", "Shed": "ignore"})
    done = await farmer.take_in(SESSION, "weights", trait="WWT", columns='{"Ear no": "ignore", "Shed": "vid"}')
    assert done["rows_accepted"] == 1


async def test_a_field_that_there_is_not_is_refused(farmer: Farmer) -> None:
    assert "must be ignore, a trait or one of" in (await say(farmer, {"Ear no": "ear"}, 422))["detail"]
    assert (await say(farmer, {"Fleece": "YGFW", "Shorn": "YGFWDATE"}))["rev"] == 2


async def test_other_headers_of_the_farm_make_another_import(farmer: Farmer) -> None:
    """The same bytes read in another way are never answered with the first import."""
    for tag in ("101", "7"):
        await farmer.animal(identifiers=[{"kind": "visual", "value": tag}], birth_date="2023-11-01")
    await say(farmer, {"Ear no": "vid"})
    await farmer.take_in(SESSION, "weights", trait="WWT")
    await say(farmer, {"Shed": "vid"})
    again = await farmer.upload(SESSION, "weights", 409, trait="WWT")
    assert again["code"] == "imported_with_other_options"
