"""Every query about samples and shares."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.genetics.genotypes.samples.models import SampleRow, ShareRow
from bellwether.platform.database.transactions import Session

SAMPLE = """
select s.id, s.farm_id, s.animal_id, s.name, s.is_preferred, s.rev, t.chip_id, t.version, t.map_version, t.state,
  t.reasons, t.call_rate, t.heterozygosity, t.note, s.created_at
from genetics.sample s join genetics.genotyping t on t.sample_id = s.id
"""
LATEST = """
 and t.version = (select max(v.version) from genetics.genotyping v where v.sample_id = s.id and v.chip_id = t.chip_id)
"""
PAGE = text(
    SAMPLE
    + """
where s.farm_id = :farm and (cast(:state as text) is null or t.state = :state)
  and (cast(:animal as uuid) is null or s.animal_id = :animal)
  and (s.id, t.chip_id, t.version) > (:id, :chip, :version)
order by s.id, t.chip_id, t.version limit :limit
"""
)
OF_SAMPLE = text(SAMPLE + "where s.id = :id" + LATEST + " order by t.chip_id")
FARM = text("select farm_id, animal_id, rev from genetics.sample where id = :id")
IS_ANIMAL = text("select 1 from farm.published_animal where farm_id = :farm and id = :animal")
FLOCKS = text("""
select distinct flock_id from farm.published_animal where farm_id = :farm and id = any (:animals) order by flock_id
""")
UNPREFER = text("""
update genetics.sample set is_preferred = false, rev = rev + 1 where animal_id = :animal and is_preferred and id <> :id
""")
PREFER = text("update genetics.sample set is_preferred = true, rev = rev + 1 where id = :id")
# whoever moves a sample by hand knows better than the end of a merge
MOVE = text("""
with gone as (delete from genetics.animal_merge_move where row_id = :id)
update genetics.sample set animal_id = :animal, rev = rev + 1, is_preferred = not exists (
  select from genetics.sample o where o.animal_id = :animal and o.is_preferred and o.id <> :id)
where id = :id
""")
NEXT = text("""
update genetics.sample set is_preferred = true, rev = rev + 1 where id = (
  select id from genetics.sample where animal_id = :animal order by created_at desc, id desc limit 1)
and not exists (select from genetics.sample where animal_id = :animal and is_preferred)
""")
DECIDE = text("""
update genetics.genotyping set state = :state, note = :note, decided_by = :user, decided_at = clock_timestamp()
where sample_id = :id and chip_id = :chip and version = :version
""")
SHARES = text("""
select farm_id, animal_id, with_farm_id, created_at from genetics.genotype_share
where (farm_id = :farm or with_farm_id = :farm) and (animal_id, with_farm_id) > (:animal, :with_farm)
order by animal_id, with_farm_id limit :limit
""")
SHARE = text("""
insert into genetics.genotype_share (farm_id, animal_id, with_farm_id, created_by)
values (:farm_id, :animal_id, :with_farm_id, :created_by) on conflict do nothing
""")
ONE_SHARE = text("""
select farm_id, animal_id, with_farm_id, created_at from genetics.genotype_share
where farm_id = :farm_id and animal_id = :animal_id and with_farm_id = :with_farm_id
""")
UNSHARE = text("""
delete from genetics.genotype_share
where farm_id = :farm_id and animal_id = :animal_id and with_farm_id = :with_farm_id
""")


async def page(session: Session, values: Mapping[str, object]) -> list[SampleRow]:
    """Samples of a farm on their chips."""
    return [SampleRow(*row) for row in await session.execute(PAGE, dict(values))]


async def of_sample(session: Session, sample_id: UUID) -> list[SampleRow]:
    """A sample on each of its chips, by its latest version."""
    return [SampleRow(*row) for row in await session.execute(OF_SAMPLE, {"id": sample_id})]


async def held(session: Session, sample_id: UUID) -> tuple[UUID, UUID, int] | None:
    """Farm, animal and revision of a sample."""
    row = (await session.execute(FARM, {"id": sample_id})).one_or_none()
    return None if row is None else (row.farm_id, row.animal_id, row.rev)


async def is_animal(session: Session, farm_id: UUID, animal_id: UUID) -> bool:
    """Whether the farm has the animal."""
    return (await session.execute(IS_ANIMAL, {"farm": farm_id, "animal": animal_id})).first() is not None


async def flocks(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> list[UUID]:
    """The flocks of these animals of a farm, sorted."""
    found = await session.execute(FLOCKS, {"farm": farm_id, "animals": list(animal_ids)})
    return [row.flock_id for row in found]


async def prefer(session: Session, sample_id: UUID, animal_id: UUID) -> None:
    """This one of the samples of its animal."""
    await session.execute(UNPREFER, {"id": sample_id, "animal": animal_id})
    await session.execute(PREFER, {"id": sample_id})


async def move(session: Session, sample_id: UUID, animal_id: UUID, before: UUID) -> None:
    """To another animal; of what the animal before has left, the latest is preferred."""
    await session.execute(MOVE, {"id": sample_id, "animal": animal_id})
    await session.execute(NEXT, {"animal": before})


async def decide(session: Session, values: Mapping[str, object]) -> None:
    """Whether calls count."""
    await session.execute(DECIDE, dict(values))


async def shares(session: Session, values: Mapping[str, object]) -> list[ShareRow]:
    """What a farm shares, and what is shared with it."""
    return [ShareRow(*row) for row in await session.execute(SHARES, dict(values))]


async def share(session: Session, values: Mapping[str, object]) -> ShareRow:
    """Show an animal's genotypes to a farm."""
    await session.execute(SHARE, dict(values))
    return ShareRow(*(await session.execute(ONE_SHARE, dict(values))).one())


async def unshare(session: Session, values: Mapping[str, object]) -> bool:
    """No longer."""
    return (await session.execute(UNSHARE, dict(values))).rowcount > 0
