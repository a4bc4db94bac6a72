"""Syndicates and claims in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.pedigree.models import AncestorRow, ClaimRow, SireRow, SyndicateRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id

COLUMNS = """
s.id, s.farm_id, s.code, s.year,
(select array_agg(sire_id order by sire_id) from farm.syndicate_sire m where m.farm_id = s.farm_id
   and m.syndicate_id = s.id) as sires,
(select array_agg(share order by sire_id) from farm.syndicate_sire m where m.farm_id = s.farm_id
   and m.syndicate_id = s.id) as shares
"""
ADD = text("""
insert into farm.syndicate (id, farm_id, code, year, recorded_by) values (:id, :farm_id, :code, :year, :user)
""")
ADD_SIRES = """
insert into farm.syndicate_sire (farm_id, syndicate_id, sire_id, share)
select $1, $2, * from unnest($3::uuid[], $4::float8[])
"""
GET = text(f"select {COLUMNS} from farm.syndicate s where s.id = :id")
LIST = text(f"""
select {COLUMNS} from farm.syndicate s
where s.farm_id = :farm_id and (cast(:after as uuid) is null or s.id > :after) order by s.id limit :limit
""")
SIRES = text("""
select s.id as sent, a.id, coalesce(a.tag, a.id::text) as name, a.sex, a.fertility
from farm.animal s join farm.animal a on a.farm_id = s.farm_id and a.id = coalesce(s.merged_into, s.id)
where s.farm_id = :farm_id and s.id = any(:ids)
""")
CLAIM_COLUMNS = """
id, farm_id, child_id, parent_id, parent_type, method, probability, status, syndicate_id, created_at
"""
OF_CHILDREN = text(f"""
select {CLAIM_COLUMNS} from farm.parent_claim where child_id = any(:ids) order by child_id, created_at, id
""")
WITHDRAW = """
update farm.parent_claim set status = 'superseded' where farm_id = $1 and child_id = any($2::uuid[])
  and status = 'proposed' and syndicate_id is not null
"""
PROPOSE = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, method, probability, status, source,
  recorded_by, syndicate_id)
select id, $1, child_id, parent_id, 'sire', 'derived', probability, 'proposed', 'api', $2, $3
from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::float8[]) as t (id, child_id, parent_id, probability)
"""
# animals that turned out to be others go by those; a ewe is no sire
PROPOSE_BY_DNA = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, method, status, source, recorded_by)
select t.id, $1, c.id, p.id, t.role, 'dna', 'proposed', 'api', $6
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as t (id, child_id, parent_id, role)
  join farm.animal c0 on c0.farm_id = $1 and c0.id = t.child_id
  join farm.animal c on c.farm_id = $1 and c.id = coalesce(c0.merged_into, c0.id)
  join farm.animal p0 on p0.farm_id = $1 and p0.id = t.parent_id
  join farm.animal p on p.farm_id = $1 and p.id = coalesce(p0.merged_into, p0.id)
where c.id <> p.id and p.sex <> case t.role when 'sire' then 'female' else 'male' end
  and not exists (
    select 1 from farm.parent_claim x
    where x.farm_id = $1 and x.child_id = c.id and x.parent_id = p.id and x.parent_type = t.role
      and x.method = 'dna' and x.status in ('proposed', 'accepted', 'rejected')
  )
"""
Proposal = tuple[UUID, UUID, float | None]
"""A child, a ram, and how likely he is its sire."""
ACCEPT = """
update farm.parent_claim set status = case when id = any($2::uuid[]) then 'superseded' else 'accepted' end
where farm_id = $1 and id = any($3::uuid[])
"""
# one look at one index for each animal: as a join, the rows of all animals are read for some
ACCEPTED = """
left join lateral (
  select sire_id, dam_id from farm.accepted_parents where farm_id = $1 and animal_id = k.id offset 0
) p on true
"""
ANCESTORS = f"""
with recursive up (id, generation, sire_id, dam_id) as (
  select k.id, 0, p.sire_id, p.dam_id from (values ($2::uuid)) k (id) {ACCEPTED}
  union
  select k.id, up.generation + 1, p.sire_id, p.dam_id
  from up cross join lateral (values (up.sire_id), (up.dam_id)) k (id) {ACCEPTED}
  where up.generation < $3 and k.id is not null
)
select a.id, u.generation, a.tag, a.sex, a.birth_date, a.reference_only, u.sire_id, u.dam_id
from (select distinct on (id) * from up order by id, generation) u
cross join lateral (
  select id, tag, sex, birth_date, reference_only from farm.animal where farm_id = $1 and id = u.id offset 0
) a
order by u.generation, a.id
"""
BUMP = (
    "update farm.animal set rev = rev + 1, updated_at = clock_timestamp() where farm_id = $1 and id = any($2::uuid[])"
)


async def add(session: Session, found: SyndicateRow, user_id: UUID | None) -> None:
    """A new syndicate with its rams."""
    values = {"id": found.id, "farm_id": found.farm_id, "code": found.code, "year": found.year, "user": user_id}
    await session.execute(ADD, values)
    await driver(session).execute(ADD_SIRES, found.farm_id, found.id, found.sires, found.shares)


async def get(session: Session, syndicate_id: UUID) -> SyndicateRow | None:
    """One syndicate, or None."""
    row = (await session.execute(GET, {"id": syndicate_id})).one_or_none()
    return None if row is None else SyndicateRow._make(row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[SyndicateRow]:
    """Syndicates of a farm, by id."""
    rows = await session.execute(LIST, {"farm_id": farm_id, "after": after, "limit": limit})
    return [SyndicateRow._make(row) for row in rows]


async def sires(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> dict[UUID, SireRow]:
    """Those of the animals that the farm has, by the ids that were sent."""
    rows = await session.execute(SIRES, {"farm_id": farm_id, "ids": list(ids)})
    return {row.sent: SireRow._make(row[1:]) for row in rows}


async def claims(session: Session, child_ids: Sequence[UUID]) -> list[ClaimRow]:
    """Every claim about the parents of these animals that the user sees."""
    return [ClaimRow._make(row) for row in await session.execute(OF_CHILDREN, {"ids": list(child_ids)})]


async def withdraw(session: Session, farm_id: UUID, child_ids: Sequence[UUID]) -> None:
    """What another syndicate has proposed for these animals counts no longer."""
    await driver(session).execute(WITHDRAW, farm_id, list(child_ids))


async def propose(
    session: Session, farm_id: UUID, syndicate_id: UUID, pairs: Sequence[Proposal], user_id: UUID | None
) -> list[UUID]:
    """Rams of a syndicate may be the sires of animals; the ids of the claims."""
    columns = [list(column) for column in zip(*pairs, strict=True)]
    ids = [new_id() for _ in pairs]
    await driver(session).execute(PROPOSE, farm_id, user_id, syndicate_id, ids, *columns)
    return ids


async def propose_by_dna(
    session: Session, farm_id: UUID, claims: Sequence[tuple[UUID, UUID, str]], user_id: UUID | None
) -> None:
    """Claims by DNA of children, parents and roles; those that are known, or were rejected, are not made again."""
    columns = [list(column) for column in zip(*dict.fromkeys(claims), strict=True)]
    ids = [new_id() for _ in columns[0]]
    await driver(session).execute(PROPOSE_BY_DNA, farm_id, ids, *columns, user_id)


async def accept(session: Session, farm_id: UUID, accepted: Sequence[UUID], superseded: Sequence[UUID]) -> None:
    """Claims that stand from now on, and those in whose place they stand, which make way first."""
    connection = driver(session)
    for ids in (list(superseded), list(accepted)):
        if ids:
            await connection.execute(ACCEPT, farm_id, list(superseded), ids)


async def bump(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> None:
    """New revisions of animals whose parents changed."""
    await driver(session).execute(BUMP, farm_id, list(animal_ids))


async def ancestors(session: Session, farm_id: UUID, animal_id: UUID, generations: int) -> list[AncestorRow]:
    """The animal and its accepted genetic ancestors, each once, in the first generation in which it stands."""
    return [AncestorRow(*row) for row in await driver(session).fetch(ANCESTORS, farm_id, animal_id, generations)]
