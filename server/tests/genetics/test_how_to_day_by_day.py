"""docs/how-to/evaluate-day-by-day.md, carried out as it stands."""

import json
import re
from pathlib import Path
from uuid import UUID

from .barn import Barn
from .conftest import People, RunJob

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "evaluate-day-by-day.md"


async def test_the_page(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=30)
    owner, text = people(user_id=farm.owner_id), PAGE.read_text(encoding="utf-8")
    requests = re.findall(r"```json\n(POST|PUT) /api/v1/genetics(\S+)\n(.*?)```", text, re.DOTALL)
    names = {"FARM": str(farm.id), "FLOCK": str(farm.flock_id)}

    def filled(words: str) -> str:
        return re.sub("FARM|FLOCK|DEFINITION|RUN", lambda found: names[found[0]], words)

    made = await owner.ask("POST", requests[0][1], json=json.loads(filled(requests[0][2])) | {"publishing": "by_hand"})
    assert made.status_code == 201, made.text
    names["DEFINITION"] = made.json()["id"]
    listed = (await owner.ask("GET", "/ready-made-models")).json()["items"]
    assert "weaning" in {item["name"] for item in listed}
    answer = await owner.ask("POST", filled("/definitions/DEFINITION/runs"))
    names["RUN"] = answer.json()["id"]
    assert (await run_job(UUID(names["RUN"])))["state"] == "succeeded"
    scheduled = await owner.ask("PUT", filled(requests[1][1]), json=json.loads(requests[1][2]))
    assert scheduled.json()["every"] == "weekly", scheduled.text
    published = await owner.ask("POST", filled(requests[2][1]), json=json.loads(requests[2][2]))
    assert published.status_code == 200, published.text
    state = (await owner.ask("GET", filled("/flocks/FLOCK/state"))).json()
    assert state["published_run_id"] == names["RUN"]
    again = await owner.ask("POST", filled("/evaluations/RUN/repeat"))
    job = await run_job(UUID(again.json()["id"]))
    assert json.loads(job["result"])["is_same"] is True
