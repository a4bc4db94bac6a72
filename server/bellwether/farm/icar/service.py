"""Resources of a farm, as another system asks for them."""

from datetime import datetime
from math import ceil
from typing import NamedTuple
from urllib.parse import urlencode

from bellwether.farm.icar.kinds import KINDS
from bellwether.farm.icar.pages import Asked
from bellwether.farm.icar.repository import Within
from bellwether.farm.icar.schemas import IcarCollection, IcarIdentifier, IcarView
from bellwether.farm.locations.service import farm_of
from bellwether.farm.place import place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session


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
