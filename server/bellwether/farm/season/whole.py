"""One season of a farm: its joinings, and each ewe with her exposures, scans and litters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from bellwether.farm.season import repository
from bellwether.farm.season.exposure import GESTATION, conception, exposures, season_of
from bellwether.farm.season.models import (
    ENDED,
    KINDS,
    MARKED,
    SCANNED,
    STARTED,
    WEANED,
    Fact,
    HeadRow,
    History,
    Litter,
    Member,
)
from bellwether.platform.database.transactions import Session
from bellwether.sheep import rates
from bellwether.sheep.breeding import POSSIBLE, Exposure

AFTER = timedelta(days=400)
"""How long after a season something may still be recorded of its lambs."""
PREGNANT = timedelta(days=POSSIBLE[1])
FOETUSES = {"empty": 0, "single": 1, "multiple": 2}


@dataclass
class EweSeason:
    """A ewe in one season."""

    id: UUID
    joinings: list[UUID] = field(default_factory=list)
    exposed: list[Exposure] = field(default_factory=list)
    scans: list[Fact] = field(default_factory=list)
    litters: list[Litter] = field(default_factory=list)
    transfers: set[UUID] = field(default_factory=set)
    """Lambings whose lambs are another ewe's."""

    @property
    def due(self) -> tuple[date, date | None] | None:
        """From when to when she is to lamb; None: she was not joined."""
        if not self.exposed:
            return None
        first = min(one.since + timedelta(one.usual[0]) for one in self.exposed)
        last = [None if one.until is None else one.until + timedelta(one.usual[1]) for one in self.exposed]
        ends = [day for day in last if day is not None]
        return first, max(ends) if len(ends) == len(last) else None

    @property
    def scan(self) -> Fact | None:
        """Her last one; None: she was empty and joined again since, and of that joining it says nothing."""
        last = self.scans[-1] if self.scans else None
        if last is None or count_of(last) or not any(one.since > last.on for one in self.exposed):
            return last
        return None

    @property
    def lambed_by(self) -> date | None:
        """The last day on which she is due; where nobody said when rams were there, the last that her scan allows."""
        if self.scan is None:
            return None
        last = None if self.due is None else self.due[1]
        return self.scan.on + PREGNANT if last is None else max(last, self.scan.on)

    @property
    def foetuses(self) -> int | None:
        """By the scan of her last joining."""
        return None if self.scan is None else count_of(self.scan)


def count_of(scan: Fact) -> int:
    """Foetuses that were seen."""
    count = scan.said.get("count")
    return FOETUSES[str(scan.said["result"])] if count is None else int(str(count))


@dataclass
class Season:
    """All of it, for the animals of a flock or of the farm."""

    year: int
    history: History
    joinings: list[Fact]
    ewes: dict[UUID, EweSeason]
    heads: Mapping[UUID, HeadRow]
    at_start: Mapping[UUID, list[UUID]]
    """Ewes of each joining at its start."""
    without_tags: rates.Heads = rates.NO_HEAD

    def end_of(self, joining: Fact) -> date | None:
        """When the rams were taken out."""
        return next((fact.on for fact in self.history.of_joining(joining.place, ENDED)), None)


def window(year: int) -> tuple[date, date]:
    """First and last day on which a joining of the season starts."""
    return date(year, 1, 1) - GESTATION, date(year, 12, 31) - GESTATION


async def season(session: Session, farm_id: UUID, year: int, flock_id: UUID | None) -> Season:
    """A season with the ewes that were joined, scanned or lambed in it."""
    first, last = window(year)
    history = History()
    history.add(await repository.by_kind(session, farm_id, KINDS, first - AFTER, last + AFTER + GESTATION))
    starts = [fact for fact in history.facts.values() if fact.kind == STARTED]
    groups = {fact.group_id for fact in starts if fact.group_id is not None}
    members = await repository.members_of(session, farm_id, groups)
    at_start = {fact.id: ewes_at_start(fact, members) for fact in starts}
    ewes = {key for found in at_start.values() for key in found} | members.keys()
    ewes |= {fact.animal_id for fact in history.facts.values() if fact.animal_id is not None}
    heads = await repository.heads(session, farm_id, flock_id, ewes | lambs_in(history))
    found = {key: in_season(history, members.get(key, ()), key, year) for key in sorted(ewes) if key in heads}
    joinings = sorted((one for one in starts if first <= one.on <= last), key=lambda fact: (fact.on, fact.place))
    for joining in joinings:
        for key in at_start[joining.id]:
            if key in found:
                found[key].joinings.append(joining.id)
    told = {key: ewe for key, ewe in found.items() if ewe.joinings or ewe.scans or ewe.litters}
    head = await without_tags(session, farm_id, year, joinings) if flock_id is None else rates.NO_HEAD
    return Season(year, history, joinings, told, heads, at_start, head)


async def without_tags(session: Session, farm_id: UUID, year: int, joinings: Sequence[Fact]) -> rates.Heads:
    """Ewes without tags in the groups that were joined, of each at its fullest; lambs by the tallies of the drop."""
    groups = {one.group_id for one in joinings if one.group_id is not None}
    changes = await repository.ewes_without_tags(session, farm_id, groups) if groups else []
    most: dict[UUID, int] = {}
    for one in joinings:
        if one.group_id is not None:
            there = sum(change for group, day, change in changes if group == one.group_id and day <= one.on)
            most[one.group_id] = max(most.get(one.group_id, 0), there)
    return rates.Heads(sum(most.values()), await repository.tallied(session, farm_id, year))


def lambs_in(history: History) -> set[UUID]:
    """Everybody who is named beside a subject."""
    return {one.id for fact in history.facts.values() for one in fact.named}


def ewes_at_start(joining: Fact, members: Mapping[UUID, Sequence[Member]]) -> list[UUID]:
    """Those that are listed, or in the group on the day on which the joining starts."""
    if joining.group_id is None:
        return joining.all_of("ewe")
    return [key for key, spans in members.items() if any(holds(one, joining) for one in spans)]


def holds(member: Member, joining: Fact) -> bool:
    """Whether the ewe was in the group that day."""
    is_in = member.since <= joining.on and (member.until is None or joining.on <= member.until)
    return member.group == joining.group_id and is_in


def in_season(history: History, members: Sequence[Member], key: UUID, year: int) -> EweSeason:
    """What a ewe did in a season."""
    exposed = exposures(history, key, members)
    ewe = EweSeason(key)
    for litter in history.litters(key):
        if season_of(exposed, min(lamb.on for lamb in litter.lambs)) == year:
            ewe.litters.append(litter)
            origin = conception(exposed, litter)
            ewe.transfers |= {litter.fact.id} if origin is not None and origin.donor is not None else set()
    for scan in history.of_subject(key, SCANNED):
        since = [one.since for one in exposed if timedelta() <= scan.on - one.since <= timedelta(POSSIBLE[1])]
        if (max(since) + GESTATION if since else scan.on + timedelta(days=60)).year == year:
            ewe.scans.append(scan)
    ewe.exposed = [one for one in exposed if (one.since + GESTATION).year == year]
    return ewe


def for_rates(found: Season) -> tuple[list[rates.Ewe], list[rates.Lamb], rates.Heads]:
    """Ewes, lambs and head without tags as the rates count them."""
    ewes = []
    lambs: dict[UUID, rates.Lamb] = {}
    for ewe in found.ewes.values():
        scan = ewe.scan
        age = None if scan is None else years(found.heads[ewe.id], scan.on)
        head = found.heads[ewe.id]
        is_gone = not ewe.litters and ewe.lambed_by is not None and head.is_away(ewe.lambed_by)
        ewes.append(rates.Ewe(bool(ewe.joinings), ewe.foetuses, age, bool(ewe.litters), is_gone))
        for litter in ewe.litters:
            for lamb in litter.lambs:
                if lamb.id in found.heads:
                    dam_age = years(head, litter.fact.on)
                    size, foetuses = len(litter.lambs), ewe.foetuses
                    lambs[lamb.id] = rates.Lamb(lamb.is_alive, size, dam_age, foetuses, age)
    for key, row in found.heads.items():
        is_marked, is_weaned = (bool(found.history.of_subject(key, kind)) for kind in (MARKED, WEANED))
        is_ours = key in lambs or (found.history.litter_of(key) is None and row.drop_year == found.year)
        if is_ours and (is_marked or is_weaned):
            lambs[key] = lambs.get(key, rates.Lamb())._replace(is_marked=is_marked, is_weaned=is_weaned)
    return ewes, list(lambs.values()), found.without_tags


def years(head: HeadRow, on: date) -> int | None:
    """Whole years of age."""
    born = head.birth_date
    return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))
