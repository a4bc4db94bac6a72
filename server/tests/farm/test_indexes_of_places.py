"""Questions about whereabouts among many farms: the planner never reads a large table from end to end."""

from datetime import UTC, date, datetime
from uuid import UUID

from bellwether.farm.grazing import repository as grazing
from bellwether.farm.groups import repository as groups
from bellwether.farm.places import repository as places
from bellwether.farm.whereabouts import repository as whereabouts

from .conftest import Farmer
from .large_tables import read_whole, said_by
from .test_event_log import taken
from .test_mobs import farm_with, moved


async def test_no_question_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    creek, _, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    farm, paddock, mob, animal = (UUID(key) for key in (farmer.farm_id, creek, group, ewe))
    at = datetime(2024, 4, 1, tzinfo=UTC)
    asked: list[tuple[object, ...]] = [
        (grazing.NOW, farm, animal),
        (grazing.THEN, farm, animal, at),
        (grazing.HISTORY, farm, paddock, None, None, 10, "UTC"),
        (grazing.RESTS, farm, None, 10),
        (grazing.STOCK, farm, date(2024, 4, 1)),
        (grazing.UNTAGGED, farm, date(2024, 4, 1)),
        (groups.GET, mob),
        (groups.LIST, farm, None, None, 10),
        (groups.NOW, farm, mob, None, 10),
        (groups.THEN, farm, mob, None, 10, at),
        (places.GET, paddock),
        (places.PAGE, farm, date(2024, 4, 1), None, 10),
        (places.NEAREST, farm, date(2024, 4, 1), 148.0, -35.0, 10),
        (places.WITHIN, farm, date(2024, 4, 1), None, 10, 148.0, -36.0, 149.0, -35.0, True),
        (whereabouts.STEPS, farm, [animal], ["group.assigned"]),
        (whereabouts.MOVES, farm, [mob]),
        (whereabouts.APART, farm, [mob], list(whereabouts.ACTS)),
        (whereabouts.PADDOCKS, farm, [paddock]),
        (whereabouts.CLEAR_PLACEMENTS, farm, [animal], [mob]),
        (whereabouts.CLEAR_MEMBERS, farm, [animal]),
        (whereabouts.STANDS_IN, farm, paddock, at),
    ]
    assert not await read_whole(farmer, said_by(asked))
