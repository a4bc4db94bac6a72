"""`./bellwether bench import`: a file of weights through the API and the worker, beside a bare COPY of the same rows.

The file is sent as any user would send it and imported with all checks. The peer copies what was stored into a
temporary table with the same columns and indexes, as a superuser whom no policy binds, and checks nothing.
"""

import argparse
import asyncio
import json
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from bellwether.commands.demo.client import JOB_ENDS, Client
from bellwether.commands.demo.steps import DemoFlock
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from bellwether.launch.watch.platform import ensure_up
from rich.console import Console
from rich.table import Table

N_SHEEP = 5000
TARGET, SOONEST_S = 10_000.0, 1.0
COLUMNS = (
    "id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit, occurred_on, occurred_time, "
    "recorded_group, age_days, contemporary_group, state, source, import_id, import_row, recorded_by"
)
Row = dict[str, object]


def herd_file(code: str) -> str:
    """Ewe lambs of 2023, each with an EID and a visual tag."""
    rows = (
        f"{code}2023{n:06d}".rjust(16, "9") + f",{eid(n)},{n:06d},2,2023-08-{1 + n % 28:02d}" for n in range(N_SHEEP)
    )
    return "\n".join(["ID,EID,VID,SEX,DOB", *rows]) + "\n"


def eid(number: int) -> str:
    """Of one lamb."""
    return f"98200023{number:07d}"


def weights_file(n_rows: int) -> str:
    """Weigh sessions of all lambs, four days apart."""
    lines = ["EID,VID,Date,Time,Weight,Draft"]
    for row in range(n_rows):
        session, n = divmod(row, N_SHEEP)
        day = date(2023, 12, 1) + timedelta(days=4 * session)
        lines.append(f"{eid(n)},{n:06d},{day},08:00:00,{30 + (7 * n + session) % 20}.5,Left")
    return "\n".join(lines) + "\n"


def place(data: Path) -> tuple[State, DemoFlock, dict[str, str]]:
    """The platform with a farm and a flock of their own."""
    state = ensure_up(data)
    demo = DemoFlock(Client(state.public_url), Folders.of(data), state)
    demo.account()
    farm = demo.client.post("/api/v1/farm/farms", {"name": f"Bench {uuid4().hex[:6]}"})
    code = f"{uuid4().int % 10**6:06d}"
    flock = demo.client.post("/api/v1/farm/flocks", {"farm_id": farm["id"], "name": "Bench", "code": code})
    return state, demo, {"farm_id": farm["id"], "flock": flock["id"], "code": code}


def send(client: Client, text: str, form: dict[str, str]) -> dict[str, float]:
    """Import a text and watch it: seconds of the upload, to the first progress and of the job, and its rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_text(text)
        begin = time.perf_counter()
        job = client.upload("/api/v1/farm/imports", path, form)
    sent, moved = time.perf_counter(), list[float]()

    def watch(now: dict[str, Any]) -> None:
        if now["progress"] > 0 or now["state"] in JOB_ENDS:
            moved.append(time.perf_counter())

    end = client.wait(job, watch)
    if end["state"] != "succeeded":
        raise SystemExit(f"the import {end['state']}: {end['error']}")
    found = client.get(f"/api/v1/farm/imports/{job['import_id']}")
    return {
        "upload_s": sent - begin,
        "first_s": moved[0] - sent,
        "job_s": moved[-1] - sent,
        "rows": found["rows_in"],
        "accepted": found["rows_accepted"],
    }


async def bare_copy(state: State, folders: Folders, farm_id: str) -> float:
    """Seconds of a COPY of the farm's observations into a table with the same columns and indexes."""
    password = keys.password(folders, "postgres")
    connection = await asyncpg.connect(
        f"postgresql://postgres:{password}@127.0.0.1:{state.ports['postgres']}/bellwether"
    )
    try:
        rows = await connection.fetch(f"select {COLUMNS} from farm.observation where farm_id = $1", farm_id)
        records = [tuple(row) for row in rows]
        await connection.execute("create temp table bare (like farm.observation including all)")
        begin = time.perf_counter()
        await connection.copy_records_to_table("bare", records=records, columns=COLUMNS.split(", "))
        return time.perf_counter() - begin
    finally:
        await connection.close()


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """The import, then the copy of what it stored."""
    state, demo, at = place(arguments.data)
    form = {name: at[name] for name in ("farm_id", "flock")}
    herd = send(demo.client, herd_file(at["code"]), form | {"kind": "sg"})
    found = send(demo.client, weights_file(arguments.rows), form | {"kind": "weights", "trait": "PWT"})
    bare_s = asyncio.run(bare_copy(state, demo.folders, at["farm_id"]))
    return found | {"bare_s": bare_s, "herd_per_second": herd["rows"] / herd["job_s"]}


def rows(found: dict[str, float]) -> list[Row]:
    """The figures as every benchmark prints them for a program."""
    size = f"{found['rows']:,.0f} weights, {N_SHEEP:,} animals"
    own, bare = found["rows"] / found["job_s"], found["rows"] / found["bare_s"]
    peer = {"peer": "bare COPY into the same columns and indexes", "peer_value": bare, "ratio": own / bare}
    none = {"peer": "", "peer_value": None, "ratio": None}
    return [
        {
            "step": "import", "size": size, "value": own, "unit": "rows/s", "target": TARGET, "met": own >= TARGET,
            **peer,
            "remark": f"all checks; {found['accepted']:,.0f} accepted; upload {found['upload_s']:.1f} s",
        },
        {
            "step": "first progress", "size": size, "value": found["first_s"], "unit": "s", "target": SOONEST_S,
            "met": found["first_s"] <= SOONEST_S, **none, "remark": "after the upload was answered",
        },
        {
            "step": "animals", "size": f"{N_SHEEP:,} animals", "value": found["herd_per_second"], "unit": "rows/s",
            "target": None, "met": None, **none, "remark": "registration, EID and tag of each",
        },
    ]  # fmt: skip


def show(found: list[Row]) -> None:
    """A table for a person."""
    table = Table("step", "size", "value", "target", "peer", "ratio", "remark", title="POST /api/v1/farm/imports")
    for row in found:
        peer = f"{row['peer_value']:,.0f} {row['unit']}: {row['peer']}" if row["peer"] else ""
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        target = f"{row['target']:,.0f}" if row["target"] else ""
        value = f"{row['value']:,.2f} {row['unit']}"
        table.add_row(str(row["step"]), str(row["size"]), value, target, peer, ratio, str(row["remark"]))
    Console().print(table)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = rows(measure(arguments))
    if arguments.json:
        print(json.dumps({"rows": found}, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
