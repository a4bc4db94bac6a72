"""A farm with a flock and sheep in it, made over the public interface."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bellwether.commands.demo.client import Client
from patience import PATIENCE_S


@dataclass
class Flock:
    """One flock of one farm, and the client of its owner."""

    owner: Client
    farm_id: str
    id: str
    code: str

    def animals(self) -> list[dict[str, Any]]:
        return list(self.owner.items("/api/v1/farm/animals", farm_id=self.farm_id, flock_id=self.id))

    def upload(self, path: Path, kind: str, **fields: str) -> dict[str, Any]:
        """Start an import; the job."""
        form = {"farm_id": self.farm_id, "flock": self.id, "kind": kind, **fields}
        return self.owner.upload("/api/v1/farm/imports", path, form)

    def load(self, path: Path, kind: str, **fields: str) -> dict[str, Any]:
        """Import a file to its end; the import."""
        job = self.upload(path, kind, **fields)
        ended = self.owner.wait(job, lambda _: None)
        assert ended["state"] == "succeeded", ended
        return self.owner.get(f"/api/v1/farm/imports/{job['import_id']}")


def make_flock(owner: Client) -> Flock:
    """An empty flock of a new farm."""
    farm = owner.post("/api/v1/farm/farms", {"name": f"Farm {uuid4().hex[:6]}"})
    code = f"{uuid4().int % 10**6:06d}"
    flock = owner.post("/api/v1/farm/flocks", {"farm_id": farm["id"], "name": "Test flock", "code": code})
    return Flock(owner, farm["id"], flock["id"], code)


SG_COLUMNS = "ID,SIRE,DAM,SEX,DOB,BTYPE,RTYPE,ET,RECIPIENT,BGROUP,EID,VID"
SESSION_COLUMNS = "EID,VID,Date,Time,Weight,Draft"


def sheep_file(folder: Path, code: str, count: int) -> Path:
    """`count` ewe lambs of 2023 without known parents."""
    lines = [SG_COLUMNS]
    lines += [
        f"{code}2023{n:06d}".rjust(16, "9") + f",,,2,2023-08-{1 + n % 28:02d},1,1,N,,1,{eid(n)},{n:06d}"
        for n in range(count)
    ]
    return written(folder / f"sheep{count}.csv", lines)


def weights_file(folder: Path, name: str, count: int, days: Iterable[str]) -> Path:
    """A weigh session for each day (dd/mm/yyyy), each with all `count` sheep."""
    lines = [SESSION_COLUMNS]
    for number, day in enumerate(days):
        lines += [f"{eid(n)},{n:06d},{day},08:00:00,{40 + (n + number) % 20}.5,Left" for n in range(count)]
    return written(folder / name, lines)


def eid(number: int) -> str:
    return f"98200023{number:07d}"


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def until(check: Any, seconds: float = PATIENCE_S, every: float = 0.1) -> Any:
    """Wait until `check()` gives something true; what it gave."""
    ends = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < ends, f"not within {seconds} s: {check}"
        time.sleep(every)
    return found
