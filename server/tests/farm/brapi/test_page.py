"""The how-to is true: each command of it is sent, and finds something."""

import re
import shlex
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from brapi_standard import held_to_the_standard

from .conftest import ROOT, Breeder, Family

PAGE = (Path(__file__).parents[4] / "docs" / "how-to" / "read-with-brapi.md").read_text()
#: of genotypes and of the whole platform: their own tests send them
ELSEWHERE = re.compile(r"/brapi/v2/(serverinfo|(search/)?(samples|callsets|variant|calls|allelematrix|references))")
COMMANDS = [line for line in re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE) if not ELSEWHERE.search(line)]
TEMPLATES = {"/variables/WWT": "/variables/{observationVariableDbId}"}


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
async def test_a_command_of_the_page(breeder: Breeder, family: Family, command: str) -> None:
    weight = {"animal_id": family.lambs[0], "trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}
    await breeder.farmer.make("/weights", farm_id=breeder.farmer.farm_id, weights=[weight])
    words = shlex.split(command)
    url = urlsplit(words[-1])
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    assert headers["Authorization"] == "Bearer $TOKEN"
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    path = url.path.removeprefix("/brapi/v2")
    answer = await breeder.farmer.client.request(
        "GET" if body is None else "POST",
        ROOT + path,
        params=parse_qsl(url.query),
        content=body,
        headers=headers | breeder.farmer.headers,
    )
    assert answer.status_code == 200, answer.text
    held_to_the_standard(answer, TEMPLATES.get(path, path))
    found = answer.json()["result"]
    assert found.get("data", found)


async def test_the_page_names_the_words_of_the_standard_that_it_maps(breeder: Breeder, family: Family) -> None:
    (animal,) = await breeder.data("/germplasm", germplasmDbId=family.lambs[0])
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {"germplasmPUI", "synonyms", "externalReferences", "additionalInfo"} <= named & set(animal)
