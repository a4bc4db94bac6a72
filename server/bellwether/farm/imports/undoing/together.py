"""Imports of which each was built on the others are undone as one: all that they made and changed is of the first."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

import asyncpg
import orjson

from bellwether.farm.imports import repository
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.states import ImportBuiltUpon
from bellwether.farm.imports.undoing.made import of_imports
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.platform.problems import RowError

MADE = ("observation", "parent_claim", "identifier", "animal")
CHANGES = """
select relation, id, before::text, after::text from farm.import_change
where farm_id = $1 and import_id = any($2::uuid[]) order by relation, id
"""
ADOPT = "update farm.{relation} set import_id = $3 where {is_made}"
# whose change was the last is noted by a trigger
CHANGED = "update farm.animal set rev = rev where farm_id = $1 and last_import_id = any($2::uuid[])"
VALUES = "delete from farm.imported_value where farm_id = $1 and import_id = any($2::uuid[])"
FORGET = "delete from farm.import_change where farm_id = $1 and import_id = any($2::uuid[])"
REMEMBER = """
insert into farm.import_change (farm_id, import_id, relation, id, before, after)
select $1, $2, t.relation, t.id, t.before::jsonb, t.after::jsonb
from unnest($3::text[], $4::uuid[], $5::text[], $6::text[]) as t (relation, id, before, after)
"""
FIX = "correct what they brought by another import: which of them came first on these rows is not known any more"
Change = tuple[JsonObject, JsonObject]


async def adopt(session: Session, first: Batch, others: Sequence[UUID]) -> None:
    """Whatever the others made and changed is of the first from now on; the farm's lock is held.

    Raises:
        ImportBuiltUpon: what was there before them all cannot be told.
    """
    connection: asyncpg.Connection = driver(session)
    names = {str(key): str(first.id) for key in others}
    rows = await connection.fetch(CHANGES, first.farm_id, [first.id, *others])
    changes = as_one(rows, names)
    await repository.write_as(session, first.id)
    for relation in MADE:
        await connection.execute(
            ADOPT.format(relation=relation, is_made=of_imports(relation)), first.farm_id, list(others), first.id
        )
    await connection.execute(CHANGED, first.farm_id, list(others))
    await connection.execute(VALUES, first.farm_id, list(others))
    await connection.execute(FORGET, first.farm_id, [first.id, *others])
    columns = [list(column) for column in zip(*changes, strict=True)] or [[], [], [], []]
    await connection.execute(REMEMBER, first.farm_id, first.id, *columns)
    await repository.write_as(session, "undo")


def as_one(rows: Iterable[asyncpg.Record], names: Mapping[str, str]) -> list[tuple[str, UUID, str, str]]:
    """The changes of all imports, each row of the herd once.

    Raises:
        ImportBuiltUpon
    """
    found, unclear = [], 0
    for (relation, key), group in groupby(rows, key=lambda row: (row[0], row[1])):
        told = [(renamed(orjson.loads(row[2]), names), renamed(orjson.loads(row[3]), names)) for row in group]
        change = chained(told)
        if change is None:
            unclear += 1
        elif change[0]:
            found.append((relation, key, orjson.dumps(change[0]).decode(), orjson.dumps(change[1]).decode()))
    if unclear:
        message = f"{unclear} rows were changed by these imports in turns"
        raise ImportBuiltUpon([RowError(code="imports_in_turns", message=message, fix=FIX)])
    return found


def renamed(said: JsonObject, names: Mapping[str, str]) -> JsonObject:
    """With the first import in the place of the others."""
    return {name: names.get(str(value), value) if name.endswith("import_id") else value for name, value in said.items()}


def chained(told: Sequence[Change]) -> Change | None:
    """From what was before all changes to what is after them, field by field; None: more than one could be either."""
    before: JsonObject = {}
    after: JsonObject = {}
    for name in sorted({name for one, _ in told for name in one}):
        steps = [(one[name], other[name]) for one, other in told if name in one and one[name] != other[name]]
        if not steps:
            continue
        begun, ended = ends([one for one, _ in steps], [other for _, other in steps])
        if len(begun) != 1 or len(ended) != 1:
            return None
        if begun != ended:
            before[name], after[name] = begun[0], ended[0]
    return before, after


def ends(begun: Sequence[JsonValue], ended: Sequence[JsonValue]) -> tuple[list[JsonValue], list[JsonValue]]:
    """Values from which no step came, and values from which none went on."""
    left = list(ended)
    first = []
    for value in begun:
        if value in left:
            left.remove(value)
        else:
            first.append(value)
    return first, left
