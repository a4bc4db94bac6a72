"""What a member may do on a farm. Which rows exist for a user is row-level security's affair alone."""

from uuid import UUID

from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotAllowed, NotFound, RowError, Unprocessable

ROLE = text("select farm.my_role(:farm)")

LOCK = text(
    "select pg_advisory_xact_lock(hashtextextended(cast(:farm as text), 11)), "
    "set_config('app.one_writer', cast(:farm as text), true)"
)


class ReadOnlyMember(NotAllowed):
    """A viewer wants to write."""

    code, title = "read_only_member", "You may read this farm, not change it: ask its owner for the role worker"


class OwnersOnly(NotAllowed):
    """A worker wants to do what is the owner's."""

    code, title = "owners_only", "Only an owner of the farm may do this"


class ReferenceNotFound(Unprocessable):
    """An id in the body names nothing that the user can see."""

    code, title = "reference_not_found", "An id in the body names nothing that you can see"

    def __init__(self, field: str, value: object, row: int | None = None) -> None:
        message = f"there is no {field.rsplit('.', 1)[-1].removesuffix('_id')} {value}"
        error = RowError(row=row, field=field, code="not_found", message=message, fix="send the id of an existing one")
        super().__init__(message, errors=[error])


async def role_of(session: Session, context: Context, farm_id: UUID) -> str | None:
    """The acting user's role; the platform acting for its own job has the role of a worker."""
    if farm_id in context.farm_ids:
        return "worker"
    role: str | None = (await session.execute(ROLE, {"farm": farm_id})).scalar_one_or_none()
    return role


async def may_write(session: Session, context: Context, farm_id: UUID, *, field: str | None = None) -> None:
    """Pass for owners and workers.

    Raises:
        NotFound: not a member; as a finding about `field` when the id came in a body.
        ReadOnlyMember: a viewer.
    """
    role = await role_of(session, context, farm_id)
    if role is None:
        raise NotFound if field is None else ReferenceNotFound(field, farm_id)
    if role == "viewer":
        raise ReadOnlyMember


async def must_own(session: Session, context: Context, farm_id: UUID) -> None:
    """Pass for owners.

    Raises:
        NotFound: not a member.
        OwnersOnly: a worker or viewer.
    """
    role = await role_of(session, context, farm_id)
    if role is None:
        raise NotFound
    if role != "owner":
        raise OwnersOnly


async def one_writer(session: Session, farm_id: UUID) -> None:
    """Hold the farm's identifiers, pedigree, measurements and events until the commit.

    Checks made after this stay true, writers that would meet in an exclusion constraint wait, not deadlock, and what is
    numbered under it becomes visible in the order of its numbers.
    """
    await session.execute(LOCK, {"farm": str(farm_id)})
