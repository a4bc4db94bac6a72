"""The page on paddocks and mobs is true: each of its commands is sent, in its order, and answered."""

import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

from .conftest import BASE, Farmer

PAGE = Path(__file__).parents[3] / "docs/how-to/paddocks-and-mobs.md"
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(
    r"^(?:(\w+)=\$\()?curl (.*?)(?: \| jq -r \.id\))?$(?=\n(?:\w+=\$\()?curl |\n*\Z)", re.DOTALL | re.MULTILINE
)
ADDRESS = "http://localhost:8080/api/v1/farm"


async def typed(farmer: Farmer, words: list[str]) -> Any:
    """What curl would do."""
    address = next(word for word in words if word.startswith(ADDRESS)).replace(ADDRESS, BASE)
    assert f"Authorization: {farmer.headers['Authorization']}" in words
    if "-d" in words:
        sent = json.loads(words[words.index("-d") + 1])
        answer = await farmer.client.post(address, json=sent, headers=farmer.headers)
    else:
        answer = await farmer.client.get(address, headers=farmer.headers)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def test_the_page_is_typed_in(farmer: Farmer) -> None:
    token = farmer.headers["Authorization"].removeprefix("Bearer ")
    names = {"FARM": farmer.farm_id, "EWE": (await farmer.animal(sex="female"))["id"], "TOKEN": token}
    answers = []
    for block in FENCE.findall(PAGE.read_text()):
        for name, command in COMMAND.findall(block):
            words = [Template(word).substitute(names) for word in shlex.split(command.replace("\\\n", " "))]
            answers.append(await typed(farmer, words))
            if name:
                names[name] = answers[-1]["id"]
    assert len(answers) == PAGE.read_text().count("curl ")
    assert all(answer.get("rejected", 0) == 0 for answer in answers)
    where, members, grazing, rests, stocking, nearest = answers[-6:]
    assert (where["paddock_name"], where["group_id"]) == ("Creek flat", names["MOB"])
    assert [item["animal_id"] for item in members["items"]] == [names["EWE"]]
    assert len(grazing["items"]) == 2
    assert [(item["name"], item["rest_days"]) for item in rests["items"]] == [("Creek flat", 0), ("Hill", None)]
    assert [item["head"] for item in stocking["items"]] == [1, 0]
    assert nearest["items"][0]["distance_m"] == 0
