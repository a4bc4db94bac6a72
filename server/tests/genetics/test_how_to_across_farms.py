"""docs/how-to/evaluate-across-farms.md, carried out as it stands."""

import json
import re
from pathlib import Path
from uuid import UUID

import asyncpg

from .agreeing import number, place
from .barn import Barn
from .conftest import People, RunJob

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "evaluate-across-farms.md"


async def test_the_page(people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection) -> None:
    first, second = await place(barn, people, 5), await place(barn, people, 6)
    for each in (first, second):
        await number(admin, each.farm, each.season["rams"][0], "985000000000055")
    requests = re.findall(r"```json\nPOST /api/v1/genetics(\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"FARM": str(first.farm.id), "FLOCK": str(first.farm.flock_id)}
    names |= {"OTHERFARM": str(second.farm.id), "OTHERFLOCK": str(second.farm.flock_id)}
    people_of = [first, first, second, first, first, second, second]
    statuses = [201, 201, 200, 201, 200, 200, 200]
    answers = []

    def filled(words: str) -> str:
        return re.sub("OTHERFARM|OTHERFLOCK|FARM|FLOCK|AGREEMENT|RUN|SHARE", lambda found: names[found[0]], words)

    for (path, body), who, status in zip(requests, people_of, statuses, strict=True):
        told = json.loads(filled(body)) if body else None
        answer = await who.owner.ask("POST", filled(path), json=told)
        assert answer.status_code == status, (path, answer.text)
        answers.append(answer.json())
        if path == "/agreements":
            names["AGREEMENT"] = answers[-1]["id"]
        elif path == "/definitions":
            run = await first.owner.ask("POST", f"/definitions/{answers[-1]['id']}/runs")
            names["RUN"] = run.json()["id"]
            job = await run_job(UUID(names["RUN"]))
            assert job["state"] == "succeeded", job["error"]
        elif path.endswith("/shares"):
            runs = (await second.owner.ask("GET", f"/evaluations?flock_id={second.farm.flock_id}")).json()["items"]
            (names["SHARE"],) = (each["id"] for each in runs)
    (sire,) = (await second.owner.ask("GET", filled("/evaluations/SHARE/shared-sires"))).json()["items"]
    assert sire["animal_id"] == str(second.season["rams"][0])
    state = (await second.owner.ask("GET", filled("/flocks/OTHERFLOCK/state"))).json()
    assert (state["published_run_id"], state["last_run_id"]) == (names["SHARE"], names["SHARE"])
