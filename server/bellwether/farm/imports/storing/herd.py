"""Writing what rows about animals have made of the herd."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judging.animal_row import FIELDS
from bellwether.farm.imports.judging.sheep import Made, StoredSheep
from bellwether.platform.context import Context
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_row_ids

ADD = f"""
insert into farm.animal
  (id, farm_id, flock_id, tag, reference_only, {", ".join(FIELDS)}, source, import_id, recorded_by)
select id, $1, flock_id, tag, reference_only, {", ".join(FIELDS)}, 'import', $2, $3
from {{rows}} as t
"""
CHANGE = f"""
update farm.animal a set tag = t.tag, reference_only = t.reference_only,
  {", ".join(f"{name} = t.{name}" for name in FIELDS)}, rev = a.rev + 1, updated_at = clock_timestamp()
from {{rows}} as t
where a.farm_id = $1 and a.id = t.id
"""
TAG = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, scope, raw, kind, official)
select id, $1, animal_id, scheme, value, scope, raw, kind,
  kind in ('eid', 'registration') and scheme <> 'org.bellwether.cited'
from {rows} as t
"""
# its visual tags count within the year of birth of an animal, unless somebody has that tag there already
RESCOPE = """
update farm.identifier i set scope = split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
from farm.animal a
where i.farm_id = $1 and i.animal_id = any($2::uuid[]) and i.kind = 'visual' and i.state = 'active'
  and a.farm_id = $1 and a.id = i.animal_id
  and i.scope <> split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
  and not exists (select from unnest($3::uuid[], $4::text[], $5::text[]) as k (animal_id, value, scope)
    where k.animal_id = i.animal_id and k.value = i.value and k.scope = i.scope)
"""
# what cites a merged ancestor cites the animal
MERGE = (
    """
update farm.parent_claim c set parent_id = m.kept
from unnest($2::uuid[], $3::uuid[]) as m (gone, kept) where c.farm_id = $1 and c.parent_id = m.gone
""",
    """
update farm.identifier i set animal_id = m.kept
from unnest($2::uuid[], $3::uuid[]) as m (gone, kept) where i.farm_id = $1 and i.animal_id = m.gone
""",
    """
update farm.animal a set merged_into = m.kept, rev = a.rev + 1, updated_at = clock_timestamp()
from unnest($2::uuid[], $3::uuid[]) as m (gone, kept) where a.farm_id = $1 and a.id = m.gone
""",
)
SUPERSEDE = "update farm.parent_claim set status = 'superseded' where farm_id = $1 and id = any($2::uuid[])"
CLAIM = """
insert into farm.parent_claim
  (id, farm_id, child_id, parent_id, parent_type, method, status, source, import_id, recorded_by)
select id, $1, child_id, parent_id, role, method, status, 'import', $2, $3
from {rows} as t
"""


SHEEP = {
    "id": "uuid", "flock_id": "uuid", "tag": "text", "reference_only": "bool", "sex": "text", "fertility": "text",
    "birth_date": "date", "drop_year": "int2", "birth_type": "int2", "rear_type": "int2", "is_embryo_transfer": "bool",
    "birth_group": "text",
}  # fmt: skip
TAGS = {
    "id": "uuid", "animal_id": "uuid", "scheme": "text", "value": "text", "scope": "text", "raw": "text",
    "kind": "text",
}  # fmt: skip
CLAIMS = {
    "id": "uuid", "child_id": "uuid", "parent_id": "uuid", "role": "text", "method": "text", "status": "text",
}  # fmt: skip
assert tuple(SHEEP)[4:] == FIELDS


class Rows(NamedTuple):
    """Identifiers and claims as they are written, by the columns `TAGS` and `CLAIMS`."""

    tags: Sequence[tuple[object, ...]]
    claims: Sequence[tuple[object, ...]]


async def store(session: Session, context: Context, farm_id: UUID, import_id: UUID, made: Made, rows: Rows) -> None:
    """New and changed animals, their identifiers and claims; claims that were replaced first, for one is accepted."""
    connection: asyncpg.Connection = driver(session)
    said = (farm_id, import_id, context.user_id)
    if made.added:
        await execute_with(session, ADD, SHEEP, made.added, *said)
    if made.changed:
        await execute_with(session, CHANGE, SHEEP, made.changed, farm_id)
        kept = zip(*made.kept_tags, strict=True) if made.kept_tags else ([], [], [])
        await connection.execute(RESCOPE, farm_id, [animal[0] for animal in made.changed], *map(list, kept))
    for statement in MERGE if made.merged else ():
        gone, kept = zip(*made.merged, strict=True)
        await connection.execute(statement, farm_id, list(gone), list(kept))
    if rows.tags:
        await execute_with(session, TAG, TAGS, rows.tags, farm_id)
    if made.superseded_claims:
        await connection.execute(SUPERSEDE, farm_id, made.superseded_claims)
    if rows.claims:
        await execute_with(session, CLAIM, CLAIMS, rows.claims, *said)


def packed(made: Made) -> Rows:
    """The identifiers and the claims, ready to be sent."""
    ids = new_row_ids(len(made.identifiers))
    tags = [
        (row_id, key, t.scheme, t.value, t.scope, t.raw, t.kind)
        for row_id, (key, t) in zip(ids, made.identifiers, strict=True)
    ]
    return Rows(tags, [(c.id, c.child_id, c.parent_id, c.role, c.method, c.status) for c in made.claims])


def registered(animals: Iterable[StoredSheep]) -> dict[UUID, list[UUID]]:
    """Animals that the farm records or knows better now, by flock."""
    found: dict[UUID, list[UUID]] = {}
    for key, flock_id, *_ in animals:
        found.setdefault(flock_id, []).append(key)
    return {flock_id: sorted(found[flock_id]) for flock_id in sorted(found, key=str)}
