"""The requests of docs/how-to/choose-rams-and-matings.md, carried out as they stand."""

import json
import re
from pathlib import Path
from uuid import UUID

from bellwether.genetics.connectedness.job import compare

from .barn import Barn
from .conftest import People, RunJob

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "choose-rams-and-matings.md"


async def test_the_page(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=20)
    owner, text = people(user_id=farm.owner_id), PAGE.read_text(encoding="utf-8")
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT", "PWT"])
    assert (await run_job(run_id))["state"] == "succeeded"
    names = {"FLOCK": str(farm.flock_id), "RAM": str(season["rams"][0]), "EWE": str(season["ewes"][0])}
    requests = re.findall(r"```json\n(POST) /api/v1/genetics(\S+)\n(.*?)```", text, re.DOTALL)
    assert len(requests) == 4
    for method, path, body in requests:
        filled = re.sub("FLOCK|RAM|EWE", lambda found: names[found[0]], body)
        answer = await owner.ask(method, path, json=json.loads(filled))
        assert answer.status_code in (200, 202), answer.text
        if answer.status_code == 202:
            assert (await run_job(UUID(answer.json()["id"]), of=compare))["state"] == "succeeded"
        else:
            assert answer.json()["run_id"] == str(run_id)
