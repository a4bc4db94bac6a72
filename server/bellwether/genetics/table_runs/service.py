"""Use-cases of evaluations of tables."""

import asyncio
import gzip
import hashlib
import json
import tempfile
import tomllib
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from bellwether.genetics.access import may_write
from bellwether.genetics.evaluations import repository
from bellwether.genetics.evaluations.problems import NoSuchEvaluation, rows_of
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotype_files.problems import NoSuchGenotypes
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.archive import MODEL, TABLES
from bellwether.genetics.snapshots.names import INPUTS, SAMPLES
from bellwether.genetics.snapshots.repository import Described
from bellwether.genetics.table_runs.job import KIND
from bellwether.genetics.table_runs.problems import NothingKept, WrongTables
from bellwether.genetics.table_runs.schemas import SentTables, TablesRequest
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks.told import check_limits
from bellwether.modelling.model_file.model_file import told_model
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.problems import RowError
from bellwether.value_words import words_of

LEVEL = 1
MOST_DOSAGES = 100_000_000


async def evaluate_tables(session: Session, context: Context, sent: SentTables) -> Job:
    """Queue an evaluation of these tables; they are kept by their digests, in the name of the farm.

    Raises:
        NotFound, ReadOnlyMember, WrongTables, NoSuchGenotypes
    """
    await may_write(session, sent.farm_id)
    document = model_of(sent.model)
    tables = {"pedigree.csv": sent.pedigree, "records.csv": sent.records, MODEL: document}
    if sent.genotypes is not None:
        tables["genotypes.csv"] = await dosages(session, sent.farm_id, sent.genotypes)
    inputs = {}
    for name, content in sorted(tables.items()):
        kept = await asyncio.to_thread(described, content)
        await snapshots.keep(session, sent.farm_id, kept)
        inputs[name] = kept.sha256
    return await queue(session, context, sent.farm_id, {"inputs": inputs, "of_run_id": None})


def described(content: bytes) -> Described:
    """A table packed, and its digest."""
    return Described(hashlib.sha256(content).hexdigest(), len(content), gzip.compress(content, LEVEL, mtime=0))


def model_of(content: bytes) -> bytes:
    """The model as JSON, checked as far as it can be without the tables.

    Raises:
        WrongTables
    """
    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        table = ModelTable.model_validate(document)
        told_model(table)
        check_limits(table)
    except ValidationError as error:
        rows = []
        for item in error.errors():
            words = words_of({"type": item["type"], "loc": item["loc"], "ctx": dict(item.get("ctx", {}))}, "it")
            field = ".".join(["model", *(str(part) for part in item["loc"])])
            rows.append(RowError(field=field, code=words.code, message=words.message, fix=words.fix))
        raise WrongTables(rows) from error
    except BadInput as error:
        raise WrongTables(rows_of(error, "model.")) from error
    except ValueError as error:
        fix = "Send a model file, in TOML or JSON"
        raise WrongTables([RowError(field="model", code="not_a_model", message="no TOML, no JSON", fix=fix)]) from error
    return (json.dumps(table.model_dump(exclude_defaults=True), indent=2) + "\n").encode()


async def dosages(session: Session, farm_id: UUID, file_id: UUID) -> bytes:
    """The genotype file, whose samples are named as in the pedigree.

    Raises:
        NoSuchGenotypes, WrongTables: another kind of file than dosages.
    """
    stored = await genotype_files.stored(session, file_id)
    if stored.farm_id != farm_id:
        raise NoSuchGenotypes
    if stored.ending not in (".csv", ".csv.gz"):
        message, fix = f"{stored.name} is not a table of dosages", "Upload the genotypes as CSV: animal, then markers"
        raise WrongTables([RowError(field="genotypes", code="not_dosages", message=message, fix=fix)])
    with tempfile.TemporaryDirectory(prefix="bellwether-tables-") as folder:
        path = await genotype_files.write_to(session, file_id, Path(folder))
        content = await asyncio.to_thread(unpacked, path)
    if len(content) > MOST_DOSAGES:
        message = f"{stored.name} unpacks to more than {MOST_DOSAGES // 1_000_000} MB"
        fix = "Leave markers out, or run ./bellwether evaluate on the files"
        raise WrongTables([RowError(field="genotypes", code="too_large", message=message, fix=fix)])
    return content


def unpacked(path: Path) -> bytes:
    """A file's bytes, and no more than show that it is too large."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read(MOST_DOSAGES + 1)


async def repeat(session: Session, context: Context, run_id: UUID) -> Job:
    """Queue a run once more from the tables that it has kept; its job says whether the results are the same.

    Raises:
        NoSuchEvaluation, ReadOnlyMember, NothingKept
    """
    run = await repository.find(session, run_id)
    if run is None:
        raise NoSuchEvaluation
    await may_write(session, run.farm_id)
    kept = {name: sha256 for name, sha256 in (await snapshots.digests(session, run_id)).items() if name in INPUTS}
    if not {*TABLES, MODEL} <= set(kept) or run.snapshot_sha256 is None:
        raise NothingKept
    if "genomic" in (run.model or {}).get("told", {}) and not {"genotypes.csv", SAMPLES} & set(kept):
        raise NothingKept
    return await queue(session, context, run.farm_id, {"inputs": kept, "of_run_id": str(run_id)})


async def queue(session: Session, context: Context, farm_id: UUID, request: TablesRequest) -> Job:
    """The job and its run."""
    job = await submit(session, context, kind=KIND, payload=request, farm_id=farm_id)
    of_run_id = request["of_run_id"]
    values = {
        "id": job.id,
        "farm_id": farm_id,
        "kind": "tables" if of_run_id is None else "repeat",
        "of_run_id": None if of_run_id is None else UUID(of_run_id),
        "publishing": "by_hand",
        "requested_by": context.user_id,
        "reliability": "auto",
    }
    await repository.add(session, values)
    return job
