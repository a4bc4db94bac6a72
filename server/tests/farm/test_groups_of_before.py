"""The key of a contemporary group has every subgroup up to its stage, in whatever order they were recorded."""

import csv
import io
import zipfile
from itertools import product
from typing import Any

from .conftest import Farmer, weights_of
from .exporting import exported

DAYS = {"WWT": "2024-11-11", "PWT": "2025-03-20", "YWT": "2025-08-01"}


async def weighed(farmer: Farmer, trait: str, groups: dict[str, str], weight: float = 40) -> None:
    """Each animal in its subgroup."""
    weights = [
        {"animal_id": key, "trait": trait, "weight": weight + place, "occurred_on": DAYS[trait], "group": group}
        for place, (key, group) in enumerate(groups.items())
    ]
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=weights)


async def keys(farmer: Farmer, trait: str) -> dict[str, str]:
    """What stands with each measurement that counts."""
    return {row["animal_id"]: row["contemporary_group"] for row in await weights_of(farmer) if row["trait"] == trait}


async def lambs(farmer: Farmer, count: int) -> list[str]:
    """Of one drop."""
    return [(await farmer.animal(sex="female", birth_date="2024-08-03", drop_year=2024))["id"] for _ in range(count)]


async def test_two_groups_at_weaning_and_three_as_yearlings_are_six(farmer: Farmer) -> None:
    """What was recorded later of an earlier stage counts the same, and so does its correction."""
    herd = await lambs(farmer, 6)
    pairs: dict[str, tuple[str, str]] = dict(zip(herd, product("12", "abc"), strict=True))
    await weighed(farmer, "YWT", {key: group for key, (_, group) in pairs.items()}, 60)
    assert set((await keys(farmer, "YWT")).values()) == {f"1234/2024/Y/b0/g{group}" for group in "abc"}
    await weighed(farmer, "PWT", dict.fromkeys(herd, ""), 45)
    await weighed(farmer, "WWT", {key: group for key, (group, _) in pairs.items()}, 30)
    assert set((await keys(farmer, "WWT")).values()) == {f"1234/2024/W/b0/g{group}" for group in "12"}
    assert set((await keys(farmer, "PWT")).values()) == {f"1234/2024/P/b0/W{group}/g0" for group in "12"}
    lifetime = {key: f"1234/2024/Y/b0/W{one}/g{other}" for key, (one, other) in pairs.items()}
    assert await keys(farmer, "YWT") == lifetime
    assert len(set(lifetime.values())) == 6
    await weighed(farmer, "WWT", {herd[0]: "2"}, 31)
    assert (await keys(farmer, "YWT"))[herd[0]] == "1234/2024/Y/b0/W2/ga"
    # a correction of the animal computes them anew
    headers = {"if-match": "*"}
    await farmer.ask("PATCH", f"/animals/{herd[1]}", 200, json={"birth_group": "late"}, headers=headers)
    assert (await keys(farmer, "YWT"))[herd[1]] == "1234/2024/Y/blate/W1/gb"


async def test_an_evaluation_reads_them(farmer: Farmer) -> None:
    """Two of each group, for nobody is compared with nobody."""
    herd = await lambs(farmer, 4)
    await weighed(farmer, "WWT", dict(zip(herd, "1122", strict=True)), 30)
    await weighed(farmer, "YWT", dict.fromkeys(herd, ""), 60)
    files = zipfile.ZipFile(io.BytesIO((await exported(farmer, "evaluate", traits=["YWT"]))[0]))
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(files.read("rec.csv").decode())))
    assert sorted(row["group_YWT"] for row in rows) == [f"1234/2024/Y/b0/W{group}/g0" for group in "1122"]


async def test_an_import_that_is_undone_takes_its_subgroups_with_it(farmer: Farmer) -> None:
    """They were no change of what was weighed since, so that nothing stands in the way."""
    sg = b"ID,SEX,DOB\n1612342024240001,2,2024-08-03\n1612342024240002,2,2024-08-03\n"
    await farmer.take_in(sg, "sg")
    session = "VID,Date,Weight,Group\n240001,{day},{weight},{one}\n240002,{day},{weight},{two}\n"
    weaned = session.format(day=DAYS["WWT"], weight=30, one="1", two="2").encode()
    later = session.format(day=DAYS["YWT"], weight=60, one="a", two="a").encode()
    done = await farmer.take_in(weaned, "weights", trait="WWT")
    await farmer.take_in(later, "weights", trait="YWT")
    assert set((await keys(farmer, "YWT")).values()) == {"1234/2024/Y/b0/W1/ga", "1234/2024/Y/b0/W2/ga"}
    await farmer.undo(done["import_id"])
    assert set((await keys(farmer, "YWT")).values()) == {"1234/2024/Y/b0/ga"}
    again = await farmer.take_in(weaned, "weights", trait="WWT")
    await farmer.undo(again["import_id"])
    assert set((await keys(farmer, "YWT")).values()) == {"1234/2024/Y/b0/ga"}
