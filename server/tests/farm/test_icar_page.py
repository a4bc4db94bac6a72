"""The how-to is true: its commands are sent in their order, and each finds or stores something."""

import re
import shlex
from pathlib import Path

from .conftest import Farmer, weights_of
from .test_icar import family, members
from .test_treatments import remedy

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "exchange-with-icar-ade.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE)


async def test_the_commands_of_the_page(farmer: Farmer) -> None:
    await family(farmer)
    await remedy(farmer)
    worn = [{"kind": "eid", "value": "982000123456788"}]
    await farmer.animal(sex="female", birth_date="2020-08-01", identifiers=worn)
    assert len(COMMANDS) == 11
    for command in COMMANDS:
        words = shlex.split(command.replace("$FARM", farmer.farm_id))
        body = words[words.index("-d") + 1].encode() if "-d" in words else None
        headers = farmer.headers | ({"content-type": "application/json"} if body else {})
        answer = await farmer.client.request("POST" if body else "GET", words[-1], content=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        assert '"severity":"Error"' not in answer.text
    (weight,) = await weights_of(farmer)
    assert (weight["trait"], weight["weight_kg"]) == ("WWT", 31.5)
    (departure,) = await members(farmer, "departures")
    assert departure["departureKind"] == "Sale"
    assert [item["medicine"]["name"] for item in await members(farmer, "treatments")] == ["Drench A"]
    assert len(await members(farmer, "parturitions")) == 1
