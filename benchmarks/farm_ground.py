"""Where `bench farm` is measured: a farm with two flocks on a running platform, and a way into its database."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import asyncpg
from bellwether.commands.demo.client import Client
from bellwether.commands.demo.steps import DemoFlock
from bellwether.launch.machine import keys
from bellwether.launch.machine.state import State
from import_rows import place, send

Row = dict[str, object]


@dataclass
class Ground:
    """A farm of its own; `scale` shrinks every size."""

    data: Path
    scale: float = 1.0
    codes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _place(self) -> tuple[State, DemoFlock, dict[str, str]]:
        return place(self.data)

    @property
    def client(self) -> Client:
        """The farmer."""
        return self._place[1].client

    @property
    def farm_id(self) -> str:
        """The farm."""
        return self._place[2]["farm_id"]

    def flock(self, name: str) -> tuple[str, str]:
        """Id and code of one of the farm's flocks, made when it is asked for first."""
        if name not in self.codes:
            code = f"{int(self._place[2]['code']) + len(self.codes) + 1:06d}"[-6:]
            body = {"farm_id": self.farm_id, "name": name, "code": code}
            self.codes[name] = f"{self.client.post('/api/v1/farm/flocks', body)['id']} {code}"
        found, code = self.codes[name].split()
        return found, code

    def size(self, full: int) -> int:
        """How many of something are measured."""
        return max(1000, int(full * self.scale))

    def send(self, text: str, flock: str, kind: str, **more: str) -> dict[str, float]:
        """Import a file."""
        return send(self.client, text, {"farm_id": self.farm_id, "flock": flock, "kind": kind} | more)

    async def database(self) -> asyncpg.Connection:
        """As a superuser, for what is bare."""
        state, demo, _ = self._place
        password = keys.password(demo.folders, "postgres")
        found: asyncpg.Connection = await asyncpg.connect(
            f"postgresql://postgres:{password}@127.0.0.1:{state.ports['postgres']}/bellwether"
        )
        return found


def row(
    step: str,
    size: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
    peer: tuple[str, float] | None = None,
    remark: str = "",
) -> Row:
    """A figure as every benchmark prints it; its target is the most or the least that it may be."""
    met = value <= most if most is not None else value >= least if least is not None else None
    name, other = peer if peer is not None else ("", None)
    return {
        "step": step, "size": size, "value": value, "unit": unit, "target": most if most is not None else least,
        "met": met, "peer": name, "peer_value": other, "ratio": value / other if other else None, "remark": remark,
    }  # fmt: skip
