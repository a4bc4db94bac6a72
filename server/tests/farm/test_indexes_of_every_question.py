"""Every statement of a season and of every GET after it has an index of each large table that it reads."""

from typing import Any

import anyio.to_thread
from apps import Apps
from bellwether.commands.demo.season import DemoSeason
from plans import ask_everything, listening

from .conftest import Farmer
from .large_tables import read_whole
from .test_demo_season import Inside

VALUES = {
    "year": "2025", "format": "json", "run_name": "none", "target": "45", "from": "2025-01-01", "to": "2025-12-31",
    "first": "2025-01-01", "last": "2025-12-31", "treated_on": "2025-06-01", "longitude": "148", "latitude": "-35",
    "west": "148", "east": "149", "south": "-36", "north": "-35", "collection": "animals", "text": "a", "q": "a",
    "scheme": "org.bellwether.farm", "kind": "births", "state": None, "sort": "sire", "at": "2025-06-01T00:00:00Z",
    "on": "2025-06-01", "drop_year": "2025", "birth_from": "2020-01-01", "trait": "WWT", "seasonDbId": "2025",
}  # fmt: skip


async def test_no_statement_reads_a_large_table_from_end_to_end(farmer: Farmer, apps: Apps) -> None:
    async def get(path: str, query: dict[str, str]) -> Any:
        answer = await farmer.client.get(f"http://farm{path}", params=query, headers=farmer.headers)
        assert answer.status_code < 500, f"{path} {query}: {answer.text}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return (answer.json() if is_json else answer.text) if answer.is_success else None

    with listening() as said:
        season = DemoSeason(Inside(farmer))
        await anyio.to_thread.run_sync(season.play)
        farm, mob = season.farm["id"], season.id("mob")
        real = {"farm_id": farm, "flock_id": season.id("flock"), "animal_id": season.id("E2"), "group_id": mob}
        real |= {"mob": mob, "location_id": farm}
        assert await ask_everything(get, real, VALUES, apps("farm").openapi()["paths"]) > 80
    assert len(said) > 150
    assert not await read_whole(farmer, said)
