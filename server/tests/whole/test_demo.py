"""`./bellwether demo`, twice: it shows what it promises, and the second run doubles nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from bellwether.launch.machine.folders import REPOSITORY

BELLWETHER = Path(sys.executable).with_name("bellwether")
COUNTS = (
    "select (select count(*) from farm.animal) animals, (select count(*) from farm.observation) weights, "
    "(select count(*) from farm.import_batch) imports, (select count(*) from genetics.evaluation_run) runs, "
    "(select count(*) from genetics.breeding_value) breeding_values"
)


def run_demo(data: Path) -> str:
    environment = os.environ | {"COLUMNS": "160", "NO_COLOR": "1"}
    done = subprocess.run(
        [str(BELLWETHER), "demo", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=240,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


async def counts(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return dict(await connection.fetchrow(COUNTS))
    finally:
        await connection.close()


@pytest.mark.timeout(400)
async def test_twice(whole) -> None:
    before = await counts(whole.admin_dsn())
    first = run_demo(whole.data)
    after = await counts(whole.admin_dsn())
    second = run_demo(whole.data)
    assert await counts(whole.admin_dsn()) == after
    assert after["animals"] - before["animals"] == 2120 + 30
    assert after["weights"] - before["weights"] == 1862 + 1862 + 29
    assert after["breeding_values"] - before["breeding_values"] == 2 * 2120
    assert after["runs"] - before["runs"] == 1
    assert what_it_showed(first) == what_it_showed(second)
    promises = (
        "5 rejected",
        "The ten best rams",
        "Genetic trend",
        "The ten best rams by the index",
        "Mating list",
        "Rates of the season",
        "/docs",
        "/graphql",
        "/healthz",
    )
    for promised in promises:
        assert promised in first
    shown = [line.strip() for line in (REPOSITORY / "README.md").read_text().splitlines() if line.startswith("    │")]
    assert len(shown) == 10
    assert [line for line in shown if line not in first] == [], "README.md shows another result than the demo"
    assert len(re.findall(r"^│ +\d+ +│", first, flags=re.MULTILINE)) >= 10


def what_it_showed(output: str) -> list[str]:
    """What a person reads, without clocks and bars."""
    return [line for line in output.splitlines() if "━" not in line and not re.search(r"\d+:\d\d:\d\d|\d s ", line)]
