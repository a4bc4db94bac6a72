"""A season read: its joinings, the lambing book, and rates that are counted once more in another way."""

from collections.abc import Iterable
from typing import Any

from bellwether.platform.ids import new_id
from bellwether.sheep.rates import Ewe, Lamb, rates
from hypothesis import given
from hypothesis import strategies as st

from .conftest import BASE, Farmer, NewFarmer
from .season import ended, ewe, joined, lamb, lambed, of, ram
from .test_event_log import DIED, SOLD, taken
from .test_mobs import mob

PATHS = ("rates", "joinings", "lambing-book")
MAYBE = st.none() | st.integers(0, 4)
EWES = st.lists(st.builds(Ewe, st.booleans(), MAYBE, st.none() | st.integers(1, 9), st.booleans(), st.booleans()))
SIZES = st.none() | st.integers(1, 4)
AGES = st.none() | st.integers(1, 9)
LAMBS = st.lists(st.builds(Lamb, st.booleans(), SIZES, AGES, MAYBE, AGES, st.booleans(), st.booleans()))


def share(some: Iterable[object], of: Iterable[object]) -> tuple[int, int, float | None]:
    """Counted one by one."""
    n = m = 0
    for _ in some:
        n += 1
    for _ in of:
        m += 1
    return n, m, None if m == 0 else n * 100 / m


@given(EWES, LAMBS)
def test_every_rate_is_what_a_plain_recount_says(ewes: list[Ewe], lambs: list[Lamb]) -> None:
    joined_ones = [e for e in ewes if e.is_joined]
    scanned = [e for e in ewes if e.foetuses is not None]
    pregnant = [e for e in ewes if (e.foetuses or 0) > 0]
    foetuses = [1 for e in scanned for _ in range(e.foetuses or 0)]
    born = [x for x in lambs if x.litter_size is not None]
    live = [x for x in born if x.is_alive]
    marked, weaned = [x for x in lambs if x.is_marked], [x for x in lambs if x.is_weaned]
    lost = [e for e in pregnant if not (e.has_lambed or e.is_gone)]
    expected = {
        "pregnancy": share(pregnant, scanned),
        "pregnancy_of_joined": share(pregnant, joined_ones),
        "scanning": share(foetuses, scanned),
        "scanning_of_joined": share(foetuses, joined_ones),
        "lambing": share(born, joined_ones),
        "marking": share(marked, joined_ones),
        "weaning": share(weaned, joined_ones),
        "scan_to_marking": share(marked, foetuses),
        "birth_to_weaning": share([x for x in live if x.is_weaned], live),
        "dry": share([e for e in scanned if e.foetuses == 0], scanned),
        "lost": share(lost, pregnant),
    }
    found = rates(ewes, lambs)
    whole = {one.name: one for one in found if one.by is None}
    for name, (numerator, denominator, value) in expected.items():
        assert whole[name][1:4] == (numerator, denominator, value), name
    of_lambed = [e for e in ewes if e.has_lambed]
    assert whole["litter_size"][1:3] == (len(born), len(of_lambed))
    assert whole["litter_size"].value == (len(born) / len(of_lambed) if of_lambed else None)
    assert all(one.definition for one in found)
    for by in ("litter_size", "dam_age"):
        for name, total in (("scan_to_marking", len(foetuses)), ("birth_to_weaning", len(live))):
            assert sum(one.denominator for one in found if (one.name, one.by) == (name, by)) == total
    for one in found:
        if (one.name, one.by, one.group) == ("birth_to_weaning", "litter_size", "2"):
            twins = [x for x in live if x.litter_size == 2]
            assert one[1:4] == share([x for x in twins if x.is_weaned], twins)


async def read(farmer: Farmer, what: str, year: int = 2024, **params: Any) -> dict[str, Any]:
    """One of the three."""
    path = f"/farms/{farmer.farm_id}/seasons/{year}/{what}"
    found: dict[str, Any] = (await farmer.ask("GET", path, 200, params=params)).json()
    return found


async def a_season(farmer: Farmer) -> dict[str, Any]:
    """Six ewes: twins, of which one is fostered; a single; one born dead; dry; lost; sold before lambing."""
    group, sire = await mob(farmer), await ram(farmer)
    ewes = [await ewe(farmer, birth_date=f"20{19 + n % 3}-08-01") for n in range(6)]
    await taken(
        farmer,
        *(
            {"kind": "group.assigned", "animal_id": key, "group_id": group, "occurred_on": "2024-02-01", "payload": {}}
            for key in ewes
        ),
    )
    payload = {"sire_ids": [sire], "method": "natural"}
    started = {"kind": "joining.started", "group_id": group, "occurred_on": "2024-03-01", "payload": payload}
    (joining,) = await taken(farmer, started)
    scans = [("multiple", 2), ("single", 1), ("single", 1), ("empty", 0), ("single", 1), ("single", 1)]
    await taken(
        farmer,
        ended(joining),
        *(
            of(key, "pregscan.recorded", "2024-06-01", scan_type="long", result=result, count=count)
            for key, (result, count) in zip(ewes, scans, strict=True)
        ),
    )
    one, two, three, dead = lamb(sex="male"), lamb(), lamb(), lamb(born="dead")
    await taken(
        farmer,
        lambed(ewes[0], [one, two]),
        lambed(ewes[1], [three]),
        lambed(ewes[2], [dead]),
        of(two["id"], "lamb.fostered", "2024-08-06", to_id=ewes[2]),
        SOLD | {"animal_id": ewes[5], "occurred_on": "2024-07-01"},
        *(of(key["id"], "marking.recorded", "2024-09-10", docked=True) for key in (one, two, three)),
        DIED | {"animal_id": three["id"], "occurred_on": "2024-10-01"},
        *(of(key["id"], "weaning.recorded", "2024-11-12", weight=31) for key in (one, two)),
    )
    return {"ewes": ewes, "lambs": [one, two, three, dead], "joining": joining, "sire": sire}


async def test_the_rates_of_a_season(farmer: Farmer) -> None:
    await a_season(farmer)
    found = await read(farmer, "rates")
    assert found["counts"] == {
        "ewes_joined": 6,
        "ewes_scanned": 6,
        "ewes_pregnant": 5,
        "ewes_lambed": 3,
        "foetuses": 6,
        "lambs_born": 4,
        "lambs_born_alive": 3,
        "lambs_marked": 3,
        "lambs_weaned": 2,
        "ewes_dry": 1,
        "ewes_lost": 1,
        "untagged_ewes_joined": 0,
        "untagged_lambs_marked": 0,
    }
    whole = {rate["name"]: rate["value"] for rate in found["rates"] if rate["by"] is None}
    assert whole["scanning"] == 100
    assert whole["marking"] == 50
    assert whole["litter_size"] == 4 / 3
    empty = await read(farmer, "rates", 2020)
    assert all(rate["value"] is None and rate["denominator"] == 0 for rate in empty["rates"])
    other = await read(farmer, "rates", flock_id=str(new_id()))
    assert other["counts"]["ewes_joined"] == 0


async def test_a_ewe_is_lost_that_is_sold_after_she_was_to_lamb(farmer: Farmer) -> None:
    """Rams from 1 March to 10 April: the last day is 16 September. Who went before may have lambed elsewhere."""
    ewes, sire = [await ewe(farmer) for _ in range(4)], await ram(farmer)
    (joining,) = await taken(farmer, joined(ewes, [sire]))
    scans = [of(key, "pregscan.recorded", "2024-06-01", result="single") for key in ewes]
    sold = [SOLD | {"animal_id": key, "occurred_on": day} for key, day in zip(ewes[1:], DAYS_OF_SALE, strict=True)]
    await taken(farmer, ended(joining), *scans, *sold)
    assert (await read(farmer, "rates"))["counts"]["ewes_lost"] == 3


DAYS_OF_SALE = ("2024-09-10", "2024-09-17", "2024-11-10")


async def test_the_lambing_book(farmer: Farmer) -> None:
    told = await a_season(farmer)
    pages, cursor = [], None
    while True:
        page = await read(farmer, "lambing-book", limit=2, **({"cursor": cursor} if cursor else {}))
        pages += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    book = {item["id"]: item for item in pages}
    assert book.keys() == set(told["ewes"])
    twins, foster = book[told["ewes"][0]], book[told["ewes"][2]]
    one, two, _, dead = told["lambs"]
    assert [item["id"] for item in twins["litters"][0]["lambs"]] == [one["id"], two["id"]]
    assert (twins["rears"], foster["rears"]) == ([one["id"]], [dead["id"], two["id"]])
    assert (twins["due_from"], twins["due_to"]) == ("2024-07-14", "2024-09-16")
    assert twins["exposures"][0]["sire_id"] == told["sire"]
    assert [scan["foetuses"] for scan in twins["scans"]] == [2]
    assert {item["rear_type"] for item in twins["litters"][0]["lambs"]} == {1}
    (joining,) = (await read(farmer, "joinings"))["items"]
    assert (joining["id"], joining["ewes"], joining["ended_on"]) == (told["joining"], 6, "2024-04-10")
    assert (joining["due_from"], joining["due_to"]) == ("2024-07-14", "2024-09-16")


async def test_a_season_is_its_members_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    other, scientist = await new_farmer(), await new_farmer(with_farm=False, roles=("student",))
    for what in PATHS:
        path = f"/farms/{farmer.farm_id}/seasons/2024/{what}"
        await farmer.ask("GET", path, 200)
        await other.ask("GET", path, 404)
        assert (await scientist.ask("GET", path)).status_code in (403, 404)
        assert (await farmer.client.get(BASE + path)).status_code == 401
        await farmer.ask("GET", path, 422, params={"colour": "red"})
