"""The season of the demo, against the service alone: it is played, its rates are told, and twice is once."""

from typing import Any

import anyio.to_thread
from anyio.from_thread import run as in_loop
from bellwether.commands.demo.client import Client, Refused
from bellwether.commands.demo.season import DemoSeason

from .conftest import Farmer
from .test_event_log import log_of


class Inside(Client):
    """The client of the demo, whose requests do not leave the process."""

    def __init__(self, farmer: Farmer) -> None:
        super().__init__("http://farm")
        self.farmer = farmer

    def call(self, method: str, path: str, **options: Any) -> Any:
        answer = in_loop(lambda: self.farmer.ask(method, path.removeprefix("/api/v1/farm"), **options))
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json())
        return answer.json()


async def test_the_season_of_the_demo(farmer: Farmer) -> None:
    season = DemoSeason(Inside(farmer))
    (refused,) = await anyio.to_thread.run_sync(season.play)
    assert [error["code"] for error in refused["errors"]] == ["withheld"]
    rates = {rate["name"]: rate for rate in await anyio.to_thread.run_sync(season.rates) if rate["by"] is None}
    assert [rates[name]["numerator"] for name in ("pregnancy", "scanning", "lambing", "marking", "weaning")] == [
        11,
        17,
        16,
        13,
        13,
    ]
    assert rates["dry"]["numerator"] == rates["lost"]["numerator"] == 1
    farmer.farm_id = season.farm["id"]
    before = await log_of(farmer, limit=500)
    assert sum(event["kind"] == "lamb.fostered" for event in before) == 2
    assert len(await anyio.to_thread.run_sync(season.play)) == 1
    assert await log_of(farmer, limit=500) == before
