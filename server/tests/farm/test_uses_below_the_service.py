"""Two uses of one number never overlap, whoever writes them and however they meet: the database itself holds that."""

import asyncio
from itertools import permutations, product
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from .conftest import Farmer

ADD = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, raw, kind, validity, state)
values (gen_random_uuid(), $1, $2, 'a.b', $3, $3, 'registration',
  tstzrange($4::text::timestamptz, $5::text::timestamptz), $6)
"""
SETTLE = "update farm.identifier set state = $2 where value = $1 and state = 'disputed'"
BOTH = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, raw, kind, validity)
select gen_random_uuid(), farm_id, animal_id, scheme, $2, raw, kind, validity from farm.identifier where value = $1
"""
OVERLAPS = """
select tstzrange($1::text::timestamptz, $2::text::timestamptz)
  && tstzrange($3::text::timestamptz, $4::text::timestamptz)
"""
SPANS = (
    (None, None),
    ("2024-03-01", None),
    (None, "2024-03-01"),
    ("2024-01-01", "2024-03-02"),
    ("2024-03-01", "2024-03-01"),
)
OVERLAP = (asyncpg.ExclusionViolationError, asyncpg.UniqueViolationError)


def state_of(span: tuple[str | None, str | None]) -> str:
    """As services write it."""
    return "closed" if span[1] else "active"


async def test_i14_uses_of_one_number_are_apart(farmer: Farmer, postgres_server: Any) -> None:
    """Each pair of spans: one after the other, both by one statement, and the second after it was disputed."""
    place = [UUID(farmer.farm_id), UUID((await farmer.animal())["id"])]
    connection = await asyncpg.connect(postgres_server.dsn)
    for number, (one, other) in enumerate(product(SPANS, SPANS)):
        overlap = await connection.fetchval(OVERLAPS, *one, *other)
        later, disputed, at_once = (f"{way}{number}" for way in ("later", "disputed", "at once"))
        for value in (later, disputed):
            await connection.execute(ADD, *place, value, *one, state_of(one))
        await connection.execute(ADD, *place, disputed, *other, "disputed")
        found = [
            await refuses(connection.execute(ADD, *place, later, *other, state_of(other))),
            await refuses(connection.execute(SETTLE, disputed, state_of(other))),
            await refuses(connection.execute(BOTH, disputed, at_once)),
        ]
        assert found == [overlap] * 3, (one, other)
    await connection.close()


async def refuses(statement: Any) -> bool:
    """Whether two uses would overlap after it."""
    try:
        await statement
    except OVERLAP:
        return True
    return False


@pytest.mark.parametrize("order", list(permutations([("2024-01-01", "2024-05-01"), ("2024-03-01", None)])), ids=str)
async def test_i14_two_that_write_at_once_do_not_pass_each_other(
    farmer: Farmer, postgres_server: Any, order: Any
) -> None:
    place = [UUID(farmer.farm_id), UUID((await farmer.animal())["id"])]
    first, second = [await asyncpg.connect(postgres_server.dsn) for _ in order]
    async with first.transaction():
        await first.execute(ADD, *place, "V", *order[0], state_of(order[0]))
        later = asyncio.create_task(second.execute(ADD, *place, "V", *order[1], state_of(order[1])))
        await asyncio.sleep(0.2)
        assert not later.done()
    assert await refuses(later)
    for connection in (first, second):
        await connection.close()
