"""Animals, identifiers and parent claims in the database.

The list of animals is the hot read: one statement on the driver under the session, keyset over (farm, id) or
(farm, flock, id); identifiers come as parallel arrays, which decode faster than JSON.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import text

from bellwether.farm.animals.models import AnimalRow, ClaimRow, Edge, HeadRow, KinRow, NamedRow, RelativeRow
from bellwether.farm.animals.sorted_pages import Statement
from bellwether.farm.animals.wanted import ByColumn, Key, Wanted
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id
from bellwether.sheep.identifiers import CITED, Identifier

INSERT = text("""
insert into farm.animal (id, farm_id, flock_id, tag, sex, fertility, birth_date, birth_date_confidence, birth_type,
  rear_type, drop_year, birth_group, breeds, is_embryo_transfer, reference_only, source, recorded_by)
values (:id, :farm_id, :flock_id, :tag, :sex, :fertility, :birth_date, :birth_date_confidence, :birth_type,
  :rear_type, :drop_year, :birth_group, cast(:breeds as jsonb), :is_embryo_transfer,
  :reference_only, :source, :recorded_by)
""")
TAG = text("""
insert into farm.identifier (id, farm_id, animal_id, scheme, value, scope, raw, kind, official)
values (:id, :farm_id, :animal_id, :scheme, :value, :scope, :raw, :kind, :official)
""")
CLAIM = text("""
insert into farm.parent_claim
  (id, farm_id, child_id, parent_id, parent_type, method, probability, status, source, recorded_by)
values (:id, :farm_id, :child_id, :parent_id, :parent_type, :method, :probability, 'accepted', :source, :recorded_by)
""")
SUPERSEDE = text("""
update farm.parent_claim set status = 'superseded'
where farm_id = :farm_id and child_id = :child_id and status = 'accepted' and parent_type = any(cast(:types as text[]))
returning method
""")
FLOCK = text("select 1 from farm.flock where farm_id = :farm_id and id = :flock_id")
KIN = text("""
select s.id as sent, a.id, coalesce(a.tag, a.id::text) as name, a.sex, a.fertility, a.birth_date, a.drop_year
from farm.animal s join farm.animal a on a.farm_id = :farm_id and a.id = coalesce(s.merged_into, s.id)
where s.farm_id = :farm_id and s.id = any(cast(:ids as uuid[]))
""")
HEAD = text("""
select id, farm_id, flock_id, coalesce(tag, id::text) as name, sex, fertility, birth_date, drop_year, rev
from farm.animal where id = (select coalesce(merged_into, id) from farm.animal where id = :id)
""")
NAMED = text("""
select i.animal_id, i.kind, i.scheme, i.value, i.scope, a.tag, a.sex, a.fertility, a.birth_date, a.drop_year,
  a.reference_only, i.state = 'closed' and a.fate in ('dead', 'culled') as is_free
from farm.identifier i join farm.animal a on a.farm_id = :farm_id and a.id = i.animal_id
where i.farm_id = :farm_id and i.state = 'active' and i.value = any(cast(:values as text[]))
union all
select i.animal_id, i.kind, i.scheme, i.value, i.scope, a.tag, a.sex, a.fertility, a.birth_date, a.drop_year,
  a.reference_only, i.state = 'closed' and a.fate in ('dead', 'culled') as is_free
from farm.identifier i join farm.animal a on a.farm_id = :farm_id and a.id = i.animal_id
where i.farm_id = :farm_id and i.state = 'active' and i.kind = 'name' and lower(i.value) = any(cast(:names as text[]))
union all
select i.animal_id, i.kind, i.scheme, i.value, i.scope, a.tag, a.sex, a.fertility, a.birth_date, a.drop_year,
  a.reference_only, i.state = 'closed' and a.fate in ('dead', 'culled') as is_free
from farm.identifier i join farm.animal a on a.farm_id = :farm_id and a.id = i.animal_id
where i.farm_id = :farm_id and i.state = 'closed' and i.kind in ('eid', 'registration')
  and i.value = any(cast(:values as text[]))
""")
NUMBERS = text("""
select scheme, value, kind, raw, scope from farm.identifier
where farm_id = :farm_id and animal_id = :id and state = 'active'
""")
CLAIMS = text("""
select c.id, c.parent_id, c.parent_type, c.method, coalesce(a.tag, a.id::text) as name, a.reference_only
from farm.parent_claim c join farm.animal a on a.farm_id = :farm_id and a.id = c.parent_id
where c.farm_id = :farm_id and c.child_id = :child_id and c.status = 'accepted'
""")
RESCOPE = text("""
update farm.identifier i set scope = split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
from farm.animal a
where i.farm_id = :farm_id and i.animal_id = :id and i.kind = 'visual' and i.state = 'active'
  and a.farm_id = :farm_id and a.id = :id
  and i.scope <> split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
  and not exists (select from farm.identifier o
    where o.farm_id = :farm_id and o.animal_id = :id and o.kind = 'visual' and o.state = 'active' and o.value = i.value
      and o.scope = split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, ''))
""")
PARENTS = text("""
select c.parent_id, c.parent_type, coalesce(a.tag, a.id::text) as name, a.sex, a.fertility, a.birth_date, a.drop_year
from farm.parent_claim c join farm.animal a on a.farm_id = c.farm_id and a.id = c.parent_id
where c.farm_id = :farm_id and c.child_id = :id and c.status = 'accepted'
""")
OFFSPRING = text("""
select c.child_id, c.parent_type, coalesce(a.tag, a.id::text) as name, a.sex, a.fertility, a.birth_date, a.drop_year
from farm.parent_claim c join farm.animal a on a.farm_id = c.farm_id and a.id = c.child_id
where c.farm_id = :farm_id and c.parent_id = :id and c.status = 'accepted'
""")
ANCESTRY = text("""
with recursive up (child, parent) as (
  select null::uuid, cast(:id as uuid)
  union
  select up.parent, k.id from up cross join lateral (
    select sire_id, dam_id from farm.accepted_parents where farm_id = :farm_id and animal_id = up.parent offset 0
  ) p cross join lateral (values (p.sire_id), (p.dam_id)) k (id) where k.id is not null
)
select child, parent, (select coalesce(tag, id::text) from farm.animal where id = parent) as name
from up where child is not null
""")
UPDATE = text("""
update farm.animal set sex = coalesce(:sex, sex), fertility = coalesce(:fertility, fertility),
  birth_date = coalesce(:birth_date, birth_date), birth_type = coalesce(:birth_type, birth_type),
  birth_date_confidence = coalesce(:birth_date_confidence, birth_date_confidence),
  rear_type = coalesce(:rear_type, rear_type), drop_year = coalesce(:drop_year, drop_year),
  birth_group = coalesce(:birth_group, birth_group), breeds = coalesce(cast(:breeds as jsonb), breeds),
  rev = rev + 1, updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
ROWS: TypeAdapter[list[AnimalRow]] = TypeAdapter(list[AnimalRow])
BUMP = text("update farm.animal set rev = rev + 1, updated_at = clock_timestamp() where id = :id")
# looks for each animal, not joins: a page in the middle of a large herd must not become a merge join from its start
LISTING = """
select a.id, a.farm_id, a.flock_id, a.tag, a.sex, a.fertility, a.birth_date, a.birth_type, a.rear_type, a.drop_year,
  a.reference_only, a.fate, a.fate_on, a.breeds,
  p.sire_id, p.dam_id, i.schemes, i.tags, i.kinds, a.rev, a.updated_at{more}
from ({page}) a
left join lateral (
  select sire_id, dam_id from farm.accepted_parents where farm_id = a.farm_id and animal_id = a.id offset 0
) p on true
left join lateral (
  select array_agg(scheme order by id) as schemes, array_agg(value order by id) as tags,
    array_agg(kind order by id) as kinds
  from farm.identifier where farm_id = a.farm_id and animal_id = a.id and state = 'active'
) i on true
order by {order}
"""
BY_ID = {"more": "", "order": "a.id"}
AFTER = "id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000') order by id limit $4"
PAGE_SQL = LISTING.format(
    page=f"select * from farm.animal where farm_id = $1 and flock_id = $2 and merged_into is null and {AFTER}", **BY_ID
)
"""Of a flock: farm, flock, last id or null, limit + 1."""
FARM_SQL = LISTING.format(
    page=f"select * from farm.animal where farm_id = $1 and $2::uuid is null and merged_into is null and {AFTER}",
    **BY_ID,
)
BY_IDS = LISTING.format(
    page="""select * from farm.animal where id = any(array(
      select coalesce(merged_into, id) from farm.animal where id = any($1::uuid[])))""",
    **BY_ID,
)
"""What was merged is the animal into which it was."""


async def has_flock(session: Session, farm_id: UUID, flock_id: UUID) -> bool:
    """Whether the farm has this flock."""
    return (await session.execute(FLOCK, {"farm_id": farm_id, "flock_id": flock_id})).scalar() is not None


async def kin(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> dict[UUID, KinRow]:
    """Name, sex, fertility and birth date of those of the animals that the farm has, by the ids that were sent."""
    rows = await session.execute(KIN, {"farm_id": farm_id, "ids": list(ids)})
    return {row.sent: KinRow._make(row[1:]) for row in rows}


async def head(session: Session, animal_id: UUID) -> HeadRow | None:
    """What a change needs to know, or None."""
    row = (await session.execute(HEAD, {"id": animal_id})).one_or_none()
    return None if row is None else HeadRow._make(row)


async def parents(session: Session, farm_id: UUID, animal_id: UUID) -> list[RelativeRow]:
    """Accepted parents."""
    rows = await session.execute(PARENTS, {"farm_id": farm_id, "id": animal_id})
    return [RelativeRow._make(row) for row in rows]


async def offspring(session: Session, farm_id: UUID, animal_id: UUID) -> list[RelativeRow]:
    """Animals whose accepted parent this one is."""
    rows = await session.execute(OFFSPRING, {"farm_id": farm_id, "id": animal_id})
    return [RelativeRow._make(row) for row in rows]


async def ancestry(session: Session, farm_id: UUID, animal_id: UUID) -> list[Edge]:
    """Child, parent and the parent's name, all the way up."""
    return [Edge._make(row) for row in await session.execute(ANCESTRY, {"farm_id": farm_id, "id": animal_id})]


async def named(session: Session, farm_id: UUID, values: Sequence[str], names: Sequence[str]) -> list[NamedRow]:
    """Every identifier of these values, and every name, with what is known of its animal."""
    rows = await session.execute(NAMED, {"farm_id": farm_id, "values": list(values), "names": list(names)})
    return [NamedRow._make(row) for row in rows]


async def identifiers_of(session: Session, farm_id: UUID, animal_id: UUID) -> list[Identifier]:
    """Active ones of one animal."""
    rows = await session.execute(NUMBERS, {"farm_id": farm_id, "id": animal_id})
    return [Identifier(*row) for row in rows]


async def claims(session: Session, farm_id: UUID, child_id: UUID) -> list[ClaimRow]:
    """Accepted claims about the parents of one animal."""
    rows = await session.execute(CLAIMS, {"farm_id": farm_id, "child_id": child_id})
    return [ClaimRow._make(row) for row in rows]


async def rescope(session: Session, farm_id: UUID, animal_id: UUID) -> None:
    """Its visual tags count within its year of birth."""
    await session.execute(RESCOPE, {"farm_id": farm_id, "id": animal_id})


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new animal."""
    await session.execute(INSERT, dict(values))


async def tag(session: Session, farm_id: UUID, animal_id: UUID, identifiers: Sequence[Identifier]) -> None:
    """Its identifiers."""
    for item in identifiers:
        values = {
            "id": new_id(),
            "farm_id": farm_id,
            "animal_id": animal_id,
            "official": item.kind in ("eid", "registration") and item.scheme != CITED,
        }
        fields = ("scheme", "value", "scope", "raw", "kind")
        await session.execute(TAG, values | {name: getattr(item, name) for name in fields})


async def claim(session: Session, values: Mapping[str, object], claim_id: UUID | None = None) -> None:
    """An accepted claim."""
    await session.execute(CLAIM, dict(values) | {"id": claim_id or new_id()})


async def supersede(session: Session, farm_id: UUID, child_id: UUID, types: Sequence[str]) -> Sequence[str]:
    """Make way for another claim; returns the methods of what was accepted before."""
    values = {"farm_id": farm_id, "child_id": child_id, "types": list(types)}
    return (await session.execute(SUPERSEDE, values)).scalars().all()


async def change(session: Session, animal_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the animal still is at `rev`."""
    return (await session.execute(UPDATE, {"id": animal_id, "rev": rev, **values})).scalar() is not None


async def bump(session: Session, animal_id: UUID) -> None:
    """A new revision, after something that belongs to the animal was changed."""
    await session.execute(BUMP, {"id": animal_id})


async def listing(
    session: Session, farm_id: UUID, flock_id: UUID | None, after: UUID | None, limit: int
) -> list[AnimalRow]:
    """Animals of a farm or of one of its flocks, by id."""
    statement = FARM_SQL if flock_id is None else PAGE_SQL
    return as_animals(await driver(session).fetch(statement, farm_id, flock_id, after, limit))


async def sorted_listing(
    session: Session, farm_id: UUID, flock_id: UUID | None, wanted: Wanted, after: ByColumn | None, limit: int
) -> tuple[list[AnimalRow], list[Key]]:
    """Those animals that are wanted, in their order; and what each is sorted by.

    Raises:
        BadCursor: the cursor is of a list in another order.
    """
    page = Statement(farm_id, flock_id, wanted)
    if after is not None:
        page.begin_after(after.value(wanted), after.id)
    statement = LISTING.format(page=page.page(limit), more=", a.sort_key", order=page.order("a.sort_key", "a.id"))
    rows = await driver(session).fetch(statement, *page.values)
    return as_animals(rows), [row["sort_key"] for row in rows]


async def by_ids(session: Session, ids: Sequence[UUID]) -> list[AnimalRow]:
    """Those of the animals that the user can see."""
    return as_animals(await driver(session).fetch(BY_IDS, list(ids)))


async def is_member(session: Session, farm_id: UUID) -> bool:
    """Whether the user sees the farm at all."""
    return bool(await driver(session).fetchval("select $1 = any (farm.my_farms())", farm_id))


def as_animals(rows: Sequence[asyncpg.Record]) -> list[AnimalRow]:
    """Rows with their identifiers as objects."""
    animals: list[dict[str, object]] = [dict(row.items()) for row in rows]
    for animal, row in zip(animals, rows, strict=True):
        columns = (row["schemes"] or (), row["tags"] or (), row["kinds"] or ())
        animal["identifiers"] = [
            {"scheme": scheme, "value": value, "kind": kind} for scheme, value, kind in zip(*columns, strict=True)
        ]
    return ROWS.validate_python(animals)
