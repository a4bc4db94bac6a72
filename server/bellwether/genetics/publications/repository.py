"""Every query about publications."""

from uuid import UUID

from bellwether.genetics.publications.models import PublicationRow, RunRow
from bellwether.platform.database.transactions import Session, driver

COLUMNS = ", ".join(PublicationRow._fields)
RUN = """
select farm_id, coalesce(flock_ids, array[flock_id]) as flock_ids, state from genetics.evaluation_run where id = $1
"""
CURRENT = f"select {COLUMNS} from genetics.publication where flock_id = $1 order by number desc limit 1"
ADD = f"""
insert into genetics.publication (id, farm_id, flock_id, number, run_id, replaces, is_automatic, published_by)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning {COLUMNS}
"""
PAGE = f"""
select {COLUMNS} from genetics.publication where flock_id = $1 and ($2::int4 is null or number < $2)
order by number desc limit $3
"""


async def run(session: Session, run_id: UUID) -> RunRow | None:
    """The run, if the acting user sees it."""
    row = await driver(session).fetchrow(RUN, run_id)
    return row and RunRow(*row)


async def current(session: Session, flock_id: UUID) -> PublicationRow | None:
    """The latest publication of a flock."""
    row = await driver(session).fetchrow(CURRENT, flock_id)
    return row and PublicationRow(*row)


async def add(
    session: Session,
    publication_id: UUID,
    *,
    farm_id: UUID,
    flock_id: UUID,
    run_id: UUID,
    before: PublicationRow | None,
    is_automatic: bool,
    published_by: UUID | None,
) -> PublicationRow:
    """The next publication of a flock."""
    number, replaces = (1, None) if before is None else (before.number + 1, before.run_id)
    values = (publication_id, farm_id, flock_id, number, run_id, replaces, is_automatic, published_by)
    return PublicationRow(*await driver(session).fetchrow(ADD, *values))


async def page(session: Session, flock_id: UUID, before: int | None, limit: int) -> list[PublicationRow]:
    """Publications of a flock, the latest first."""
    return [PublicationRow(*row) for row in await driver(session).fetch(PAGE, flock_id, before, limit)]
