"""Every query about joint runs."""

import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bellwether.genetics.joint_runs.models import InIt, JointRow, ShareRow, SireRow
from bellwether.genetics.snapshots.repository import described, joint_contents
from bellwether.platform.database.transactions import Session, driver

ACT = "select farm_id, number, farm_name, flock_ids from genetics.act_for_agreement($1, farm.my_writable_farms())"
IN_IT = "select farm_id, number, farm_name, flock_ids from genetics.farms_of_agreement($1)"
JOINT = """
select id, farm_id, agreement_id, state, across from genetics.evaluation_run where id = $1 and kind = 'joint'
"""
SHARES = """
select id, farm_id, coalesce(flock_ids, array[flock_id]), finished_at from genetics.evaluation_run
where joint_run_id = $1 and kind = 'share' order by farm_id
"""
KEEP = """
insert into genetics.joint_table (run_id, name, farm_ids, sha256, n_bytes, content) values ($1, $2, $3, $4, $5, $6)
"""
# what the joint run says of itself goes into each share; what names animals or groups, only as the farm may read it
SHARE = """
insert into genetics.evaluation_run (id, farm_id, kind, joint_run_id, flock_id, flock_ids, requested_by, publishing,
  reliability, state, asked_traits, traits, model, variances, data_sha256, input_sha256, snapshot_sha256,
  engine_version, seed, convergence, counts, base, across, started_at, data_as_of, data_versions, verdicts, fixed,
  finished_at)
select $2, $3, 'share', id, $4, $5, $6, 'by_hand', reliability, 'succeeded', asked_traits, traits, model, variances,
  data_sha256, input_sha256, snapshot_sha256, engine_version, seed, convergence, counts, base, across, started_at,
  data_as_of, $7::text::jsonb, $8::text::jsonb, $9::text::jsonb, clock_timestamp()
from genetics.evaluation_run where id = $1
returning traits, data_as_of, finished_at
"""
VERSIONS = "select data_versions from genetics.evaluation_run where id = $1"
STAGE = """
create temporary table if not exists staged_sire (number int4, trait text, effect text, numbers jsonb, animal_id uuid,
  n_farms int4, n_progeny int4, value float8, reliability float8, percentile float8) on commit drop;
truncate staged_sire
"""
SIRES = """
insert into genetics.shared_sire (farm_id, run_id, number, trait, effect, numbers, animal_id, n_farms, n_progeny, value,
  reliability, percentile)
select $1, $2, number, trait, effect, numbers, animal_id, n_farms, n_progeny, value, reliability, percentile
from staged_sire
"""
COLUMNS = ", ".join(SireRow._fields)
PAGE = f"""
select {COLUMNS} from genetics.shared_sire where run_id = $1
  and number in (select distinct number from genetics.shared_sire where run_id = $1 and number > $2
                 order by number limit $3)
order by number, trait, effect
"""


async def act_together(session: Session, agreement_id: UUID) -> list[InIt]:
    """From here on the farms that are in an agreement act together, to the end of the transaction."""
    return [InIt(*row) for row in await driver(session).fetch(ACT, agreement_id)]


async def in_it(session: Session, agreement_id: UUID) -> list[InIt]:
    """The farms that are in an agreement now."""
    return [InIt(*row) for row in await driver(session).fetch(IN_IT, agreement_id)]


async def joint(session: Session, run_id: UUID) -> JointRow | None:
    """A joint run of a farm of the caller."""
    row = await driver(session).fetchrow(JOINT, run_id)
    return row and JointRow(*row)


async def shares(session: Session, run_id: UUID) -> list[ShareRow]:
    """The shares of a joint run that the caller may see."""
    return [ShareRow(*row) for row in await driver(session).fetch(SHARES, run_id)]


async def keep(session: Session, run_id: UUID, farm_ids: Sequence[UUID], tables: Mapping[str, Path]) -> None:
    """The packed tables of a joint run."""
    for name, path in sorted(tables.items()):
        table = described(path)
        await driver(session).execute(
            KEEP, run_id, name, list(farm_ids), table.sha256, table.n_bytes, table.content
        )  # fmt: skip


async def kept(session: Session, run_id: UUID, names: Sequence[str]) -> dict[str, bytes]:
    """Those of these tables that the run keeps, unpacked; none for who does not act for all of its farms."""
    found = await joint_contents(session, run_id, list(names))
    return {name: gzip.decompress(content) for name, content in found.items()}


async def versions(session: Session, run_id: UUID, flock_ids: Sequence[UUID]) -> dict[str, int]:
    """Up to which fact of these flocks a joint run has read."""
    found: dict[str, int] = await driver(session).fetchval(VERSIONS, run_id)
    return {str(flock): found[str(flock)] for flock in flock_ids}


async def add_share(
    session: Session,
    run_id: UUID,
    share_id: UUID,
    farm: InIt,
    *,
    by: UUID | None,
    versions: str,
    verdicts: str,
    fixed: str,
) -> tuple[list[str], datetime, datetime]:
    """The run that a farm has of a joint one: its traits, the moment of its records and that of its end."""
    several = farm.flock_ids if len(farm.flock_ids) > 1 else None
    values = (run_id, share_id, farm.farm_id, farm.flock_ids[0], several, by, versions, verdicts, fixed)
    row = await driver(session).fetchrow(SHARE, *values)
    return row["traits"], row["data_as_of"], row["finished_at"]


async def add_sires(session: Session, farm_id: UUID, share_id: UUID, path: Path) -> None:
    """The shared sires of a share, from a CSV in the order of the columns."""
    connection = driver(session)
    await connection.execute(STAGE)
    await connection.copy_to_table("staged_sire", source=path, format="csv")
    await connection.execute(SIRES, farm_id, share_id)


async def sires(session: Session, run_id: UUID, after: int, limit: int) -> list[SireRow]:
    """The values of so many shared sires of a share."""
    return [SireRow(*row) for row in await driver(session).fetch(PAGE, run_id, after, limit)]
