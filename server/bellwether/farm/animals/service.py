"""Registering, changing and reading animals."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer
from bellwether.farm.animals import births, claims, events, ghosts, numbers, repository
from bellwether.farm.animals.claims import Claimed
from bellwether.farm.animals.models import AnimalRow, HeadRow
from bellwether.farm.animals.problems import AnimalExists, AnimalRejected, DuplicateIdentifier
from bellwether.farm.animals.schemas import (
    Animal,
    AnimalChange,
    AnimalQuery,
    Animals,
    NewAnimal,
    NewParent,
)
from bellwether.farm.animals.wanted import ByColumn, Key, Wanted
from bellwether.farm.lives import roles
from bellwether.farm.measurements import repository as weights
from bellwether.farm.measurements import storing
from bellwether.farm.schemas import Source
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale
from bellwether.sheep import identifiers, pedigree
from bellwether.sheep.findings import Broken, Faults
from bellwether.sheep.pedigree import GENETIC, Kin

ONE_USE = ("identifier_in_one_use", "identifier_uses_apart", "identifier_of_animal")


async def create(
    session: Session, context: Context, body: NewAnimal, now: datetime, *, source: Source = "api"
) -> Animal:
    """Register an animal with its identifiers and parents; an ancestor that it turns out to be becomes it.

    Raises:
        ReferenceNotFound, ReadOnlyMember, AnimalRejected, AnimalExists, DuplicateIdentifier
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    if not await repository.has_flock(session, body.farm_id, body.flock_id):
        raise ReferenceNotFound("flock_id", body.flock_id)
    await one_writer(session, body.farm_id)
    animal_id = body.id or new_id()
    drop = body.drop_year or (body.birth_date.year if body.birth_date else numbers.numbered_year(body))
    faults = Faults()
    known = numbers.read_identifiers(body, animal_id, drop, faults)
    tag = identifiers.display_tag(known)
    child = Kin(tag or "the animal", body.sex, body.fertility, body.birth_date, drop)
    await births.check_birth(session, body.farm_id, child, known, body.birth_date, now, faults)
    faults.take(partial(pedigree.check_drop, child.name, body.birth_date, drop, field="drop_year"))
    fields = [f"parents.{place}." for place in range(len(body.parents))]
    within = claims.Place(body.farm_id, body.flock_id)
    parents = await claims.find(session, within, child, body.parents, fields, faults)
    gone = await ghosts.known_as(session, body, known, drop)
    for ghost in gone:
        await check_relatives(session, body.farm_id, ghost, child, faults)
        await check_measured(session, body.farm_id, ghost, child, faults)
        await check_loops(session, body.farm_id, ghost, child.name, parents, faults)
    if faults.findings:
        raise AnimalRejected(faults.findings)
    plain = body.model_dump(exclude={"identifiers", "parents"})
    extra = {
        "id": animal_id,
        "tag": tag,
        "drop_year": drop,
        "recorded_by": context.user_id,
        "breeds": as_json(body),
        "source": source,
    }
    try:
        await repository.add(session, plain | extra)
        if gone:
            await ghosts.become(session, context, body.farm_id, gone, animal_id)
        had = {item.key for item in await repository.identifiers_of(session, body.farm_id, animal_id)}
        await repository.tag(session, body.farm_id, animal_id, [item for item in known if item.key not in had])
        for parent in parents:
            await repository.claim(session, claims.values(context, body.farm_id, animal_id, parent, source))
    except IntegrityError as error:
        raise conflict(error) from error
    await events.animals_registered(session, context, body.farm_id, body.flock_id, [animal_id])
    return await get(session, animal_id)


def as_json(body: NewAnimal | AnimalChange) -> str | None:
    """The breeds as they are stored."""
    return None if body.breeds is None else body.breeds.model_dump_json()


def conflict(error: IntegrityError) -> Exception:
    """Which constraint was broken, in the farm's words; one that nobody foresaw is no fault of the sender."""
    broken = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    if broken in ONE_USE:
        return DuplicateIdentifier()
    return AnimalExists() if broken == "animal_pkey" else error


async def set_parent(
    session: Session,
    context: Context,
    animal_id: UUID,
    parent: NewParent,
    *,
    claim_id: UUID | None = None,
    source: Source = "api",
) -> Animal:
    """Claim a parent; an accepted claim of the same kind is superseded, unless it stands on stronger evidence.

    Raises:
        NotFound, ReadOnlyMember, ReferenceNotFound, AnimalRejected, DnaClaimStands, WeakerEvidence
    """
    child = await writable(session, context, animal_id)
    await one_writer(session, child.farm_id)
    faults = Faults()
    within = claims.Place(child.farm_id, child.flock_id)
    found = await claims.find(session, within, claims.as_kin(child), [parent], [""], faults)
    await check_loops(session, child.farm_id, child.id, child.name, found, faults)
    if faults.findings:
        raise AnimalRejected(faults.findings)
    (item,) = found
    try:
        is_news = claims.check_evidence(await repository.claims(session, child.farm_id, child.id), item)
    except Broken as error:
        raise AnimalRejected(list(error.findings)) from error
    if not is_news:
        return await get(session, child.id)
    if parent.parent_type != "excluded_sire":
        types = claims.DAMS if parent.parent_type in claims.DAMS else (parent.parent_type,)
        await repository.supersede(session, child.farm_id, child.id, types)
    values = claims.values(context, child.farm_id, child.id, item, source)
    await repository.claim(session, values, claim_id)
    await repository.bump(session, child.id)
    await tasks.follow_animals(session, child.farm_id, [child.id])
    await events.animals_registered(session, context, child.farm_id, child.flock_id, [child.id])
    return await get(session, child.id)


async def check_loops(
    session: Session, farm_id: UUID, child_id: UUID, name: str, parents: Sequence[Claimed], faults: Faults
) -> None:
    """No genetic parent descends from the child, and no other one is the child itself."""
    for item in parents:
        try:
            if item.claim.parent_type in GENETIC:
                await claims.check_loop(session, farm_id, child_id, name, item)
            claims.check_self(child_id, item)
        except Broken as error:
            faults.findings.extend(error.findings)


async def change(
    session: Session, context: Context, animal_id: UUID, body: AnimalChange, if_match: Precondition, now: datetime
) -> Animal:
    """Change what is given, if it fits everything that is known; ages and contemporary groups of its weights follow.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, AnimalRejected, DuplicateIdentifier
    """
    before = await writable(session, context, animal_id)
    if_match.check(before.rev)
    await one_writer(session, before.farm_id)
    values = body.model_dump() | {"breeds": as_json(body)}
    if body.birth_date and not body.drop_year:
        values["drop_year"] = body.birth_date.year
    drop, born = values["drop_year"] or before.drop_year, body.birth_date or before.birth_date
    after = Kin(before.name, body.sex or before.sex, body.fertility or before.fertility, born, drop)
    faults = Faults()
    known = await repository.identifiers_of(session, before.farm_id, animal_id)
    await births.check_birth(session, before.farm_id, after, known, body.birth_date, now, faults)
    faults.take(partial(pedigree.check_drop, after.name, after.birth_date, drop, field="drop_year"))
    await check_measured(session, before.farm_id, animal_id, after, faults)
    await check_relatives(session, before.farm_id, animal_id, after, faults)
    await births.check_lambing(session, before, body, faults)
    if (after.sex, after.fertility) != (before.sex, before.fertility):
        played = await roles.played(driver(session), before.farm_id, [animal_id])
        faults.take(partial(roles.check, after.name, after.sex, after.fertility, played.get(animal_id, ())))
    if faults.findings:
        raise AnimalRejected(faults.findings)
    if not await repository.change(session, animal_id, before.rev, values):
        raise Stale
    try:
        await repository.rescope(session, before.farm_id, animal_id)
    except IntegrityError as error:
        raise conflict(error) from error
    await storing.recompute(session, before.farm_id, [animal_id])
    await events.animals_registered(session, context, before.farm_id, before.flock_id, [animal_id])
    return await get(session, animal_id)


async def check_measured(session: Session, farm_id: UUID, animal_id: UUID, after: Kin, faults: Faults) -> None:
    """It is born on or before the day of its first measurement."""
    first = (await weights.first_recorded(session, farm_id, [animal_id])).get(animal_id)
    born = after.birth_date
    faults.take(partial(pedigree.check_first_measurement, after.name, born, first, field="birth_date"))


async def check_relatives(session: Session, farm_id: UUID, animal_id: UUID, after: Kin, faults: Faults) -> None:
    """The changed animal still fits between its parents and its offspring."""
    for row in await repository.parents(session, farm_id, animal_id):
        above = claims.as_kin(row)
        faults.take(partial(pedigree.check_parent, after, above, row.parent_type, field="birth_date"))
    for row in await repository.offspring(session, farm_id, animal_id):
        below = claims.as_kin(row)
        faults.take(partial(pedigree.check_role, after, row.parent_type, field="sex"))
        faults.take(partial(pedigree.check_births, below, after, row.parent_type, field="birth_date"))


async def writable(session: Session, context: Context, animal_id: UUID) -> HeadRow:
    """The animal, if the user may change it."""
    found = await repository.head(session, animal_id)
    if found is None:
        raise NotFound
    await may_write(session, context, found.farm_id)
    return found


async def get(session: Session, animal_id: UUID) -> Animal:
    """One animal.

    Raises:
        NotFound: none that the user can see.
    """
    found = await repository.by_ids(session, [animal_id])
    if not found:
        raise NotFound
    return Animal.model_validate(found[0])


async def page(
    session: Session, farm_id: UUID, flock_id: UUID | None, wanted: Wanted, limit: int, cursor: str | None
) -> bytes:
    """A page of animals as JSON.

    Raises:
        NotFound: the user does not see the farm.
        BadCursor: it was made by another list, or in another order.
    """
    if wanted.is_plain:
        after = id_after(cursor)
        found = await repository.listing(session, farm_id, flock_id, after, limit + 1)
        following = ById.after(found, limit)
    else:
        begin = ByColumn.read(cursor)
        found, keys = await repository.sorted_listing(session, farm_id, flock_id, wanted, begin, limit + 1)
        following = next_of(wanted, found, keys, limit)
    if not found and cursor is None and not await repository.is_member(session, farm_id):
        raise NotFound
    return orjson.dumps({"items": found[:limit], "next": following}, default=str, option=orjson.OPT_UTC_Z)


def next_of(wanted: Wanted, found: Sequence[AnimalRow], keys: Sequence[Key], limit: int) -> str | None:
    """The cursor of the page after this one."""
    if len(found) <= limit:
        return None
    key = keys[limit - 1]
    text = None if key is None else key.isoformat() if isinstance(key, date) else str(key)
    return ByColumn(order=wanted.order, key=text, id=found[limit - 1]["id"]).text


async def query(session: Session, body: AnimalQuery) -> Animals:
    """Many animals by id."""
    return Animals.model_validate({"items": await repository.by_ids(session, body.ids)})
