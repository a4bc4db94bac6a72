"""Every query about what follows a merge of two animals."""

from sqlalchemy import text

from bellwether.genetics.genotypes.merges.models import Merge
from bellwether.platform.database.transactions import Session

NEWS = text("""
insert into genetics.animal_merge as m (farm_id, merge_id, loser_id, winner_id, version, is_undone)
values (:farm_id, :merge_id, :loser_id, :winner_id, :version, :is_undone)
on conflict (farm_id, merge_id) do update set version = excluded.version, is_undone = excluded.is_undone
where m.version < excluded.version returning 1
""")
NOTED = """
noted as (insert into genetics.animal_merge_move (farm_id, merge_id, kind, row_id, counted)
          select :farm_id, :merge_id, '{kind}', id, counts from going)
"""
MOVES = (
    text(
        """
with going as (select id, is_preferred as counts from genetics.sample
               where farm_id = :farm_id and animal_id = :loser_id for update),
"""
        + NOTED.format(kind="sample")
        + """
update genetics.sample s set animal_id = :winner_id, rev = s.rev + 1, is_preferred = g.counts and not exists (
  select from genetics.sample o where o.animal_id = :winner_id and o.is_preferred)
from going g where s.id = g.id
"""
    ),
    text(
        """
with going as (select id, is_current as counts from genetics.gene_result
               where farm_id = :farm_id and animal_id = :loser_id for update),
"""
        + NOTED.format(kind="gene_result")
        + """
update genetics.gene_result r set animal_id = :winner_id, is_current = g.counts and not exists (
  select from genetics.gene_result o where o.animal_id = :winner_id and o.gene = r.gene and o.is_current)
from going g where r.id = g.id
"""
    ),
)
BACK = """
with back as (delete from genetics.animal_merge_move
              where farm_id = :farm_id and merge_id = :merge_id and kind = '{kind}' returning row_id, counted)
"""
COMES_BACK = (
    text(
        BACK.format(kind="sample")
        + """
update genetics.sample s set animal_id = :loser_id, rev = s.rev + 1, is_preferred = b.counted and not exists (
  select from genetics.sample o where o.animal_id = :loser_id and o.is_preferred)
from back b where s.id = b.row_id and s.animal_id = :winner_id
"""
    ),
    text(
        BACK.format(kind="gene_result")
        + """
update genetics.gene_result r set animal_id = :loser_id, is_current = b.counted and not exists (
  select from genetics.gene_result o where o.animal_id = :loser_id and o.gene = r.gene and o.is_current)
from back b where r.id = b.row_id and r.animal_id = :winner_id
"""
    ),
    # where none of an animal's samples is preferred any more, the latest is
    text("""
update genetics.sample s set is_preferred = true, rev = s.rev + 1 where s.id = (
  select id from genetics.sample where animal_id = :winner_id order by created_at desc, id desc limit 1)
and not exists (select from genetics.sample where animal_id = :winner_id and is_preferred)
"""),
)


HAS_SAMPLES = text("""
select exists (select from genetics.sample where farm_id = :farm_id and animal_id in (:winner_id, :loser_id))
""")


async def has_samples(session: Session, merge: Merge) -> bool:
    """Whether either of the two has been genotyped."""
    values = {"farm_id": merge.farm_id, "winner_id": merge.winner_id, "loser_id": merge.loser_id}
    return bool((await session.execute(HAS_SAMPLES, values)).scalar_one())


async def is_news(session: Session, merge: Merge, version: int) -> bool:
    """Keep what is told, unless something later was told of this merge already."""
    return (await session.execute(NEWS, merge._asdict() | {"version": version})).first() is not None


async def move(session: Session, merge: Merge) -> None:
    """What the loser has goes to the winner; where both have one that counts, the winner's does."""
    for statement in MOVES:
        await session.execute(statement, merge._asdict())


async def take_back(session: Session, merge: Merge) -> None:
    """What went to the winner comes back, unless somebody has moved it on since."""
    for statement in COMES_BACK:
        await session.execute(statement, merge._asdict())
