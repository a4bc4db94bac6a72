"""What is said of the birth of an animal: on a day that was, as its number has it, and as its lambing in the log."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.animals.models import HeadRow
from bellwether.farm.animals.schemas import AnimalChange
from bellwether.farm.place import place_of
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import identifiers, pedigree
from bellwether.sheep.findings import Faults, Finding, broken
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import Kin

#: a lamb that another ewe reared may have had any number beside it there
MOST_REARED = """
case when o.role = 'lamb_dead' then 0
  when exists (select from farm.event f where f.farm_id = $1 and f.animal_id = o.animal_id and f.kind = 'lamb.fostered'
    and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = f.id)) then 12
  else (
    select count(*) from jsonb_array_elements(e.payload -> 'lambs') b where b ->> 'born' is distinct from 'dead') + (
    select count(*) from farm.event_other g join farm.event f on f.farm_id = $1 and f.id = g.event_id
    where g.farm_id = $1 and g.animal_id = e.animal_id and g.role = 'rearing_dam'
      and f.occurred_on between e.occurred_on and e.occurred_on + 300
      and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = f.id)) end
"""
LAMBINGS = f"""
select coalesce(a.merged_into, a.id) as animal_id, e.id, e.occurred_on, l ->> 'sex' as sex,
  coalesce((l ->> 'born_on')::date, e.occurred_on) as born_on, jsonb_array_length(e.payload -> 'lambs') as birth_type,
  {MOST_REARED} as most_reared
from (select id, merged_into from farm.animal where farm_id = $1 and id = any($2::uuid[])
      union select id, merged_into from farm.animal where farm_id = $1 and merged_into = any($2::uuid[])) a
join farm.event_other o on o.farm_id = $1 and o.animal_id = a.id and o.role like 'lamb%'
join farm.event e on e.farm_id = $1 and e.id = o.event_id and e.kind = 'lambing.recorded'
cross join jsonb_array_elements(e.payload -> 'lambs') l
where l ->> 'id' = o.animal_id::text
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
"""


class Lambing(NamedTuple):
    """The one in which an animal was born, with what follows from it."""

    id: UUID
    occurred_on: date
    sex: str | None
    born_on: date
    birth_type: int
    most_reared: int

    @property
    def facts(self) -> dict[str, object]:
        """What it says of the lamb."""
        sex = {} if self.sex in (None, "unknown") else {"sex": self.sex}
        return {"birth_date": self.born_on, "birth_type": self.birth_type, **sex}


async def lambings(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, Lambing]:
    """Of those of the animals that were born in one."""
    if not ids:
        return {}
    return {row[0]: Lambing(*row[1:]) for row in await driver(session).fetch(LAMBINGS, farm_id, list(ids))}


async def check_lambing(session: Session, before: HeadRow, body: AnimalChange, faults: Faults) -> None:
    """What follows from a lambing is changed by correcting that."""
    found = (await lambings(session, before.farm_id, [before.id])).get(before.id)
    if found is None:
        return
    for name, value in found.facts.items():
        sent = getattr(body, name)
        if sent is not None and sent != value:
            faults.take(partial(refuse, before.name, found, name, value))
    faults.take(partial(check_reared, before.name, found, body.rear_type))


def refuse(name: str, lambing: Lambing, field: str, value: object) -> None:
    """The log says otherwise.

    Raises:
        Broken
    """
    text = f"the lambing of {lambing.occurred_on} says of {name}: {field} {value}"
    fix = f"correct the lambing: send lambing.recorded with supersedes {lambing.id}"
    raise broken("of_a_lambing", text, fix, field=field, verdict="conflict")


def check_reared(name: str, lambing: Lambing, reared: int | None) -> None:
    """Nobody was reared among more lambs than were alive, and who was born dead among none (I11).

    Raises:
        Broken
    """
    if reared is None or reared <= lambing.most_reared:
        return
    most = f"at most {lambing.most_reared}" if lambing.most_reared else "none, for it was born dead"
    text = f"{name} cannot be one of {reared} that were reared: the lambing of {lambing.occurred_on} and fosterings say"
    fix = "correct rear_type, or the lambing, or record the fosterings first"
    raise broken("rear_type_too_high", f"{text} {most}", fix, field="rear_type", verdict="conflict")


async def check_birth(
    session: Session,
    farm_id: UUID,
    animal: Kin,
    known: Sequence[Identifier],
    born: date | None,
    now: datetime,
    faults: Faults,
) -> None:
    """A birth that is said: not in the future, and in the year that the number carries."""
    if born is None:
        return
    place = await place_of(session, farm_id)
    if born > place.today(now):
        text = f"{born} is in the future: it is {place.today(now)} on the farm ({place.time_zone})"
        fix = "correct the date, or the time zone of the farm"
        faults.add(Finding("out_of_range", "date_impossible", text, fix, "birth_date"))
    for item in known:
        year = identifiers.year_of(item)
        faults.take(partial(pedigree.check_number, animal.name, born.year, item.value, year, field="birth_date"))
