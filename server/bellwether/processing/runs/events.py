"""Facts that fill the pipeline runs."""

from datetime import datetime
from uuid import UUID

from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event
from bellwether.processing.facts import (
    EVALUATION_COMPLETED,
    EVALUATION_FAILED,
    IMPORT_COMPLETED,
    EvaluationCompleted,
    EvaluationFailed,
    ImportCompleted,
    fact_of,
)
from bellwether.processing.runs import lineage, service
from bellwether.processing.runs.models import RunRow
from bellwether.processing.runs.schemas import Pipeline, RunState


async def on_import_completed(session: Session, event: Event) -> None:
    """An import ended."""
    fact = fact_of(event, ImportCompleted)
    run = run_of(event, fact.import_id, fact.farm_id, Pipeline.farm_import, fact.import_id, fact.finished_at)
    await service.record(session, run._replace(started_at=fact.started_at), lineage.of_import(fact))


async def on_evaluation_ended(session: Session, event: Event) -> None:
    """An evaluation ended, well or not."""
    if event.type == EVALUATION_FAILED:
        await record_failure(session, event, fact_of(event, EvaluationFailed))
        return
    fact = fact_of(event, EvaluationCompleted)
    run = run_of(event, fact.run_id, fact.farm_id, Pipeline.genetics_evaluation, fact.flock_id, fact.finished_at)
    await service.record(session, run, lineage.of_evaluation(fact))


async def record_failure(session: Session, event: Event, fact: EvaluationFailed) -> None:
    """An evaluation failed: its contract has no time of its own, the event's stands for it."""
    run = run_of(event, fact.run_id, fact.farm_id, Pipeline.genetics_evaluation, fact.flock_id, event.time)
    run = run._replace(state=RunState.failed, failure_code=fact.code, failure_detail=fact.detail)
    await service.record(session, run, lineage.of_failure(fact))


def run_of(
    event: Event, run_id: UUID, farm_id: UUID, pipeline: Pipeline, subject_id: UUID, finished_at: datetime
) -> RunRow:
    """A run that went well; when it started is not always told."""
    return RunRow(
        id=run_id,
        farm_id=farm_id,
        pipeline=pipeline,
        state=RunState.succeeded,
        subject_id=subject_id,
        started_by=event.actor,
        started_at=None,
        finished_at=finished_at,
        failure_code=None,
        failure_detail=None,
        event_id=event.id,
    )


IMPORTS = Consumer(
    service="processing",
    name="processing-import-runs",
    stream="FARM",
    types=[IMPORT_COMPLETED],
    handle=on_import_completed,
)
EVALUATIONS = Consumer(
    service="processing",
    name="processing-evaluation-runs",
    stream="GENETICS",
    types=[EVALUATION_COMPLETED, EVALUATION_FAILED],
    handle=on_evaluation_ended,
)
