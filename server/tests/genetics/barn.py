"""Farm records for tests, written straight into the farm's tables; and a small simulated flock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
from bellwether.platform.ids import new_id
from bellwether.sheep.traits import TRAITS


@dataclass
class Farm:
    """A farm with one flock and its owner."""

    id: UUID = field(default_factory=new_id)
    flock_id: UUID = field(default_factory=new_id)
    owner_id: UUID = field(default_factory=new_id)


@dataclass
class Barn:
    """Writes as an administrator of the database."""

    connection: asyncpg.Connection

    async def farm(self, owner_id: UUID | None = None) -> Farm:
        """A new farm."""
        farm = Farm(owner_id=owner_id or new_id())
        async with self.connection.transaction():
            await self.connection.execute(
                "insert into farm.farm (id, name, created_by) values ($1, 'Hill', $2)", farm.id, farm.owner_id
            )
            await self.connection.execute(
                "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'owner')", farm.owner_id, farm.id
            )
        await self.flock(farm, farm.flock_id)
        return farm

    async def flock(self, farm: Farm, flock_id: UUID) -> None:
        """A further flock."""
        await self.connection.execute(
            "insert into farm.flock (id, farm_id, name, code) values ($1, $2, 'Stud', $3)",
            flock_id, farm.id, str(flock_id)[-12:],
        )  # fmt: skip

    async def animals(self, farm: Farm, rows: list[dict[str, Any]]) -> None:
        """Animals with their parents; a row has id and any column of the table, sire_id and dam_id."""
        columns = ("tag", "sex", "birth_date", "birth_type", "rear_type", "drop_year", "reference_only")
        defaults = {"sex": "unknown", "reference_only": False}
        await self.connection.copy_records_to_table(
            "animal", schema_name="farm", columns=("id", "farm_id", "flock_id", "source", *columns),
            records=[
                (row["id"], farm.id, row.get("flock_id", farm.flock_id), "api",
                 *(row.get(name, defaults.get(name)) for name in columns))
                for row in rows
            ],
        )  # fmt: skip
        claims = [
            (row["id"], row[f"{kind}_id"], kind) for row in rows for kind in ("sire", "dam") if f"{kind}_id" in row
        ]
        await self.connection.copy_records_to_table(
            "parent_claim", schema_name="farm",
            columns=("id", "farm_id", "child_id", "parent_id", "parent_type", "source"),
            records=[(new_id(), farm.id, child, parent, kind, "api") for child, parent, kind in claims],
        )  # fmt: skip

    async def weights(self, farm: Farm, rows: Sequence[tuple[UUID, str, float, date, int | None, str | None]]) -> None:
        """Weights: animal, trait, kilograms, day, age in days, contemporary group."""
        await self.connection.copy_records_to_table(
            "observation", schema_name="farm",
            columns=("id", "farm_id", "flock_id", "animal_id", "trait", "stage", "value", "unit", "raw_value",
                     "raw_unit", "occurred_on", "age_days", "contemporary_group", "source"),
            records=[
                (new_id(), farm.id, farm.flock_id, animal, trait, TRAITS[trait].stage, kg, "kg", str(kg), "kg", day,
                 age, group, "api")
                for animal, trait, kg, day, age, group in rows
            ],
        )  # fmt: skip

    async def season(self, farm: Farm, *, n_drops: int = 3, n_lambs: int = 40, seed: int = 7) -> dict[str, list[UUID]]:
        """A flock of some drops, weighed at weaning and after; returns the ids of rams, ewes and lambs."""
        rng = np.random.default_rng(seed)
        rams = [new_id() for _ in range(4)]
        ewes = [new_id() for _ in range(n_lambs // 2)]
        rows: list[dict[str, Any]] = [{"id": key, "sex": "male", "tag": f"R{i}"} for i, key in enumerate(rams)]
        rows += [{"id": key, "sex": "female", "tag": f"E{i}", "drop_year": 2015} for i, key in enumerate(ewes)]
        lambs, weights = [], []
        merit = dict(zip(rams, rng.normal(0, 3, len(rams)), strict=True))
        for drop in range(n_drops):
            year = 2019 + drop
            for i in range(n_lambs):
                born = date(year, 8, 1) + timedelta(days=int(rng.integers(0, 30)))
                lamb: dict[str, Any] = {
                    "id": new_id(), "tag": f"{year % 100}{i:04d}", "sex": ("male", "female")[i % 2], "birth_date": born,
                    "birth_type": 1 + i % 2, "rear_type": 1 + i % 2, "drop_year": year, "sire_id": rams[i % len(rams)],
                    "dam_id": ewes[(i // 2) % len(ewes)],
                }  # fmt: skip
                rows.append(lamb)
                lambs.append(lamb["id"])
                value = merit[lamb["sire_id"]] / 2 + drop + rng.normal(0, 2)
                for trait, day, mean in (("WWT", date(year, 11, 20), 33), ("PWT", date(year + 1, 3, 25), 49)):
                    kg = round(float(mean + value + rng.normal(0, 3)), 1)
                    group = f"S/{year}/{TRAITS[trait].stage}/b0/g{i % 2}"
                    weights.append((lamb["id"], trait, kg, day, (day - born).days, group))
        await self.animals(farm, rows)
        await self.weights(farm, weights)
        return {"rams": rams, "ewes": ewes, "lambs": lambs}
