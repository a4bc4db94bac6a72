"""Joinings: their ends belong to them, and the litters since still fit the services."""

from functools import partial
from uuid import UUID

from bellwether.farm.season import problems
from bellwether.farm.season.exposure import exposures
from bellwether.farm.season.models import (
    ENDED,
    INSEMINATED,
    JOININGS,
    LAMBED,
    MATED,
    REPLACED,
    STARTED,
    TRANSFERRED,
    Fact,
    History,
)
from bellwether.farm.season.rules.case import Case
from bellwether.sheep import breeding
from bellwether.sheep.findings import Faults, Finding

SERVICES = (STARTED, MATED, INSEMINATED, TRANSFERRED)


def started(case: Case, history: History, fact: Fact) -> list[Finding]:
    """A correction keeps what belongs to the joining within it; a ewe starts one joining on a day."""
    parts = history.of_joining(fact.place, ENDED, REPLACED)
    if parts and parts[0].on < fact.on:
        raise problems.ends_before_start(fact.on, parts[0].on)
    return joined_twice(case, history, fact)


def joined_twice(case: Case, history: History, fact: Fact) -> list[Finding]:
    """A warning about ewes who stand in another joining that starts on that day."""
    if fact.group_id is not None:
        same = [one for one in history.of_group(fact.group_id) if one.on == fact.on and one.id != fact.id]
        return [problems.group_joined_twice(fact.on)] if same else group_of_listed(case, history, fact, fact.group_id)
    twice = []
    for ewe in fact.all_of("ewe"):
        groups = {one.group for one in case.members(ewe) if one.since <= fact.on <= (one.until or fact.on)}
        listed = [one for one in history.of(ewe, STARTED) if ewe in one.all_of("ewe")]
        begun = listed + [one for group in groups for one in history.of_group(group)]
        if any(one.on == fact.on and one.id != fact.id for one in begun):
            twice.append(case.name(ewe))
    return [problems.joined_twice(twice, fact.on)] if twice else []


def group_of_listed(case: Case, history: History, fact: Fact, group: UUID) -> list[Finding]:
    """The same of a group that is joined after a list was made in which some of its ewes stand."""
    gone = {one.place for one in case.season.removed.values()}
    places = {one.place for one in case.season.listed if one.group == group and one.on == fact.on} - gone - {fact.place}
    names = {one.name for one in case.season.listed if one.group == group and one.on == fact.on and one.place in places}
    for other in history.facts.values():
        if other.kind == STARTED and other.on == fact.on and other.place not in (fact.place, *places):
            names |= {case.name(ewe) for ewe in other.all_of("ewe") if case.is_in(ewe, group, fact.on)}
    return [problems.joined_twice(sorted(names), fact.on, field="group_id")] if names else []


def lambed_since(case: Case, history: History, fact: Fact) -> list[Finding]:
    """I3: the litters that the ewes have had still fit their services."""
    faults, told = Faults(), list[Finding]()
    for ewe in served(case, history, fact):
        for born in history.litters(ewe):
            first, exposed = min(lamb.on for lamb in born.lambs), exposures(history, ewe, case.members(ewe))
            check = partial(breeding.check_gestation, case.name(ewe), exposed, first, field="occurred_on")
            found = faults.take(check) if fact.on <= first else None
            told += [] if found is None else [found]
    faults.stop()
    return told


def served(case: Case, history: History, fact: Fact) -> list[UUID]:
    """The ewes of a service, or of the joining to which an event belongs; of a group those who lambed."""
    if fact.kind not in JOININGS:
        return [] if fact.animal_id is None else [fact.animal_id]
    place = fact.place if fact.kind == STARTED else fact.of_place
    joining = next(iter(history.of_joining(-1 if place is None else place, STARTED)), None)
    if joining is None:
        return []
    dams = {one.animal_id for one in history.facts.values() if one.kind == LAMBED and one.animal_id is not None}
    return joining.all_of("ewe") + sorted(ewe for ewe in dams if was_in(case, ewe, joining))


def was_in(case: Case, ewe: UUID, joining: Fact) -> bool:
    """Whether she was in the group of a joining since it began."""
    return any(
        one.group == joining.group_id and (one.until is None or one.until >= joining.on) for one in case.members(ewe)
    )


def part_of_joining(case: Case, history: History, fact: Fact) -> list[Finding]:
    """The joining is there, began before, and has not ended."""
    joining = next(iter(history.of_joining(fact.of_place or -1, STARTED)), None)
    if joining is None:
        raise problems.no_joining(fact.said["joining_id"])
    if fact.on < joining.on:
        raise problems.ends_before_start(joining.on, fact.on)
    ends = [one for one in history.of_joining(joining.place, ENDED) if one.id != fact.id]
    if ends and (fact.kind == ENDED or fact.on > ends[0].on):
        raise problems.ended_already(ends[0].on)
    if (stranger := never_came(history, joining, fact)) is not None:
        raise problems.not_in_joining(case.name(stranger))
    return []


def never_came(history: History, joining: Fact, fact: Fact) -> UUID | None:
    """The ram who leaves a joining by this event and is none of its rams."""
    others = [one for one in history.of_joining(joining.place, REPLACED) if one.id != fact.id]
    rams = joining.all_of("sire") + [key for one in others for key in one.all_of("sire")]
    return next((key for key in fact.all_of("sire_out") if key not in rams), None)


def check_rams(case: Case, history: History, replaced: Fact) -> None:
    """A ram who left the joining later has come: what says so is not corrected or taken back before that."""
    if replaced.kind not in (STARTED, REPLACED):
        return
    place = replaced.place if replaced.of_place is None else replaced.of_place
    for joining in history.of_joining(place, STARTED):
        for one in history.of_joining(place, REPLACED):
            if (stranger := never_came(history, joining, one)) is not None:
                raise problems.left_later(case.name(stranger), one.on)


def check_parts(history: History, replaced: Fact) -> None:
    """A joining is not taken back while its end stands."""
    if replaced.kind != STARTED or history.of_joining(replaced.place, STARTED):
        return
    if parts := history.of_joining(replaced.place, ENDED, REPLACED):
        raise problems.has_parts(parts[0].kind, parts[0].on)
