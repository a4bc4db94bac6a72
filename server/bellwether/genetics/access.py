"""What a member may do on a farm, as the farm service tells it. Which rows exist is row-level security's affair."""

from uuid import UUID

from sqlalchemy import text

from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotAllowed, NotFound

MEMBER = text("""
select :farm = any (farm.my_farms()) as is_seen, :farm = any (farm.my_writable_farms()) as is_writable
""")


SHOWN = text("""
select :farm = any (farm.my_farms()) or :farm = any (genetics.consented_farms('genotypes'))
""")


class ReadOnlyMember(NotAllowed):
    """A viewer wants to write."""

    code, title = "read_only_member", "You may read this farm, not change it: ask its owner for the role worker"


async def may_read(session: Session, farm_id: UUID) -> None:
    """Pass for members of the farm.

    Raises:
        NotFound
    """
    await membership(session, farm_id)


async def may_read_genotypes(session: Session, farm_id: UUID) -> None:
    """Pass for members of the farm, and for those to whom it has consented to show its genotypes.

    Raises:
        NotFound
    """
    if not (await session.execute(SHOWN, {"farm": farm_id})).scalar_one():
        raise NotFound


async def may_write(session: Session, farm_id: UUID) -> None:
    """Pass for owners and workers of the farm.

    Raises:
        NotFound, ReadOnlyMember
    """
    if not await membership(session, farm_id):
        raise ReadOnlyMember


async def membership(session: Session, farm_id: UUID) -> bool:
    """Whether the member may write.

    Raises:
        NotFound: the user does not see the farm.
    """
    row = (await session.execute(MEMBER, {"farm": farm_id})).one()
    if not row.is_seen:
        raise NotFound
    return bool(row.is_writable)
