"""Use-cases of joint runs: queue one, hand it out, read the shared sires."""

import csv
import gzip
import io
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import UUID

import orjson

from bellwether.genetics.access import may_write
from bellwether.genetics.agreements import service as agreements
from bellwether.genetics.evaluations import events, flock_states
from bellwether.genetics.evaluations import repository as evaluations
from bellwether.genetics.evaluations.problems import NoSuchEvaluation
from bellwether.genetics.evaluations.publishing import store_values
from bellwether.genetics.evaluations.schemas import How
from bellwether.genetics.joint_runs import repository
from bellwether.genetics.joint_runs.extraction import JointRequest, refuse_alone, refuse_gone
from bellwether.genetics.joint_runs.job import KIND
from bellwether.genetics.joint_runs.models import InIt, JointRow, ShareRow
from bellwether.genetics.joint_runs.problems import NoSuchJointRun, NotAcrossFarms, NotFinished
from bellwether.genetics.joint_runs.schemas import FarmShare, SharedSire, SireValue
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.names import SHARED
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, act_for
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.problems import RowError

#: of a farm's share under the farm's id, and what they are called in it
TABLES = ("pedigree.csv", "records.csv", SHARED)
PACKED = 1


async def queue(
    session: Session, context: Context, farm_id: UUID, agreement_id: UUID, how: How, version: tuple[UUID, int]
) -> Job:
    """A run of the farms that are in the agreement when it reads their records.

    Raises:
        NoSuchAgreement, NotInAgreement, NotAcrossFarms
    """
    refuse_what_is_of_one_farm(how)
    await agreements.found(session, agreement_id)
    refuse_alone(await repository.in_it(session, agreement_id), farm_id)
    asked = list(how.model.trait_names) if how.model is not None else how.traits
    payload: JointRequest = {
        "agreement_id": str(agreement_id),
        "farm_id": str(farm_id),
        "traits": None if asked is None else list(dict.fromkeys(asked)),
        "reliability": how.reliability,
        "model": None if how.model is None else how.model.model_dump(exclude_defaults=True),
        "estimates": how.variances == "own_if_enough",
    }
    job = await submit(session, context, kind=KIND, payload=cast(dict[str, object], payload), farm_id=farm_id)
    values = {
        "id": job.id,
        "farm_id": farm_id,
        "kind": "joint",
        "agreement_id": agreement_id,
        "definition_id": version[0],
        "definition_version": version[1],
        "publishing": "by_hand",
        "requested_by": context.user_id,
        "asked_traits": payload["traits"],
        "reliability": how.reliability,
    }
    await evaluations.add(session, values)
    return job


def refuse_what_is_of_one_farm(how: How) -> None:
    """Refuse genotypes, values of other services and traits of one farm: the others do not have them.

    Raises:
        NotAcrossFarms
    """
    is_genomic = how.model is not None and how.model.genomic is not None
    asked = {
        "genotypes": how.genotypes is not None or is_genomic,
        "external": how.external is not None,
        "sires": how.sires != "known",
    }
    fix = "Leave it out: an evaluation across farms goes by pedigree and records, with known sires"
    rows = [
        RowError(field=name, code="not_across_farms", message=f"{name} is of one farm", fix=fix)
        for name, is_asked in asked.items()
        if is_asked
    ]
    if rows:
        raise NotAcrossFarms(rows[0].message, errors=rows)


async def hand_out(session: Session, context: Context, run_id: UUID) -> list[FarmShare]:
    """Give each farm its share, all in one transaction; a run that was handed out stays so.

    Raises:
        NoSuchJointRun, ReadOnlyMember, NotFinished
        FarmHasLeft: since the run has read its records.
    """
    run = await repository.joint(session, run_id)
    if run is None or run.agreement_id is None:
        raise NoSuchJointRun
    await may_write(session, run.farm_id)
    if run.state != "succeeded" or run.across is None:
        raise NotFinished
    await agreements.held(session, run.agreement_id)
    farms = await repository.in_it(session, run.agreement_id)
    await repository.act_together(session, run.agreement_id)
    if not await repository.shares(session, run_id):
        refuse_gone(run.across["farms"], farms)
        for farm in farms:
            await give(session, context, run_id, farm)
    made = {share.farm_id: share for share in await repository.shares(session, run_id)}
    await act_for(session, context)
    mine = {share.farm_id for share in await repository.shares(session, run_id)}
    return shown(run, made, mine)


def shown(run: JointRow, made: Mapping[UUID, ShareRow], mine: set[UUID]) -> list[FarmShare]:
    """On the wire: whose shares were made, and which evaluations the caller's own are."""
    assert run.across is not None
    return [
        FarmShare(
            run_id=made[farm_id].id if farm_id in mine else None,
            farm_id=farm_id,
            name=farm["name"],
            made_at=made[farm_id].finished_at,
        )
        for farm in run.across["farms"]
        if (farm_id := UUID(farm["farm_id"])) in made
    ]


async def give(session: Session, context: Context, run_id: UUID, farm: InIt) -> None:
    """A farm's share: a run with its values, its part of the tables and the shared sires, and the fact of it."""
    names = [f"{farm.farm_id}-{name}" for name in (*TABLES, "values", "sires", "told")]
    kept = {
        name.removeprefix(f"{farm.farm_id}-"): text
        for name, text in (await repository.kept(session, run_id, names)).items()
    }
    told = orjson.loads(kept["told"])
    versions = await repository.versions(session, run_id, farm.flock_ids)
    share_id = new_id()
    traits, as_of, finished_at = await repository.add_share(
        session,
        run_id,
        share_id,
        farm,
        by=context.user_id,
        versions=orjson.dumps(versions).decode(),
        verdicts=orjson.dumps(told["verdicts"]).decode(),
        fixed=orjson.dumps(told["fixed"]).decode(),
    )
    with TemporaryDirectory(prefix="bellwether-share-") as folder:
        place = Path(folder)
        for name in ("values", "sires"):
            (place / name).write_bytes(kept[name])
        await store_values(session, farm.farm_id, share_id, place / "values")
        await repository.add_sires(session, farm.farm_id, share_id, place / "sires")
        packed = {}
        for name in TABLES:
            packed[name] = place / f"{name}.gz"
            packed[name].write_bytes(gzip.compress(kept[name], compresslevel=PACKED, mtime=0))
        await snapshots.add(session, farm.farm_id, share_id, packed)
    flock = {"farm_id": farm.farm_id, "run_id": share_id}
    for flock_id, version in sorted(versions.items()):
        await flock_states.record_share(
            session, **flock, flock_id=UUID(flock_id), data_as_of=as_of, data_version=version
        )
    await events.evaluation_completed(
        session,
        context,
        **flock,
        flock_id=farm.flock_ids[0],
        traits=traits,
        n_animals=len({row[0] for row in csv.reader(io.StringIO(kept["values"].decode()))}),
        n_records=max(kept["records.csv"].count(b"\n") - 1, 0),
        finished_at=finished_at,
    )


async def sires(session: Session, run_id: UUID, after: int, limit: int) -> list[SharedSire]:
    """Shared sires of a farm's share.

    Raises:
        NoSuchEvaluation
    """
    if await evaluations.find(session, run_id) is None:
        raise NoSuchEvaluation
    rows = await repository.sires(session, run_id, after, limit)
    return [
        SharedSire.model_validate(
            {
                **{name: getattr(of[0], name) for name in ("number", "numbers", "animal_id", "n_farms", "n_progeny")},
                "values": [
                    SireValue.model_validate({name: getattr(row, name) for name in SireValue.model_fields})
                    for row in of
                ],
            }
        )
        for _, group in groupby(rows, key=lambda row: row.number)
        for of in [list(group)]
    ]
