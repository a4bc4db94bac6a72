"""Which sex the log asks of an animal: who has lambed is no ram, and who serves ewes is no wether (I5)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.lives.repository import CURRENT, THEIR_SELVES
from bellwether.sheep.findings import broken

OF_EWES = ("pregscan.recorded", "lambing.recorded", "mating.observed", "ai.done", "embryo.transferred")
"""Events whose animal is a ewe."""
SEX_OF_ROLE = {"ewe": "female", "rearing_dam": "female", "donor": "female", "sire": "male", "sire_out": "male"}
"""Which sex those have whom an event names beside its animal."""
CUT = "marking.recorded"
PLAYED = f"""
select coalesce(a.merged_into, a.id) as animal_id, e.kind, min(e.occurred_on) as first_on,
  case when e.kind = '{CUT}' then 'male' else 'female' end as sex
from {THEIR_SELVES} join farm.event e on e.farm_id = $1 and e.animal_id = a.id
where (e.kind = any($3::text[]) or (e.kind = '{CUT}' and e.payload -> 'castrated' = 'true')) and {CURRENT}
group by 1, 2
union all
select coalesce(a.merged_into, a.id), e.kind, min(e.occurred_on), r.sex
from {THEIR_SELVES} join farm.event_other o on o.farm_id = $1 and o.animal_id = a.id
join unnest($4::text[], $5::text[]) as r (role, sex) on r.role = o.role
join farm.event e on e.farm_id = $1 and e.id = o.event_id where {CURRENT} group by 1, 2, 4
order by first_on, kind
"""


class Part(NamedTuple):
    """What an animal did, for the first time, that only one sex does."""

    animal_id: UUID
    kind: str
    on: date
    sex: str


async def played(connection: asyncpg.Connection, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, list[Part]]:
    """Of those of the animals of which the log tells any."""
    if not ids:
        return {}
    found: dict[UUID, list[Part]] = {}
    rows = await connection.fetch(
        PLAYED, farm_id, list(ids), list(OF_EWES), list(SEX_OF_ROLE), list(SEX_OF_ROLE.values())
    )
    for row in rows:
        found.setdefault(row["animal_id"], []).append(Part(*row.values()))
    return found


def check(name: str, sex: str, fertility: str, parts: Sequence[Part]) -> None:
    """Sex and fertility fit what the animal did.

    Raises:
        Broken
    """
    for part in parts:
        if sex not in ("unknown", part.sex):
            text = f"{name} would be {sex}, and {part.kind} of {part.on} says that it is {part.sex}"
            fix = "correct the sex, or correct or take back that event first"
            raise broken("sex_clash", text, fix, field="sex", verdict="conflict")
    served = next((part for part in parts if part.sex == "male" and part.kind != CUT), None)
    if fertility == "neutered" and served is not None and all(part.kind != CUT for part in parts):
        text = f"{name} would be a wether, and {served.kind} of {served.on} names it as a sire"
        fix = f"send {CUT} with castrated, of the day on which it was done, or correct that event first"
        raise broken("sire_is_wether", text, fix, field="fertility", verdict="conflict")
