"""The commands of a page, typed in one after the other: a name set by one is used by the next."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from .conftest import BASE, Farmer

DOCS = Path(__file__).parents[3] / "docs"
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(
    r"^(?:(\w+)=\$\()?curl (.*?)(?: \| jq -r \.(\w+)\))?$(?=\n(?:\w+=\$\()?curl |\n*\Z)", re.DOTALL | re.MULTILINE
)
ADDRESS = "http://localhost:8080/api/v1/farm"


async def type_in(
    farmer: Farmer, page: str, names: Mapping[str, str], others: Mapping[str, Farmer] | None = None
) -> list[Any]:
    """The answers to all commands of a page; `others` are those whose token it calls by another name than TOKEN."""
    text = (DOCS / page).read_text(encoding="utf-8")
    tokens = {"TOKEN": farmer} | dict(others or {})
    known = {name: who.headers["Authorization"].removeprefix("Bearer ") for name, who in tokens.items()} | dict(names)
    answers: list[Any] = []
    for block in FENCE.findall(text):
        for name, command, field in COMMAND.findall(block):
            words = [Template(word).substitute(known) for word in shlex.split(command.replace("\\\n", " "))]
            answers.append(await typed(farmer, words))
            if name:
                known[name] = answers[-1][field]
    assert len(answers) == text.count("curl "), "a command of the page was not understood"
    return answers


async def typed(farmer: Farmer, words: list[str]) -> Any:
    """What curl would do."""
    address = next(word for word in words if word.startswith(ADDRESS)).replace(ADDRESS, BASE)
    headers = dict(line.split(": ", 1) for line in values(words, "-H"))
    assert headers["Authorization"].startswith("Bearer ")
    method = [*values(words, "-X"), "POST" if values(words, "-d") else "GET"][0]
    answer = await farmer.client.request(method, address, content=body_of(words), headers=headers)
    assert answer.status_code in (200, 201, 204), answer.text
    return answer.json() if answer.content else None


def body_of(words: list[str]) -> bytes | None:
    """JSON as it is typed, or a file as it lies there."""
    for name in values(words, "--data-binary"):
        return Path(name.removeprefix("@")).read_bytes()
    sent = values(words, "-d")
    return json.dumps(json.loads(sent[0])).encode() if sent else None


def values(words: list[str], option: str) -> list[str]:
    """What follows an option, each time that it stands."""
    return [words[place + 1] for place, word in enumerate(words) if word == option]
