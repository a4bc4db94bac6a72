"""A season as a phone sends it."""

from typing import Any
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer

JOINED, OUT, LAMBED_ON = "2024-03-01", "2024-04-10", "2024-08-05"


def joined(ewes: list[str], rams: list[str], day: str = JOINED, **more: Any) -> dict[str, Any]:
    """Rams go to listed ewes."""
    payload = {"ewe_ids": ewes, "sire_ids": rams} | more.pop("payload", {})
    return {"kind": "joining.started", "occurred_on": day, "payload": payload} | more


def ended(joining: str, day: str = OUT, **more: Any) -> dict[str, Any]:
    """They are taken out."""
    return {"kind": "joining.ended", "occurred_on": day, "payload": {"joining_id": joining}} | more


def of(animal: str, kind: str, day: str, **payload: Any) -> dict[str, Any]:
    """An event of one animal."""
    more = {key: payload.pop(key) for key in ("supersedes", "id", "group_id") if key in payload}
    return {"kind": kind, "animal_id": animal, "occurred_on": day, "payload": payload} | more


def lamb(**more: Any) -> dict[str, Any]:
    """A lamb that is alive."""
    return {"id": str(new_id()), "sex": "female"} | more


def lambed(dam: str, lambs: list[dict[str, Any]], day: str = LAMBED_ON, **more: Any) -> dict[str, Any]:
    """A ewe lambs."""
    return of(dam, "lambing.recorded", day, lambs=lambs, **more)


async def ewe(farmer: Farmer, **more: Any) -> str:
    """A grown ewe."""
    return str((await farmer.animal(**({"sex": "female", "birth_date": "2020-08-01"} | more)))["id"])


async def ram(farmer: Farmer, **more: Any) -> str:
    """A grown ram."""
    return await ewe(farmer, sex="male", **more)


async def get(farmer: Farmer, animal: str) -> dict[str, Any]:
    """As a user reads it."""
    found: dict[str, Any] = (await farmer.ask("GET", f"/animals/{animal}", 200)).json()
    return found


async def claims(farmer: Farmer, animal: str, *, status: str = "accepted") -> dict[str, set[str]]:
    """Parents by type."""
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        statement = text(
            "select parent_type, parent_id from farm.parent_claim where child_id = :id and status = :status"
        )
        found: dict[str, set[str]] = {}
        for role, parent in await session.execute(statement, {"id": UUID(animal), "status": status}):
            found.setdefault(role, set()).add(str(parent))
        return found
