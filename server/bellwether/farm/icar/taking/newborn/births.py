"""Births of other systems become lambs of a lambing of their dam, by the rules of the season and never beside them.

Births of one dam within two days are one litter: the first makes the lambing, or finds it; each further one is a
correction of it, which gives all its lambs the birth type of the litter. A message that made a lamb says later of which
dam and day it was: the lamb goes there, alone or with its litter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID, uuid5

from bellwether.farm.events import service as events
from bellwether.farm.events.schemas import NewEvents
from bellwether.farm.icar import repository
from bellwether.farm.icar.taking.entries import Entry
from bellwether.farm.icar.taking.newborn.fertility import settle_fertility
from bellwether.farm.icar.taking.newborn.litters import Litter, born, litters_of, of_message, put, update
from bellwether.farm.icar.taking.newborn.parents import Newborn, find_newborns, lamb_key
from bellwether.farm.icar.taking.when import When
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError
from bellwether.sheep.breeding import LITTER
from bellwether.sheep.findings import Broken, Finding


class NotMoved(Exception):
    """A lamb cannot go to another lambing, so that it must not leave its own."""


async def take_births(
    session: Session, context: Context, farm_id: UUID, entries: Sequence[Entry], now: datetime
) -> None:
    """Sound messages into the log; each gets the id of its lamb, or what is wrong with it."""
    gone = [entry for entry in entries if entry.is_sound and entry.deletes]
    await take_back(session, context, farm_id, gone, now)
    newborns = await find_newborns(session, farm_id, [entry for entry in entries if not entry.deletes])
    moved = await move(session, context, farm_id, newborns, now)
    newborns = [one for one in newborns if id(one) not in moved]
    await store(session, context, farm_id, newborns, now)
    # what is wrong with one lamb of a litter is no matter of the others
    for one in newborns:
        if one.entry.faults and one.shares:
            one.entry.faults.clear()
            await store(session, context, farm_id, [one], now)
    await settle_fertility(session, context, entries, now)
    for entry in entries:
        if entry.is_sound and entry.animal_id is not None:
            entry.stored_id = uuid5(entry.animal_id, "birth")


async def store(session: Session, context: Context, farm_id: UUID, newborns: Sequence[Newborn], now: datetime) -> None:
    """Litters of these newborns as they are now, with them."""
    sound = [one for one in newborns if one.entry.is_sound]
    dams = sorted({one.dam for one in sound if one.dam is not None})
    litters = litters_of(await repository.lambings(session, farm_id, dams) if dams else [])
    told = [litter.before.id for litter in litters if litter.before is not None]
    versions = await repository.versions_of(session, farm_id, told)
    for litter in litters:
        litter.versions = frozenset(versions.get(litter.before.id, ())) if litter.before is not None else frozenset()
    for one in sound:
        one.waits = False
        try:
            put(one, litters)
        except Broken as error:
            one.entry.fail(*error.findings)
    await append(session, context, farm_id, litters, now)
    for one in sound:
        one.shares = any(one.entry in each.entries and len(each.entries) > 1 for each in litters if each.is_changed)
    if waiting := [one for one in sound if one.waits]:
        await store(session, context, farm_id, waiting, now)


async def append(session: Session, context: Context, farm_id: UUID, litters: Iterable[Litter], now: datetime) -> None:
    """Those that are changed into the log; each of their messages hears what is wrong."""
    changed = [each for each in litters if each.is_changed]
    if not changed:
        return
    body = NewEvents(farm_id=farm_id, events=[each.row() for each in changed])
    answer = await events.append(session, context, body, now)
    for each, verdict in zip(changed, answer.items, strict=True):
        for entry in each.entries:
            entry.faults += [of_message(each, entry, error) for error in verdict.errors]
            entry.told += [of_message(each, entry, told) for told in verdict.warnings]


async def take_back(session: Session, context: Context, farm_id: UUID, gone: Sequence[Entry], now: datetime) -> None:
    """Lambs were not born that these messages had made; neither dam nor day need be said for that."""
    keys = {lamb_key(entry): entry for entry in gone}
    litters = litters_of(await repository.lambings_of(session, farm_id, list(keys)))
    before = await repository.born_once(session, farm_id, list(keys))
    for key, entry in keys.items():
        litter = next((each for each in litters if each.named(key)), None)
        if litter is not None:
            litter.without(key, entry)
        if litter is not None or key in before:
            entry.animal_id = key
            entry.moment = entry.moment or When(before[key] if litter is None else litter.on, None)
    await append(session, context, farm_id, litters, now)
    others = [entry for entry in gone if entry.animal_id is None]
    for one in await find_newborns(session, farm_id, others, is_known_only=True):
        text, fix = "the lamb is of a lambing that was recorded here", "take back or correct that, under parturitions"
        one.entry.fail(Finding("conflict", "not_deleted", text, fix, "meta.isDeleted"))


async def move(
    session: Session, context: Context, farm_id: UUID, newborns: Sequence[Newborn], now: datetime
) -> set[int]:
    """Lambs of which the message that made them names another dam or day now; which of the newborns these are.

    A litter of which all go to one place is one lambing that is corrected; a lamb that goes alone leaves its lambing
    for another one, and nothing but its birth may be known of it.
    """
    own = {one.known: one for one in newborns if one.known is not None and one.known == lamb_key(one.entry)}
    homes = litters_of(await repository.lambings_of(session, farm_id, list(own)) if own else [])
    moved: set[int] = set()
    for home in homes:
        lambs = [UUID(str(lamb["id"])) for lamb in home.lambs]
        away = [own[key] for key in lambs if key in own and not home.is_of(own[key])]
        away = [one for one in away if one.fault is None and one.entry.is_sound]
        moved |= {id(one) for one in away}
        if away and len(away) == len(lambs) and await move_whole(session, context, farm_id, home, away, now):
            continue
        for one in away:
            await move_one(session, context, farm_id, one, now, is_alone=len(lambs) == 1)
    return moved


async def move_whole(
    session: Session, context: Context, farm_id: UUID, home: Litter, away: Sequence[Newborn], now: datetime
) -> bool:
    """All lambs of a lambing are of one other dam or day: it is corrected; False: that is another lambing already."""
    first = min(away, key=lambda one: one.on)
    if any(one.dam != first.dam or one.on - first.on > LITTER for one in away):
        return False
    assert first.dam is not None
    there = litters_of(await repository.lambings(session, farm_id, [first.dam]))
    if any(each.is_of(one) and each.before != home.before for each in there for one in away):
        return False
    home.dam, home.on, home.is_changed = first.dam, first.on, True
    home.entries = [one.entry for one in away]
    for one in away:
        assert one.known is not None
        (lamb,) = home.named(one.known)
        lamb.pop("born_on", None)
        one.entry.animal_id = one.known
        update(home, lamb, born(one, home), one.entry, is_own=True)
        home.payload |= {"embryo_transfer": True} if one.is_transfer else {}
    home.entries = list({id(entry): entry for entry in home.entries}.values())
    await append(session, context, farm_id, [home], now)
    return True


async def move_one(
    session: Session, context: Context, farm_id: UUID, one: Newborn, now: datetime, *, is_alone: bool
) -> None:
    """A lamb leaves its lambing for another one, or nothing is changed."""
    entry, key = one.entry, cast(UUID, one.known)
    told = list(entry.told)
    try:
        async with session.begin_nested():
            home = litters_of(await repository.lambings_of(session, farm_id, [key]))
            for litter in home:
                litter.without(key, entry)
            entry.animal_id = key
            await append(session, context, farm_id, home, now)
            if entry.is_sound:
                one.known, entry.told = None, list(told)
                await store(session, context, farm_id, [one], now)
            if not entry.is_sound:
                raise NotMoved
    except NotMoved:
        one.known = key
        entry.told = told
        entry.faults = [with_remedy(error, is_alone=is_alone) for error in entry.faults]


def with_remedy(error: RowError, *, is_alone: bool) -> RowError:
    """What can be done about a lamb of which more is known than its birth."""
    if error.code != "lamb_has_records":
        return error
    fix = "take that back first, and send the birth again"
    if not is_alone:
        fix = f"{fix}; if its whole litter is of this dam and day, send all its births in one batch"
    return error.model_copy(update={"field": "animalDetail.parentage", "fix": fix})
