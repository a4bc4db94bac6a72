"""Rows of an archive through the doors by which people record them, one part of a farm after the other."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.animals import service as animals
from bellwether.farm.animals.schemas import AnimalChange, NewAnimal, NewParent
from bellwether.farm.archives import repository
from bellwether.farm.archives.problems import ArchiveRejected
from bellwether.farm.archives.reading import Cells, payload_of
from bellwether.farm.archives.tables import BY_NAME
from bellwether.farm.archives.writing import lines_of
from bellwether.farm.events import service as events
from bellwether.farm.events.schemas import NewEvents
from bellwether.farm.flocks import service as flocks
from bellwether.farm.flocks.schemas import NewFlock
from bellwether.farm.groups import service as groups
from bellwether.farm.groups.schemas import NewGroup
from bellwether.farm.health.products import service as products
from bellwether.farm.health.products.schemas import NewBatch, NewProduct
from bellwether.farm.identifiers import service as identifiers
from bellwether.farm.identifiers.schemas import NewUse, UseEnd
from bellwether.farm.measurements.any_trait import service as measurements
from bellwether.farm.measurements.any_trait.schemas import NewMeasurement, NewMeasurements
from bellwether.farm.own_traits import service as own_traits
from bellwether.farm.own_traits.schemas import NewOwnTrait
from bellwether.farm.places import service as places
from bellwether.farm.places.schemas import NewPaddock, NewVersion
from bellwether.farm.stock import service as stock
from bellwether.farm.stock.schemas import NewStockClasses
from bellwether.farm.trading import service as trading
from bellwether.farm.trading.schemas import NewConsignment
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.strict.rows import Row

CHANGEABLE = (
    "sex", "fertility", "birth_date_confidence", "birth_type", "rear_type", "drop_year", "birth_group", "breeds",
)  # fmt: skip


JSON = frozenset({"breeds", "actives", "words", "devices", "traits", "fields"})
"""Columns with lists and objects."""


class Into(NamedTuple):
    """The farm to which rows go, and who brings them."""

    session: Session
    context: Context
    farm_id: UUID
    now: datetime


Take = Callable[[Into, Sequence[Cells]], Awaitable[object]]


def said(row: Cells, *names: str) -> dict[str, object]:
    """Cells that are not empty; lists and objects from their JSON."""
    found = {name: row[name] for name in names or row if row[name] != ""}
    return {name: json.loads(value) if name in JSON else value for name, value in found.items()}


async def flock(into: Into, rows: Sequence[Cells]) -> None:
    """A flock."""
    for row in rows:
        await flocks.create(into.session, into.context, NewFlock.model_validate({"farm_id": into.farm_id, **said(row)}))


async def classes(into: Into, rows: Sequence[Cells]) -> None:
    """All classes of stock at once."""
    items = [said(row) | {"neutered": row["neutered"] == "true" if row["neutered"] else None} for row in rows]
    body = NewStockClasses.model_validate({"items": items})
    await stock.set_classes(into.session, into.context, into.farm_id, body)


async def own_trait(into: Into, rows: Sequence[Cells]) -> None:
    """A trait of the farm's own."""
    for row in rows:
        ranges = {name: {"low": row[f"{name}_low"], "high": row[f"{name}_high"]} for name in ("hard", "soft")}
        window = {"first_day": row["window_first"], "last_day": row["window_last"]} if row["window_first"] else None
        names = ("code", "name", "kind", "unit", "stage", "description", "decimals", "reference_age_days",
                 "heritability", "phenotypic_variance", "may_record", "valid_from", "valid_to")  # fmt: skip
        body = said(row, *names) | {"window": window}
        if row["kind"] in ("number", "score"):
            body |= ranges
        else:
            body = {name: value for name, value in body.items() if name not in ("unit", "decimals")}
        if row["kind"] == "category":
            body["words"] = json.loads(row["words"])
        await own_traits.define(into.session, into.context, into.farm_id, NewOwnTrait.model_validate(body))


async def animal(into: Into, rows: Sequence[Cells]) -> None:
    """Those that no lambing makes."""
    for row in rows:
        body = said(row, *(name for name in row if name != "is_lamb"))
        await animals.create(
            into.session, into.context, NewAnimal.model_validate({"farm_id": into.farm_id, **body}), into.now
        )


async def lambs(into: Into, rows: Sequence[Cells]) -> None:
    """What was said of a lamb beside its lambing."""
    found = await repository.rows(into.session, into.farm_id, BY_NAME["animal"])
    cells = [dict(zip(BY_NAME["animal"].columns, line, strict=True)) for line in lines_of(BY_NAME["animal"], found)]
    by_id = {one["id"]: one for one in cells}
    for row in rows:
        made = by_id.get(row["id"], {})
        other = {
            name: value for name, value in said(row, *CHANGEABLE).items() if row[name] != made.get(name, row[name])
        }
        if other:
            body = AnimalChange.model_validate(other)
            await animals.change(into.session, into.context, UUID(row["id"]), body, Precondition("*"), into.now)


async def identifier(into: Into, rows: Sequence[Cells]) -> None:
    """What animals wear and wore, that which an event has put on too: it may have ended since."""
    for row in rows:
        if row["is_of_event"] != "true":
            body = said(row, "animal_id", "kind", "scheme", "value", "colour", "ear") | {"on": row["since"] or None}
            body["if_taken"] = "dispute" if row["is_disputed"] == "true" else "refuse"
            await identifiers.put_on(into.session, into.context, NewUse.model_validate(body), into.now)
        if row["until"]:
            whose = (UUID(row["animal_id"]), row["scheme"], row["value"])
            use = await repository.use(into.session, into.farm_id, *whose)
            if use is not None:
                ended = UseEnd(on=date.fromisoformat(row["until"]))
                await identifiers.end(into.session, into.context, use, ended, into.now)


async def group(into: Into, rows: Sequence[Cells]) -> None:
    """A group, empty as yet."""
    for row in rows:
        await groups.create(into.session, into.context, NewGroup.model_validate({"farm_id": into.farm_id, **said(row)}))


async def drawing(into: Into, rows: Sequence[Cells]) -> None:
    """A paddock as it was drawn first, or anew."""
    for row in rows:
        drawn = {"geometry": json.loads(row["geometry"]), "valid_from": row["valid_from"]}
        if row.get("name"):
            body = {"id": row["paddock_id"], "farm_id": into.farm_id, "name": row["name"], **drawn}
            await places.create(into.session, into.context, NewPaddock.model_validate(body), into.now)
        else:
            again = NewVersion.model_validate(drawn)
            await places.redraw(into.session, into.context, UUID(row["paddock_id"]), again, into.now)


async def product(into: Into, rows: Sequence[Cells]) -> None:
    """A remedy."""
    for row in rows:
        body = said(row, "id", "name", "actives", "route", "unit", "label_dose") | {"farm_id": into.farm_id}
        for name in ("meat_whp", "esi", "milk_whp"):
            if row[name]:
                body[name] = {"value": row[name], "unit": row[f"{name}_unit"]}
        await products.create(into.session, into.context, NewProduct.model_validate(body))


async def batch(into: Into, rows: Sequence[Cells]) -> None:
    """A batch of a remedy."""
    for row in rows:
        body = NewBatch.model_validate(said(row, "id", "lot", "expires_on", "bought_on", "quantity"))
        await products.add_batch(into.session, into.context, UUID(row["product_id"]), body)


async def consignment(into: Into, rows: Sequence[Cells]) -> None:
    """A consignment."""
    for row in rows:
        body = NewConsignment.model_validate({"farm_id": into.farm_id, **said(row)})
        await trading.create(into.session, into.context, body)


async def event(into: Into, rows: Sequence[Cells]) -> None:
    """The log, each event judged as if it came now."""
    body = NewEvents(farm_id=into.farm_id, events=[event_of(row) for row in rows])
    answer = await events.append(into.session, into.context, body, into.now)
    faults = [error for item in answer.items for error in item.errors]
    if faults:
        raise ArchiveRejected(faults)


def event_of(row: Cells) -> Row:
    """As it is sent; what is taken back names only what it takes back."""
    whose = () if row["kind"] == "event.retracted" else ("animal_id", "group_id")
    names = ("id", "kind", *whose, "occurred_on", "occurred_time", "session_id", "supersedes")
    return {**said(row, *names), "payload": payload_of(row)}


async def parent(into: Into, rows: Sequence[Cells]) -> None:
    """A claim that counts."""
    for row in rows:
        body = NewParent.model_validate(said(row, "parent_id", "parent_type", "method", "probability"))
        await animals.set_parent(into.session, into.context, UUID(row["child_id"]), body)


async def measurement(into: Into, rows: Sequence[Cells]) -> None:
    """Values that count, in the units in which they are kept; all of one day in the yards, or of none."""
    items = [NewMeasurement.model_validate(measured(row)) for row in rows]
    day = UUID(rows[0]["session_id"]) if rows[0]["session_id"] else None
    body = NewMeasurements(farm_id=into.farm_id, measurements=items, session_id=day)
    await measurements.record(into.session, into.context, body, into.now)


def measured(row: Cells) -> dict[str, object]:
    """As it is sent."""
    body = said(row, "id", "animal_id", "trait", "value", "unit", "occurred_on", "occurred_time")
    return body | {"group": row["recorded_group"]}
