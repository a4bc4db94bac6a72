"""Samples of files with their right answers, as they were sent by users; see RIGHT.md beside each."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bellwether.farm.place import Place

from ..conftest import SAMPLES, Farmer, animals_of, weights_of


@pytest.mark.parametrize(("name", "n"), [("flock.csv", 4), ("flock_eid.csv", 3), ("flock_uk.csv", 3)])
@pytest.mark.parametrize("order", ["as it is", "offspring first"])
async def test_parents_by_tag(farmer: Farmer, name: str, n: int, order: str) -> None:
    head, *rows = (SAMPLES / "parents-by-tag" / name).read_text().splitlines()
    rows = rows[::-1] if order == "offspring first" else rows
    done = await farmer.take_in("\n".join([head, *rows, ""]).encode(), "flock")
    assert (done["rows_in"], done["rows_accepted"]) == (n, n)
    found = await animals_of(farmer)
    assert len(found) == n
    assert not any(animal["reference_only"] for animal in found)
    by_sex = {animal["sex"]: animal for animal in sorted(found, key=lambda a: a["birth_date"], reverse=True)}
    (sire,) = [a for a in found if a["sex"] == "male" and a["sire_id"] is None]
    (dam,) = [a for a in found if a["sex"] == "female" and a["sire_id"] is None]
    lambs = [a for a in found if a["sire_id"] is not None]
    assert {(lamb["sire_id"], lamb["dam_id"]) for lamb in lambs} == {(sire["id"], dam["id"])}
    assert by_sex
    warned = [row for row in (await farmer.rows(done["import_id"])).values() if row["code"]]
    assert warned == []


async def test_dob_after_weight(farmer: Farmer) -> None:
    folder = SAMPLES / "dob-after-weight"
    await farmer.take_in((folder / "1_flock.csv").read_bytes(), "flock")
    await farmer.take_in((folder / "2_weights.csv").read_bytes(), "weights", trait="WWT")
    done = await farmer.take_in((folder / "3_flock.csv").read_bytes(), "flock")
    (row,) = (await farmer.rows(done["import_id"])).values()
    assert (row["verdict"], row["code"]) == ("conflict", "born_after_measurement")
    assert "WWT" in row["message"]
    assert "2024-11-25" in row["message"]
    (animal,) = await animals_of(farmer)
    headers = {"If-Match": f'"{animal["rev"]}"'}
    change = {"birth_date": "2024-12-25"}
    answer = await farmer.ask("PATCH", f"/animals/{animal['id']}", 422, json=change, headers=headers)
    assert [error["code"] for error in answer.json()["errors"]] == ["born_after_measurement"]
    assert [weight["age_days"] for weight in await weights_of(farmer)] == [114]


async def test_reweigh_order(farmer: Farmer) -> None:
    for tag in ("240001", "240002"):
        await farmer.animal(sex="female", birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": tag}])
    content = (SAMPLES / "reweigh-order" / "weights.csv").read_bytes()
    done = await farmer.take_in(content, "weights", trait="WWT")
    assert done["rows_accepted"] == 4
    assert [weight["weight_kg"] for weight in await weights_of(farmer)] == [31.5, 31.5]
    # the older values alone, in another file
    older = b"VID,Date,Time,Weight\n240001,25/11/2024,09:14:40,13.5\n240002,25/11/2024,9:05 AM,30.0\n"
    await farmer.take_in(older, "weights", trait="WWT")
    assert [weight["weight_kg"] for weight in await weights_of(farmer)] == [31.5, 31.5]


NOW = datetime(2026, 11, 28, 17, 58, tzinfo=UTC)


def test_today_in_new_zealand_is_a_day_ahead() -> None:
    assert Place("Pacific/Auckland").today(NOW) == date(2026, 11, 29)
    assert Place().today(NOW) == date(2026, 11, 28)


async def test_today_in_new_zealand(farmer: Farmer) -> None:
    """A zone where it is tomorrow for half of the day: today there is today, and the day after is not."""
    tag = (await farmer.ask("GET", f"/farms/{farmer.farm_id}", 200)).headers["etag"]
    zone = {"time_zone": "Pacific/Kiritimati"}
    await farmer.ask("PATCH", f"/farms/{farmer.farm_id}", 200, json=zone, headers={"If-Match": tag})
    today = Place("Pacific/Kiritimati").today(datetime.now(UTC))
    born = await farmer.animal(birth_date=today.isoformat(), identifiers=[{"kind": "visual", "value": "240001"}])
    weight = {"animal_id": born["id"], "trait": "BWT", "weight": 4, "occurred_on": today.isoformat()}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight])
    tomorrow = (today + timedelta(days=1)).isoformat()
    body = {"farm_id": farmer.farm_id, "weights": [weight | {"occurred_on": tomorrow}]}
    answer = await farmer.ask("POST", "/weights", 422, json=body)
    assert [error["code"] for error in answer.json()["errors"]] == ["date_impossible"]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "birth_date": tomorrow}
    answer = await farmer.ask("POST", "/animals", 422, json=body)
    assert [error["code"] for error in answer.json()["errors"]] == ["date_impossible"]
    headers = {"If-Match": f'"{born["rev"]}"'}
    await farmer.ask("PATCH", f"/animals/{born['id']}", 422, json={"birth_date": tomorrow}, headers=headers)


async def test_a_country_gives_its_time_zone(farmer: Farmer) -> None:
    assert (await farmer.make("/farms", name="Hill", country="NZ"))["time_zone"] == "Pacific/Auckland"
    assert (await farmer.make("/farms", name="Hill"))["time_zone"] == "UTC"
    assert (await farmer.make("/farms", name="Hill", country="NZ", time_zone="UTC"))["time_zone"] == "UTC"


def test_the_samples_say_what_is_right() -> None:
    assert all((Path(SAMPLES) / name / "RIGHT.md").exists() for name in ("parents-by-tag", "dob-after-weight"))
