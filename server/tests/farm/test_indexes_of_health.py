"""Questions about treatments among many farms: the planner never reads a large table from end to end."""

from datetime import date
from uuid import UUID

import asyncpg
from bellwether.farm.health import repository as health
from bellwether.farm.health.products import repository as products
from bellwether.farm.trading import repository as trading
from bellwether.farm.trading.money import repository as money
from bellwether.platform.ids import new_id

from .conftest import Farmer
from .test_event_log import taken
from .test_mobs import assigned, mob
from .test_treatments import ewes, remedy, treated

#: 200 farms with 60 animals, 20 products and one with a batch; each animal was treated ten times
FARMS, ANIMALS, TIMES = 200, 60, 10
FILL = f"""
create temp table f as select gen_random_uuid() as id, gen_random_uuid() as product, gen_random_uuid() as batch
  from generate_series(1, {FARMS});
insert into farm.farm (id, name, created_by) select id, 'many', id from f;
insert into farm.flock (id, farm_id, name, code, recording_scheme) select gen_random_uuid(), id, 'many', 'many', 'none' from f;
insert into farm.animal (id, farm_id, flock_id, source)
  select gen_random_uuid(), o.farm_id, o.id, 'api' from farm.flock o join f on f.id = o.farm_id, generate_series(1, {ANIMALS});
insert into farm.product (id, farm_id, name, unit, meat_whp, meat_whp_unit) select product, id, 'many', 'ml', 14, 'days' from f;
insert into farm.product (id, farm_id, name, unit, meat_whp, meat_whp_unit)
  select gen_random_uuid(), id, 'other ' || n, 'ml', 0, 'days' from f, generate_series(1, 20) n;
insert into farm.product_batch (id, farm_id, product_id, lot, quantity) select batch, id, product, 'many', 1000 from f;
insert into farm.animal_group (id, farm_id, name, type) select gen_random_uuid(), id, 'many', 'physical' from f;
alter table farm.event disable trigger held;
insert into farm.event (farm_id, id, place, kind, version, animal_id, occurred_on, tz, payload, sent_sha256, source)
  select a.farm_id, gen_random_uuid(), 1, 'treatment.given', 1, a.id, '2020-01-01', 'UTC', '{{}}', sha256(''), 'api'
  from farm.animal a join f on f.id = a.farm_id, generate_series(1, {TIMES});
alter table farm.event enable trigger held;
insert into farm.course (farm_id, event_id, kind, animal_id, at, place, until, first_on, last_on, product_id, batch_id, per_head)
  select e.farm_id, e.id, e.kind, e.animal_id, '2020-01-01', 1, '2020-01-01', '2020-01-01', '2020-01-01', f.product, f.batch, 1
  from farm.event e join f on f.id = e.farm_id;
insert into farm.dosed (farm_id, animal_id, event_id, last_on, meat_until, export_until, milk_until)
  select farm_id, animal_id, event_id, last_on, last_on + 14, last_on + 14, 'infinity'
  from farm.course join f on f.id = farm_id;
analyze farm.animal, farm.animal_group, farm.event, farm.product, farm.product_batch, farm.course, farm.dosed;
"""  # noqa: E501 - a line for each table
LARGE = ("animal", "event", "course", "dosed", "product", "product_batch", "group_member")


async def test_no_question_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    (ewe,), group, product = await ewes(farmer, 1), await mob(farmer), await remedy(farmer)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=10))["id"]
    given = treated(product, group_id=group, payload={"batch_id": batch})
    _, event = await taken(farmer, assigned(ewe, group), given)
    farm, animal, event_id = UUID(farmer.farm_id), UUID(ewe), UUID(event)
    of_group, of_product, of_batch = UUID(group), UUID(product), UUID(batch)
    asked: list[tuple[object, ...]] = [
        (health.PRODUCTS, farm, [of_product]),
        (health.BATCHES, farm, [of_batch]),
        (health.LISTS, farm, [of_group], ["sale"]),
        (health.OF_ANIMALS, farm, [animal]),
        (health.OF_GROUPS, farm, [of_group]),
        (health.EVER_IN, farm, [of_group]),
        (health.OF_HERDS, farm, date(2024, 3, 10)),
        (health.NAMES, farm, [of_group]),
        (health.LEAVE, farm, [event_id]),
        (health.CLEAR, farm, [animal]),
        (health.HAS_COURSES, farm),
        (health.HEADS, farm, [event_id]),
        (health.SHORT, farm, [of_batch]),
        (health.OF_PRODUCT, farm, of_product),
        (health.REACHED, farm, of_product),
        (health.BOARD, farm, date(2024, 3, 10), None, None, None, None, 10),
        (health.BOARD, farm, date(2024, 3, 10), "milk", of_group, date(2024, 3, 11), new_id(), 10),
        (health.CARD, farm, animal),
        (health.STANDING, farm, [animal]),
        (health.MEMBERS, farm, of_group, None, 10),
        (health.SALES, farm, 0, ["sale"], 10, None),
        (health.SALES, farm, 0, ["sale"], 10, [animal]),
        (trading.GET, new_id()),
        (trading.LIST, farm, None, 10),
        (trading.SENT, farm, "NVD 1"),
        (trading.HEADS, farm, "NVD 1"),
        (money.TRADED, farm, date(2024, 1, 1), date(2024, 12, 31)),
        (money.PRODUCTS, farm, date(2024, 1, 1), date(2024, 12, 31)),
        (money.COSTS, farm, date(2024, 1, 1), date(2024, 12, 31)),
        (money.GROUPS, farm),
        (products.GET, of_product),
        (products.LIST, farm, None, 10),
        (products.SEARCH, farm, "drench", 10),
        (products.GET_BATCH, of_batch),
        (products.BATCHES, farm, of_product, None, 10),
    ]
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    try:
        await connection.execute(FILL)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for statement, *values in asked:
            plan = await connection.fetch(f"explain {statement}", *values)
            text = "\n".join(row[0] for row in plan)
            for table in LARGE:
                assert f"Seq Scan on {table} " not in text, f"{statement}\n{text}"
    finally:
        await connection.close()
