"""Farms and paddocks as locations."""

from bellwether.farm.brapi.locations import repository
from bellwether.farm.brapi.locations.asked import LocationSearch
from bellwether.farm.brapi.locations.models import LocationRow
from bellwether.farm.brapi.locations.schemas import Feature, Location, Polygon
from bellwether.platform.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: LocationSearch) -> Listed[Location]:
    """A page of what is wanted."""
    rows, total = await repository.found(session, wanted)
    return listed([location(row) for row in rows], total, wanted)


async def get(session: Session, text: str) -> Location:
    """One farm or paddock.

    Raises:
        NotFound: none that the user can see.
    """
    rows, _ = await repository.found(session, LocationSearch(location_db_ids=[text]))
    if not rows:
        raise NotFound
    return location(rows[0])


def location(row: LocationRow) -> Location:
    """A location; of a paddock in several parts the largest, and how many there are."""
    is_farm = row.id == row.farm_id
    outline = None if row.outline is None else Feature(geometry=Polygon.model_validate_json(row.outline))
    info = {"country": row.country, "timeZone": row.time_zone, "areaHa": row.area_ha}
    return Location(
        location_db_id=str(row.id),
        location_name=row.name,
        location_type="Farm" if is_farm else "Paddock",
        parent_location_db_id=None if is_farm else str(row.farm_id),
        parent_location_name=None if is_farm else row.farm,
        coordinates=outline,
        additional_info=as_texts(info | {"parts": row.parts if row.parts and row.parts > 1 else None}),
    )
