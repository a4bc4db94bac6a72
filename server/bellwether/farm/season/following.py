"""What events of the season do to the herd: lambs are born, tagged and weighed, or were never there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.animals.events import animals_registered, animals_withdrawn
from bellwether.farm.lives.models import Timeline
from bellwether.farm.measurements.events import measurements_withdrawn
from bellwether.farm.place import Place
from bellwether.farm.season import problems, repository, writing
from bellwether.farm.season.exposure import lambs_at
from bellwether.farm.season.lambs import Warn, put_on, show, weigh
from bellwether.farm.season.listed import listed
from bellwether.farm.season.models import (
    ENDED,
    FOSTERED,
    INSEMINATED,
    JOININGS,
    LAMBED,
    MARKED,
    MATED,
    REPLACED,
    STARTED,
    TRANSFERRED,
    WEANED,
    Fact,
    Joined,
    litter,
)
from bellwether.farm.season.projection import project
from bellwether.farm.season.rules.case import Season, Worn
from bellwether.farm.season.rules.litters import BETWEEN_LAMBINGS
from bellwether.farm.whereabouts.models import Known
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Finding


class IdsTaken(Exception):
    """Lambs would have the ids of animals that the user does not see."""

    def __init__(self, ids: set[UUID]) -> None:
        super().__init__(f"{len(ids)} ids are taken")
        self.ids = ids


class Herd(NamedTuple):
    """Where the season is, and the animals of the batch."""

    farm_id: UUID
    place: Place
    animals: Mapping[UUID, Timeline]
    moved: frozenset[UUID]
    """Who came into groups or left them, or came, went or died."""


async def open_season(
    session: Session,
    farm_id: UUID,
    animals_of: Collection[UUID],
    *,
    born: Collection[UUID],
    joinings: Collection[UUID],
    corrected: Collection[UUID],
    joined: Joined | None,
) -> Season:
    """What the farm knows of the season that the events of a batch touch."""
    history = await repository.load(session, farm_id, animals_of, joinings=joinings, events=corrected)
    gone = [fact for key in corrected if (fact := history.facts.get(key)) and fact.kind in JOININGS]
    if gone:
        joined = with_gone(joined, gone)
        joinings = {*joinings, *(UUID(str(fact.said["joining_id"])) for fact in gone if "joining_id" in fact.said)}
        history = await repository.load(session, farm_id, animals_of, joinings=joinings, events=corrected)
    if joined is not None:
        begun = [one for one in history.facts.values() if one.kind == STARTED and one.place in joined.places]
        groups = joined.groups | {one.group_id for one in begun if one.group_id is not None}
        since = min([joined.since, *(one.on for one in begun)])
        ewes = await repository.ewes_lambed_since(session, farm_id, [one.id for one in begun], groups, since)
        if ewes - set(animals_of):
            everybody = {*animals_of, *ewes}
            history = await repository.load(session, farm_id, everybody, joinings=joinings, events=corrected)
    there = await repository.existing(session, farm_id, born)
    lambs = {
        one.told
        for key in corrected
        if (fact := history.facts.get(key)) and fact.kind == LAMBED
        for one in fact.named
        if one.role.startswith("lamb")
    }
    first = await repository.first_days(session, farm_id, lambs)
    found = Season(history, there, await repository.bound(session, farm_id, lambs), first)
    found.ended = await repository.ended_uses(session, farm_id, corrected)
    found.offspring = await repository.offspring(session, farm_id, lambs)
    if joined is not None and joined.groups:
        found.listed = await listed(session, farm_id, joined.groups, joined.since)
    for row in await repository.worn(session, farm_id, {*animals_of, *lambs}):
        found.worn.setdefault(row["animal_id"], []).append(Worn(row["scheme"], row["value"], row["event_id"]))
    return found


def with_gone(joined: Joined | None, gone: Sequence[Fact]) -> Joined:
    """Of which joinings a batch speaks, if some of what belongs to them is corrected or taken back."""
    places = {fact.place if fact.of_place is None else fact.of_place for fact in gone}
    groups = {fact.group_id for fact in gone if fact.group_id is not None}
    since = min(fact.on for fact in gone)
    if joined is None:
        return Joined(frozenset(places), frozenset(groups), since)
    return Joined(joined.places | places, joined.groups | groups, min(since, joined.since))


async def add_groups(session: Session, farm_id: UUID, season: Season, known: Known) -> None:
    """Joinings of the groups in which the animals of the batch were, or come by it."""
    found = await repository.load(session, farm_id, (), groups=known.groups) if known.groups else None
    if found is not None:
        season.history.add(fact for key, fact in found.facts.items() if key not in season.history.facts)


async def register(session: Session, context: Context, herd: Herd, season: Season) -> None:
    """Lambs of new lambings become animals, before the log speaks of them.

    Raises:
        IdsTaken: they are those of animals elsewhere.
    """
    lambs = []
    for fact in season.added.values():
        for lamb in litter(fact).lambs if fact.kind == LAMBED else ():
            if lamb.id not in season.existing:
                assert fact.animal_id is not None
                flock = herd.animals[fact.animal_id].head.flock_id
                confidence = str(fact.said.get("birth_date_confidence", "AAA"))
                lambs.append(writing.Lamb(lamb.id, flock, lamb.sex, lamb.on, confidence, lamb.on.year))
    await writing.add_lambs(session, context, herd.farm_id, lambs)
    born = {lamb.id for lamb in lambs}
    if taken := born - await repository.existing(session, herd.farm_id, born):
        raise IdsTaken(taken)
    for flock_id in sorted({lamb.flock_id for lamb in lambs}):
        ids = [lamb.id for lamb in lambs if lamb.flock_id == flock_id]
        await animals_registered(session, context, herd.farm_id, flock_id, ids)


async def follow(session: Session, context: Context, herd: Herd, season: Season, warn: Warn) -> None:
    """What follows from events of the season, and from deaths and moves for lambs and litters."""
    farm_id = herd.farm_id
    asked = await whose(session, herd, season)
    if season.removed:
        await take_back(session, context, farm_id, season)
    corrected = {fact.place for fact in season.removed.values()}
    for fact in season.added.values():
        if fact.kind in (LAMBED, MARKED):
            await put_on(
                session, context, farm_id, herd.place, fact, season.ended if fact.place in corrected else {}, warn
            )
    await weigh(session, context, farm_id, herd.place, season)
    lambings = [fact for fact in season.added.values() if fact.kind == LAMBED]
    born = {lamb.id for fact in lambings for lamb in litter(fact).lambs}
    cut = [fact for fact in season.removed.values() if fact.kind == MARKED and fact.said.get("castrated") is True]
    uncut = {fact.animal_id for fact in cut if fact.animal_id is not None}
    weanings = [fact for fact in season.removed.values() if fact.kind == WEANED]
    unweaned = {fact.animal_id for fact in weanings if fact.animal_id is not None}
    lambs = asked | born | uncut | unweaned
    await project(session, context, farm_id, lambs, born=born, uncut=uncut, unweaned=unweaned)


async def follow_merge(session: Session, context: Context, farm_id: UUID, ids: Collection[UUID]) -> list[Finding]:
    """What follows for families from a merge or its undo; else what stands in the way: places that only two have."""
    history = await repository.load(session, farm_id, ids)
    heads = await writing.heads(session, farm_id, ids)
    found = []
    for key, head in heads.items():
        litters = history.litters(key)
        pairs = [two for two in pairwise(litters) if two[1].fact.on - two[0].fact.on < BETWEEN_LAMBINGS]
        found += [problems.lambed_twice(head["name"], one.fact.on, two.fact.on) for one, two in pairs]
        born = [fact for fact in history.of(key, LAMBED) for one in fact.named if one.id == key]
        found += [problems.born_twice(head["name"], *(fact.on for fact in born[:2]))] if len(born) > 1 else []
    asked = {*ids, *(lamb for key in ids for lamb in lambs_at(history, key))}
    asked |= await repository.claimed_of(session, farm_id, ids)
    if not found:
        await project(session, context, farm_id, asked, born=(), uncut=())
    return found


async def whose(session: Session, herd: Herd, season: Season) -> set[UUID]:
    """The animals for which something may follow."""
    facts = [*season.added.values(), *season.removed.values()]
    joinings = [fact for fact in facts if fact.kind in (STARTED, ENDED, REPLACED)]
    services = {fact.animal_id for fact in facts if fact.kind in (MATED, INSEMINATED, TRANSFERRED) and fact.animal_id}
    moved = {key for key in herd.moved if season.history.litters(key)}
    found = await of_joinings(session, herd.farm_id, joinings, services | moved)
    for fact in facts:
        if fact.kind in (LAMBED, FOSTERED, MARKED, WEANED):
            found |= {key for key in (fact.animal_id, *(one.id for one in fact.named)) if key is not None}
    found |= {key for key in herd.moved if season.history.litter_of(key)}
    dams = {one.dam for key in found if (one := season.history.litter_of(key))} | found
    dams |= {
        one for key in found for fact in season.history.of_subject(key, FOSTERED) for one in fact.all_of("rearing_dam")
    }
    return found | {lamb for dam in dams for lamb in lambs_at(season.history, dam)}


async def of_joinings(session: Session, farm_id: UUID, joinings: list[Fact], ewes: Iterable[UUID]) -> set[UUID]:
    """Lambs whose sires follow from joinings, and from services of ewes."""
    ids = set(ewes)
    if not joinings and not ids:
        return set()
    named = {UUID(str(fact.said["joining_id"])) for fact in joinings if "joining_id" in fact.said}
    chain = await repository.load(session, farm_id, (), joinings=named)
    all_of = [*joinings, *chain.facts.values()]
    groups = {fact.group_id for fact in all_of if fact.group_id is not None}
    dams = await repository.ewes_with_litters(session, farm_id, ids, [fact.id for fact in all_of], groups)
    history = await repository.load(session, farm_id, dams)
    return {lamb.id for dam in dams for one in history.litters(dam) for lamb in one.lambs}


async def take_back(session: Session, context: Context, farm_id: UUID, season: Season) -> None:
    """What the events have made counts no longer; lambs that are in no lambing were never born.

    Raises:
        LambPublished
    """
    rows = await writing.forget(session, farm_id, "observation", season.removed)
    await measurements_withdrawn(session, context, farm_id, [tuple(row.values()) for row in rows])
    untagged = {row["animal_id"] for row in await writing.forget(session, farm_id, "identifier", season.removed)}
    kept = {one.told for fact in season.added.values() for one in fact.named}
    lambings = [fact for fact in season.removed.values() if fact.kind == LAMBED]
    gone = {one.told for fact in lambings for one in fact.named if one.role.startswith("lamb")} - kept
    for key in untagged - gone:
        await show(session, farm_id, key)
    if not gone:
        return
    try:
        lambs = await writing.remove_lambs(session, farm_id, gone)
    except asyncpg.ForeignKeyViolationError as error:
        raise problems.LambPublished from error
    for flock_id in sorted({row["flock_id"] for row in lambs}):
        ids = sorted(row["id"] for row in lambs if row["flock_id"] == flock_id)
        await animals_withdrawn(session, context, farm_id, flock_id, ids)
