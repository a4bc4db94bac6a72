"""Where a farm is: the day that it is there now, and the unit of its scales."""

from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bellwether.platform.database.transactions import Session

PLACE = text("select time_zone, weight_unit from farm.farm where id = :farm")
Unit = Literal["kg", "lb"]


class Place(NamedTuple):
    """What a farm has said of itself, or was given by its country."""

    time_zone: str = "UTC"
    weight_unit: Unit = "kg"

    def today(self, now: datetime) -> date:
        """The day on the farm; in New Zealand it begins half a day before that of UTC."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


async def place_of(session: Session, farm_id: UUID) -> Place:
    """Of a farm; what is usual where the user does not see it, for then something else stops the request."""
    row = (await session.execute(PLACE, {"farm": farm_id})).one_or_none()
    return Place() if row is None else Place(row.time_zone, row.weight_unit)
