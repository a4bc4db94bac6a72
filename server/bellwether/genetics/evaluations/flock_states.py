"""When a flock's breeding values are behind its records."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from bellwether.genetics.evaluations.models import evaluation_run as run
from bellwether.genetics.evaluations.models import flock_state
from bellwether.genetics.genotypes.samples.events import CHANGED as GENOTYPES_CHANGED
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Event, Hopeless

WEIGHT_RECORDED = "farm.weight.recorded.v1"
MEASUREMENT_RECORDED = "farm.measurement.recorded.v1"
ANIMAL_REGISTERED = "farm.animal.registered.v1"
MEASUREMENT_WITHDRAWN = "farm.measurement.withdrawn.v1"
ANIMAL_WITHDRAWN = "farm.animal.withdrawn.v1"
EXTERNAL_VALUES_CHANGED = "farm.external_values.changed.v1"
MARKING = (
    WEIGHT_RECORDED,
    MEASUREMENT_RECORDED,
    ANIMAL_REGISTERED,
    MEASUREMENT_WITHDRAWN,
    ANIMAL_WITHDRAWN,
    EXTERNAL_VALUES_CHANGED,
)
"""Facts of the farm after which a flock's breeding values are behind its records."""
OWN = (GENOTYPES_CHANGED,)
"""Facts of this service after which they are, where stored genotypes are taken."""


async def mark_stale(session: Session, event: Event) -> None:
    """A fact of the farm makes the flock's last evaluation older than its records, unless that run had read it.

    `stale_since` tells people since when. `key_version`, the fact's place among those of its flock in the order of
    their commits, tells whether a run has seen it, however late the fact arrives here. Farm and genetics count apart.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    flock_id, farm_id = flock_of(event)
    new = {"flock_id": flock_id, "farm_id": farm_id, "stale_since": event.time, "stale_reason": event.id}
    is_own = event.type in OWN
    marked, read = ("marked_genotypes", "read_genotypes") if is_own else ("marked_version", "read_version")
    statement = insert(flock_state).values(**new, **{marked: event.key_version})
    told, mine = statement.excluded, flock_state.c
    is_taken = mine.takes_genotypes if is_own else true()
    is_first = or_(mine.stale_since.is_(None), told.stale_since < mine.stale_since)
    is_news = and_(told[marked] > mine[read], is_taken, is_first)
    changes: dict[str, ColumnElement[object]] = {
        name: case((is_news, told[name]), else_=mine[name]) for name in ("stale_since", "stale_reason")
    }
    changes[marked] = func.greatest(mine[marked], told[marked])
    await session.execute(statement.on_conflict_do_update(index_elements=[mine.flock_id], set_=changes))


def flock_of(event: Event) -> tuple[UUID, UUID]:
    """The flock that a fact is about, which is its key, and the flock's farm.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    try:
        flock_id = UUID(event.key)
    except ValueError as error:
        raise Hopeless(f"{event.type} under the key {event.key[:60]}, which is no flock") from error
    if event.farm_id is None:
        raise Hopeless(f"{event.type} of flock {flock_id} is of no farm")
    return flock_id, event.farm_id


async def record_run(
    session: Session,
    *,
    flock_id: UUID,
    farm_id: UUID,
    run_id: UUID,
    data_as_of: datetime,
    data_version: int,
    genotype_version: int | None = None,
) -> None:
    """A run that has read the flock's facts up to these versions has succeeded: is the flock up to date now?

    `genotype_version` None: it takes no stored genotypes, and none that come make its values old.
    """
    takes = genotype_version is not None
    new = {"flock_id": flock_id, "farm_id": farm_id, "last_run_id": run_id, "read_version": data_version}
    new |= {"read_genotypes": genotype_version or 0, "takes_genotypes": takes}
    mine = flock_state.c
    has_newer = mine.marked_version > data_version
    if takes:
        has_newer = or_(has_newer, mine.marked_genotypes > genotype_version)
    since = case((has_newer, func.greatest(mine.stale_since, data_as_of)), else_=None)
    reason = case((has_newer, mine.stale_reason), else_=None)
    read = func.greatest(mine.read_version, data_version)
    await session.execute(
        insert(flock_state)
        .values(new)
        .on_conflict_do_update(
            index_elements=[mine.flock_id],
            set_={
                "last_run_id": run_id, "stale_since": since, "stale_reason": reason, "read_version": read,
                "read_genotypes": func.greatest(mine.read_genotypes, genotype_version or 0), "takes_genotypes": takes,
            },
        )
    )  # fmt: skip


async def record_share(
    session: Session, *, flock_id: UUID, farm_id: UUID, run_id: UUID, data_as_of: datetime, data_version: int
) -> None:
    """The share of a joint run: runs of the flock's own stay the last, and so does one that has read more."""
    last = (
        select(flock_state.c.read_version, run.c.kind)
        .outerjoin(run, run.c.id == flock_state.c.last_run_id)
        .where(flock_state.c.flock_id == flock_id)
    )
    found = (await session.execute(last)).one_or_none()
    if found is None or (found.kind in (None, "share") and found.read_version <= data_version):
        await record_run(
            session,
            flock_id=flock_id,
            farm_id=farm_id,
            run_id=run_id,
            data_as_of=data_as_of,
            data_version=data_version,
        )
