"""A weight makes the evaluation stale; an evaluation that completes reaches the farm's users in their open sockets."""

import asyncio
import json
from datetime import date

import pytest
from bellwether.cli import app
from bellwether.commands.dead_letters import broker
from bellwether.platform.ids import new_id
from typer.testing import CliRunner
from websockets.sync.client import connect
from whole.flock import Flock, make_flock, sheep_file, until

N_SHEEP = 60


@pytest.fixture(scope="module")
def flock(whole, tmp_path_factory) -> Flock:
    flock = make_flock(whole.user("farmer"))
    flock.load(sheep_file(tmp_path_factory.mktemp("f"), flock.code, N_SHEEP), "sg")
    return flock


def weigh(flock: Flock, animals: list[dict], day: date) -> None:
    weights = [
        {
            "id": str(new_id()),
            "animal_id": a["id"],
            "trait": "PWT",
            "weight": 40.0 + n % 11,
            "unit": "kg",
            "occurred_on": day.isoformat(),
        }
        for n, a in enumerate(animals)
    ]
    flock.owner.post("/api/v1/farm/weights", {"farm_id": flock.farm_id, "weights": weights})


def stale(flock: Flock) -> dict:
    return flock.owner.get(f"/api/v1/genetics/flocks/{flock.id}/state")


def frames(socket, kind: str) -> dict:
    while True:
        frame = json.loads(socket.recv(timeout=20))
        if frame["t"] == kind:
            return frame


def test_from_a_weight_to_a_notification_in_the_socket(whole, flock) -> None:
    colleague = whole.user("farmer")
    flock.owner.post(f"/api/v1/farm/farms/{flock.farm_id}/members", {"user_id": colleague.user_id, "role": "viewer"})
    weigh(flock, flock.animals(), date(2024, 3, 20))
    until(lambda: stale(flock)["stale_since"])

    token = colleague._http.headers["authorization"].removeprefix("Bearer ")
    with connect(whole.url.replace("http", "ws") + "/api/v1/ws") as socket:
        socket.send(json.dumps({"t": "auth", "token": token}))
        assert frames(socket, "ready")
        job = flock.owner.post("/api/v1/genetics/evaluations", {"flock_id": flock.id, "traits": ["PWT"]})
        ended = flock.owner.wait(job, lambda _: None)
        assert ended["state"] == "succeeded", ended
        pushed = frames(socket, "notification")["notification"]

    stored = until(lambda: colleague.get("/api/v1/profiles/notifications")["items"])
    assert [item["id"] for item in stored] == [pushed["id"]]
    assert ended["result"]["run_id"] in json.dumps(pushed)
    assert len(list(flock.owner.items("/api/v1/profiles/notifications"))) == 1
    assert stale(flock)["stale_since"] is None

    weigh(flock, flock.animals()[:1], date(2024, 4, 20))
    until(lambda: stale(flock)["stale_since"])


def dead_letters(whole, *words: str) -> tuple[int, str]:
    """What the command prints."""
    done = CliRunner().invoke(app, ["dead-letters", *words, "--data", str(whole.data)])
    return done.exit_code, done.output


def lying(whole) -> list[dict]:
    code, printed = dead_letters(whole, "list", "--json", "--consumer", "genetics-stale")
    assert code == 0, printed
    return json.loads(printed)


def test_an_administrator_sees_a_dead_letter_and_replays_it(whole) -> None:
    async def publish() -> None:
        async with broker(whole.folders) as js:
            await js.publish("farm.weight.recorded.v1", b"a goat")

    before = whole.status()["dead_letters"]["count"]
    asyncio.run(publish())
    # others hear of weights too, and give the goat up at their own time
    until(lambda: whole.status()["dead_letters"]["count"] > before)
    (letter,) = until(lambda: lying(whole))
    assert (letter["stream"], letter["subject"], letter["event"]) == ("FARM", "farm.weight.recorded.v1", "a goat")
    assert "not a CloudEvent" in letter["error"]
    assert "farm.weight.recorded.v1" in dead_letters(whole, "list")[1]

    number = str(letter["number"])
    assert dead_letters(whole, "replay", number) == (0, f"{number}: sent to genetics-stale again\n")
    (again,) = until(lambda: lying(whole))
    assert again == letter | {"number": again["number"], "since": again["since"]}
    assert again["number"] > letter["number"]
    assert dead_letters(whole, "replay", number)[0] == 1
    assert dead_letters(whole, "replay")[0] == 1


def test_imports_and_evaluations_become_runs_of_the_processing_service(flock) -> None:
    batches = until(lambda: list(flock.owner.items("/api/v1/processing/batches", farm_id=flock.farm_id)))
    assert [(b["rows_in"], b["rows_accepted"], b["rows_rejected"]) for b in batches] == [(N_SHEEP, N_SHEEP, 0)]

    def pipelines() -> set[str]:
        return {run["pipeline"] for run in flock.owner.items("/api/v1/processing/runs", farm_id=flock.farm_id)}

    until(lambda: pipelines() == {"farm.import", "genetics.evaluation"})
