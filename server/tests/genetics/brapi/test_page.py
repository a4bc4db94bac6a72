"""The part of the how-to that is about genotypes is true: each command of it is sent, and finds something."""

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from brapi_standard import held_to_the_standard

from .conftest import World

PAGE = (Path(__file__).parents[4] / "docs" / "how-to" / "read-with-brapi.md").read_text()
OF_GENOTYPES = re.compile(r"/brapi/v2/(search/)?(samples|callsets|variant|calls|allelematrix|references)")
COMMANDS = [line for line in re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE) if OF_GENOTYPES.search(line)]


async def test_the_commands_of_the_page(world: World) -> None:
    assert len(COMMANDS) > 4
    for command in COMMANDS:
        words = shlex.split(command)
        url = urlsplit(words[-1])
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        assert headers["Authorization"] == "Bearer $TOKEN"
        body = words[words.index("-d") + 1].encode() if "-d" in words else None
        method = "GET" if body is None else "POST"
        asked: Any = {"params": dict(parse_qsl(url.query)), "content": body, "headers": headers | world.reader.headers}
        answer = await world.reader.client.request(method, f"http://genetics{url.path}", **asked)
        assert answer.status_code == 200, answer.text
        held_to_the_standard(answer, url.path.removeprefix("/brapi/v2"))
        found = answer.json()["result"]
        assert found.get("data") or found["dataMatrices"], command
