"""Mobs, groups of an analysis and drafted lists."""

from bellwether.farm.collections import repository
from bellwether.farm.collections.collection import Collection, Master, Write, columns, reading
from bellwether.farm.groups import service as groups
from bellwether.farm.groups.schemas import GroupChange, NewGroup
from bellwether.platform.http.preconditions import Precondition

ANY = Precondition("*")


async def make_group(write: Write, body: NewGroup) -> None:
    """A group without members."""
    await groups.create(write.session, write.context, body)


async def change_group(write: Write, body: GroupChange) -> None:
    """Another name, purpose or drop."""
    await groups.change(write.session, write.context, write.id, body, ANY, write.now)


async def remove_group(write: Write) -> None:
    """One that nothing refers to."""
    await repository.forget_group(write.session, write.farm_id, write.id)


COLLECTIONS = (
    Collection(
        "groups",
        "animal_group",
        columns("name", "type", "purpose", "drop_year", "created_at", "updated_at"),
        Master(
            reading(NewGroup, make_group, "id", "farm_id"),
            reading(GroupChange, change_group),
            remove_group,
        ),
    ),
)
