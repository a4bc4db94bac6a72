"""To which rams, straws and embryos a ewe was exposed, and who reared her lambs."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from bellwether.farm.season.models import (
    ENDED,
    FOSTERED,
    INSEMINATED,
    LAMBED,
    MATED,
    REPLACED,
    STARTED,
    TRANSFERRED,
    Fact,
    History,
    Litter,
    Member,
)
from bellwether.sheep import breeding
from bellwether.sheep.breeding import Conception, Exposure, Rearing, rearing_dam
from bellwether.sheep.findings import Broken

CYCLE = timedelta(days=21)
"""An insemination within this of the joining for it is the one that the joining means."""
GESTATION = timedelta(days=147)


def exposures(history: History, ewe: UUID, members: Sequence[Member]) -> list[Exposure]:
    """All of a ewe: joinings that list her or her group, and services that were seen or done."""
    found: list[Exposure] = []
    for joining in history.of(ewe, STARTED):
        if ewe in joining.all_of("ewe"):
            found += of_joining(history, ewe, joining, joining.on, None)
    for member in members:
        for joining in history.of_group(member.group):
            since = max(joining.on, member.since)
            if member.until is None or member.until >= since:
                found += of_joining(history, ewe, joining, since, member.until)
    for fact in history.of_subject(ewe, MATED, INSEMINATED):
        sire = fact.who(fact.said.get("sire_id"))
        if sire is not None:
            is_known = fact.kind == INSEMINATED or fact.said.get("hand_mated") is True
            found.append(Exposure(fact.on, fact.on, sire, None, is_known))
    for fact in history.of_subject(ewe, TRANSFERRED):
        on = fact.on - timedelta(days=int(str(fact.said.get("embryo_age_days", 6))))
        found.append(Exposure(on, on, fact.who(fact.said["sire_id"]), fact.who(fact.said["donor_id"]), True))
    return found


def of_joining(history: History, ewe: UUID, joining: Fact, since: date, until: date | None) -> list[Exposure]:
    """Each ram of a joining, while both were there."""
    ends = [fact.on for fact in history.of_joining(joining.place, ENDED)]
    end = min((day for day in (*ends, until) if day is not None), default=None)
    if end is not None and end < since:
        return []
    backup = joining.said.get("backup_rams_on")
    found = []
    if isinstance(backup, str):
        found += spans(since, end, date.fromisoformat(backup), None, None)
    method = str(joining.said.get("method", "natural"))
    rams: dict[UUID, tuple[date, date | None]] = dict.fromkeys(joining.all_of("sire"), (joining.on, None))
    if method == "et":
        return found
    if method.startswith("ai_"):
        done = [one.on for one in history.of_subject(ewe, INSEMINATED) if abs(one.on - joining.on) <= CYCLE]
        if since == joining.on and not done:
            found += [Exposure(joining.on, joining.on, ram, None, True) for ram in rams]
        return found
    for fact in history.of_joining(joining.place, REPLACED):
        for key in fact.all_of("sire_out"):
            rams[key] = (rams.get(key, (joining.on, None))[0], fact.on)
        for key in fact.all_of("sire"):
            rams[key] = (fact.on, None)
    for key, (come, gone) in rams.items():
        found += spans(since, end, come, gone, key)
    return found


def spans(since: date, end: date | None, come: date, gone: date | None, sire: UUID | None) -> list[Exposure]:
    """The days on which both were there, if there were any."""
    first = max(since, come)
    last = min((day for day in (end, gone) if day is not None), default=None)
    return [] if last is not None and last < first else [Exposure(first, last, sire)]


def rearings(history: History, lamb: UUID) -> list[Rearing]:
    """To whom a lamb was given."""
    facts = history.of_subject(lamb, FOSTERED)
    return [Rearing(fact.on, fact.place, fact.who(fact.said.get("to_id"))) for fact in facts]


def reared_by(history: History, lamb: UUID, on: date | None = None) -> UUID | None:
    """Who reared a lamb on a day, or last."""
    born = history.litter_of(lamb)
    found = rearing_dam(None if born is None else born.dam, rearings(history, lamb), on)
    return None if found is None else UUID(str(found))


def lambs_at(history: History, dam: UUID) -> list[UUID]:
    """Every lamb that the ewe ever bore or was given."""
    own = [lamb.id for litter in history.litters(dam) for lamb in litter.lambs]
    given = [fact.animal_id for fact in history.of(dam, FOSTERED) if fact.animal_id and fact.animal_id != dam]
    return list(dict.fromkeys((*own, *given)))


def has_lambed(history: History, dam: UUID, by: date) -> bool:
    """Whether her own lambs of this season are in the log."""
    return any(timedelta() <= by - fact.on <= timedelta(days=300) for fact in history.of_subject(dam, LAMBED))


def conception(exposed: Sequence[Exposure], litter: Litter) -> Conception | None:
    """Where a litter comes from; None where what was recorded since could be read in two ways."""
    said = litter.fact.said.get("embryo_transfer")
    first = min(one.on for one in litter.lambs)
    try:
        return breeding.conception("", exposed, first, said if isinstance(said, bool) else None, field="")
    except Broken:
        return None


def season_of(exposed: Iterable[Exposure], born: date) -> int:
    """The drop: the year in which the lambs of the joining begin to come; that of the birth without a joining."""
    days = [one.since for one in exposed if one.since <= born and one.allows(born, (120, 175))]
    found = (min(days) + GESTATION).year if days else born.year
    return found if abs(found - born.year) <= 1 else born.year
