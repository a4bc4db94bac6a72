"""What happened and what was measured: rows that are added; a later one supersedes."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from bellwether.farm.collections import repository
from bellwether.farm.collections.collection import Collection, Log, RowRejected, Sent, Verdict, Write, columns
from bellwether.farm.collections.repository import StoredWeight
from bellwether.farm.events import service as events
from bellwether.farm.events.envelope import Clock
from bellwether.farm.events.kinds import EVENTS
from bellwether.farm.events.schemas import MOST, NewEvents
from bellwether.farm.measurements.any_trait import service as measurements
from bellwether.farm.measurements.any_trait.problems import MeasurementExists, MeasurementsRejected
from bellwether.farm.measurements.any_trait.schemas import NewMeasurement, NewMeasurements
from bellwether.farm.measurements.problems import SessionUnknown
from bellwether.farm.schemas import Day, Group, Short, TraitCode
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.rows import RowReader
from bellwether.platform.ids import new_id
from bellwether.platform.problems import RowError


class SentMeasurement(Schema):
    """A measurement, in the words of the collection."""

    animal_id: UUID
    trait: TraitCode | None = None
    session_id: UUID | None = None
    value: Annotated[float, Field(ge=0, lt=1_000_000, allow_inf_nan=False)] | None = None
    word: Short | None = None
    unit: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    occurred_on: Day
    occurred_time: Clock | None = None
    recorded_group: Group = ""


MEASUREMENT: RowReader[SentMeasurement] = RowReader(TypeAdapter(SentMeasurement))
EVENT_FIELDS = frozenset(name for kind in EVENTS for name in kind.model_fields) - {"id"}
TAKEN = RowError(
    field="id", code="id_taken", message="there is another measurement with this id", fix="send it with a new id"
)


async def append(write: Write, sent: Sequence[Sent]) -> list[Verdict]:
    """Events into the log, each with a verdict; one that is there already is taken."""
    verdicts: list[Verdict] = []
    for start in range(0, len(sent), MOST):
        rows = [given(write, one) for one in sent[start : start + MOST]]
        body = NewEvents(farm_id=write.farm_id, events=rows)
        answer = await events.append(write.session, write.context, body, write.now, source="device")
        verdicts += [RowRejected(within(item.row, item.errors)) if item.errors else None for item in answer.items]
    return verdicts


def given(write: Write, sent: Sent) -> dict[str, object]:
    """The event, with what the push says of it."""
    doc = {name: value for name, value in sent.doc.items() if value is not None}
    return {"device_id": str(write.device_id)} | doc | {"id": str(sent.id)}


def within(row: int, errors: Sequence[RowError]) -> list[RowError]:
    """Errors of one event as errors of the row alone."""
    return [error.model_copy(update={"row": None, "field": bare(error.field, f"events.{row}")}) for error in errors]


def bare(name: str | None, prefix: str) -> str | None:
    """The name of a field without its place in a batch."""
    return (name or "").removeprefix(prefix).lstrip(".") or None


async def retract(write: Write) -> None:
    """It did not happen: both the event and this stay in the log; what was taken back already is."""
    if await repository.is_retracted(write.session, write.farm_id, write.id):
        return
    day = await repository.day_of_event(write.session, write.farm_id, write.id)
    row = {
        "id": str(new_id()),
        "kind": "event.retracted",
        "occurred_on": day.isoformat(),
        "supersedes": str(write.id),
        "device_id": str(write.device_id),
        "payload": {},
    }
    body = NewEvents(farm_id=write.farm_id, events=[row])
    answer = await events.append(write.session, write.context, body, write.now, source="device")
    if answer.rejected:
        raise RowRejected(within(0, answer.items[0].errors))


async def measure(write: Write, sent: Sequence[Sent]) -> list[Verdict]:
    """Measurements of any trait, each with a verdict; of two of one animal and day the later counts, and both stay.

    Rows that follow each other and are of one day in the yards are taken together, for the day is said once.
    """
    verdicts: list[Verdict] = []
    for _, rows in groupby(sent, key=lambda one: one.doc.get("session_id")):
        verdicts += await measure_of_day(write, list(rows))
    return verdicts


async def measure_of_day(write: Write, sent: Sequence[Sent]) -> list[Verdict]:
    """Those of one day, or of none."""
    day: UUID | None = None
    verdicts: dict[int, Verdict] = {}
    read: dict[int, NewMeasurement] = {}
    stored = await repository.weights(write.session, write.farm_id, [one.id for one in sent])
    for row, one in enumerate(sent):
        doc = {name: value for name, value in one.doc.items() if value is not None}
        found = MEASUREMENT.read(doc)
        if isinstance(found, list):
            verdicts[row] = RowRejected(found)
        elif one.id in stored:
            verdicts[row] = None if is_same(found, stored[one.id]) else RowRejected([TAKEN])
        else:
            read[row], day = measured(one.id, found), found.session_id
    while read:
        try:
            async with write.session.begin_nested():
                body = NewMeasurements(farm_id=write.farm_id, session_id=day, measurements=list(read.values()))
                await measurements.record(write.session, write.context, body, write.now, source="device")
            break
        except MeasurementsRejected as error:
            rows = list(read)
            for place in {found.row for found in error.errors if found.row is not None}:
                verdicts[rows[place]] = RowRejected(within_measurement(place, error.errors))
                del read[rows[place]]
        except SessionUnknown as problem:
            verdicts |= dict.fromkeys(read, problem)
            break
        except MeasurementExists:
            # whose id another farm has only the database sees, and it does not say which
            if len(read) == 1:
                verdicts |= {row: RowRejected([TAKEN]) for row in read}
            else:
                places = sorted(read)
                for half in (places[: len(places) // 2], places[len(places) // 2 :]):
                    told = await measure_of_day(write, [sent[row] for row in half])
                    verdicts |= dict(zip(half, told, strict=True))
            break
    return [verdicts.get(row) for row in range(len(sent))]


def within_measurement(row: int, errors: Sequence[RowError]) -> list[RowError]:
    """Errors of one measurement as errors of the row alone."""
    mine = [error for error in errors if error.row == row]
    names = {"group": "recorded_group"}
    fields = [bare(error.field, f"measurements.{row}") for error in mine]
    return [
        error.model_copy(update={"row": None, "field": names.get(name or "", name)})
        for error, name in zip(mine, fields, strict=True)
    ]


def measured(row_id: UUID, sent: SentMeasurement) -> NewMeasurement:
    """The same in the words of its room."""
    return NewMeasurement(
        id=row_id, group=sent.recorded_group, **sent.model_dump(exclude={"recorded_group", "session_id"})
    )


def is_same(sent: SentMeasurement, stored: StoredWeight) -> bool:
    """Whether a measurement that is sent again is the one that is there, as it was said or as it is kept."""
    written = sent.word if sent.value is None else f"{sent.value:g}"
    is_said = written == stored.raw_value or sent.value == stored.value
    said = (sent.animal_id, sent.trait or stored.trait, sent.occurred_on)
    return is_said and said == (stored.animal_id, stored.trait, stored.occurred_on)


COLLECTIONS = (
    Collection(
        "events",
        "event",
        columns(
            *("kind", "version", "animal_id", "group_id", "occurred_on", "occurred_time", "tz", "device_id"),
            *("device_time", "session_id", "supersedes", "payload", "source", "recorded_by", "recorded_at"),
        ),
        Log(append, EVENT_FIELDS, retract),
        frozenset({"payload"}),
    ),
    Collection(
        "measurements",
        "observation",
        columns(
            *("animal_id", "trait", "stage", "value", "unit", "raw_value", "raw_unit", "occurred_on", "occurred_time"),
            *("recorded_group", "age_days", "contemporary_group", "state", "supersedes", "source", "recorded_by"),
            *("session_id", "created_at"),
        ),
        Log(measure, frozenset(SentMeasurement.model_fields)),
    ),
)
