"""Reading the part of the herd that a chunk of an animal list touches, and writing what the chunk made of it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from uuid import UUID

import asyncpg

from bellwether.farm.animals import births
from bellwether.farm.imports.judging.animal_row import FIELDS, AnimalRow, Facts
from bellwether.farm.imports.judging.animals import merged
from bellwether.farm.imports.judging.herd import Asked, Claim, Herd, Offspring, Sheep
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.imports.models import Batch
from bellwether.farm.lives import repository as lives
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements.groups import Group, touched
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id
from bellwether.sheep import damage
from bellwether.sheep.identifiers import Identifier, display_tag, own_id, spellings
from bellwether.sheep.traits import Known

NAMED = """
select animal_id from farm.identifier where farm_id = $1 and state = 'active' and value = any($2::text[])
union
select animal_id from farm.identifier
where farm_id = $1 and state = 'active' and kind = 'name' and lower(value) = any($3::text[])
union
select animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value like '0%' and ltrim(value, '0') = any($4::text[])
"""
OWN_IDS = """
select s.id::text as said, coalesce(s.merged_into, s.id) as id from farm.animal s
where s.farm_id = $1 and s.id = any($2::uuid[])
"""
CODES = "select id, code from farm.flock where farm_id = $1"
ENDED = """
select value, max(animal_id::text)::uuid as animal_id
from farm.identifier i join farm.animal a on a.farm_id = $1 and a.id = i.animal_id
where i.farm_id = $1 and state = 'closed' and kind in ('eid', 'registration') and value = any($2::text[])
  and fate not in ('dead', 'culled')
group by value having count(distinct animal_id) = 1
"""
SHEEP = f"""
select id, flock_id, tag, reference_only, coalesce(import_id = $3, false) as is_ours, {", ".join(FIELDS)}
from farm.animal where farm_id = $1 and id = any($2::uuid[])
"""
IDENTIFIERS = """
select animal_id, scheme, value, kind, raw, scope from farm.identifier
where farm_id = $1 and state = 'active' and animal_id = any($2::uuid[])
"""
CLAIMS = """
select id, child_id, parent_id, parent_type, method, status from farm.parent_claim
where farm_id = $1 and child_id = any($2::uuid[]) and status in ('accepted', 'proposed')
  and parent_type in ('sire', 'dam', 'et_donor_dam', 'et_recipient_dam')
"""
OFFSPRING = """
select c.parent_id, c.parent_type, a.tag, a.birth_date
from farm.parent_claim c join farm.animal a on a.farm_id = $1 and a.id = c.child_id
where c.farm_id = $1 and c.parent_id = any($2::uuid[]) and c.status = 'accepted' and c.parent_type <> 'excluded_sire'
"""
# each parent by the index that holds a child to one: as sets, all claims of the farm are read for each generation
PARENTS = """
(select parent_id from farm.parent_claim
 where farm_id = $1 and child_id = {child} and status = 'accepted' and parent_type = 'sire' offset 0)
union all
(select parent_id from farm.parent_claim
 where farm_id = $1 and child_id = {child} and status = 'accepted' and parent_type in ('dam', 'et_donor_dam') offset 0)
"""
ANCESTRY = f"""
with recursive up (child, parent) as (
  select k.id, p.parent_id from unnest($2::uuid[]) k (id) cross join lateral ({PARENTS.format(child="k.id")}) p
  union
  select up.parent, p.parent_id from up cross join lateral ({PARENTS.format(child="up.parent")}) p
)
select up.child, up.parent, a.tag
from up cross join lateral (select tag from farm.animal where farm_id = $1 and id = up.parent offset 0) a
"""
ADD = f"""
insert into farm.animal
  (id, farm_id, flock_id, tag, reference_only, {", ".join(FIELDS)}, source, import_id, recorded_by)
select id, $1, flock_id, tag, reference_only, {", ".join(FIELDS)}, 'import', $2, $3
from unnest($4::uuid[], $5::uuid[], $6::text[], $7::bool[], $8::text[], $9::text[], $10::date[], $11::int2[],
  $12::int2[], $13::int2[], $14::bool[], $15::text[]) as t (id, flock_id, tag, reference_only, {", ".join(FIELDS)})
"""
CHANGE = f"""
update farm.animal a set tag = t.tag, reference_only = t.reference_only,
  {", ".join(f"{name} = t.{name}" for name in FIELDS)}, rev = a.rev + 1, updated_at = clock_timestamp()
from unnest($2::uuid[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::date[], $8::int2[],
  $9::int2[], $10::int2[], $11::bool[], $12::text[]) as t (id, tag, reference_only, {", ".join(FIELDS)})
where a.farm_id = $1 and a.id = t.id
"""
TAG = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, scope, raw, kind, official)
select id, $1, animal_id, scheme, value, scope, raw, kind,
  kind in ('eid', 'registration') and scheme <> 'org.bellwether.cited'
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  as t (id, animal_id, scheme, value, scope, raw, kind)
"""
# its visual tags count within the year of birth of an animal, and what cites a merged ancestor cites the animal
RESCOPE = """
update farm.identifier i set scope = split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
from farm.animal a
where i.farm_id = $1 and i.animal_id = any($2::uuid[]) and i.kind = 'visual' and i.state = 'active'
  and a.farm_id = $1 and a.id = i.animal_id
  and i.scope <> split_part(i.scope, ':', 1) || ':' || coalesce(a.drop_year::text, '')
"""
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
from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[])
  as t (id, child_id, parent_id, role, method, status)
"""


async def load(session: Session, batch: Batch, rows: Sequence[tuple[int, AnimalRow]], listing: Listing) -> Herd:
    """Every animal that a row or a parent cell names, with identifiers, parents, offspring and ancestors."""
    connection: asyncpg.Connection = driver(session)
    farm_id = batch.farm_id
    herd = Herd(batch.flock_id, new_id, listing, Asked.of(batch.options))
    values, *others = cells(rows, listing)
    found = await connection.fetch(NAMED, farm_id, values, *others)
    herd.ended = dict(await connection.fetch(ENDED, farm_id, values))
    own_ids = dict(await connection.fetch(OWN_IDS, farm_id, [value for value in values if own_id(value)]))
    ids = list({row["animal_id"] for row in found} | set(herd.ended.values()) | set(own_ids.values()))
    await load_sheep(connection, farm_id, batch.id, ids, herd)
    for row in await connection.fetch(IDENTIFIERS, farm_id, ids):
        item = Identifier(row["scheme"], row["value"], row["kind"], row["raw"], row["scope"])
        herd.know(herd.sheep[row["animal_id"]], item)
    for said, animal_id in own_ids.items():
        herd.know_own(animal_id, said)
    own = {animal for _, row in rows for item in row.identifiers for animal in herd.named(item.raw)}
    for animal_id, first in (await measurements.first_recorded(session, farm_id, sorted(own))).items():
        herd.sheep[animal_id].first_recorded = first
    for animal_id, stays in (await lives.stays(session, farm_id, own)).items():
        herd.sheep[animal_id].stays = stays
    for animal_id, lambing in (await births.lambings(session, farm_id, own)).items():
        herd.sheep[animal_id].lambing = lambing
    await load_kin(connection, farm_id, batch.id, ids, herd)
    herd.flock_codes = dict(await connection.fetch(CODES, farm_id))
    herd.spans.known |= await measurements.spans(session, farm_id, touched(groups_of(rows, herd, batch.traits)))
    if own & herd.offspring.keys():
        await load_ancestry(connection, farm_id, ids, herd)
    return herd


def groups_of(rows: Sequence[tuple[int, AnimalRow]], herd: Herd, known: Known) -> Iterator[Group | None]:
    """The contemporary groups that the measurements of the rows may touch."""
    for _, row in rows:
        if row.measurements:
            named = (herd.sheep[key] for item in row.identifiers for key in herd.named(item.raw))
            animal = next(named, None)
            placed = herd.placed(animal, merged(animal, row))
            yield from (placed.group(known[measured.trait], measured.group) for measured in row.measurements)


async def load_sheep(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, ids: Sequence[UUID], herd: Herd
) -> None:
    """The animals themselves."""
    for row in await connection.fetch(SHEEP, farm_id, ids, import_id):
        facts = Facts(**{name: row[name] for name in FIELDS})
        animal = Sheep(row["id"], row["flock_id"], row["tag"] or "", facts, row["reference_only"])
        animal.is_of_this_import = row["is_ours"]
        herd.sheep[animal.id] = animal


async def load_kin(connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, ids: list[UUID], herd: Herd) -> None:
    """Parents and offspring of the animals."""
    for row in await connection.fetch(CLAIMS, farm_id, ids):
        claim = Claim(row["id"], row["child_id"], row["parent_id"], row["parent_type"], row["method"], row["status"])
        if claim.status == "accepted":
            herd.claims[claim.slot] = claim
        else:
            herd.proposed.add((claim.child_id, claim.parent_id, claim.role))
    parents = {claim.parent_id for claim in herd.claims.values()} - herd.sheep.keys()
    await load_sheep(connection, farm_id, import_id, sorted(parents), herd)
    for row in await connection.fetch(OFFSPRING, farm_id, ids):
        role = herd.offspring.setdefault(row["parent_id"], Offspring())
        role.add(row["parent_type"], row["tag"] or "", row["birth_date"])


async def load_ancestry(connection: asyncpg.Connection, farm_id: UUID, ids: list[UUID], herd: Herd) -> None:
    """The way up to all ancestors: only an animal with offspring can close a loop, so most chunks need none."""
    for row in await connection.fetch(ANCESTRY, farm_id, ids):
        herd.parents.setdefault(row["child"], set()).add(row["parent"])
        herd.names[row["parent"]] = row["tag"] or str(row["parent"])


def cells(rows: Sequence[tuple[int, AnimalRow]], listing: Listing) -> tuple[list[str], list[str], list[str]]:
    """What to look for: values in every spelling, names, and numbers without the zeros before them."""
    raws = {item.raw for _, row in rows for item in row.identifiers}
    own_names = {item.raw for _, row in rows for item in row.identifiers if item.kind == "name"}
    cited = {cell.raw for _, row in rows for cell in (row.sire, row.dam, row.recipient) if cell is not None}
    listed = {item.raw for raw in cited for found in listing.named(raw, 0) for item in found.identifiers}
    raws |= cited | listed
    values = {value for raw in raws for value in spellings(raw)}
    numbers = {damage.without_zeros(value) for value in values if value.isdecimal() and len(value) < 15}
    names = {" ".join(raw.split()).lower() for raw in cited | own_names}
    return sorted(values | numbers), sorted(names), sorted(numbers)


async def store(session: Session, context: Context, farm_id: UUID, import_id: UUID, herd: Herd) -> None:
    """New and changed animals, their identifiers and claims."""
    connection: asyncpg.Connection = driver(session)
    fresh = [animal for animal in herd.sheep.values() if animal.is_new]
    for animal in fresh:
        animal.tag = display_tag(animal.identifiers) or animal.tag
    head = [[a.id for a in fresh], [a.flock_id for a in fresh], *shown(fresh)]
    await connection.execute(ADD, farm_id, import_id, context.user_id, *head)
    changed = [animal for animal in herd.sheep.values() if animal.is_changed and not animal.is_new]
    await connection.execute(CHANGE, farm_id, [a.id for a in changed], *shown(changed))
    await connection.execute(RESCOPE, farm_id, [a.id for a in changed])
    for statement in MERGE if herd.merged else ():
        gone, kept = zip(*herd.merged, strict=True)
        await connection.execute(statement, farm_id, list(gone), list(kept))
    await store_identifiers(connection, farm_id, herd)
    await store_claims(connection, context, farm_id, import_id, herd)


def shown(animals: list[Sheep]) -> list[list[object]]:
    """Tag, reference_only and FIELDS, one list each."""
    facts: list[list[object]] = [[getattr(animal.facts, name) for animal in animals] for name in FIELDS]
    return [[animal.tag for animal in animals], [animal.is_reference for animal in animals], *facts]


async def store_identifiers(connection: asyncpg.Connection, farm_id: UUID, herd: Herd) -> None:
    """What the chunk added."""
    added = herd.added_identifiers
    columns = [[getattr(item, name) for _, item in added] for name in ("scheme", "value", "scope", "raw", "kind")]
    ids, owners = [new_id() for _ in added], [owner for owner, _ in added]
    await connection.execute(TAG, farm_id, ids, owners, *columns)


async def store_claims(
    connection: asyncpg.Connection, context: Context, farm_id: UUID, import_id: UUID, herd: Herd
) -> None:
    """Those that were replaced first, for only one may be accepted."""
    await connection.execute(SUPERSEDE, farm_id, herd.superseded_claims)
    names = ("id", "child_id", "parent_id", "role", "method", "status")
    columns = [[getattr(claim, name) for claim in herd.added_claims] for name in names]
    await connection.execute(CLAIM, farm_id, import_id, context.user_id, *columns)


def registered(herd: Herd) -> dict[UUID, list[UUID]]:
    """Animals that the farm records since this chunk, by flock."""
    found = sorted(
        (str(animal.flock_id), animal.flock_id, animal.id)
        for animal in herd.sheep.values()
        if animal.is_new or animal.is_changed
    )
    return {flock_id: [item[2] for item in group] for flock_id, group in groupby(found, key=lambda item: item[1])}
