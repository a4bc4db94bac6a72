"""Who got what and until when it is withheld, written anew for the animals and groups whose log has changed."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from bellwether.farm.health import problems, repository
from bellwether.farm.health.models import Course, DosedRow, Given, HerdRow, Known, Said
from bellwether.farm.place import place_of
from bellwether.farm.stock import repository as stock
from bellwether.farm.whereabouts import repository as whereabouts
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Finding
from bellwether.sheep.withdrawals import counting, ends

MANY, LAST = 1000, 2**62


async def known(
    session: Session,
    farm_id: UUID,
    today: date,
    groups: Collection[UUID],
    animals: Collection[UUID],
    said: Iterable[Said],
) -> Known:
    """What the farm knows of health that events touch: products, batches, and what their animals got."""
    given = [each for each in said if isinstance(each, Given)]
    products = {each.product_id for each in given}
    batches = {each.batch_id for each in given if each.batch_id is not None}
    courses: dict[UUID, Course] = {}
    if await repository.has_courses(session, farm_id):
        courses = await repository.courses(session, farm_id, animals, groups)
    return Known(
        today,
        await repository.products(session, farm_id, products) if products else {},
        await repository.batches(session, farm_id, batches) if batches else {},
        courses,
        await repository.lists(session, farm_id, groups) if groups else frozenset(),
    )


async def follow(session: Session, farm_id: UUID, health: Known, moved: Collection[UUID]) -> dict[UUID, list[Finding]]:
    """What follows from new events: withdrawals of the animals that were treated or moved; warnings by event."""
    await repository.replace(session, farm_id, health.gone, list(health.made.values()))
    if not (health.gone or health.made or await repository.has_courses(session, farm_id)):
        return {}
    touched = health.touched | set(moved) | await repository.ever_in(session, farm_id, health.touched_groups)
    await project(session, farm_id, touched)
    return await odd(session, farm_id, health, touched) if health.made else {}


async def project(session: Session, farm_id: UUID, animals: Collection[UUID]) -> None:
    """What follows from the log for these animals: I18 their ends, I19 and I21 whom a course of a group reached."""
    places = await whereabouts.known(session, farm_id, animals, (), ())
    courses = await repository.courses(session, farm_id, animals, places.groups.keys())
    rows = []
    for animal_id in animals:
        held = places.memberships(places.steps.get(animal_id, {}))
        for course in courses.values():
            last = course.last_for(animal_id, held)
            if last is not None:
                rows.append(DosedRow(animal_id, course.event_id, last, *ends(last, course.periods)))
    await repository.project(session, farm_id, animals, rows)


async def herds(session: Session, farm_id: UUID, day: date, group_id: UUID | None = None) -> list[HerdRow]:
    """Groups with head without tags when a day ends, and until when these are withheld: as a sale of them is judged."""
    changes = await stock.changes(session, farm_id)
    heads: Counter[UUID] = Counter()
    for change in changes:
        if change.day <= day and group_id in (None, change.group_id):
            heads[change.group_id] += change.change
    there = [key for key, head in heads.items() if head > 0]
    if not there:
        return []
    got = Known(day, {}, {}, await repository.of_herds(session, farm_id, day), frozenset())
    names = await repository.names(session, farm_id, there)
    zone = ZoneInfo((await place_of(session, farm_id)).time_zone)
    at = (datetime.combine(day, time.max, zone), LAST)
    rows = [HerdRow(key, names[key], heads[key], got.ends_of_herd(key, at, changes)) for key in there]
    return sorted(rows, key=lambda row: (row.name, row.group_id))


async def odd(session: Session, farm_id: UUID, health: Known, touched: Collection[UUID]) -> dict[UUID, list[Finding]]:
    """What is odd about courses now that it is known whom they reached."""
    found: dict[UUID, list[Finding]] = {key: [] for key in health.made}
    for key, head in (await repository.heads(session, farm_id, health.made)).items():
        if head == 0:
            found[key].append(problems.nobody())
    used = {course.batch_id for course in health.made.values() if course.batch_id is not None}
    short = await repository.short(session, farm_id, used)
    sold = await repository.sales(session, farm_id, 0, MANY, touched)
    for key, course in health.made.items():
        if course.batch_id in short:
            lot, unit, on_hand = short[course.batch_id]
            found[key].append(problems.stock_short(lot, on_hand, unit))
        late = [sale for sale in sold if sale.reason is None and course.first_on <= sale.occurred_on]
        if late:
            found[key].append(problems.sold_before(len(late)))
    return found


async def relabelled(session: Session, farm_id: UUID, product_id: UUID) -> None:
    """The label of a product says something else: so do all treatments with it."""
    label = (await repository.products(session, farm_id, [product_id]))[product_id]
    stood = await repository.of_product(session, farm_id, product_id)
    made = []
    for course, off_label in stood:
        meat, export, milk = counting(label.periods, off_label)
        made.append(course._replace(meat_days=meat, export_days=export, milk_days=milk))
    animals = await repository.reached(session, farm_id, product_id)
    groups = {course.group_id for course in made if course.group_id is not None}
    await repository.replace(session, farm_id, [course.event_id for course in made], made)
    await project(session, farm_id, animals | await repository.ever_in(session, farm_id, groups))
