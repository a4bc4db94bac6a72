"""A page and its count come from indexes of the user's farms: the rows of others are never walked through."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from bellwether.platform.brapi import paging

from .conftest import Breeder, Family

LARGE = {"animal", "identifier", "parent_claim", "observation"}
OF_OTHERS = """
with f as (insert into farm.farm (id, name, created_by)
           select gen_random_uuid(), 'Other', gen_random_uuid() from generate_series(1, 40) returning id),
     k as (insert into farm.flock (id, farm_id, name, code) select gen_random_uuid(), id, 'Other', 'o' from f
           returning id, farm_id),
     r as (insert into farm.animal (id, farm_id, flock_id, source) select gen_random_uuid(), farm_id, id, 'api' from k
           returning id, farm_id),
     a as (insert into farm.animal (id, farm_id, flock_id, source)
           select gen_random_uuid(), farm_id, id, 'api' from k, generate_series(1, 100)
           returning id, farm_id, flock_id),
     i as (insert into farm.identifier (id, farm_id, animal_id, scheme, value, raw, kind)
           select gen_random_uuid(), farm_id, id, 'vid', id, id, 'visual' from a),
     c as (insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
           select gen_random_uuid(), a.farm_id, a.id, r.id, 'sire', 'api' from a join r on r.farm_id = a.farm_id)
insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
  occurred_on, source)
select gen_random_uuid(), farm_id, flock_id, id, 'WWT', 'W', 30, 'kg', '30', 'kg', '2024-11-11', 'api' from a
"""
ANALYZE = "analyze farm.animal, farm.identifier, farm.parent_claim, farm.observation"


@pytest.fixture
async def admin(postgres_server: Any) -> AsyncIterator[asyncpg.Connection]:
    """The owner of everything."""
    connection = await asyncpg.connect(postgres_server.dsn)
    yield connection
    await connection.close()


class Explained:
    """A connection that keeps the plan of each statement before it runs it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection, self.walked = connection, list[str]()

    async def fetch(self, statement: str, *values: object) -> Any:
        """As the connection would."""
        plan = await self.connection.fetch(f"explain {statement}", *values)
        self.walked += [row[0] for row in plan if "Seq Scan on" in row[0]]
        return await self.connection.fetch(statement, *values)


ASKED = (
    "/germplasm",
    "/germplasm?page=3&pageSize=10",
    "/pedigree?pageSize=10&includeSiblings=true&includeProgeny=true",
    "/pedigree?germplasmDbId=0198c0de-0000-7000-8000-000000000001&pedigreeDepth=5&progenyDepth=5",
    "/pedigree?germplasmDbId=0198c0de-0000-7000-8000-000000000001&includeFullTree=true",
    "/observations?page=2&pageSize=10",
    "/observations?observationVariableDbId=WWT&seasonDbId=2024",
    "/germplasm?synonym=1&parentDbId=0198c0de-0000-7000-8000-000000000001",
)


async def test_no_large_table_is_walked_through(
    breeder: Breeder, family: Family, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin.execute(OF_OTHERS)
    await admin.execute(ANALYZE)
    seen: list[Explained] = []

    def explained(session: Any) -> Explained:
        seen.append(Explained(driver(session)))
        return seen[-1]

    driver = paging.driver
    monkeypatch.setattr(paging, "driver", explained)
    for path in ASKED:
        seen.clear()
        answer = await breeder.farmer.client.get(f"http://farm/brapi/v2{path}", headers=breeder.farmer.headers)
        assert answer.status_code == 200, answer.text
        assert seen, path
        walked = {line for each in seen for line in each.walked if any(f"on {name} " in line for name in LARGE)}
        assert walked == set(), path
