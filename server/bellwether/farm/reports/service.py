"""Asking for a report."""

import asyncio
from dataclasses import asdict, fields
from datetime import datetime
from typing import get_args, get_type_hints
from uuid import UUID

import orjson
from pydantic.fields import FieldInfo

from bellwether.farm.access import must_own, role_of
from bellwether.farm.place import place_of
from bellwether.farm.reports import repository
from bellwether.farm.reports.catalogue import REPORTS
from bellwether.farm.reports.declaring import Asked, Column, LookAgain, Report
from bellwether.farm.reports.problems import NotOffered, ReportTooLong
from bellwether.farm.reports.rendering.drawing import drawn
from bellwether.farm.reports.rendering.tables import csv_of, xlsx_of
from bellwether.farm.reports.rendering.told import Told, plain
from bellwether.farm.reports.schemas import (
    ColumnSaid,
    Format,
    ParameterSaid,
    ReportAnswer,
    ReportIndex,
    ReportSaid,
)
from bellwether.farm.stock.service import PeriodTurned
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
FORMATS: tuple[Format, ...] = get_args(Format)
#: rows of one answer; a page of paper holds some fifty, a plot shows no more than some thousand apart
MOST: dict[Format, int] = {"json": 100_000, "csv": 300_000, "xlsx": 100_000, "svg": 5000, "png": 5000, "pdf": 5000}


async def index(session: Session, context: Context, farm_id: UUID) -> ReportIndex:
    """Every report of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    return ReportIndex(items=[said(found, farm_id) for found in REPORTS])


def said(found: Report, farm_id: UUID) -> ReportSaid:
    """What may be asked of a report."""
    return ReportSaid(
        name=found.name,
        title=found.title,
        says=found.says,
        address=f"/api/v1/farm/farms/{farm_id}/reports/{found.name}",
        formats=list(FORMATS),
        owners_only=found.is_of_owners,
        parameters=parameters_of(found),
        columns=[column_said(column) for column in found.columns],
    )


def parameters_of(found: Report) -> list[ParameterSaid]:
    """By the words that its file has for them."""
    hints = get_type_hints(found.parameters, include_extras=True)
    items = []
    for each in fields(found.parameters):
        about = next(part for part in get_args(hints[each.name]) if isinstance(part, FieldInfo))
        is_required = each.default is each.default_factory
        items.append(ParameterSaid(name=each.name, description=about.description or "", required=is_required))
    return items


def column_said(column: Column) -> ColumnSaid:
    """On the wire."""
    of = None if column.of is None else list(column.of)
    words = column._asdict() | {"of": of}
    del words["decimals"]
    return ColumnSaid(**words)


async def answer(
    look: LookAgain, context: Context, found: Report, farm_id: UUID, parameters: object, kind: Format, now: datetime
) -> bytes:
    """A report in one of its forms.

    Raises:
        NotFound: the user does not see the farm.
        OwnersOnly, ReportTooLong, NotDrawn
        PeriodTurned: it ends before it begins.
    """
    since, until = getattr(parameters, "since", None), getattr(parameters, "until", None)
    if since is not None and until is not None and until < since:
        raise PeriodTurned(since, until, ("since", "until"))
    async with look() as session:
        if found.is_of_owners:
            await must_own(session, context, farm_id)
        if await role_of(session, context, farm_id) is None:
            raise NotFound
        farm, place = await repository.farm(session, farm_id), await place_of(session, farm_id)
    today = place.today(now)
    rows = await found.find(look, Asked(farm_id, today, parameters))
    if len(rows.rows) > MOST[kind]:
        raise ReportTooLong("rows", len(rows.rows), MOST[kind])
    asked = {name: plain(value) for name, value in asdict(parameters).items()}  # type: ignore[call-overload]  # each is one
    told = Told(found, farm_id, farm.name, today, now, asked, rows)
    if kind in ("svg", "png", "pdf"):
        return await drawn(told, kind)
    return await asyncio.to_thread({"json": json_of, "csv": csv_of, "xlsx": xlsx_of}[kind], told)


def json_of(told: Told) -> bytes:
    """Rows, definitions and the plot."""
    found = ReportAnswer(
        name=told.report.name,
        title=told.report.title,
        says=told.report.says,
        farm_id=told.farm_id,
        farm=told.farm,
        today=told.today,
        made_at=told.made_at,
        parameters=dict(told.parameters),
        columns=[column_said(column) for column in told.report.columns],
        rows=[],
        left_out=dict(told.found.left_out),
        vega_lite={},
    )
    return orjson.dumps(found.model_dump(mode="json") | {"rows": told.rows, "vega_lite": told.plot})


def wanted(accept: str | None, said_so: Format | None) -> Format:
    """`format` counts before Accept; of Accept the kind that is wanted most, JSON when any will do.

    Raises:
        NotOffered
    """
    if said_so is not None:
        return said_so
    best: tuple[float, Format] | None = None
    for each in (accept or "*/*").split(","):
        pattern, *words = (part.strip().lower() for part in each.split(";"))
        weight = next((float(w[2:]) for w in words if w.startswith("q=") and w[2:].replace(".", "", 1).isdigit()), 1.0)
        kind = next((name for name, media in MEDIA_TYPES.items() if is_meant(pattern, media)), None)
        if kind is not None and weight > 0 and (best is None or weight > best[0]):
            best = weight, kind
    if best is None:
        raise NotOffered
    return best[1]


def is_meant(pattern: str, media: str) -> bool:
    """Whether a kind of Accept takes a media type."""
    plain_media = media.partition(";")[0]
    group, _, _ = plain_media.partition("/")
    return pattern in ("*/*", f"{group}/*", plain_media)
