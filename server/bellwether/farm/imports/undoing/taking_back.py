"""Everything that an import made is removed, everything that it changed is as before; all or nothing."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.access import one_writer
from bellwether.farm.animals.events import animals_registered, animals_withdrawn
from bellwether.farm.imported_values import repository as imported_values
from bellwether.farm.imported_values.events import values_changed
from bellwether.farm.imports import repository
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.states import ImportBuiltUpon, ImportHasNoHistory
from bellwether.farm.imports.undoing import fitting, obstacles, together
from bellwether.farm.imports.undoing.made import of_imports
from bellwether.farm.measurements.events import measurements_recorded, measurements_withdrawn
from bellwether.farm.measurements.ledger import Measurement, Observation
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.problems import RowError
from bellwether.sheep.traits import Known

RELATIONS = ("observation", "parent_claim", "identifier", "animal")
REMOVE = "delete from farm.{relation} where {is_made} returning {columns}"
MUTABLE = """
select quote_ident(attname) from pg_attribute
where attrelid = ('farm.' || $1)::regclass and attnum > 0 and not attisdropped and attgenerated = ''
  and attname not in ('id', 'farm_id', 'rev', 'seq', 'updated_at') order by attnum
"""
# what somebody has changed once more since stays as it is now
RESTORE = """
update farm.{relation} t set {columns}
from farm.import_change c join farm.{relation} o on o.farm_id = $1 and o.id = c.id
cross join lateral (select to_jsonb(o) as found offset 0) n
cross join lateral jsonb_populate_record(o, (
  select jsonb_object_agg(b.key, b.value) from jsonb_each(c.before) b
  where n.found -> b.key is not distinct from c.after -> b.key)) r
where c.import_id = $2 and c.relation = '{relation}' and t.farm_id = $1 and t.id = o.id
  and c.before ? 'animal_id' = $3 returning t.*, c.before
"""
FORGET = "delete from farm.import_change where farm_id = $1 and import_id = $2"


class TakenBack(NamedTuple):
    """What an undo removed and brought back."""

    animals_removed: int
    animals_restored: int
    measurements_removed: int
    measurements_restored: int
    parents_removed: int
    parents_restored: int
    identifiers_removed: int
    identifiers_restored: int


async def take_back(session: Session, context: Context, import_id: UUID, others: Sequence[UUID] = ()) -> TakenBack:
    """Take the rows of an import, and of others with it, out of the herd, and tell the other services.

    Raises:
        ImportHasNoHistory: it is older than the memory of changes.
        ImportBuiltUpon: something was built on it, or what it replaced does not fit any more.
    """
    found = await repository.get(session, import_id)
    assert found is not None
    await one_writer(session, found.farm_id)
    await repository.plan_afresh(session)
    await repository.write_as(session, "undo")
    batch = await repository.hold(session, import_id)
    assert batch is not None
    connection: asyncpg.Connection = driver(session)
    values = await imported_values.of_imports(session, batch.farm_id, [batch.id, *others])
    if others:
        await together.adopt(session, batch, others)
    await check(connection, batch)
    places = await tasks.touched_by(session, batch.farm_id, import_id)
    try:
        removed, restored = await swap(connection, batch)
    except asyncpg.ForeignKeyViolationError as error:
        raise ImportBuiltUpon([published(str(error))]) from error
    if misfits := await fitting.find(connection, batch.farm_id, import_id):
        raise ImportBuiltUpon(misfits)
    await forget(connection, batch.farm_id, import_id)
    await tasks.project(session, batch.farm_id, places)
    await tell(session, context, batch, removed, restored)
    await values_changed(session, context, batch.farm_id, values)
    names = ("animal", "observation", "parent_claim", "identifier")
    return TakenBack(*(len(found[name]) for name in names for found in (removed, restored)))


async def check(connection: asyncpg.Connection, batch: Batch) -> None:
    """Before anything is touched.

    Raises:
        ImportHasNoHistory, ImportBuiltUpon
    """
    if not batch.has_history:
        raise ImportHasNoHistory
    if found := await obstacles.find(connection, batch.farm_id, batch.id):
        raise ImportBuiltUpon(found)


Found = dict[str, list[asyncpg.Record]]


async def swap(connection: asyncpg.Connection, batch: Batch) -> tuple[Found, Found]:
    """Rows removed and rows restored, by table; animals go last, when nothing speaks of them any more."""
    removed: Found = {}
    restored: Found = {}
    for relation in RELATIONS[:-1]:
        removed[relation] = await remove(connection, batch, relation)
    for relation in RELATIONS:
        restored[relation] = await restore(connection, batch.farm_id, batch.id, relation)
    removed["imported_value"] = await remove(connection, batch, "imported_value")
    removed["animal"] = await remove(connection, batch, "animal")
    made = {row["id"] for row in removed["animal"]}
    restored["animal"] = [row for row in restored["animal"] if row["id"] not in made]
    return removed, restored


async def remove(connection: asyncpg.Connection, batch: Batch, relation: str) -> list[asyncpg.Record]:
    """What the import made in one table."""
    columns = {"observation": "id, flock_id, animal_id, trait, state", "animal": "id, flock_id"}.get(relation, "id")
    rows: list[asyncpg.Record] = await connection.fetch(
        REMOVE.format(relation=relation, columns=columns, is_made=of_imports(relation)), batch.farm_id, [batch.id]
    )
    return rows


async def restore(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, relation: str
) -> list[asyncpg.Record]:
    """What the import, or a merge, changed in one table."""
    names = [row[0] for row in await connection.fetch(MUTABLE, relation)]
    columns = [f"{name} = r.{name}" for name in names]
    if relation == "animal":
        columns += ["rev = t.rev + 1", "updated_at = clock_timestamp()"]
    sql = RESTORE.format(relation=relation, columns=", ".join(columns))
    # what was another animal's goes back to it first, and makes room for what counts again of this one
    rows: list[asyncpg.Record] = await connection.fetch(sql, farm_id, import_id, True)
    return rows + await connection.fetch(sql, farm_id, import_id, False)


async def forget(connection: asyncpg.Connection, farm_id: UUID, import_id: UUID) -> None:
    """What was changed is as before: there is nothing to remember."""
    await connection.execute(FORGET, farm_id, import_id)


def published(error: str) -> RowError:
    """An animal of the import stands in what another service keeps for ever."""
    what = "breeding values" if "breeding_value" in error else "another service's records"
    message = f"{what} of animals of this import have been published, and they are kept"
    fix = "leave this import and correct its animals by another one"
    return RowError(code="evaluated_since", message=message, fix=fix)


async def tell(session: Session, context: Context, batch: Batch, removed: Found, restored: Found) -> None:
    """Withdrawn and restored facts, so that whoever has heard of them follows."""
    for flock_id, rows in by_flock(removed["animal"]):
        await animals_withdrawn(session, context, batch.farm_id, flock_id, [row["id"] for row in rows])
    for flock_id, rows in by_flock(restored["animal"]):
        await animals_registered(session, context, batch.farm_id, flock_id, [row["id"] for row in rows])
    gone = [(row["flock_id"], row["trait"], row["id"], row["animal_id"]) for row in active(removed["observation"])]
    await measurements_withdrawn(session, context, batch.farm_id, gone)
    known = await own_traits.known(session, batch.farm_id)
    back = [observation(row, known) for row in active(restored["observation"]) if '"state"' in row["before"]]
    await measurements_recorded(session, context, batch.farm_id, back)


def active(rows: Iterable[asyncpg.Record]) -> list[asyncpg.Record]:
    """Those that count."""
    return [row for row in rows if row["state"] == "active"]


def by_flock(rows: Iterable[asyncpg.Record]) -> list[tuple[UUID, list[asyncpg.Record]]]:
    """In a fixed order, for each fact holds the key of its flock until the commit."""
    ordered = sorted(rows, key=lambda row: (str(row["flock_id"]), row["id"]))
    return [(flock_id, list(group)) for flock_id, group in groupby(ordered, key=lambda row: row["flock_id"])]


def observation(row: asyncpg.Record, known: Known) -> Observation:
    """A measurement that counts again."""
    names = ("trait", "occurred_on", "value", "raw_value", "recorded_group", "occurred_time", "raw_unit")
    measured = Measurement(*(row[name] for name in names))
    return Observation(
        row["id"], row["flock_id"], row["animal_id"], measured, row["import_row"] or 0, known[row["trait"]]
    )
