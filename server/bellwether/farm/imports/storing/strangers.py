"""Animals to identify: a tag that nobody has was weighed, and the weight is kept until somebody says whose it is."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from bellwether.farm.animals.events import animals_registered
from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed, cells_of
from bellwether.farm.imports.models import Batch
from bellwether.farm.measurements.groups import Placed
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id
from bellwether.sheep import identifiers
from bellwether.sheep.findings import Broken
from bellwether.sheep.identifiers import Identifier

ADD = """
insert into farm.animal (id, farm_id, flock_id, tag, reference_only, source, import_id, recorded_by)
select id, $1, $2, tag, true, 'import', $3, $4 from unnest($5::uuid[], $6::text[]) as t (id, tag)
"""
TAG = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, scope, raw, kind, official, import_id)
select id, $1, animal_id, scheme, value, scope, raw, kind, false, $2
from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
  as t (id, animal_id, scheme, value, scope, raw, kind)
"""


def are_kept(batch: Batch) -> bool:
    """Whether the sender wants weights of unknown tags to be kept."""
    return batch.options.get("on_unknown_tag") == "keep"


async def keep(
    session: Session, context: Context, batch: Batch, rows: Iterable[tuple[int, Weighing]], animals: TaggedAnimals
) -> None:
    """An animal for each tag of the rows that nobody has, known by that tag alone."""
    found: dict[str, tuple[UUID, Identifier]] = {}
    for _, weighing in rows:
        tags = weighing.tags
        if not is_unknown(tags, weighing, animals):
            continue
        cell, kind = cells_of(tags)[0]
        if cell not in found:
            found[cell] = new_id(), identifier(cell, kind, batch.flock_id)
        animal = Weighed(
            found[cell][0], batch.flock_id, None, tags.eid or None, Placed("", None, None, False), cell,
            is_registered=False,
        )  # fmt: skip
        animals.meet(kind, cell, animal)
    await store(session, context, batch, list(found.values()))


def is_unknown(tags: Tags, weighing: Weighing, animals: TaggedAnimals) -> bool:
    """Whether no animal has any of the tags, and they can be read."""
    try:
        animals.resolve(tags, weighing.measured.date)
    except Broken as error:
        return error.finding.code == "unknown_tag"
    return False


def identifier(cell: str, kind: str, flock_id: UUID) -> Identifier:
    """The tag, as an animal that is registered with it will have it."""
    if kind == "eid":
        return identifiers.electronic(cell)
    return identifiers.visual(cell, flock_id, None) if kind == "visual" else identifiers.cited(cell, field="id")


async def store(session: Session, context: Context, batch: Batch, made: Sequence[tuple[UUID, Identifier]]) -> None:
    """The animals with their tags, and the fact that tells of them."""
    if not made:
        return
    connection = driver(session)
    ids, tags = [key for key, _ in made], [item for _, item in made]
    values = (batch.farm_id, batch.flock_id, batch.id, context.user_id)
    await connection.execute(ADD, *values, ids, [item.raw for item in tags])
    columns = [[getattr(item, name) for item in tags] for name in ("scheme", "value", "scope", "raw", "kind")]
    await connection.execute(TAG, batch.farm_id, batch.id, [new_id() for _ in made], ids, *columns)
    await animals_registered(session, context, batch.farm_id, batch.flock_id, ids)
