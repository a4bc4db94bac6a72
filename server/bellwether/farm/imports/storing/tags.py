"""The animals that the tags of a chunk of weights name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judging.plain.curves import Curves
from bellwether.farm.imports.judging.plain.mob import Mob
from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.imports.judging.weighings import Ended, TaggedAnimals, Weighed, cells_of
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing.strangers import are_kept
from bellwether.farm.lives import repository as lives
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements.groups import NEVER, Group, Placed
from bellwether.farm.measurements.ledger import Day
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.memory import uncollected
from bellwether.sheep import damage
from bellwether.sheep.identifiers import is_of_flock, own_id, spellings

if TYPE_CHECKING:
    from bellwether.farm.imports.judging.plain.curves import Places

# one table at a time: freshly filled tables have no statistics, and a join of them goes wrong by a factor of a hundred
NAMED = """
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value = any($2::text[])
union all
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and kind = 'name' and lower(value) = any($3::text[])
union all
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value like '0%' and ltrim(value, '0') = any($4::text[])
union all
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'closed' and kind <> 'name' and value = any($2::text[])
"""
OWN_IDS = """
select id::text as said, coalesce(merged_into, id) as animal_id from farm.animal
where farm_id = $1 and id = any($2::uuid[])
"""
ENDED = """
select animal_id, value, (max(upper(validity)) at time zone f.time_zone)::date as day,
  bool_or(kind in ('eid', 'registration')) as is_certain
from farm.identifier i join farm.farm f on f.id = $1
where i.farm_id = $1 and state = 'closed' and animal_id = any($2::uuid[]) and not exists
  (select from farm.identifier a where a.farm_id = $1 and a.animal_id = i.animal_id and a.value = i.value
     and a.state = 'active')
group by animal_id, value, f.time_zone
"""
ANIMALS = """
select id, flock_id, birth_date, tag, drop_year, birth_group, is_embryo_transfer,
  sex = 'male' and fertility = 'neutered' as is_wether, not reference_only as is_registered
from farm.animal
where farm_id = $1 and id = any($2::uuid[]) and ($3 or not reference_only)
"""
EIDS = """
select animal_id, value from farm.identifier
where farm_id = $1 and animal_id = any($2::uuid[]) and kind = 'eid' and state = 'active'
"""
CODES = "select id, code from farm.flock where farm_id = $1"


# each fact of a flock counts its key up, so a herd in which nothing was told is the herd of before
FACTS = """
select coalesce(sum(k.version), 0) from farm.flock f join farm.outbox_key k on k.key = f.id::text where f.farm_id = $1
"""


@dataclass
class TagMemory:
    """What earlier chunks have looked up and stored, as long as nobody else has changed the herd since."""

    tags: TaggedAnimals = field(default_factory=TaggedAnimals)
    asked: set[Tags] = field(default_factory=set)
    mob: Mob = field(default_factory=Mob)
    curves: Curves = field(default_factory=Curves)
    facts: int = -1


async def load(session: Session, batch: Batch, rows: Sequence[tuple[int, Weighing]]) -> tuple[TaggedAnimals, set[Day]]:
    """The animals, and the days of which something may be stored already."""
    memory = await recalled(session, batch)
    await ask(session, batch, memory, {row.tags for _, row in rows})
    days, groups = memory.tags.touched(rows, batch.traits)
    await load_spans(session, batch, memory, groups)
    memory.curves = Curves()
    return memory.tags, await doubtful(session, batch.farm_id, memory, days)


async def recalled(session: Session, batch: Batch) -> TagMemory:
    """What is still so."""
    memory = batch.memory.get(TagMemory)
    facts = await driver(session).fetchval(FACTS, batch.farm_id)
    if not isinstance(memory, TagMemory) or memory.facts != facts:
        memory = batch.memory[TagMemory] = TagMemory()
    return memory


async def ask(session: Session, batch: Batch, memory: TagMemory, asked: set[Tags]) -> None:
    """Look the animals of these tags up. Visual tags count within the import's flock, the others within the farm."""
    fresh = asked - memory.asked
    if fresh:
        with uncollected():
            await look_up(session, batch, {cell for tags in fresh for cell, _ in cells_of(tags)}, memory.tags)
        memory.asked |= fresh


async def load_spans(session: Session, batch: Batch, memory: TagMemory, groups: Iterable[Group]) -> None:
    """First and last day of the groups that are not known yet."""
    unknown = [group for group in groups if group not in memory.tags.spans.known]
    found = await measurements.spans(session, batch.farm_id, unknown)
    memory.tags.spans.known |= dict.fromkeys(unknown, NEVER) | found


async def doubtful(session: Session, farm_id: UUID, memory: TagMemory, days: set[Day]) -> set[Day]:
    """Those of the days on which the animal may have been measured: none after its last one, which they may become."""
    mob = memory.mob
    places = {animal: mob.place(memory.tags.animals[animal]) for animal, *_ in days}
    await ask_last_days(session, farm_id, mob, {(animal, trait) for animal, trait, _ in days})
    last = {trait: mob.last_days(trait) for _, trait, _ in days}
    found = {day for day in days if day[2].toordinal() <= last[day[1]][places[day[0]]]}
    for animal, trait, day in days - found:
        last[trait][places[animal]] = max(day.toordinal(), last[trait][places[animal]])
    return found


async def ask_curves(session: Session, farm_id: UUID, memory: TagMemory, places: "Places") -> None:
    """The last two weights of the animals at these places, of those of which they are not known."""
    asked = memory.curves.unasked(memory.mob, places)
    memory.curves.learn(memory.mob, asked, await measurements.last_weights(session, farm_id, asked))


async def ask_last_days(session: Session, farm_id: UUID, mob: Mob, kinds: set[tuple[UUID, str]]) -> None:
    """When animals of the mob were measured last for a trait, of those of which it is not known."""
    last = {trait: mob.last_days(trait) for trait in {trait for _, trait in kinds}}
    unknown = {(animal, trait) for animal, trait in kinds if not last[trait][mob.places[animal]]}
    found = await measurements.last_days(session, farm_id, unknown)
    for animal, trait in unknown:
        last[trait][mob.places[animal]] = found.get((animal, trait), date.min).toordinal()


async def remember(session: Session, batch: Batch) -> None:
    """After the last fact of a chunk: what was looked up is still so for the next one."""
    memory = batch.memory.get(TagMemory)
    if isinstance(memory, TagMemory):
        memory.facts = await driver(session).fetchval(FACTS, batch.farm_id)


async def look_up(session: Session, batch: Batch, asked: set[str], tags: TaggedAnimals) -> None:
    """Every animal that one of the cells names."""
    connection: asyncpg.Connection = driver(session)
    named = await connection.fetch(NAMED, batch.farm_id, *cells(asked))
    own_ids = dict(await connection.fetch(OWN_IDS, batch.farm_id, list(filter(None, map(own_id, asked)))))
    ids = list(({row["animal_id"] for row in named} | set(own_ids.values())) - tags.animals.keys())
    eids = {row["animal_id"]: row["value"] for row in await connection.fetch(EIDS, batch.farm_id, ids)}
    codes = dict(await connection.fetch(CODES, batch.farm_id))
    stays = await lives.stays(session, batch.farm_id, ids)
    ended: dict[UUID, dict[str, Ended]] = {}
    for row in await connection.fetch(ENDED, batch.farm_id, ids):
        ended.setdefault(row["animal_id"], {})[row["value"]] = Ended(row["day"], row["is_certain"])
    for row in await connection.fetch(ANIMALS, batch.farm_id, ids, are_kept(batch)):
        how = (row["is_embryo_transfer"], row["is_wether"])
        placed = Placed(codes[row["flock_id"]], row["drop_year"], row["birth_group"], *how)
        key, past = row["id"], (tuple(stays.get(row["id"], ())), ended.get(row["id"], {}))
        tags.animals[key] = Weighed(
            key,
            row["flock_id"],
            row["birth_date"],
            eids.get(key),
            placed,
            row["tag"] or "",
            *past,
            row["is_registered"],
        )
    for row in named:
        if row["animal_id"] in tags.animals and (row["kind"] != "visual" or is_of_flock(row["scope"], batch.flock_id)):
            tags.add(row["kind"], row["value"], row["animal_id"])
    for said, animal_id in own_ids.items():
        if animal_id in tags.animals:
            tags.add("registration", said, animal_id)


def cells(found: set[str]) -> tuple[list[str], list[str], list[str]]:
    """What to look for: values in every spelling, names, and numbers without the zeros before them."""
    values = found | {value for cell in found for value in spellings(cell)}
    numbers = {damage.without_zeros(value) for value in values if value.isdecimal() and len(value) < 15}
    return sorted(values | numbers), sorted({" ".join(cell.split()).lower() for cell in found}), sorted(numbers)
