"""Defining, changing and ending a farm's own traits."""

from uuid import UUID

from bellwether.farm.access import must_own, one_writer, role_of
from bellwether.farm.own_traits import defining, repository
from bellwether.farm.own_traits.defining import Said
from bellwether.farm.own_traits.models import OwnTraitRow
from bellwether.farm.own_traits.problems import TraitExists, TraitHasRecords, TraitRejected
from bellwether.farm.own_traits.schemas import Definition, Limits, NewOwnTrait, OwnTrait, OwnTraitChange, Window
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError, Stale
from bellwether.sheep.reading.headers import normal


async def define(session: Session, context: Context, farm_id: UUID, body: NewOwnTrait) -> OwnTrait:
    """A new trait of the farm.

    Raises:
        NotFound, OwnersOnly, TraitRejected, TraitExists
    """
    await must_own(session, context, farm_id)
    await one_writer(session, farm_id)
    words = body.words or (list(defining.YES_NO) if body.kind == "yes_no" else [])
    unit = body.unit or defining.UNITS.get(body.kind)
    hard, soft = pair(body.hard), pair(body.soft)
    check(body, Said(body.name, body.kind, unit, hard, soft, window(body), words, (body.valid_from, body.valid_to)))
    limits = defining.limits(body.kind, hard, words)
    decimals = 1 if body.kind == "number" else 0
    values = body.model_dump(
        include={
            *("name", "kind", "stage", "reference_age_days", "heritability", "phenotypic_variance"),
            *("may_record", "valid_from", "valid_to"),
        }
    )
    values |= {"unit": unit, "words": words, "description": body.description or "", "name_key": normal(body.name)}
    values |= {"decimals": decimals if body.decimals is None else body.decimals}
    values |= ranges(limits, soft or limits, window(body))
    if not await repository.add(session, farm_id, body.id or new_id(), body.code, context.user_id, values):
        raise TraitExists
    return await get(session, farm_id, body.code)


def check(body: Definition, said: Said) -> None:
    """All that has to agree.

    Raises:
        TraitRejected
    """
    found = defining.faults(said)
    if said.kind in ("category", "yes_no") and body.hard is not None:
        fix = "leave hard out: it follows from the words"
        found.append(RowError(field="hard", code="range_unused", message=f"a {said.kind} has no range", fix=fix))
    if found:
        raise TraitRejected(found)


def pair(limits: Limits | None) -> tuple[float, float] | None:
    """Both ends."""
    return None if limits is None else (limits.low, limits.high)


def window(body: Definition) -> tuple[int, int] | None:
    """Both days."""
    return None if body.window is None else (body.window.first_day, body.window.last_day)


def ranges(
    hard: tuple[float, float], soft: tuple[float, float], days: tuple[int | None, int | None] | None
) -> dict[str, object]:
    """As columns."""
    first, last = days or (None, None)
    found = {"hard_low": hard[0], "hard_high": hard[1], "soft_low": soft[0], "soft_high": soft[1]}
    return {**found, "window_first": first, "window_last": last}


async def change(
    session: Session, context: Context, farm_id: UUID, code: str, body: OwnTraitChange, if_match: Precondition
) -> OwnTrait:
    """Say something of it anew. What was recorded stays, and so does what was said of it then.

    Raises:
        NotFound, OwnersOnly, MatchRequired, Stale, TraitRejected, TraitExists
    """
    await must_own(session, context, farm_id)
    await one_writer(session, farm_id)
    before = await found(session, farm_id, code)
    if_match.check(before.rev)
    words = before.words if body.words is None else body.words
    hard = pair(body.hard) or (before.hard_low, before.hard_high)
    if before.kind == "category":
        hard = defining.limits(before.kind, None, words)
    soft = pair(body.soft) or fitting(before, hard)
    days = window(body)
    valid = (body.valid_from or before.valid_from, body.valid_to or before.valid_to)
    check(body, Said(body.name or before.name, before.kind, before.unit, hard, soft, days, words, valid))
    if words[: len(before.words)] != before.words or (before.kind == "yes_no" and len(words) != len(before.words)):
        fix = "send the words as they are, and new ones behind them"
        raise TraitRejected([defining.fault("words", "words_changed", "records have been made with these words", fix)])
    said = {name: value for name, value in body.model_dump().items() if value is not None}
    values = before._asdict() | said | {"words": words, "name_key": normal(body.name or before.name)}
    values |= ranges(hard, soft, days or (before.window_first, before.window_last))
    try:
        if not await repository.change(session, farm_id, code, before.rev, values):
            raise Stale
    except repository.UniqueViolation as error:
        raise TraitExists from error
    return await get(session, farm_id, code)


def fitting(before: OwnTraitRow, hard: tuple[float, float]) -> tuple[float, float]:
    """What is usual, where that alone is possible; what was all of the possible is so again."""
    if (before.soft_low, before.soft_high) == (before.hard_low, before.hard_high):
        return hard
    return before.soft_low, before.soft_high


async def found(session: Session, farm_id: UUID, code: str) -> OwnTraitRow:
    """The row.

    Raises:
        NotFound
    """
    row = await repository.get(session, farm_id, code)
    if row is None:
        raise NotFound
    return row


async def get(session: Session, farm_id: UUID, code: str) -> OwnTrait:
    """One of them.

    Raises:
        NotFound
    """
    return shown(await found(session, farm_id, code))


def shown(row: OwnTraitRow) -> OwnTrait:
    """On the wire."""
    days = None
    if row.window_first is not None and row.window_last is not None:
        days = Window(first_day=row.window_first, last_day=row.window_last)
    limits = {
        "hard": Limits(low=row.hard_low, high=row.hard_high),
        "soft": Limits(low=row.soft_low, high=row.soft_high),
        "window": days,
    }
    same = {name: getattr(row, name) for name in OwnTrait.model_fields if name not in limits}
    return OwnTrait.model_validate(same | limits)


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[OwnTrait]:
    """Those of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[shown(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def remove(session: Session, context: Context, farm_id: UUID, code: str, if_match: Precondition) -> None:
    """One that was defined by mistake.

    Raises:
        NotFound, OwnersOnly, MatchRequired, Stale
        TraitHasRecords: it is ended instead.
    """
    await must_own(session, context, farm_id)
    await one_writer(session, farm_id)
    before = await found(session, farm_id, code)
    if_match.check(before.rev)
    if await repository.is_used(session, farm_id, code):
        raise TraitHasRecords
    if not await repository.remove(session, farm_id, code, before.rev):
        raise Stale
