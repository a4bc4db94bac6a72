"""`./bellwether bench genetics-same-day`: a weight is imported into 20,000 animals, evaluated for six traits; how long
until the published breeding values know it. Needs a running platform."""

import argparse
import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bellwether.commands.demo.client import Refused
from bellwether.sheep.traits import TRAITS
from farm_ground import Ground, Row, row
from farm_writing import GENERATIONS, number, pedigree_file
from rich.console import Console
from rich.table import Table

ANIMALS, PATIENCE_S, LOOK_S = 20_000, 3600.0, 0.5
CODES = ("BWT", "WWT", "PWT", "YWT", "HWT", "AWT")
# the share of a drop that is weighed: fewer are kept from stage to stage
WEIGHED = (1.0, 1.0, 0.7, 0.4, 0.25, 0.15)
API, UNAUTHORISED = "/api/v1/genetics", 401


def weights_of(code: str, n_animals: int, trait: str, share: float) -> str:
    """A file of one trait: each drop on its day, in four groups; sires and dams differ, so that there is something to
    find."""
    per_year = n_animals // GENERATIONS
    known = TRAITS[trait]
    middle, spread = (known.soft[0] + known.soft[1]) / 2, (known.soft[1] - known.soft[0]) / 8
    lines = ["ID,Date,Weight,Group"]
    for generation in range(GENERATIONS):
        year = 2010 + generation
        day = date(year, 8, 14) + timedelta(days=known.reference_age_days or 0)
        for n in range(int(per_year * share)):
            merit = ((n * 7 % max(1, per_year // 100)) % 9 - 4) / 4
            noise = ((n * 7919 + generation * 104_729 + len(trait)) % 997) / 997 - 0.5
            weight = middle + spread * (merit + 3 * noise)
            lines.append(f"{number(code, year, n)},{day},{weight:.1f},{n % 4}")
    return "\n".join(lines) + "\n"


def look(ground: Ground, path: str) -> dict[str, Any]:
    """A resource; a session that has ended meanwhile begins anew."""
    try:
        found: dict[str, Any] = ground.client.get(f"{API}{path}")
    except Refused as error:
        if error.status != UNAUTHORISED:
            raise
        ground._place[1].account()
        found = ground.client.get(f"{API}{path}")
    return found


def ended(ground: Ground, run_id: str) -> dict[str, Any]:
    """The run at its end."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = look(ground, f"/evaluations/{run_id}")
        if found["state"] not in ("queued", "running"):
            if found["state"] != "succeeded":
                raise SystemExit(f"the evaluation {found['state']}: {found['error']}")
            return found
        time.sleep(LOOK_S)
    raise SystemExit("the evaluation did not end in time")


def run_once(ground: Ground, definition: str, start: str) -> tuple[float, dict[str, Any]]:
    """Seconds from the request to the end of a run, and the run."""
    began = time.perf_counter()
    job = ground.client.post(f"{API}/definitions/{definition}/runs?start={start}", {})
    found = ended(ground, job["id"])
    return time.perf_counter() - began, found


def published(ground: Ground, flock: str, before: str) -> str:
    """The run that the flock goes by, once it is another one."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        now: str = look(ground, f"/flocks/{flock}/state")["published_run_id"]
        if now != before:
            return now
        time.sleep(LOOK_S)
    raise SystemExit("nothing new was published in time")


def same_day(ground: Ground) -> list[Row]:
    """The whole way: files in, a cold run, one more weight, and its breeding value."""
    flock, code = ground.flock("same day")
    n = ground.size(ANIMALS)
    ground.send(pedigree_file(code, n), flock, "sg")
    n_weights = 0.0
    for trait, share in zip(CODES, WEIGHED, strict=True):
        found = ground.send(weights_of(code, n, trait, share), flock, "weights", trait=trait)
        n_weights += found["accepted"]
    what = {"flock_ids": [flock], "traits": CODES, "reliability": "approximate", "publishing": "at_once"}
    made = ground.client.post(f"{API}/definitions", {"farm_id": ground.farm_id, "name": code, **what})
    cold_s, cold = run_once(ground, made["id"], "cold")
    ground._place[1].account()
    ground.client.post(
        f"{API}/definitions/{made['id']}/versions", {**what, "rerun": "when_stale", "based_on": made["version"]}
    )
    heavy = (
        f"ID,Date,Weight,Group\n{number(code, 2019, 1)},2021-06-01,99.5,0\n{number(code, 2019, 2)},2021-06-01,70,0\n"
    )
    began = time.perf_counter()
    ground.send(heavy, flock, "weights", trait="AWT")
    run_id = published(ground, flock, cold["id"])
    warm_s = time.perf_counter() - began
    warm = look(ground, f"/evaluations/{run_id}")
    assert warm["started_from"] == cold["id"], "the solver did not begin from the run before"
    assert any(change["largest_change"] for change in warm["comparison"]["columns"]), "no breeding value has changed"
    size = f"{n:,} animals, {n_weights:,.0f} weights, {len(CODES)} traits"
    told = f"{warm['convergence']['iterations']} iterations, cold {cold['convergence']['iterations']}"
    peer = ("cold, with 200 exact reliabilities beside the approximate ones", cold_s)
    remark = f"from the file to the published value, with import and job; {told}"
    return [
        row("same day, warm", size, warm_s, "s", most=60.0, peer=peer, remark=remark),
        row("first evaluation, cold", size, cold_s, "s", remark="from the request to the end of the job"),
    ]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = same_day(Ground(arguments.data, scale=0.1 if arguments.quick else 1.0))
    if arguments.json:
        print(json.dumps({"rows": found}, indent=2))
        return
    table = Table("step", "size", "value", "target", "ratio", "remark", title="bench genetics-same-day")
    for line in found:
        ratio = f"{line['ratio']:.2f}" if line["ratio"] else ""
        target = f"{line['target']:,.0f}" if line["target"] else ""
        value = f"{line['value']:,.1f} {line['unit']}"
        table.add_row(str(line["step"]), str(line["size"]), value, target, ratio, str(line["remark"]))
    Console().print(table)


if __name__ == "__main__":
    main()
