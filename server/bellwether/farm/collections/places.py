"""Numbers of the farm, its paddocks and their drawings."""

from bellwether.farm.collections.collection import Collection, Master, Write, columns, reading
from bellwether.farm.locations import service as locations
from bellwether.farm.locations.schemas import NewLocation
from bellwether.farm.places import service as paddocks
from bellwether.farm.places.schemas import NewPaddock, PaddockChange
from bellwether.platform.http.preconditions import Precondition

ANY = Precondition("*")


async def add_location(write: Write, body: NewLocation) -> None:
    """A number by which an authority knows the farm."""
    await locations.add(write.session, write.context, write.farm_id, body)


async def remove_location(write: Write) -> None:
    """The farm has it no longer."""
    await locations.remove(write.session, write.context, write.farm_id, write.id)


async def make_paddock(write: Write, body: NewPaddock) -> None:
    """A paddock with its first drawing."""
    await paddocks.create(write.session, write.context, body, write.now)


async def rename_paddock(write: Write, body: PaddockChange) -> None:
    """Another name."""
    await paddocks.change(write.session, write.context, write.id, body, ANY)


COLLECTIONS = (
    Collection(
        "locations",
        "location",
        columns("scheme", "value", "created_at"),
        Master(reading(NewLocation, add_location, "id"), remove=remove_location),
    ),
    Collection(
        "paddocks",
        "paddock",
        columns("name", "created_at", "updated_at"),
        Master(
            reading(NewPaddock, make_paddock, "id", "farm_id"),
            reading(PaddockChange, rename_paddock),
        ),
    ),
    Collection(
        "paddock_versions",
        "paddock_version",
        columns(
            *("paddock_id", "valid_from", "valid_to", "area_ha", "created_at"),
            geometry="public.st_asgeojson(t.geometry, 7)::json",
        ),
        nested=frozenset({"geometry"}),
    ),
)
