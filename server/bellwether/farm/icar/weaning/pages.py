"""Weanings as resources of the standard."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from bellwether.farm.icar import repository, words
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.pages import Asked, BySeq, Found, named, total_of
from bellwether.farm.icar.resources.reproduction import IcarWeaning
from bellwether.farm.icar.weaning.rearing import rearing_dams
from bellwether.farm.icar.writing import Writer, said
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Finding, warning

WEANED = "weaning.recorded"


async def weanings(session: Session, asked: Asked) -> Found:
    """A page of weanings, as they were last corrected."""
    found = BySeq.read(asked.cursor)
    after = 0 if found is None else found.seq
    rows = await repository.events(session, asked.farm_id, asked.within, (WEANED,), after, asked.limit + 1)
    count = partial(repository.count_events, session, asked.farm_id, asked.within, (WEANED,))
    shown = rows[: asked.limit]
    dams = await rearing_dams(session, asked.farm_id, [(row.animal_id, row.occurred_on) for row in shown])
    writer = await writer_of(session, asked, shown, dams)
    resources = [weaning(writer, dams, row) for row in shown]
    return Found([*resources], BySeq.after(rows, asked.limit), await total_of(asked, rows, count))


async def writer_of(
    session: Session, asked: Asked, rows: Sequence[EventRow], dams: Mapping[tuple[UUID, date], UUID]
) -> Writer:
    """That knows what lambs and ewes are called."""
    names = await named(session, [*(row.animal_id for row in rows), *dams.values()])
    return Writer(asked.location, asked.zone, names)


def weaning(writer: Writer, dams: Mapping[tuple[UUID, date], UUID], row: EventRow) -> IcarWeaning:
    """A lamb was weaned."""
    dam, animal = dams.get((row.animal_id, row.occurred_on)), writer.animals.get(row.animal_id)
    born = None if animal is None else animal["birth_date"]
    values = {
        "weaning_reason": words.WEANINGS.get(said(row, "reason") or ""),
        "weaning_method": words.WEANED_BY.get(said(row, "method") or ""),
        "age_in_months": None if born is None else months(born, row.occurred_on),
        "rearing_dam": None if dam is None else writer.identifier(dam),
    }
    return IcarWeaning.model_validate(writer.of_event(row) | values)


def months(born: date, on: date) -> int:
    """Months of a life that are over."""
    whole = 12 * (on.year - born.year) + on.month - born.month
    return whole - (on.day < born.day)


def other_age(told: int, born: date, on: date) -> Finding | None:
    """That somebody gives a lamb another age than its birth date does; a month more or less is rounding."""
    own = months(born, on)
    if abs(told - own) <= 1:
        return None
    fix = "correct the birth date where it is wrong; the age is not stored"
    text = f"ageInMonths says {told}, but born on {born} it was {own} months old"
    return warning("age_differs", text, fix, field="ageInMonths")
