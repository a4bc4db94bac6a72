"""What lambs wear and weigh, as events of the season tell it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.numbers import read_identifier
from bellwether.farm.animals.schemas import NewIdentifier
from bellwether.farm.conflict_facts import conflicts_found, of_number
from bellwether.farm.identifiers import repository as identifiers
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements import storing
from bellwether.farm.measurements.events import measurements_recorded
from bellwether.farm.measurements.ledger import Ledger, Measurement
from bellwether.farm.place import Place
from bellwether.farm.season import problems, repository, writing
from bellwether.farm.season.models import (
    LAMBED,
    MARKED,
    MEASURING,
    Fact,
    Use,
    litter,
    told_of,
)
from bellwether.farm.season.rules.case import Season
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.sheep.findings import Finding
from bellwether.sheep.identifiers import display_tag
from bellwether.sheep.traits import TRAITS, kilograms

Warn = Callable[[UUID, Finding], None]


async def put_on(
    session: Session,
    context: Context,
    farm_id: UUID,
    place: Place,
    fact: Fact,
    ended: Mapping[Use, datetime],
    warn: Warn,
) -> None:
    """Identifiers that a lambing or a marking tells of; one that another animal wears is disputed (I14).

    A use that has ended since stays ended when the event that began it is corrected.
    """
    told = [(fact.who(lamb["id"]), lamb) for lamb in fact.items("lambs")] if fact.kind == LAMBED else []
    told += [(fact.animal_id, fact.said)] if fact.kind == MARKED else []
    began = datetime.combine(fact.on, time(), ZoneInfo(place.time_zone))
    for key, said in told:
        sent = said.get("identifiers")
        head = await animals.head(session, key) if key is not None and isinstance(sent, list) and sent else None
        if head is None:
            continue
        for new in sent if isinstance(sent, list) else ():
            item = read_identifier(NewIdentifier.model_validate(new), head.flock_id, head.id, head.drop_year)
            others = await identifiers.others(session, farm_id, item, began)
            if any(other.animal_id == head.id for other in others):
                continue
            end = ended.get((head.id, item.scheme, item.value))
            if others and end is None:
                warn(fact.id, problems.worn_by_another(others[0].name, item.value, "payload"))
            state = "disputed" if others or end is not None else "active"
            use_id = new_id()
            about = {"id": use_id, "farm_id": farm_id, "animal_id": head.id, "official": writing.is_official(item)}
            when = {"began": began, "since_told": True, "state": state, "colour": None, "ear": None}
            await identifiers.add(session, identifiers.columns(item) | about | when)
            await writing.of_event(session, farm_id, use_id, fact.id)
            if end is not None:
                await identifiers.end(session, use_id, end)
            elif others:
                await conflicts_found(session, context, farm_id, [of_number(use_id)])
        await show(session, farm_id, head.id)


async def show(session: Session, farm_id: UUID, key: UUID) -> None:
    """What it is called follows from what it wears."""
    await identifiers.show(session, farm_id, key, display_tag(await animals.identifiers_of(session, farm_id, key)))


async def weigh(session: Session, context: Context, farm_id: UUID, place: Place, season: Season) -> None:
    """Birth weights, weaning weights, fleeces and scores."""
    facts = [*await told_again(session, farm_id, season), *season.added.values()]
    weights = weighings(facts, place.weight_unit)
    if not weights:
        return
    before = {
        (key, measured.trait, measured.date): measured.value
        for _, key, measured in weighings(season.removed.values(), place.weight_unit)
    }
    heads = await writing.heads(session, farm_id, [key for _, key, _ in weights])
    days = [(key, measured.trait, measured.date) for _, key, measured in weights]
    ledger = Ledger(await measurements.current(session, farm_id, None, days), new_id, corrects=True)
    for row, (_, key, measured) in enumerate(weights):
        day = (key, measured.trait, measured.date)
        # what was corrected on its own since counts more than what is only said again
        if day in ledger.current and before.get(day) == measured.value:
            continue
        ledger.record(key, heads[key]["flock_id"], measured, row)
    await storing.store(session, context, farm_id, ledger.added, ledger.superseded, source="api")
    events = {measured.id: event for event, _, measured in weights}
    await writing.link(session, farm_id, [(made.id, events[made.id]) for made in ledger.added])
    await measurements_recorded(session, context, farm_id, ledger.added)


async def told_again(session: Session, farm_id: UUID, season: Season) -> list[Fact]:
    """What others have told of the day of a measurement that is taken back: it counts again."""
    gone = {(fact.animal_id, fact.on) for fact in season.removed.values() if fact.kind in MEASURING}
    if not gone:
        return []
    animals = {key for key, _ in gone if key is not None}
    found = await repository.scores(session, farm_id, animals, {on for _, on in gone})
    return [fact for fact in found if (fact.animal_id, fact.on) in gone and fact.id not in season.added]


def weighings(facts: Iterable[Fact], farm_unit: str) -> list[tuple[UUID, UUID, Measurement]]:
    """The measurements that events tell of: the event, the animal, and what was measured."""
    found = []
    for fact in facts:
        unit = str(fact.said.get("weight_unit") or farm_unit)
        if fact.kind == LAMBED:
            for lamb, said in zip(litter(fact).lambs, fact.items("lambs"), strict=True):
                if said.get("weight") is not None:
                    found.append((fact.id, lamb.id, measurement("BWT", lamb.on, said["weight"], unit, "")))
        elif (told := told_of(fact)) is not None and fact.animal_id is not None:
            group = str(fact.said.get("subgroup") or "")
            found.append((fact.id, fact.animal_id, measurement(told.trait, fact.on, told.value, unit, group)))
    return found


def measurement(trait: str, on: object, said: object, unit: str, group: str) -> Measurement:
    """As it was said."""
    value = float(str(said))
    if TRAITS[trait].unit != "kg":
        return Measurement(trait, on, value, f"{value:g}", group, id=new_id())  # type: ignore[arg-type]  # a day
    kg = round(kilograms(value, unit), 6)
    return Measurement(trait, on, kg, f"{value:g}", group, raw_unit=unit, id=new_id())  # type: ignore[arg-type]  # a day
