"""Facts that fill the pipeline runs."""

from typing import Any
from uuid import UUID

from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event
from bellwether.processing.facts import (
    EVALUATION_COMPLETED,
    EVALUATION_FAILED,
    IMPORT_COMPLETED,
    EvaluationCompleted,
    EvaluationFailed,
    Fact,
    ImportCompleted,
    fact_of,
)
from bellwether.processing.runs import lineage, service
from bellwether.processing.runs.schemas import Pipeline, RunState


async def on_import_completed(session: Session, event: Event) -> None:
    """An import ended."""
    fact = fact_of(event, ImportCompleted)
    values = run_values(event, fact, fact.import_id, Pipeline.farm_import, subject_id=fact.import_id)
    values |= {"started_at": fact.started_at, "finished_at": fact.finished_at}
    await service.record(session, values, lineage.of_import(fact))


async def on_evaluation_ended(session: Session, event: Event) -> None:
    """An evaluation ended, well or not."""
    if event.type == EVALUATION_FAILED:
        await record_failure(session, event, fact_of(event, EvaluationFailed))
        return
    fact = fact_of(event, EvaluationCompleted)
    values = run_values(event, fact, fact.run_id, Pipeline.genetics_evaluation, subject_id=fact.flock_id)
    await service.record(session, values | {"finished_at": fact.finished_at}, lineage.of_evaluation(fact))


async def record_failure(session: Session, event: Event, fact: EvaluationFailed) -> None:
    """An evaluation failed: its contract has no time of its own, the event's stands for it."""
    values = run_values(event, fact, fact.run_id, Pipeline.genetics_evaluation, subject_id=fact.flock_id)
    values |= {"state": RunState.failed, "failure_code": fact.code, "failure_detail": fact.detail}
    await service.record(session, values | {"finished_at": event.time}, lineage.of_failure(fact))


def run_values(event: Event, fact: Fact, run_id: UUID, pipeline: Pipeline, *, subject_id: UUID) -> dict[str, Any]:
    """What is alike in each run that went well."""
    return {
        "id": run_id,
        "farm_id": fact.farm_id,
        "pipeline": pipeline,
        "state": RunState.succeeded,
        "subject_id": subject_id,
        "started_by": event.actor,
        "started_at": None,
        "failure_code": None,
        "failure_detail": None,
        "event_id": event.id,
    }


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
