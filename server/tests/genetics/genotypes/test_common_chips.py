"""Chips that are everybody's: an administrator adds them, farms read them and import by them."""

from typing import Any

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from .conftest import bim


def form(code: str) -> dict[str, Any]:
    """A chip as it is sent."""
    return {"data": {"code": code, "name": "Sheep", "assembly": "Oar_v3.1"}, "files": {"file": ("map.bim", bim(403))}}


async def test_a_chip_of_everybody_is_kept_by_an_administrator_and_used_by_farms(new_lab: Any, people: Any) -> None:
    lab, administrator, code = await new_lab(), people("administrator"), f"C{new_id().hex[-12:]}"
    added = await administrator.ask("POST", "/common-chips", **form(code))
    assert (added.status_code, added.json()["farm_id"]) == (201, None), added.text
    chip = added.json()["id"]
    again = await administrator.ask("POST", "/common-chips", **form(code))
    assert (again.status_code, again.json()["code"]) == (409, "chip_exists")
    for reader in (lab.person, people("researcher")):
        assert (await reader.ask("GET", f"/chips/{chip}/maps/1/markers?limit=2")).status_code == 200
    listed = (await lab.person.ask("GET", f"/chips?farm_id={lab.farm.id}")).json()["items"]
    assert chip in [each["id"] for each in listed]
    row = await lab.take(lab.flock.plink(), chip_id=chip)
    assert row["state"] == "succeeded", row["error"]

    further = {"files": {"file": ("map.bim", bim(404))}}
    own = await lab.person.ask("POST", f"/chips/{chip}/maps", **further)
    assert (own.status_code, own.json()["code"]) == (409, "common_chip")
    of_farm = await administrator.ask("POST", f"/common-chips/{lab.chip_id}/maps", **further)
    assert of_farm.status_code == 404
    second = await administrator.ask("POST", f"/common-chips/{chip}/maps", **further)
    assert (second.status_code, second.json()["version"]) == (201, 2)
    same = await administrator.ask("POST", f"/common-chips/{chip}/maps", **further)
    assert (same.status_code, same.json()["code"]) == (409, "map_exists")
    for path, body in (("/common-chips", form(code + "x")), (f"/common-chips/{chip}/maps", further)):
        assert (
            await lab.person.client.request("POST", f"http://genetics/api/v1/genetics{path}", **body)
        ).status_code == 401
        for role in ("farmer", "researcher", "student"):
            assert (await people(role).ask("POST", path, **body)).status_code == 403, role
        assert (await lab.person.ask("POST", path, **body)).status_code == 403


@pytest.mark.parametrize(
    "statement",
    [
        "insert into genetics.chip (farm_id, code, name) values (null, 'MINE', 'x')",
        """insert into genetics.marker_map (chip_id, version, n_markers, sha256, file_name)
           values (:chip, 9, 1, repeat('a', 64), 'm')""",
        """insert into genetics.marker
             (chip_id, map_version, place, ordinal, chrom, block, at, position, name, written, cm, counted, other)
           values (:chip, 1, 9000, 9000, 1, 0, 0, 1, 'made_up', '1', '0', 'A', 'G')""",
    ],
)
async def test_the_database_lets_no_farm_change_it(
    people: Any, barn: Any, database: Database, admin: asyncpg.Connection, statement: str
) -> None:
    farm = await barn.farm()
    added = await people("administrator").ask("POST", "/common-chips", **form(f"D{new_id().hex[-12:]}"))
    async with database.transaction(Context(user_id=farm.owner_id)) as session:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await session.execute(text(statement), {"chip": added.json()["id"]} if ":chip" in statement else {})
        await session.rollback()
