"""Reading a season: its joinings, the lambing book and the rates."""

from datetime import timedelta
from uuid import UUID

from bellwether.farm.access import role_of
from bellwether.farm.season.exposure import lambs_at, reared_by
from bellwether.farm.season.models import MARKED, REPLACED, WEANED, Born, Fact, Litter
from bellwether.farm.season.schemas import (
    BookEwe,
    BookExposure,
    BookLamb,
    BookLitter,
    BookScan,
    SeasonCounts,
    SeasonJoining,
    SeasonJoinings,
    SeasonRate,
    SeasonRates,
)
from bellwether.farm.season.whole import EweSeason, Season, for_rates, season
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import NotFound
from bellwether.sheep import rates as counting
from bellwether.sheep.breeding import USUAL, USUAL_AFTER_SERVICE


async def seen(session: Session, context: Context, farm_id: UUID, year: int, flock_id: UUID | None) -> Season:
    """A season.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    return await season(session, farm_id, year, flock_id)


async def rates(session: Session, context: Context, farm_id: UUID, year: int, flock_id: UUID | None) -> SeasonRates:
    """The rates of a season."""
    made_of = for_rates(await seen(session, context, farm_id, year, flock_id))
    counts = SeasonCounts.model_validate(counting.counts(*made_of))
    found = [SeasonRate.model_validate(rate) for rate in counting.rates(*made_of)]
    return SeasonRates(farm_id=farm_id, year=year, flock_id=flock_id, counts=counts, rates=found)


async def joinings(session: Session, context: Context, farm_id: UUID, year: int) -> SeasonJoinings:
    """The joinings of a season."""
    found = await seen(session, context, farm_id, year, None)
    return SeasonJoinings(items=[shown_joining(found, joining) for joining in found.joinings])


def shown_joining(found: Season, joining: Fact) -> SeasonJoining:
    """As a user sees it."""
    method = str(joining.said.get("method", "natural"))
    usual = USUAL if method in ("natural", "hand_mating") else USUAL_AFTER_SERVICE
    end = found.end_of(joining)
    if end is None and usual is USUAL_AFTER_SERVICE:
        end = joining.on
    later = [key for fact in found.history.of_joining(joining.place, REPLACED) for key in fact.all_of("sire")]
    return SeasonJoining(
        id=joining.id,
        group_id=joining.group_id,
        method=method,
        started_on=joining.on,
        ended_on=found.end_of(joining),
        sire_ids=[*joining.all_of("sire"), *later],
        ewes=len(found.at_start[joining.id]),
        due_from=joining.on + timedelta(days=usual[0]),
        due_to=None if end is None else end + timedelta(days=usual[1]),
    )


async def book(
    session: Session,
    context: Context,
    farm_id: UUID,
    year: int,
    flock_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> Page[BookEwe]:
    """The lambing book: ewes by id, each with her lambs."""
    found, after = await seen(session, context, farm_id, year, flock_id), id_after(cursor)
    ewes = [ewe for key, ewe in sorted(found.ewes.items()) if after is None or key > after][: limit + 1]
    return Page(items=[shown_ewe(found, ewe) for ewe in ewes[:limit]], next=ById.after(ewes, limit))


def shown_ewe(found: Season, ewe: EweSeason) -> BookEwe:
    """As a user sees it."""
    head, due = found.heads[ewe.id], ewe.due
    lambs = [key for key in lambs_at(found.history, ewe.id) if key in found.heads]
    return BookEwe(
        id=ewe.id,
        name=head.name,
        fate=head.fate,
        joining_ids=ewe.joinings,
        exposures=[
            BookExposure(
                since=one.since,
                until=one.until,
                sire_id=None if one.sire is None else UUID(str(one.sire)),
                donor_id=None if one.donor is None else UUID(str(one.donor)),
                is_known_service=one.is_known,
            )
            for one in ewe.exposed
        ],
        due_from=None if due is None else due[0],
        due_to=None if due is None else due[1],
        scans=[shown_scan(scan) for scan in ewe.scans],
        litters=[shown_litter(found, ewe, litter) for litter in ewe.litters],
        rears=[key for key in lambs if reared_by(found.history, key) == ewe.id and is_of_year(found, key)],
    )


def is_of_year(found: Season, lamb: UUID) -> bool:
    """Whether a lamb is of the season."""
    return found.heads[lamb].drop_year == found.year


def shown_scan(scan: Fact) -> BookScan:
    """As a user sees it."""
    count = scan.said.get("count")
    foetuses = None if count is None else int(str(count))
    return BookScan(event_id=scan.id, occurred_on=scan.on, result=str(scan.said["result"]), foetuses=foetuses)


def shown_litter(found: Season, ewe: EweSeason, litter: Litter) -> BookLitter:
    """As a user sees it."""
    said = litter.fact.said
    score = said.get("maternal_score")
    return BookLitter(
        event_id=litter.fact.id,
        occurred_on=litter.fact.on,
        ease=None if said.get("ease") is None else str(said["ease"]),
        maternal_score=None if score is None else int(str(score)),
        embryo_transfer=litter.fact.id in ewe.transfers,
        lambs=[shown_lamb(found, lamb) for lamb in litter.lambs if lamb.id in found.heads],
    )


def shown_lamb(found: Season, lamb: Born) -> BookLamb:
    """As a user sees it."""
    head = found.heads[lamb.id]
    return BookLamb(
        id=lamb.id,
        name=head.name,
        sex=lamb.sex,
        born_on=lamb.on,
        born="alive" if lamb.is_alive else "dead",
        reared_by=reared_by(found.history, lamb.id),
        rear_type=head.rear_type,
        fate=head.fate,
        marked=bool(found.history.of_subject(lamb.id, MARKED)),
        weaned=bool(found.history.of_subject(lamb.id, WEANED)),
    )
