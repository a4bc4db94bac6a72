"""Resources of a farm, as another system asks for them."""

from datetime import datetime
from math import ceil
from typing import NamedTuple
from urllib.parse import urlencode

from bellwether.farm.icar import repository
from bellwether.farm.icar.kinds import KINDS
from bellwether.farm.icar.models import FarmRow
from bellwether.farm.icar.pages import Asked
from bellwether.farm.icar.repository import Within
from bellwether.farm.icar.resources.core import IcarIdentifier
from bellwether.farm.icar.schemas import IcarCollection, IcarLocation, IcarLocations, IcarView
from bellwether.farm.locations.service import farm_of
from bellwether.farm.place import place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.sheep.locations import FARM


class Address(NamedTuple):
    """Of a list: where it begins, and what was asked for beside a page."""

    path: str
    query: dict[str, str]

    def of_page(self, cursor: str | None) -> str:
        """The address of one page."""
        query = self.query | ({} if cursor is None else {"cursor": cursor})
        return f"{self.path}?{urlencode(query)}" if query else self.path


def within(since: datetime | None, until: datetime | None) -> Within:
    """What was changed between two moments."""
    return Within(since, until)


async def page(
    session: Session,
    context: Context,
    location: IcarIdentifier,
    kind: str,
    within: Within,
    limit: int,
    cursor: str | None,
    address: Address,
) -> IcarCollection:
    """A page of the resources of a kind.

    Raises:
        NotFound: no farm of the user's has this number.
        AmbiguousLocation: several have.
        BadCursor
    """
    farm_id = await farm_of(session, context, location.scheme, location.id)
    zone = (await place_of(session, farm_id)).time_zone
    found = await KINDS[kind].read(session, Asked(farm_id, location, zone, within, cursor, limit))
    after = None if found.next is None else address.of_page(found.next)
    pages = ceil(found.total / limit)
    first = address.of_page(None)
    view = IcarView(total_items=found.total, total_pages=pages, page_size=limit, first=first, next=after)
    return IcarCollection(view=view, member=found.resources)


async def locations(session: Session, limit: int, cursor: str | None, address: Address) -> IcarLocations:
    """Farms of the user by their numbers; without one by the id of the farm, which is a number too.

    Raises:
        BadCursor
    """
    rows = await repository.farms(session, id_after(cursor), limit + 1)
    next_one = ById.after(rows, limit)
    total = await repository.count_farms(session)
    after = None if next_one is None else address.of_page(next_one)
    first, pages = address.of_page(None), ceil(total / limit)
    view = IcarView(total_items=total, total_pages=pages, page_size=limit, first=first, next=after)
    return IcarLocations(view=view, member=[location(row) for row in rows[:limit]])


def location(row: FarmRow) -> IcarLocation:
    """A farm."""
    told = [
        IcarIdentifier(scheme=scheme, id=value) for scheme, _, value in (each.partition(" ") for each in row.numbers)
    ]
    first, *others = [*told, IcarIdentifier(scheme=FARM, id=str(row.id))]
    return IcarLocation(identifier=first, alternative_identifiers=others, name=row.name, time_zone_id=row.time_zone)
