"""Questions about treatments among many farms: the planner never reads a large table from end to end."""

from datetime import date
from uuid import UUID

from bellwether.farm.health import repository as health
from bellwether.farm.health.products import repository as products
from bellwether.farm.trading import repository as trading
from bellwether.farm.trading.money import repository as money
from bellwether.platform.ids import new_id

from .conftest import Farmer
from .large_tables import read_whole, said_by
from .test_event_log import taken
from .test_mobs import assigned, mob
from .test_treatments import ewes, remedy, treated


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
    assert not await read_whole(farmer, said_by(asked))
