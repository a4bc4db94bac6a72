"""Tasks in the database, and the events from which others follow."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from bellwether.farm.work.tasks.models import FollowingRow, RuleRow, SourceRow, TaskRow
from bellwether.platform.database.transactions import Session, driver

SHOWN = ", ".join(TaskRow._fields)
TASKS = f"select {SHOWN} from farm.task where farm_id = $1"
COUNTS = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = {0}.id)"
NEVER = "9999-12-31"
UNTIL = f"""(select max(d.{{0}}_until)::text from farm.dosed d
  where e.kind = 'treatment.given' and d.farm_id = $1 and d.event_id = e.id and d.{{0}}_until < '{NEVER}')"""
#: with those that turned out to be one of them, whose events stay under their own ids
EWES = """(
  with named as (
    select m.animal_id as id from farm.group_member m where m.farm_id = $1 and m.group_id = e.group_id
    union select o.animal_id from farm.event_other o where o.farm_id = $1 and o.event_id = e.id
  ), kept as (
    select distinct coalesce(a.merged_into, a.id) as id
    from named join farm.animal a on a.farm_id = $1 and a.id = named.id
  )
  select id from kept union all select l.id from kept join farm.animal l on l.farm_id = $1 and l.merged_into = kept.id
) as ewe"""
#: when the first of the joined ewes, or the first lamb of one of them, had the event that says that it was done
DONE_WITH = f"""(select min(d.occurred_on) from {EWES} {{lambs}} join farm.event d on d.animal_id = {{whose}}
  where e.kind = 'joining.started' and d.farm_id = $1 and d.kind = '{{kind}}'
    and d.occurred_on between e.occurred_on + {{first}} and e.occurred_on + {{last}} and {COUNTS.format("d")})"""
LAMBS = """join farm.parent_claim p on p.farm_id = $1 and p.parent_id = ewe.id and p.status = 'accepted'
  cross join lateral (select p.child_id as id
    union all select l.id from farm.animal l where l.farm_id = $1 and l.merged_into = p.child_id) lamb"""
SCANNED = DONE_WITH.format(lambs="", whose="ewe.id", kind="pregscan.recorded", first=30, last=150)
LAMBED = DONE_WITH.format(lambs="", whose="ewe.id", kind="lambing.recorded", first=120, last=220)
MARKED = DONE_WITH.format(lambs=LAMBS, whose="lamb.id", kind="marking.recorded", first=140, last=300)
WEANED = DONE_WITH.format(lambs=LAMBS, whose="lamb.id", kind="weaning.recorded", first=180, last=365)
# a joining is ended by the id that it had when it was ended: any of its chain of corrections
SOURCES = f"""
select e.id, e.place, e.kind, e.occurred_on, e.recorded_at, e.animal_id, e.group_id, coalesce(g.name, a.tag) as name,
  e.payload ->> 'planned_end' as planned_end, e.payload ->> 'planned_on' as planned_on,
  e.payload ->> 'repeat_on' as repeat_on,
  {UNTIL.format("meat")} as meat_until, {UNTIL.format("export")} as export_until,
  {SCANNED} as scanned_on, {LAMBED} as lambed_on, {MARKED} as marked_on, {WEANED} as weaned_on,
  (select min(m.occurred_on) from farm.event m where e.kind = 'group.move_planned' and m.farm_id = $1
     and m.kind = 'group.moved' and m.group_id = e.group_id and m.occurred_on >= e.occurred_on
     and m.place > e.place and {COUNTS.format("m")}) as moved_on,
  (select min(j.occurred_on) from farm.event j where e.kind = 'joining.started' and j.farm_id = $1
     and j.kind = 'joining.ended' and {COUNTS.format("j")} and exists (
       select from farm.event o where o.farm_id = $1 and o.id = (j.payload ->> 'joining_id')::uuid
         and o.place = e.place)) as ended_on
from farm.event e
left join farm.animal_group g on g.farm_id = $1 and g.id = e.group_id
left join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
where e.farm_id = $1 and e.kind = any($2::text[]) and {COUNTS.format("e")}
"""
SOURCES_AT = f"""{SOURCES}
  and (e.seq = any($3::bigint[]) or (e.supersedes is not null and e.place = any($3::bigint[])))
"""
#: joinings that ewes were in, under whichever of their ids; $1 farm
JOINED_BY = """
select e.place from same ewe join farm.group_member m on m.farm_id = $1 and m.animal_id = ewe.id
  join farm.event e on e.farm_id = $1 and e.group_id = m.group_id and e.kind = 'joining.started'
union
select e.place from same ewe join farm.event_other o on o.farm_id = $1 and o.animal_id = ewe.id
  join farm.event e on e.farm_id = $1 and e.id = o.event_id and e.kind = 'joining.started'
"""
SAME = """same as (
  select id from ewe
  union select a.merged_into from ewe join farm.animal a on a.farm_id = $1 and a.id = ewe.id
  where a.merged_into is not null
  union select a.id from ewe join farm.animal a on a.farm_id = $1 and a.merged_into = ewe.id
)"""
#: of a lamb every claimed dam, also one that is none any more
PLACES = f"""
with told as materialized (
  select c.id, c.place, c.kind, c.animal_id, c.group_id, c.payload ->> 'joining_id' as joining_id
  from (select distinct place from farm.event where farm_id = $1 and id = any($2::uuid[])) m
  join farm.event c on c.farm_id = $1 and (c.seq = m.place or (c.supersedes is not null and c.place = m.place))
), mob as (
  select group_id as id from told where group_id is not null
  union select unnest($3::uuid[])
  union select m.group_id from told join farm.group_member m on m.farm_id = $1 and m.animal_id = told.animal_id
), ewe as (
  select animal_id as id from told where kind in ('pregscan.recorded', 'lambing.recorded')
  union
  select p.parent_id from told join farm.animal a on a.farm_id = $1 and a.id = told.animal_id
  join farm.parent_claim p on p.farm_id = $1 and p.child_id = coalesce(a.merged_into, a.id)
  where told.kind in ('marking.recorded', 'weaning.recorded')
), {SAME}
select place from told
union
select o.place from told join farm.event o on o.farm_id = $1 and o.id = told.joining_id::uuid
where told.kind = 'joining.ended'
union
select e.place from mob join farm.event e on e.farm_id = $1 and e.group_id = mob.id
where e.kind in ('joining.started', 'group.move_planned', 'treatment.given')
union {JOINED_BY}
"""
PLACES_OF = f"""
with ewe as (
  select unnest($2::uuid[]) as id
  union select p.parent_id from farm.parent_claim p where p.farm_id = $1 and p.child_id = any($2::uuid[])
), {SAME}
select e.place from farm.event e where e.farm_id = $1 and e.animal_id = any($2::uuid[])
union {JOINED_BY}
"""
# lambs whose parents an import tells, and of which something was recorded before
CLAIMED_BY = """
select distinct c.child_id from farm.parent_claim c
where c.farm_id = $1 and c.import_id = $2 and exists (select from farm.event e where e.farm_id = $1
  and e.animal_id = c.child_id and e.kind = any(array['marking.recorded', 'weaning.recorded']))
"""
HIDE = """
update farm.task set event_id = null, follows_title = null, follows_on = null, follows_done_on = null, passes = false
where farm_id = $1 and event_id is not null and id <> all($2::uuid[]) and ($3::bigint[] is null or place = any($3))
"""
SHOW = """
insert into farm.task as k (farm_id, rev, id, rule, place, event_id, follows_title, follows_on, follows_done_on, passes)
select $1, 0, * from unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::date[], $8::date[],
  $9::bool[])
on conflict (id) do update set event_id = excluded.event_id, follows_title = excluded.follows_title,
  follows_on = excluded.follows_on, follows_done_on = excluded.follows_done_on, passes = excluded.passes
where (k.event_id, k.follows_title, k.follows_on, k.follows_done_on, k.passes) is distinct from
  (excluded.event_id, excluded.follows_title, excluded.follows_on, excluded.follows_done_on, excluded.passes)
"""
FOLLOW_ALREADY = "select exists (select from farm.task where farm_id = $1 and event_id is not null)"
PLACES_OF_EVENTS = "select id, place from farm.event where farm_id = $1 and id = any($2::uuid[])"
DAYS = ("planned_end", "planned_on", "repeat_on", "meat_until", "export_until")
DONE = ("moved_on", "ended_on", "scanned_on", "lambed_on", "marked_on", "weaned_on")
NAMES = ("id", "place", "kind", "occurred_on", "recorded_at", "animal_id", "group_id", "name")
RULES = "select name, kind, title, days, is_on from farm.task_rule where farm_id = $1 order by name"
CLEAR = "delete from farm.task_rule where farm_id = $1"
SET = """
insert into farm.task_rule (farm_id, name, kind, title, days, is_on)
select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bool[])
"""
ADD = """
insert into farm.task (id, farm_id, title, due_on, note, assigned_to, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing returning id
"""
SAY = """
insert into farm.task as t (id, farm_id, rule, place, title, due_on, note, assigned_to, snoozed_until, done_on, done_by,
  recorded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (id) do update set title = excluded.title, due_on = excluded.due_on, note = excluded.note,
  assigned_to = excluded.assigned_to, snoozed_until = excluded.snoozed_until, done_on = excluded.done_on,
  done_by = excluded.done_by, rev = t.rev + 1, updated_at = clock_timestamp()
  where t.farm_id = excluded.farm_id and t.rev = $13
returning id
"""
MEMBER = "select farm.role_on($1, $2) is not null"


async def tasks(session: Session, farm_id: UUID) -> list[TaskRow]:
    """All that was written down or said of a task."""
    return [TaskRow(*row.values()) for row in await driver(session).fetch(TASKS, farm_id)]


async def sources(
    session: Session, farm_id: UUID, kinds: Collection[str], places: Collection[int] | None = None
) -> list[SourceRow]:
    """Events of these kinds that count: all of them, or those at some places of the log."""
    if places is None:
        rows = await driver(session).fetch(SOURCES, farm_id, list(kinds))
    else:
        rows = await driver(session).fetch(SOURCES_AT, farm_id, list(kinds), list(places))
    return [
        SourceRow(
            **{name: row[name] for name in NAMES},
            days={day: row[day] for day in DAYS},
            done={day: row[day] for day in DONE},
        )
        for row in rows
    ]


async def places(session: Session, farm_id: UUID, events: Collection[UUID], groups: Collection[UUID]) -> list[int]:
    """Places of the log from which other tasks may follow, now that these events are in it and groups are others."""
    return [row[0] for row in await driver(session).fetch(PLACES, farm_id, list(events), list(groups))]


async def places_of(session: Session, farm_id: UUID, animals: Collection[UUID]) -> list[int]:
    """The same, now that animals have other parents."""
    return [row[0] for row in await driver(session).fetch(PLACES_OF, farm_id, list(animals))]


async def claimed_by(session: Session, farm_id: UUID, import_id: UUID) -> list[UUID]:
    """Marked or weaned animals of whose parents an import tells."""
    return [row[0] for row in await driver(session).fetch(CLAIMED_BY, farm_id, import_id)]


async def follow_already(session: Session, farm_id: UUID) -> bool:
    """Whether any task of the farm has a row from an event; a farm of before they had rows has none."""
    found: bool = await driver(session).fetchval(FOLLOW_ALREADY, farm_id)
    return found


async def show(session: Session, farm_id: UUID, rows: Sequence[FollowingRow], places: Collection[int] | None) -> None:
    """These follow, and of the places nothing else; what was said of one that is gone stays with it."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in FollowingRow._fields]
    at = None if places is None else list(places)
    await driver(session).execute(HIDE, farm_id, columns[0], at)
    await driver(session).execute(SHOW, farm_id, *columns)


async def rules(session: Session, farm_id: UUID) -> list[RuleRow]:
    """What the farm has set."""
    return [RuleRow(*row.values()) for row in await driver(session).fetch(RULES, farm_id)]


async def set_rules(session: Session, farm_id: UUID, found: Iterable[RuleRow]) -> None:
    """These in the place of those that were set."""
    columns = [list(column) for column in zip(*found, strict=True)] or [[], [], [], [], []]
    await driver(session).execute(CLEAR, farm_id)
    await driver(session).execute(SET, farm_id, *columns)


async def add(session: Session, farm_id: UUID, values: Mapping[str, object], user_id: UUID | None) -> bool:
    """A task that somebody wrote down; False: the id is taken."""
    said = [values[name] for name in ("title", "due_on", "note", "assigned_to")]
    return await driver(session).fetchval(ADD, values["id"], farm_id, *said, user_id) is not None


async def say(session: Session, farm_id: UUID, row: TaskRow, user_id: UUID | None, rev: int) -> bool:
    """What is said of a task, if it still is at `rev`."""
    said = (row.rule, row.place, row.title, row.due_on, row.note, row.assigned_to, row.snoozed_until)
    values = (row.id, farm_id, *said, row.done_on, row.done_by, user_id, rev)
    return await driver(session).fetchval(SAY, *values) is not None


async def places_of_events(session: Session, farm_id: UUID, events: Collection[UUID]) -> dict[UUID, int]:
    """Where in the log each of them stands, or the first of its chain of corrections."""
    return {row[0]: row[1] for row in await driver(session).fetch(PLACES_OF_EVENTS, farm_id, list(events))}


async def is_member(session: Session, farm_id: UUID, user_id: UUID) -> bool:
    """Whether somebody belongs to the farm now."""
    found: bool = await driver(session).fetchval(MEMBER, farm_id, user_id)
    return found


async def farm_name(session: Session, farm_id: UUID) -> str:
    """Of a farm that the user sees."""
    found: str = await driver(session).fetchval("select name from farm.farm where id = $1", farm_id)
    return found
