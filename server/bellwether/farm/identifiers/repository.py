"""Uses of identifiers in the database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.identifiers.models import OtherUse, Span, State, UseRow, WornRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.identifiers import Identifier

COLUMNS = """
i.id, i.farm_id, i.animal_id, i.scheme, i.value, i.raw, i.kind, i.official, i.colour, i.ear, i.state,
case when i.since_told then (lower(i.validity) at time zone f.time_zone)::date end as on_date,
(upper(i.validity) at time zone f.time_zone)::date as off_date,
array(select distinct o.animal_id from farm.identifier o
      where o.farm_id = i.farm_id and o.value = i.value and o.scheme = i.scheme and o.scope = i.scope
        and o.state <> 'closed' and o.animal_id <> i.animal_id and i.state <> 'closed') as rivals
"""
LIST = text(f"""
select {COLUMNS} from farm.identifier i join farm.farm f on f.id = i.farm_id
where i.farm_id = :farm_id and (cast(:animal_id as uuid) is null or i.animal_id = :animal_id)
  and (cast(:state as text) is null or i.state = :state) and (cast(:after as uuid) is null or i.id > :after)
order by i.id limit :limit
""")
GET = text(f"select {COLUMNS} from farm.identifier i join farm.farm f on f.id = i.farm_id where i.id = :id")
SPAN = text("select lower(validity), since_told, scope from farm.identifier where id = :id")
OTHERS = text("""
select i.id, i.animal_id, coalesce(a.tag, a.id::text) as name, i.value, i.state, a.reference_only,
  upper(i.validity) as ended
from farm.identifier i join farm.animal a on a.farm_id = i.farm_id and a.id = i.animal_id
where i.farm_id = :farm_id and i.scheme = :scheme and i.scope = :scope and i.value = :value and i.state <> 'disputed'
  and i.validity && tstzrange(:began, null) and i.id is distinct from :but
order by i.state, i.id
""")
OFFICIAL = text("""
select i.id, i.animal_id, coalesce(a.tag, a.id::text) as name, i.value, i.state, a.reference_only,
  upper(i.validity) as ended
from farm.identifier i join farm.animal a on a.farm_id = i.farm_id and a.id = i.animal_id
where i.farm_id = :farm_id and i.animal_id = :animal_id and i.scheme = :scheme and i.state = 'active' and i.official
""")
ADD = text("""
insert into farm.identifier
  (id, farm_id, animal_id, scheme, value, scope, raw, kind, official, validity, state, since_told, colour, ear)
values (:id, :farm_id, :animal_id, :scheme, :value, :scope, :raw, :kind, :official, tstzrange(:began, null), :state,
  :since_told, :colour, :ear)
""")
# a beginning that nobody has said gives way: to the end of the use before, if there was one
END = text("""
update farm.identifier i set state = 'closed', validity = tstzrange(
  case when lower(i.validity) <= :ended then lower(i.validity) else
    (select max(upper(o.validity)) from farm.identifier o
     where o.farm_id = i.farm_id and o.scheme = i.scheme and o.scope = i.scope and o.value = i.value
       and o.state = 'closed' and o.id <> i.id and upper(o.validity) <= :ended) end, :ended)
where i.id = :id
""")
# it begins when the use before it has ended
CONFIRM = text("""
update farm.identifier i set state = 'active', validity = tstzrange(greatest(lower(i.validity),
  (select max(upper(o.validity)) from farm.identifier o
   where o.farm_id = i.farm_id and o.scheme = i.scheme and o.scope = i.scope and o.value = i.value
     and o.state = 'closed' and o.id <> i.id)), null)
where i.id = :id
""")
# a use whose beginning nobody has said begins with the end of the one before, so the first that ends counts
WORN = """
select t.row, i.animal_id, i.scheme, i.scope
from unnest($2::int4[], $3::text[], $4::date[]) as t (row, value, day)
join farm.farm f on f.id = $1
join farm.identifier i on i.farm_id = $1 and i.value = t.value and i.state <> 'disputed' and i.kind <> 'name'
where (not i.since_told or (lower(i.validity) at time zone f.time_zone)::date <= t.day)
  and (upper(i.validity) is null or (upper(i.validity) at time zone f.time_zone)::date >= t.day)
order by t.row, upper(i.validity) nulls last, i.id
"""
SHOW = text("""
update farm.animal set tag = :tag, rev = rev + 1, updated_at = clock_timestamp() where farm_id = :farm_id and id = :id
""")


async def listing(
    session: Session, farm_id: UUID, animal_id: UUID | None, state: State | None, after: UUID | None, limit: int
) -> list[UseRow]:
    """Uses of a farm or of one animal, by id."""
    values = {"farm_id": farm_id, "animal_id": animal_id, "state": state, "after": after, "limit": limit}
    return [UseRow._make(row) for row in await session.execute(LIST, values)]


async def get(session: Session, use_id: UUID) -> UseRow | None:
    """One use, or None."""
    row = (await session.execute(GET, {"id": use_id})).one_or_none()
    return None if row is None else UseRow._make(row)


async def span(session: Session, use_id: UUID) -> Span:
    """From when a use is written down, and within what it counts."""
    return Span._make((await session.execute(SPAN, {"id": use_id})).one())


async def others(
    session: Session, farm_id: UUID, item: Identifier, began: datetime | None, *, but: UUID | None = None
) -> list[OtherUse]:
    """Uses of the same identifier that go on after `began`; those that go on still come first."""
    key = {"scheme": item.scheme, "scope": item.scope, "value": item.value}
    rows = await session.execute(OTHERS, {"farm_id": farm_id, **key, "began": began, "but": but})
    return [OtherUse._make(row) for row in rows]


async def official(session: Session, farm_id: UUID, animal_id: UUID, scheme: str) -> OtherUse | None:
    """The official identifier of a scheme that the animal has in use."""
    values = {"farm_id": farm_id, "animal_id": animal_id, "scheme": scheme}
    row = (await session.execute(OFFICIAL, values)).one_or_none()
    return None if row is None else OtherUse._make(row)


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new use."""
    await session.execute(ADD, dict(values))


async def end(session: Session, use_id: UUID, ended: datetime) -> None:
    """The use is over."""
    await session.execute(END, {"id": use_id, "ended": ended})


async def confirm(session: Session, use_id: UUID) -> None:
    """A use that was disputed counts, from the end of the one before it."""
    await session.execute(CONFIRM, {"id": use_id})


async def show(session: Session, farm_id: UUID, animal_id: UUID, tag: str | None) -> None:
    """What a list calls the animal."""
    await session.execute(SHOW, {"farm_id": farm_id, "id": animal_id, "tag": tag})


def columns(item: Identifier) -> dict[str, object]:
    """Those that the identifier itself fills."""
    names: Sequence[str] = ("scheme", "value", "scope", "raw", "kind")
    return {name: getattr(item, name) for name in names}


async def worn(session: Session, farm_id: UUID, asked: Sequence[tuple[int, str, date]]) -> list[WornRow]:
    """Who wore each of the numbers on a day, the use that ended first before the others."""
    if not asked:
        return []
    rows = await driver(session).fetch(WORN, farm_id, *(list(column) for column in zip(*asked, strict=True)))
    return [WornRow(*row.values()) for row in rows]
