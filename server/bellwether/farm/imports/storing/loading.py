"""Reading the part of the herd that an animal list touches; what one chunk has read, the next one knows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.animals import births
from bellwether.farm.imports.judging.animal_row import FIELDS, AnimalRow, Facts
from bellwether.farm.imports.judging.animals import merged
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.imports.judging.sheep import Asked, Claim, Offspring, Sheep
from bellwether.farm.imports.models import Batch
from bellwether.farm.lives import repository as lives
from bellwether.farm.lives import roles
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements.groups import Group, touched
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import row_ids
from bellwether.sheep import damage
from bellwether.sheep.identifiers import OWN_LENGTH, Identifier, own_id, spellings
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
SYNDICATES = "select ltrim(upper(code), '0'), year from farm.syndicate where farm_id = $1"
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
  and parent_type in ('sire', 'dam', 'et_donor_dam', 'et_recipient_dam', 'rearing_dam')
"""
OFFSPRING = """
select c.parent_id, c.parent_type, c.child_id, a.tag, a.birth_date
from farm.parent_claim c join farm.animal a on a.farm_id = $1 and a.id = c.child_id
where c.farm_id = $1 and c.parent_id = any($2::uuid[]) and c.status = 'accepted' and c.parent_type <> 'excluded_sire'
"""
# one look for each animal: as sets, all parents of the farm are read for each generation
PARENTS = """
cross join lateral (
  select sire_id, dam_id from farm.accepted_parents where farm_id = $1 and animal_id = {child} offset 0) a
cross join lateral (values (a.sire_id), (a.dam_id)) p (parent_id)
"""
ANCESTRY = f"""
with recursive up (child, parent) as (
  select k.id, p.parent_id from unnest($2::uuid[]) k (id) {PARENTS.format(child="k.id")} where p.parent_id is not null
  union
  select up.parent, p.parent_id from up {PARENTS.format(child="up.parent")} where p.parent_id is not null
)
select up.child, up.parent, a.tag
from up cross join lateral (select tag from farm.animal where farm_id = $1 and id = up.parent offset 0) a
"""
FEW = "select count(*) from (select from farm.animal where farm_id = $1 and merged_into is null limit $2) a"
ALL = "select id from farm.animal where farm_id = $1 and merged_into is null"
ALL_ENDED = ENDED.replace(" and value = any($2::text[])", "")
# what is written under the farm's lock is numbered: a herd of which nothing has a later number is the herd of before.
# The latest of each is asked for: whether there is a later one, a planner without statistics asks all rows
WRITTEN = "select coalesce(greatest({}) > $2, false)".format(
    ", ".join(
        f"(select seq from farm.{relation} where farm_id = $1 order by seq desc limit 1)"
        for relation in ("animal", "identifier", "parent_claim", "observation", "event", "tombstone")
    )
)
NUMBER = "select nextval('farm.change_seq')"
MOST = 200_000
"""Animals that are kept in mind; beyond them what a chunk needs is read anew."""


class Cells(NamedTuple):
    """What to look for: values in every spelling, names, and numbers without the zeros before them."""

    values: set[str]
    names: set[str]
    numbers: set[str]


@dataclass
class HerdMemory:
    """What earlier chunks have read and made, as long as nobody else has changed the herd since.

    Of the animals in `hinted`, parents of others, only the facts are known; of those in `lived` also when they were
    here; the ancestry of those in `below` has not been read. Of a herd that `is_whole` nothing is left to be read.
    """

    herd: Herd
    cells: Cells = field(default_factory=lambda: Cells(set(), set(), set()))
    hinted: set[UUID] = field(default_factory=set)
    lived: set[UUID] = field(default_factory=set)
    below: set[UUID] = field(default_factory=set)
    number: int = 0
    is_whole: bool = False


async def load(session: Session, batch: Batch, rows: Sequence[tuple[int, AnimalRow]], listing: Listing) -> HerdMemory:
    """Every animal that a row or a parent cell names, with identifiers, parents, offspring and ancestors."""
    connection: asyncpg.Connection = driver(session)
    farm_id = batch.farm_id
    memory = await remembered(connection, batch, listing)
    herd = memory.herd
    if not herd.sheep and await connection.fetchval(FEW, farm_id, len(rows) + 1) <= len(rows):
        await load_whole(session, batch, memory)
    if memory.is_whole:
        by_own_id = [(row, data) for row, data in rows if any(len(raw) >= OWN_LENGTH for raw in said(data))]
        if by_own_id:
            await look_up(connection, batch, fresh(memory, cells(by_own_id, listing)), memory)
    else:
        await look_up(connection, batch, fresh(memory, cells(rows, listing)), memory)
        own = herd.called(item.raw for _, row in rows for item in row.identifiers)
        await load_lives(session, farm_id, own - memory.lived, memory)
        if memory.below and not own.isdisjoint(herd.offspring):
            await load_ancestry(connection, farm_id, list(memory.below), herd)
            memory.below.clear()
    herd.flock_codes = dict(await connection.fetch(CODES, farm_id))
    herd.syndicates = {(code, year) for code, year in await connection.fetch(SYNDICATES, farm_id)}
    herd.spans.known |= await measurements.spans(session, farm_id, touched(groups_of(rows, herd, batch.traits)))
    return memory


async def load_whole(session: Session, batch: Batch, memory: HerdMemory) -> None:
    """Every animal of a farm that has few, with all that is known of it; what a file names is then known or new."""
    connection: asyncpg.Connection = driver(session)
    ended = dict(await connection.fetch(ALL_ENDED, batch.farm_id))
    memory.herd.ended |= ended
    ids = list({row["id"] for row in await connection.fetch(ALL, batch.farm_id)} | set(ended.values()))
    if ids:
        await load_animals(connection, batch, ids, memory)
        await load_lives(session, batch.farm_id, set(ids), memory)
        await load_ancestry(connection, batch.farm_id, ids, memory.herd)
        memory.below.clear()
    memory.is_whole = True


async def remembered(connection: asyncpg.Connection, batch: Batch, listing: Listing) -> HerdMemory:
    """The herd of the chunk before; a new one, if there is none, or if somebody has changed something since.

    It is taken out of the memory of the run: a chunk that fails leaves nothing there.
    """
    memory = batch.memory.pop(HerdMemory, None)
    if isinstance(memory, HerdMemory) and len(memory.herd.sheep) <= MOST:
        is_changed: bool = await connection.fetchval(WRITTEN, batch.farm_id, memory.number)
        if not is_changed:
            return memory
    return HerdMemory(Herd(batch.flock_id, row_ids(), listing, Asked.of(batch.options)))


async def remember(session: Session, batch: Batch, memory: HerdMemory) -> None:
    """After all of a chunk is stored."""
    memory.number = await driver(session).fetchval(NUMBER)
    batch.memory[HerdMemory] = memory


def fresh(memory: HerdMemory, wanted: Cells) -> Cells:
    """What nobody has looked for yet."""
    found = Cells(*(cells - known for cells, known in zip(wanted, memory.cells, strict=True)))
    for known, cells in zip(memory.cells, found, strict=True):
        known |= cells
    return found


async def look_up(connection: asyncpg.Connection, batch: Batch, wanted: Cells, memory: HerdMemory) -> None:
    """Every animal that one of the cells names, unless it is known."""
    farm_id, herd = batch.farm_id, memory.herd
    values, *others = map(sorted, wanted)
    found = await connection.fetch(NAMED, farm_id, values, *others)
    ended = dict(await connection.fetch(ENDED, farm_id, values))
    herd.ended |= ended
    own_ids = dict(await connection.fetch(OWN_IDS, farm_id, [value for value in values if own_id(value)]))
    named = {row["animal_id"] for row in found} | set(ended.values()) | set(own_ids.values())
    await load_animals(connection, batch, [k for k in named if k not in herd.sheep or k in memory.hinted], memory)
    for own, animal_id in own_ids.items():
        herd.know_own(animal_id, own)


async def load_animals(connection: asyncpg.Connection, batch: Batch, ids: list[UUID], memory: HerdMemory) -> None:
    """These with their identifiers and kin."""
    farm_id, herd = batch.farm_id, memory.herd
    await load_sheep(connection, farm_id, batch.id, ids, herd)
    for row in await connection.fetch(IDENTIFIERS, farm_id, ids):
        item = Identifier(row["scheme"], row["value"], row["kind"], row["raw"], row["scope"])
        herd.know(herd.sheep[row["animal_id"]], item)
    memory.hinted.difference_update(ids)
    memory.hinted |= await load_kin(connection, farm_id, batch.id, ids, herd)
    memory.below.update(ids)


async def load_lives(session: Session, farm_id: UUID, animal_ids: set[UUID], memory: HerdMemory) -> None:
    """When these were born and on the farm, and what was recorded of them first."""
    for animal_id, first in (await measurements.first_recorded(session, farm_id, sorted(animal_ids))).items():
        memory.herd.sheep[animal_id].first_recorded = first
    for animal_id, stays in (await lives.stays(session, farm_id, animal_ids)).items():
        memory.herd.sheep[animal_id].stays = stays
    for animal_id, lambing in (await births.lambings(session, farm_id, animal_ids)).items():
        memory.herd.sheep[animal_id].lambing = lambing
    for animal_id, parts in (await roles.played(driver(session), farm_id, animal_ids)).items():
        memory.herd.sheep[animal_id].parts = parts
    memory.lived |= animal_ids


def groups_of(rows: Sequence[tuple[int, AnimalRow]], herd: Herd, known: Known) -> Iterator[Group | None]:
    """The contemporary groups that the measurements of the rows may touch."""
    for _, row in rows:
        if row.measurements:
            named = {key for item in row.identifiers for key in herd.named(item.raw)}
            for animal in map(herd.sheep.__getitem__, named) if named else (None,):
                placed = herd.placed(animal, merged(animal, row))
                yield from (placed.group(known[measured.trait], measured.group) for measured in row.measurements)


async def load_sheep(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, ids: Sequence[UUID], herd: Herd
) -> None:
    """The animals themselves, unless they are known."""
    for row in await connection.fetch(SHEEP, farm_id, [key for key in ids if key not in herd.sheep], import_id):
        facts = Facts(**{name: row[name] for name in FIELDS})
        animal = Sheep(row["id"], row["flock_id"], row["tag"] or "", facts, row["reference_only"])
        animal.is_of_this_import = row["is_ours"]
        herd.sheep[animal.id] = animal


async def load_kin(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, ids: list[UUID], herd: Herd
) -> set[UUID]:
    """Parents and offspring of the animals; the parents that were not known before."""
    parents: set[UUID] = set()
    for row in await connection.fetch(CLAIMS, farm_id, ids):
        claim = Claim(row["id"], row["child_id"], row["parent_id"], row["parent_type"], row["method"], row["status"])
        if claim.status == "accepted":
            herd.count(claim)
            parents.add(claim.parent_id)
        else:
            herd.proposed.add((claim.child_id, claim.parent_id, claim.role))
    parents -= herd.sheep.keys()
    await load_sheep(connection, farm_id, import_id, sorted(parents), herd)
    for row in await connection.fetch(OFFSPRING, farm_id, ids):
        births = herd.offspring.setdefault(row["parent_id"], Offspring()).births
        births[row["child_id"], row["parent_type"]] = row["birth_date"]
        herd.names.setdefault(row["child_id"], row["tag"] or "its offspring")
    return parents


async def load_ancestry(connection: asyncpg.Connection, farm_id: UUID, ids: list[UUID], herd: Herd) -> None:
    """The way up to all ancestors: only an animal with offspring can close a loop, so most chunks need none."""
    for row in await connection.fetch(ANCESTRY, farm_id, ids):
        herd.descend(row["child"], row["parent"])
        herd.names[row["parent"]] = row["tag"] or str(row["parent"])


def said(row: AnimalRow) -> Iterator[str]:
    """Every cell of a row that names an animal."""
    yield from (item.raw for item in row.identifiers)
    yield from (cell.raw for cell in (row.sire, row.dam, row.recipient) if cell is not None)


def cells(rows: Sequence[tuple[int, AnimalRow]], listing: Listing) -> Cells:
    """Of the rows, and of the later rows that their parents have."""
    raws = {item.raw for _, row in rows for item in row.identifiers}
    own_names = {item.raw for _, row in rows for item in row.identifiers if item.kind == "name"}
    cited = {cell.raw for _, row in rows for cell in (row.sire, row.dam, row.recipient) if cell is not None}
    listed = {item.raw for raw in cited for found in listing.named(raw, 0) for item in found.identifiers}
    raws |= cited | listed
    values = {value for raw in raws for value in spellings(raw)}
    numbers = {damage.without_zeros(value) for value in values if value.isdecimal() and len(value) < 15}
    names = {" ".join(raw.split()).lower() for raw in cited | own_names}
    return Cells(values | numbers, names, numbers)
