"""One way in for every trait: the rules that a session is held to, and what its sender is told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer
from bellwether.farm.measurements import events, repository, storing
from bellwether.farm.measurements.curves import off_own_curve
from bellwether.farm.measurements.groups import Spans, touched
from bellwether.farm.measurements.ledger import Ledger, Measurement
from bellwether.farm.measurements.models import MeasuredAnimal, StoredMeasurement
from bellwether.farm.measurements.problems import SessionUnknown, WeightExists
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.place import Place, place_of
from bellwether.farm.schemas import Source
from bellwether.farm.work.sessions import repository as sessions
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.problems import Conflict, RowError, Unprocessable
from bellwether.sheep import traits
from bellwether.sheep.findings import Faults, Finding, broken
from bellwether.sheep.lives import check_presence
from bellwether.sheep.traits import Known, Trait


class Sent(NamedTuple):
    """One value as it was sent; without a unit it is in that of its trait, a weight in that of the farm.

    Of a trait whose values have words a word may be sent in place of the value.
    """

    id: UUID | None
    animal_id: UUID
    trait: str
    value: float | None
    unit: str | None
    occurred_on: date
    occurred_time: time | None
    group: str
    word: str | None = None


class YardDay(NamedTuple):
    """A day in the yards, entered once: what is recorded on it carries its id, and is of its one trait."""

    id: UUID | None = None
    traits: Sequence[str] = ()

    def trait(self, said: str | None) -> str | None:
        """What was said, or the one trait of the day."""
        return self.traits[0] if said is None and len(self.traits) == 1 else said


class Form(NamedTuple):
    """How a path names its rows and their value, and its problems."""

    rows: str
    value: str
    rejected: type[Unprocessable]
    exists: type[Conflict]


class Scales(NamedTuple):
    """By what values of the farm are read: its place with its unit, and the traits that it can record."""

    place: Place
    traits: Known = traits.DICTIONARY


class Told(NamedTuple):
    """What is unusual about a row that was taken."""

    row: int
    finding: Finding


class Taken(NamedTuple):
    """What counts now for what was sent, in its order."""

    rows: list[StoredMeasurement]
    warnings: list[Told]


async def record(
    session: Session,
    context: Context,
    farm_id: UUID,
    sent: Sequence[Sent],
    now: datetime,
    form: Form,
    *,
    source: Source = "api",
    session_id: UUID | None = None,
) -> Taken:
    """A session, whole or not at all; of two values of one animal, trait and day the later counts.

    Raises:
        ReferenceNotFound, ReadOnlyMember, and the problems of the form
    """
    await may_write(session, context, farm_id, field="farm_id")
    await one_writer(session, farm_id)
    scales = Scales(await place_of(session, farm_id), await dictionary(session, farm_id, sent))
    known = await repository.animals(session, farm_id, [new.animal_id for new in sent])
    errors = [error for row, new in enumerate(sent) for error in faults(row, new, known, scales, now, form)]
    if errors:
        raise form.rejected(errors[0].message, errors=errors)
    ids = [new.id for new in sent if new.id]
    if len(set(ids)) < len(ids) or await repository.is_taken(session, ids):
        raise form.exists
    days = [(known[new.animal_id].id, new.trait, new.occurred_on) for new in sent]
    ledger = Ledger(await repository.current(session, farm_id, None, days), new_id, scales.traits, corrects=True)
    spans = await open_spans(session, farm_id, sent, known, scales.traits)
    curves = await repository.curves(session, farm_id, [day[0] for day in days if day[1] in traits.weights()])
    warnings: list[Told] = []
    for row, new in enumerate(sent):
        animal, field = known[new.animal_id], f"{form.rows}.{row}.{form.value}"
        trait, measured = scales.traits[new.trait], measurement(new, scales)
        recorded = ledger.record(animal.id, animal.flock_id, measured, row)
        age = (new.occurred_on - animal.birth_date).days if animal.birth_date else None
        unusual = traits.warning(trait, measured.value, age, field=field)
        off_curve = off_own_curve(measured, curves.get(animal.id, ()), field)
        over_weeks = spans.add(animal.placed.group(trait, new.group), new.occurred_on)
        warnings += told(row, (recorded.warning, unusual, off_curve, over_weeks))
    try:
        await store(session, context, farm_id, ledger, source, session_id)
    except WeightExists as error:
        raise form.exists from error
    await events.measurements_recorded(session, context, farm_id, ledger.added)
    kept = [ledger.current[day].id for day in dict.fromkeys(days)]
    rows = await repository.listing(session, ids=kept, limit=len(kept))
    found = {row.id: row for row in rows}
    return Taken([found[key] for key in kept], warnings)


async def store(
    session: Session, context: Context, farm_id: UUID, ledger: Ledger, source: Source, session_id: UUID | None
) -> None:
    """What the ledger has, on its day in the yards."""
    if session_id is not None:
        await storing.write_in(session, session_id)
    await storing.store(session, context, farm_id, ledger.added, ledger.superseded, source=source)
    if session_id is not None:
        await storing.write_in(session, None)


async def yard_day(
    session: Session, context: Context, farm_id: UUID, session_id: UUID | None, among: Collection[str] | None = None
) -> YardDay:
    """The day that is named, with its traits, or those of them that may be recorded here.

    Raises:
        ReferenceNotFound, ReadOnlyMember, SessionUnknown
    """
    if session_id is None:
        return YardDay()
    await may_write(session, context, farm_id, field="farm_id")
    found = await sessions.get(session, farm_id, session_id)
    if found is None:
        raise SessionUnknown(session_id)
    return YardDay(session_id, [trait for trait in found.traits if among is None or trait in among])


def with_traits(said: Sequence[str | None], day: YardDay, form: Form) -> list[str]:
    """The trait of each row, as it was said or as the day has it.

    Raises:
        the problem of the form: nobody has said it.
    """
    found = [day.trait(trait) for trait in said]
    text = "nobody has said the trait, and the session has not just one" if day.id else "the trait is missing"
    errors = [
        RowError(row=row, field=f"{form.rows}.{row}.trait", code="missing_field", message=text, fix="send trait")
        for row, trait in enumerate(found)
        if trait is None
    ]
    if errors:
        raise form.rejected(errors[0].message, errors=errors)
    return [trait for trait in found if trait is not None]


async def dictionary(session: Session, farm_id: UUID, sent: Iterable[Sent]) -> Known:
    """The traits that the farm can record; its own are looked up where one of them is sent."""
    has_own = any(traits.is_own(new.trait) for new in sent)
    return await own_traits.known(session, farm_id) if has_own else traits.DICTIONARY


async def open_spans(
    session: Session, farm_id: UUID, sent: Iterable[Sent], known: dict[UUID, MeasuredAnimal], known_traits: Known
) -> Spans:
    """First and last day of the contemporary groups that the session touches."""
    groups = touched(known[new.animal_id].placed.group(known_traits[new.trait], new.group) for new in sent)
    return Spans(await repository.spans(session, farm_id, groups))


def told(row: int, findings: Iterable[Finding | None]) -> list[Told]:
    """What the sender should know of a row that was taken."""
    return [Told(row, finding) for finding in findings if finding]


def faults(
    row: int, new: Sent, known: dict[UUID, MeasuredAnimal], scales: Scales, now: datetime, form: Form
) -> list[RowError]:
    """Every rule that this row breaks."""
    field = f"{form.rows}.{row}"
    animal = known.get(new.animal_id)
    found = [] if animal else [ReferenceNotFound(f"{field}.animal_id", new.animal_id, row).errors[0]]
    if animal and animal.is_reference:
        found.append(only_an_ancestor(row, field, animal.name))
    place = scales.place
    today, born = place.today(now), animal.birth_date if animal else None
    if new.occurred_on > today:
        text = f"{new.occurred_on} is in the future: it is {today} on the farm ({place.time_zone})"
        found.append(impossible(row, field, text, "correct the date, or the time zone of the farm"))
    if born and new.occurred_on < born:
        text = f"{new.occurred_on} is before the animal's birth on {born}"
        found.append(impossible(row, field, text, "correct one of the dates"))
    faults_of = Faults()
    if animal and new.trait not in traits.CARCASS:
        faults_of.take(
            partial(check_presence, animal.name, animal.stays, new.occurred_on, field=f"{field}.occurred_on")
        )
    trait = faults_of.take(partial(trait_of, scales.traits, new, field=field))
    if trait is not None:
        faults_of.take(partial(traits.check_recordable, trait, new.occurred_on, field=f"{field}.trait"))
        value = faults_of.take(partial(as_stored, new, trait, place, field=field, value=form.value))
        if value is not None:
            faults_of.take(partial(traits.check_hard, trait, value, field=f"{field}.{form.value}"))
    return found + [
        RowError(row=row, field=f.field, code=f.code, message=f.message, fix=f.fix) for f in faults_of.findings
    ]


def only_an_ancestor(row: int, field: str, name: str) -> RowError:
    """A name in a pedigree was never on the farm, and nobody has measured it there."""
    text = f"{name} is known as an ancestor alone and was never on the farm"
    fix = "register it as an animal of the farm first"
    return RowError(row=row, field=f"{field}.animal_id", code="reference_only", message=text, fix=fix)


def impossible(row: int, field: str, text: str, fix: str) -> RowError:
    """A day on which the animal cannot have been measured."""
    return RowError(row=row, field=f"{field}.occurred_on", code="date_impossible", message=text, fix=fix)


def trait_of(known: Known, new: Sent, *, field: str) -> Trait:
    """Of which trait it is.

    Raises:
        Broken: the farm has none with this code.
    """
    found = known.get(new.trait)
    if found is None:
        fix = "define the trait on the farm first, or send a code of the dictionary"
        raise broken("trait_unknown", f"the farm has no trait {new.trait}", fix, field=f"{field}.trait")
    return found


def unit_of(new: Sent, trait: Trait, place: Place) -> str:
    """What is kept in kilograms is sent in the unit of the farm when nothing else is said."""
    return new.unit or (place.weight_unit if trait.unit == "kg" else trait.unit)


def as_stored(new: Sent, trait: Trait, place: Place, *, field: str = "measurement", value: str = "value") -> float:
    """The value in the unit of its trait.

    Raises:
        Broken: it cannot be converted, or is no value of the trait.
    """
    if (new.value is None) == (new.word is None):
        text = "a measurement has a value" if new.value is None else "a measurement says its value once"
        raise broken("value_missing", text, "send one of value and word", field=f"{field}.{value}")
    if new.word is not None:
        return traits.value_of_word(trait, new.word, field=f"{field}.word")
    assert new.value is not None
    if trait.words and not new.value.is_integer():
        fix = f"send one of: {', '.join(trait.words)}"
        raise broken("word_unknown", f"{new.value:g} is no value of {trait.code}", fix, field=f"{field}.{value}")
    return traits.converted(trait, new.value, unit_of(new, trait, place), field=f"{field}.unit")


def measurement(new: Sent, scales: Scales) -> Measurement:
    """As the ledger takes it."""
    trait = scales.traits[new.trait]
    return Measurement(
        id=new.id,
        trait=new.trait,
        date=new.occurred_on,
        time=new.occurred_time.replace(tzinfo=None) if new.occurred_time else None,
        value=as_stored(new, trait, scales.place),
        raw_value=new.word or f"{new.value:g}",
        raw_unit=unit_of(new, trait, scales.place),
        group=new.group,
    )
