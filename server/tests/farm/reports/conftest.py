"""A farm with weights, mobs and paddocks, and reports asked of it."""

from typing import Any

import httpx
import pytest

from ..conftest import Farmer
from ..test_event_log import taken
from ..test_mobs import assigned, mob

Weighed = tuple[Farmer, list[str], str]
#: a name that is a word of every language that a report is written in
ODD = 'Müller\'s "Öko" #let $x$ *b* _i_ <b>&amp; \\n =1+1 @a `c` [d] ' + "ß" * 130


async def ask(farmer: Farmer, name: str, kind: str = "json", expect: int = 200, **query: Any) -> httpx.Response:
    """A report in one of its forms."""
    path = f"/farms/{farmer.farm_id}/reports/{name}"
    return await farmer.ask("GET", path, expect, params={"format": kind} | query)


async def told(farmer: Farmer, name: str, **query: Any) -> dict[str, Any]:
    """A report as JSON."""
    found: dict[str, Any] = (await ask(farmer, name, **query)).json()
    return found


async def lamb_of(farmer: Farmer, tag: str, **more: Any) -> dict[str, Any]:
    """An animal with a visual tag."""
    return await farmer.animal(identifiers=[{"kind": "visual", "value": tag}], **more)


async def weigh(farmer: Farmer, *weights: tuple[str, str, float, str]) -> None:
    """Animal, trait, kg and day of each."""
    sent = [{"animal_id": a, "trait": t, "weight": kg, "unit": "kg", "occurred_on": day} for a, t, kg, day in weights]
    for start in range(0, len(sent), 500):
        await farmer.ask(
            "POST", "/weights", 201, json={"farm_id": farmer.farm_id, "weights": sent[start : start + 500]}
        )


@pytest.fixture
async def weighed(farmer: Farmer) -> tuple[Farmer, list[str], str]:
    """Four lambs, three of them in a mob with an odd name; each weighed once to three times."""
    group = await mob(farmer, ODD)
    born = {"sex": "female", "birth_date": "2024-08-01", "drop_year": 2024}
    lambs = [(await lamb_of(farmer, tag, **born))["id"] for tag in ("=1+1", "#2", "Ü3", "4")]
    await taken(farmer, *(assigned(lamb, group, "2024-08-02") for lamb in lambs[:3]))
    await weigh(
        farmer,
        (lambs[0], "BWT", 4.0, "2024-08-01"),
        (lambs[0], "WWT", 29.0, "2024-11-09"),
        (lambs[0], "PWT", 44.0, "2025-02-01"),
        (lambs[1], "WWT", 31.0, "2024-11-09"),
        (lambs[1], "PWT", 39.4, "2025-02-01"),
        (lambs[2], "WWT", 30.0, "2024-11-09"),
        (lambs[2], "PWT", 33.0, "2024-11-14"),
        (lambs[3], "WWT", 27.5, "2024-11-09"),
    )
    return farmer, lambs, group
