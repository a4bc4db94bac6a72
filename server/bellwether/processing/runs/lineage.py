"""What a run read and made, told from the fact that it ended."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.processing.facts import EvaluationCompleted, EvaluationFailed, ImportCompleted
from bellwether.processing.runs.models import DatasetRow
from bellwether.processing.runs.schemas import Dataset

Lineage = tuple[Sequence[Dataset], Sequence[Dataset]]


def of_import(fact: ImportCompleted) -> Lineage:
    """From a file to accepted and rejected rows."""
    reference = str(fact.import_id)
    file = Dataset(kind="file", reference=fact.sha256, name=fact.file_name, n_rows=fact.rows_in)
    made = Dataset(kind=f"farm.{fact.kind}", reference=reference, name="accepted rows", n_rows=fact.rows_accepted)
    refused = Dataset(kind="farm.rejected_rows", reference=reference, name="rejected rows", n_rows=fact.rows_rejected)
    return [file], [made, refused]


def of_evaluation(fact: EvaluationCompleted) -> Lineage:
    """From a flock's animals and records to breeding values."""
    animals = flock(fact, "farm.animals", fact.n_animals)
    records = flock(fact, "farm.records", fact.n_records)
    values = Dataset(
        kind="genetics.breeding_values", reference=str(fact.run_id), name=", ".join(fact.traits), n_rows=None
    )
    return [animals, records], [values]


def of_failure(fact: EvaluationFailed) -> Lineage:
    """From a flock to nothing."""
    return [flock(fact, "farm.animals", None)], []


def flock(fact: EvaluationCompleted | EvaluationFailed, kind: str, n_rows: int | None) -> Dataset:
    """A flock as an input."""
    return Dataset(kind=kind, reference=str(fact.flock_id), name="flock", n_rows=n_rows)


def rows_of(lineage: Lineage, run_id: UUID, farm_id: UUID) -> list[DatasetRow]:
    """The datasets of a run as rows of their table."""
    return [
        DatasetRow(run_id, farm_id, direction, position, **dataset.model_dump())
        for direction, datasets in zip(("input", "output"), lineage, strict=True)
        for position, dataset in enumerate(datasets)
    ]
