"""Use-cases of pipeline runs."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ByEnd
from bellwether.processing.runs import repository
from bellwether.processing.runs.lineage import Lineage, rows_of
from bellwether.processing.runs.models import DatasetRow, RunRow
from bellwether.processing.runs.problems import NoSuchRun
from bellwether.processing.runs.schemas import Dataset, Run


async def record(session: Session, ended: RunRow, lineage: Lineage) -> None:
    """Keep how a run ended, with its lineage, unless a newer outcome of the same run is there."""
    if await repository.put(session, ended):
        await repository.replace_datasets(session, ended.id, rows_of(lineage, ended.id, ended.farm_id))


async def get(session: Session, run_id: UUID) -> Run:
    """One run."""
    row = await repository.find(session, run_id)
    if row is None:
        raise NoSuchRun
    return (await with_lineage(session, [row]))[0]


async def list_page(
    session: Session, wanted: Mapping[str, object], reference: str | None, after: ByEnd | None, limit: int
) -> list[Run]:
    """Up to `limit` runs, newest first; a filter that is None does not filter."""
    given = {name: value for name, value in wanted.items() if value is not None}
    return await with_lineage(session, await repository.page(session, given, reference, after, limit))


async def with_lineage(session: Session, rows: Sequence[RunRow]) -> list[Run]:
    """The runs of these rows, each with what it read and made."""
    found = await repository.datasets(session, [row.id for row in rows])
    datasets = {key: list(group) for key, group in groupby(found, key=lambda dataset: dataset.run_id)}
    return [run_of(row, datasets.get(row.id, [])) for row in rows]


def run_of(row: RunRow, datasets: Sequence[DatasetRow]) -> Run:
    """One row as it crosses the wire."""
    hidden = ("event_id", "failure_code", "failure_detail")
    values = {name: value for name, value in row._asdict().items() if name not in hidden}
    why = {"code": row.failure_code, "detail": row.failure_detail or ""} if row.failure_code else None
    return Run.model_validate(
        {**values, "failure": why, "inputs": side(datasets, "input"), "outputs": side(datasets, "output")}
    )


def side(datasets: Sequence[DatasetRow], direction: str) -> list[Dataset]:
    """The datasets of one direction."""
    return [Dataset.model_validate(item) for item in datasets if item.direction == direction]
