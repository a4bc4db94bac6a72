"""The page of a flock: every order and every filter, from page to page, and what the database reads for it."""

import random
from itertools import groupby
from operator import itemgetter
from typing import Any, get_args
from uuid import UUID, uuid4

import asyncpg
import pytest
from bellwether.farm.animals.sorted_pages import Statement
from bellwether.farm.animals.wanted import Column, Descending, Order, Wanted

from .conftest import Farmer, NewFarmer
from .large_tables import FILL

ADD = """
insert into farm.animal (id, farm_id, flock_id, tag, sex, birth_date, birth_type, rear_type, drop_year, fate, fate_on,
  source)
values ($1, $2, $3, $4, $5, $6::text::date, $7, $8, $9, $10, $11::text::date, 'api')
"""
CLAIM = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
values (gen_random_uuid(), $1, $2, $3, $4, 'api')
"""
ORDERS = (*get_args(Column), *get_args(Descending))


async def some_animals(farmer: Farmer, rng: random.Random, n: int = 40) -> None:
    """Animals that share values and lack some, so that each order has ties and gaps."""
    farm, flock = UUID(farmer.farm_id), UUID(farmer.flock_id)
    connection = await asyncpg.connect(farmer.admin_dsn)
    ids = [uuid4() for _ in range(n)]
    sexes: dict[UUID, str] = {}
    for key in ids:
        some = rng.random
        sexes[key] = rng.choice(["male", "female", "unknown"])
        born = f"202{rng.randrange(4)}-0{rng.randrange(1, 4)}-01" if some() < 0.7 else None
        fate, on = ("dead", f"2024-0{rng.randrange(1, 4)}-02") if some() < 0.3 else ("alive", None)
        sizes = [rng.choice([None, 1, 2]), rng.choice([None, 0, 1]), rng.choice([None, 2021, 2022])]
        tag = rng.choice([None, "a%1", "A_2", "äö", f"t{rng.randrange(9)}"])
        await connection.execute(ADD, key, farm, flock, tag, sexes[key], born, *sizes, fate, on)
    for child in ids[: n // 2]:
        for role in ("sire", "dam"):
            await connection.execute(CLAIM, farm, child, rng.choice(ids[n // 2 :]), role)
    await connection.close()


async def all_of(farmer: Farmer, limit: int, **query: Any) -> list[dict[str, Any]]:
    """Every page, one after the other."""
    seen: list[dict[str, Any]] = []
    asked = {"farm_id": farmer.farm_id, "limit": limit} | query
    while True:
        page = (await farmer.ask("GET", "/animals", 200, params=asked)).json()
        seen += page["items"]
        if page["next"] is None:
            return seen
        assert len(page["items"]) == limit
        asked["cursor"] = page["next"]


def in_order(animals: list[dict[str, Any]], order: str) -> list[str]:
    """The ids as they should come: what has no value last, equal ones by id."""
    column, tags = order.removeprefix("-"), {animal["id"]: animal["tag"] for animal in animals}
    key_of: dict[str, Any] = {animal["id"]: animal.get(column) for animal in animals}
    if column in ("sire", "dam"):
        key_of = {animal["id"]: tags.get(animal[f"{column}_id"]) for animal in animals}
    known = sorted((key_of[key], key) for key in key_of if key_of[key] is not None)
    if order.startswith("-"):
        known = [pair for _, group in groupby(reversed(known), key=itemgetter(0)) for pair in sorted(group)]
    return [key for _, key in known] + sorted(key for key in key_of if key_of[key] is None)


async def test_every_order_is_complete_and_right_from_page_to_page(farmer: Farmer) -> None:
    await some_animals(farmer, random.Random(7))
    animals = await all_of(farmer, 1000)
    assert len(animals) == 40
    for order in ORDERS:
        for limit in (7, 40):
            found = await all_of(farmer, limit, sort=order, flock_id=farmer.flock_id)
            assert [animal["id"] for animal in found] == in_order(animals, order), (order, limit)


async def test_filters_keep_what_they_say_in_every_order(farmer: Farmer) -> None:
    rng = random.Random(8)
    await some_animals(farmer, rng)
    animals = await all_of(farmer, 1000)
    sire = next(animal["sire_id"] for animal in animals if animal["sire_id"])
    filters: dict[str, tuple[Any, Any]] = {
        "sex": ("male", lambda a: a["sex"] == "male"),
        "fate": ("dead", lambda a: a["fate"] == "dead"),
        "birth_type": (2, lambda a: a["birth_type"] == 2),
        "rear_type": (0, lambda a: a["rear_type"] == 0),
        "drop_year": (2021, lambda a: a["drop_year"] == 2021),
        "reference_only": ("true", lambda a: a["reference_only"]),
        "birth_from": ("2021-02-01", lambda a: a["birth_date"] and a["birth_date"] >= "2021-02-01"),
        "birth_to": ("2022-02-01", lambda a: a["birth_date"] and a["birth_date"] <= "2022-02-01"),
        "fate_from": ("2024-02-02", lambda a: a["fate_on"] and a["fate_on"] >= "2024-02-02"),
        "fate_to": ("2024-02-02", lambda a: a["fate_on"] and a["fate_on"] <= "2024-02-02"),
        "sire_id": (sire, lambda a: a["sire_id"] == sire),
        "dam_id": (sire, lambda a: a["dam_id"] == sire),
    }
    names = [(name,) for name in filters] + [tuple(rng.sample(list(filters), 2)) for _ in range(20)]
    for chosen in names:
        order = rng.choice(ORDERS)
        found = await all_of(farmer, 7, sort=order, **{name: filters[name][0] for name in chosen})
        kept = {a["id"] for a in animals if all(filters[name][1](a) for name in chosen)}
        assert [a["id"] for a in found] == [key for key in in_order(animals, order) if key in kept], (chosen, order)


@pytest.mark.parametrize(
    ("text", "tags"), [("%", ["A%1"]), ("_", ["A_2"]), ("a", ["A%1", "A_2"]), ("\\", []), ("äÖ", ["ÄÖ3"])]
)
async def test_a_text_is_looked_for_as_it_is_written(farmer: Farmer, text: str, tags: list[str]) -> None:
    for tag in ("a%1", "A_2", "äö3", "x9"):
        await farmer.animal(identifiers=[{"kind": "visual", "value": tag}])
    assert [animal["tag"] for animal in await all_of(farmer, 2, text=text, sort="tag")] == tags
    assert len(await all_of(farmer, 2, text="9")) == 1


async def test_a_cursor_is_of_its_own_order(farmer: Farmer, new_farmer: NewFarmer) -> None:
    for _ in range(3):
        await farmer.animal(birth_date="2024-01-01")
    query = {"farm_id": farmer.farm_id, "limit": 1, "sort": "birth_date"}
    cursor = (await farmer.ask("GET", "/animals", 200, params=query)).json()["next"]
    for other in ("id", "-birth_date", "tag"):
        answer = await farmer.ask("GET", "/animals", 422, params=query | {"sort": other, "cursor": cursor})
        assert answer.json()["code"] == "bad_cursor"
    await farmer.ask("GET", "/animals", 422, params=query | {"sort": "weight"})
    await (await new_farmer()).ask("GET", "/animals", 404, params=query)


async def test_no_order_and_no_filter_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    farm, flock, some = UUID(farmer.farm_id), UUID(farmer.flock_id), uuid4()
    orders: list[Order] = list(ORDERS)
    asked = [Wanted(order=order) for order in orders]
    asked += [Wanted(sire_id=some, order="tag"), Wanted(text="12", order="sire"), Wanted(sex="male", birth_type=1)]
    try:
        await connection.execute(FILL)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for wanted in asked:
            for of_flock in (flock, None):
                page = Statement(farm, of_flock, wanted)
                plan = await connection.fetch(f"explain {page.page(101)}", *page.values)
                text = "\n".join(row[0] for row in plan)
                for table in ("animal", "parent_claim", "accepted_parents", "identifier"):
                    assert f"Seq Scan on {table}" not in text, f"{wanted}\n{text}"
    finally:
        await connection.close()
