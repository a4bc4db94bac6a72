"""Whereabouts in the database: steps read from the log; memberships and placements, written as what follows from it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from bellwether.farm.lives.repository import CURRENT, THEIRS
from bellwether.farm.whereabouts.models import (
    ACTS,
    GROUP_MOVED,
    Known,
    KnownGroup,
    KnownPaddock,
    Tracks,
    moment,
)
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.whereabouts import Move, Span, Step

COLUMNS = "kind, place, occurred_on, occurred_time, tz, group_id, (payload ->> 'paddock_id')::uuid as paddock_id"
STEPS = f"""
select e.id, coalesce(a.merged_into, a.id) as animal_id, {COLUMNS} from {THEIRS}
where kind = any($3::text[]) and {CURRENT}
"""
MOVES = f"""
select {COLUMNS} from farm.event e
where farm_id = $1 and group_id = any($2::uuid[]) and kind = '{GROUP_MOVED}' and {CURRENT}
"""
GROUPS = "select id, name, type from farm.animal_group where farm_id = $1 and id = any($2::uuid[])"
PADDOCKS = """
select p.id, p.name, min(lower(v.period)) as since
from farm.paddock p join farm.paddock_version v on v.farm_id = p.farm_id and v.paddock_id = p.id
where p.farm_id = $1 and p.id = any($2::uuid[]) group by 1, 2
"""
# of the log and not of the memberships: one of no length leaves no row, and says where the animal stayed. Who was put
# into a group and nothing else stands where the group stands, whatever that is
APART = """
with member as (
  select distinct coalesce(a.merged_into, a.id) as id from farm.event e
  join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
  where e.farm_id = $1 and e.group_id = any($2::uuid[]) and e.kind in ('group.assigned', 'weaning.recorded')
)
select id from member m where 1 < (select count(*) from (
  select from farm.event e where e.farm_id = $1 and e.kind = any($3::text[]) and e.animal_id = any(array(
    select m.id union all select id from farm.animal where farm_id = $1 and merged_into = m.id)) limit 2) step)
"""
CLEAR_MEMBERS = "delete from farm.group_member where farm_id = $1 and animal_id = any($2::uuid[])"
CLEAR_PLACEMENTS = """
delete from farm.placement where farm_id = $1 and (animal_id = any($2::uuid[]) or group_id = any($3::uuid[]))
"""
SPANS = {"subject": "uuid", "target": "uuid", "since": "timestamptz", "until": "timestamptz"}
ADD_MEMBERS = """
insert into farm.group_member (farm_id, group_id, type, animal_id, during)
select $1, g.id, g.type, t.subject, tstzrange(t.since, t.until) from {rows} as t
join farm.animal_group g on g.farm_id = $1 and g.id = t.target
"""
# a stay over a new drawing is one placement in each
ADD_PLACEMENTS = """
insert into farm.placement (farm_id, {subject}, paddock_id, version_id, period, during)
select $1, t.subject, t.target, v.id, v.period, v.period * tstzrange(t.since, t.until) from {{rows}} as t
join farm.paddock_version v on v.farm_id = $1 and v.paddock_id = t.target and v.period && tstzrange(t.since, t.until)
"""
STANDS_IN = """
delete from farm.placement where farm_id = $1 and paddock_id = $2 and (upper_inf(during) or upper(during) > $3)
returning animal_id, group_id
"""


async def known(
    session: Session, farm_id: UUID, animals: Collection[UUID], groups: Collection[UUID], paddocks: Collection[UUID]
) -> Known:
    """Those of them that the farm has, and what was recorded of the animals."""
    connection, steps = driver(session), await steps_of(session, farm_id, animals)
    named = {step.target for found in steps.values() for step in found.values() if step.target}
    found_groups = await connection.fetch(GROUPS, farm_id, [*groups, *named])
    found_paddocks = await connection.fetch(PADDOCKS, farm_id, list(paddocks))
    return Known(
        {row["id"]: KnownGroup(row["name"], row["type"]) for row in found_groups},
        {row["id"]: KnownPaddock(row["name"], row["since"]) for row in found_paddocks},
        steps,
    )


async def steps_of(session: Session, farm_id: UUID, animals: Collection[UUID]) -> dict[UUID, dict[UUID, Step]]:
    """What was recorded of animals that has to do with where they were, by animal and event."""
    found: dict[UUID, dict[UUID, Step]] = {}
    for row in await driver(session).fetch(STEPS, farm_id, list(animals), list(ACTS)):
        act = ACTS[row["kind"]]
        if act == "assigned" and row["group_id"] is None:
            continue
        at = moment(row["occurred_on"], row["occurred_time"], row["tz"], row["place"], act)
        found.setdefault(row["animal_id"], {})[row["id"]] = Step(at, act, row["group_id"] or row["paddock_id"])
    return found


async def moves_of(session: Session, farm_id: UUID, groups: Collection[UUID]) -> dict[UUID, list[Move]]:
    """Where groups were moved."""
    found: dict[UUID, list[Move]] = {key: [] for key in groups}
    for row in await driver(session).fetch(MOVES, farm_id, list(groups)):
        at = moment(row["occurred_on"], row["occurred_time"], row["tz"], row["place"])
        found[row["group_id"]].append(Move(at, row["paddock_id"]))
    return found


async def tracks(session: Session, farm_id: UUID, animals: Collection[UUID]) -> Tracks:
    """All that says where animals were."""
    steps = await steps_of(session, farm_id, animals)
    named = {step.target for found in steps.values() for step in found.values() if step.target}
    rows = await driver(session).fetch(GROUPS, farm_id, list(named))
    physical = frozenset(row["id"] for row in rows if row["type"] == "physical")
    return Tracks(steps, physical, await moves_of(session, farm_id, physical))


async def apart(session: Session, farm_id: UUID, groups: Collection[UUID]) -> set[UUID]:
    """Animals that may stand elsewhere when one of their groups was moved otherwise than was known."""
    return {row[0] for row in await driver(session).fetch(APART, farm_id, list(groups), list(ACTS))}


async def clear(session: Session, farm_id: UUID, animals: Collection[UUID], groups: Collection[UUID]) -> None:
    """Forget memberships and placements of these animals, and placements of these groups."""
    await driver(session).execute(CLEAR_MEMBERS, farm_id, list(animals))
    await driver(session).execute(CLEAR_PLACEMENTS, farm_id, list(animals), list(groups))


async def add_members(session: Session, farm_id: UUID, spans: Mapping[UUID, Iterable[Span]]) -> None:
    """Memberships by animal."""
    await execute_with(session, ADD_MEMBERS, SPANS, flat(spans), farm_id)


async def add_placements(session: Session, farm_id: UUID, subject: str, spans: Mapping[UUID, Iterable[Span]]) -> None:
    """Placements by group (`group_id`) or by animal (`animal_id`)."""
    await execute_with(session, ADD_PLACEMENTS.format(subject=subject), SPANS, flat(spans), farm_id)


def flat(spans: Mapping[UUID, Iterable[Span]]) -> list[tuple[UUID, UUID, datetime, datetime | None]]:
    """A row for each span in which there is time."""
    return [
        (key, span.target, span.since[0], None if span.until is None else span.until[0])
        for key, found in spans.items()
        for span in found
        if span.lasts
    ]


async def leave(session: Session, farm_id: UUID, paddock_id: UUID, since: datetime) -> tuple[set[UUID], set[UUID]]:
    """Forget who stood in a paddock after a moment; the animals and the groups."""
    rows = await driver(session).fetch(STANDS_IN, farm_id, paddock_id, since)
    return {row[0] for row in rows if row[0]}, {row[1] for row in rows if row[1]}
