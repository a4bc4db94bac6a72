"""Use-cases of evaluations."""

import asyncio
import gzip
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.evaluations import repository
from bellwether.genetics.evaluations.job import KIND
from bellwether.genetics.evaluations.problems import (
    NoSuchEvaluation,
    NoSuchFlock,
    NoSuchTable,
    UnknownTrait,
    WrongModel,
    about_traits,
    rows_of,
)
from bellwether.genetics.evaluations.schemas import (
    Evaluation,
    EvaluationReport,
    EvaluationTable,
    FlockState,
    How,
    NewEvaluation,
)
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotype_files.problems import NoSuchGenotypes
from bellwether.genetics.genotypes.freezing import service as freezing
from bellwether.genetics.publications import service as publications
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.archive import MODEL, TABLES, archive
from bellwether.genetics.snapshots.names import INPUTS, SAMPLES
from bellwether.genetics.traits import service as traits
from bellwether.modelling.external_values.values import check_external
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks import reproduction
from bellwether.modelling.flocks.animal_model import with_genomic
from bellwether.modelling.flocks.told import check_told
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.problems import RowError


async def request(session: Session, context: Context, new: NewEvaluation) -> Job:
    """Queue the evaluation of a flock; the run gets the id of its job.

    Raises:
        NoSuchFlock, ReadOnlyMember, UnknownTrait, WrongModel, NoSuchGenotypes
    """
    farm_id = await farm_of(session, [new.flock_id])
    await check(session, new, farm_id)
    return await queue(session, context, farm_id, [new.flock_id], new, publishing=new.publishing)


async def farm_of(session: Session, flock_ids: Sequence[UUID]) -> UUID:
    """The one farm of these flocks, which the caller may change.

    Raises:
        NoSuchFlock, ReadOnlyMember
    """
    farms = await repository.farms_of(session, flock_ids)
    if set(farms) != set(flock_ids) or len(set(farms.values())) != 1:
        raise NoSuchFlock
    farm_id = farms[flock_ids[0]]
    await may_write(session, farm_id)
    return farm_id


async def check(session: Session, how: How, farm_id: UUID) -> None:
    """Refuse what cannot be carried out for any flock of the farm.

    Raises:
        UnknownTrait, WrongModel, NoSuchGenotypes
    """
    await check_traits(session, asked_of(how) or [])
    await check_model(session, how, farm_id)


def asked_of(how: How) -> list[str] | None:
    """The traits that are named, by whichever way."""
    if how.model is not None:
        return list(how.model.trait_names)
    return None if how.traits is None else list(dict.fromkeys(how.traits))


async def queue(
    session: Session,
    context: Context,
    farm_id: UUID,
    flock_ids: Sequence[UUID],
    how: How,
    *,
    publishing: str,
    version: tuple[UUID, int] | None = None,
    is_warm: bool = False,
) -> Job:
    """A run of what has been checked; `version`: the definition that it follows, and which version of it; a warm one
    begins from the solution of that definition's last run."""
    payload = {
        "flock_id": str(flock_ids[0]),
        "flock_ids": [str(flock_id) for flock_id in flock_ids],
        "traits": asked_of(how),
        "reliability": how.reliability,
        "model": None if how.model is None else how.model.model_dump(exclude_defaults=True),
        "genotypes": None if source_of(how) is None else str(source_of(how)),
        "chip_id": how.chip_id,
        "estimates": how.variances == "own_if_enough",
        "sires": how.sires,
        "external": None if how.external is None else how.external.model_dump(),
        "start_from": str(version[0]) if version and is_warm else None,
    }
    job = await submit(session, context, kind=KIND, payload=payload, farm_id=farm_id)
    definition_id, number = version or (None, None)
    values = {
        "id": job.id,
        "farm_id": farm_id,
        "flock_id": flock_ids[0],
        "flock_ids": list(flock_ids) if len(flock_ids) > 1 else None,
        "definition_id": definition_id,
        "definition_version": number,
        "publishing": publishing,
        "requested_by": context.user_id,
        "asked_traits": asked_of(how),
        "reliability": how.reliability,
    }
    await repository.add(session, values)
    return job


async def check_model(session: Session, new: How, farm_id: UUID) -> None:
    """Refuse a told model that cannot be fitted to a flock, and requests that contradict themselves.

    Raises:
        WrongModel, NoSuchGenotypes, NothingStored, WhichChip
    """
    rows = list(disagreements(new))
    if new.model is not None and not rows:
        try:
            if new.external is not None:
                check_external(new.model)
            check_told(with_genomic(new.model) if source_of(new) in freezing.SOURCES else new.model)
        except BadInput as error:
            rows = rows_of(error, "model.")
    if rows:
        raise WrongModel(rows[0].message, errors=rows)
    if new.external is not None and not await repository.has_external(session, farm_id, new.external.run_name):
        message, fix = "the farm has no values of such a run", "Name a run of GET /api/v1/farm/imported-runs"
        row = RowError(field="external.run_name", code="no_such_run", message=message, fix=fix)
        raise WrongModel(message, errors=[row])
    source = source_of(new)
    if source in freezing.SOURCES:
        await freezing.chip_if(session, farm_id, source, new.chip_id)
    elif isinstance(source, UUID) and (await genotype_files.stored(session, source)).farm_id != farm_id:
        raise NoSuchGenotypes


def source_of(how: How) -> UUID | str | None:
    """Where genotypes come from: a model with `genomic` takes those that are stored, unless something else is said."""
    is_genomic = how.model is not None and how.model.genomic is not None
    return "stored" if how.genotypes is None and is_genomic else how.genotypes


def takes_stored(how: How) -> bool:
    """Whether stored genotypes are taken, be there any or not."""
    return source_of(how) in freezing.SOURCES


def disagreements(new: How) -> Iterator[RowError]:
    """Parts of a request that contradict each other."""
    model, genotypes = new.model, new.genotypes
    is_genomic = model is not None and model.genomic is not None
    if model is not None and new.traits is not None and set(new.traits) != set(model.trait_names):
        message = "traits and the model name different traits"
        yield RowError(field="traits", code="traits", message=message, fix="Leave traits out: the model names them")
    if model is not None and new.reliability != "auto":
        message = "a model says itself how reliabilities are computed"
        fix = "Leave it out, and set options.reliability in the model"
        yield RowError(field="reliability", code="said_twice", message=message, fix=fix)
    if model is None and (made := reproduction.wanted(new.traits or ())):
        message = f"the records of {', '.join(made)} follow from events, and need a model of their own"
        fix = "Define it with one of GET /ready-made-models that has the trait, or give a model"
        yield RowError(field="traits", code="needs_model", message=message, fix=fix)
    if isinstance(genotypes, UUID) and not is_genomic:
        message = "there are genotypes, but no model that says how to use them"
        fix = "Give a model with genomic, or leave genotypes out"
        yield RowError(field="genotypes", code="missing_section", message=message, fix=fix)
    if new.external is not None and new.variances == "own_if_enough":
        message = "variances are estimated from records, not from values of another service"
        fix = "Estimate them in a run without external, or leave variances out"
        yield RowError(field="variances", code="no_external_values", message=message, fix=fix)
    if new.sires == "by_probability" and source_of(new) is not None:
        message = "sires by probabilities and genotypes do not go together in this version"
        fix = "Leave genotypes out, or take known sires"
        yield RowError(field="sires", code="not_available", message=message, fix=fix)
    if new.chip_id is not None and source_of(new) not in freezing.SOURCES:
        message = "a chip is named, but no stored genotypes are taken"
        fix = "Leave chip_id out, or ask for genotypes `stored`"
        yield RowError(field="chip_id", code="said_in_vain", message=message, fix=fix)


async def check_traits(session: Session, codes: list[str]) -> None:
    """Refuse traits that the dictionary does not have."""
    known = {trait.code for trait in await traits.dictionary(session)} if codes else set()
    unknown = {code: "not in the trait dictionary" for code in codes if code not in known}
    if unknown:
        errors = about_traits("unknown_trait", unknown, "Use a code of GET /api/v1/genetics/traits")
        raise UnknownTrait(f"There is no trait {', '.join(unknown)}", errors=errors)


async def page(session: Session, *, flock_id: UUID | None, before: UUID | None, limit: int) -> list[Evaluation]:
    """Evaluations that the caller may see, newest first."""
    rows = await repository.page(session, flock_id=flock_id, before=before, limit=limit)
    return [Evaluation.model_validate(row) for row in rows]


async def get(session: Session, run_id: UUID) -> EvaluationReport:
    """One evaluation with its report.

    Raises:
        NoSuchEvaluation
    """
    row = await repository.find(session, run_id)
    if row is None:
        raise NoSuchEvaluation
    return EvaluationReport.model_validate(row)


async def tables(session: Session, run_id: UUID) -> list[EvaluationTable]:
    """The tables that a run keeps.

    Raises:
        NoSuchEvaluation
    """
    if await repository.find(session, run_id) is None:
        raise NoSuchEvaluation
    return [EvaluationTable.model_validate(row) for row in await snapshots.tables(session, run_id)]


async def table(session: Session, run_id: UUID, name: str) -> bytes:
    """One table of a run.

    Raises:
        NoSuchEvaluation, NoSuchTable
    """
    if await repository.find(session, run_id) is None:
        raise NoSuchEvaluation
    packed = await snapshots.contents(session, run_id, [name])
    if name not in packed:
        raise NoSuchTable
    return gzip.decompress(packed[name])


async def inputs(session: Session, run_id: UUID) -> bytes:
    """What a run was made of, as an archive for `./bellwether evaluate`.

    Raises:
        NoSuchEvaluation, NoSuchTable, GenotypesLost
    """
    row = await repository.find(session, run_id)
    if row is None:
        raise NoSuchEvaluation
    find = snapshots.joint_contents if row.kind == "joint" else snapshots.contents
    kept = await find(session, run_id, list(INPUTS))
    if not {*TABLES, MODEL} <= set(kept):
        raise NoSuchTable
    with tempfile.TemporaryDirectory(prefix="bellwether-inputs-") as folder:
        stored = None
        if SAMPLES in kept:
            stored = await freezing.write(session, gzip.decompress(kept[SAMPLES]), Path(folder))
        plain = {name: gzip.decompress(each) for name, each in kept.items()}
        return await asyncio.to_thread(archive, plain, stored)


async def flock_state(session: Session, flock_id: UUID) -> FlockState:
    """Whether the flock's breeding values are behind its records.

    Raises:
        NoSuchFlock
    """
    flock = await repository.flock(session, flock_id)
    if flock is None:
        raise NoSuchFlock
    row = await repository.state(session, flock_id)
    return FlockState(
        flock_id=flock_id,
        farm_id=flock.farm_id,
        is_evaluated=row is not None and row.last_run_id is not None,
        is_stale=row is not None and row.stale_since is not None,
        stale_since=row.stale_since if row else None,
        stale_reason=row.stale_reason if row else None,
        last_run_id=row.last_run_id if row else None,
        last_run_at=row.finished_at if row else None,
        last_run_traits=row.traits if row else None,
        published_run_id=await publications.published(session, flock_id),
    )
