"""Use-cases of agreements: a farm proposes, others accept, and each leaves when its owner wants."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.genetics.access import may_read
from bellwether.genetics.agreements import repository
from bellwether.genetics.agreements.models import AgreementRow, NewStep, StepRow
from bellwether.genetics.agreements.problems import NoSuchAgreement, NotNow, OtherStep, OwnersOnly
from bellwether.genetics.agreements.schemas import Agreement, AgreementFarm, Kind, NewAgreement
from bellwether.genetics.evaluations.problems import NoSuchFlock
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id

#: what a farm may be at when a step of a kind follows
AFTER: dict[str, tuple[str | None, ...]] = {
    "invited": (None, "declined", "left"),
    "accepted": ("invited", "accepted"),
    "declined": ("invited",),
    "left": ("accepted",),
}


async def propose(session: Session, context: Context, new: NewAgreement) -> Agreement:
    """An agreement of which the proposing farm is the first.

    Raises:
        NotFound, OwnersOnly, NoSuchFlock
    """
    await must_own(session, new.farm_id)
    agreement_id = new_id()
    await repository.add(session, agreement_id, new.farm_id, new.name, new.purpose, context.user_id)
    await take(session, context, agreement_id, new.farm_id, 1, "accepted", new.flock_ids)
    return await get(session, agreement_id)


async def invite(session: Session, context: Context, agreement_id: UUID, farm_id: UUID) -> Agreement:
    """Ask another farm, or one that has declined or left once more; whether there is such a farm is not told.

    Raises:
        NoSuchAgreement, OwnersOnly, NotNow
    """
    row = await held(session, agreement_id)
    await must_own(session, row.farm_id)
    before = await at(session, agreement_id, farm_id)
    refuse_unless_follows("invited", before)
    await take(session, context, agreement_id, farm_id, 1 if before is None else before.number + 1, "invited")
    return await get(session, agreement_id)


async def step(
    session: Session,
    context: Context,
    agreement_id: UUID,
    farm_id: UUID,
    kind: Kind,
    *,
    based_on: int,
    flock_ids: Sequence[UUID] = (),
) -> Agreement:
    """Accept, decline or leave, if the farm still is where its owner saw it: of two who race one wins.

    A run that is reading the farms' records ends its reading first, or begins without the farm that left.

    Raises:
        NoSuchAgreement, NotFound, OwnersOnly, OtherStep, NotNow, NoSuchFlock
    """
    await held(session, agreement_id)
    await must_own(session, farm_id)
    before = await at(session, agreement_id, farm_id)
    if before is None:
        raise NoSuchAgreement
    if before.number != based_on:
        raise OtherStep(farm_id, before.number)
    refuse_unless_follows(kind, before)
    await take(session, context, agreement_id, farm_id, based_on + 1, kind, flock_ids)
    return await get(session, agreement_id)


def refuse_unless_follows(kind: str, before: StepRow | None) -> None:
    """Refuse a step that nothing leads to.

    Raises:
        NotNow
    """
    state = None if before is None else before.kind
    if state not in AFTER[kind]:
        raise NotNow(kind, state)


async def take(
    session: Session,
    context: Context,
    agreement_id: UUID,
    farm_id: UUID,
    number: int,
    kind: str,
    flock_ids: Sequence[UUID] = (),
) -> None:
    """The step.

    Raises:
        OtherStep, NoSuchFlock
    """
    flocks = list(dict.fromkeys(flock_ids))
    if flocks and not await repository.has_flocks(session, farm_id, flocks):
        raise NoSuchFlock
    name = await repository.farm_name(session, farm_id) if kind == "accepted" else None
    new = NewStep(agreement_id, farm_id, number, kind, name, flocks, context.user_id)
    if not await repository.take_step(session, new):
        raise OtherStep(farm_id, number)


async def must_own(session: Session, farm_id: UUID) -> None:
    """Pass for owners of the farm.

    Raises:
        NotFound, OwnersOnly
    """
    await may_read(session, farm_id)
    if not await repository.owns(session, farm_id):
        raise OwnersOnly


async def held(session: Session, agreement_id: UUID) -> AgreementRow:
    """The agreement, with everybody else who changes or runs it waiting until this transaction has ended.

    Raises:
        NoSuchAgreement
    """
    await one_at_a_time(session, f"agreement {agreement_id}")
    return await found(session, agreement_id)


async def found(session: Session, agreement_id: UUID) -> AgreementRow:
    """The agreement.

    Raises:
        NoSuchAgreement
    """
    row = await repository.find(session, agreement_id)
    if row is None:
        raise NoSuchAgreement
    return row


async def at(session: Session, agreement_id: UUID, farm_id: UUID) -> StepRow | None:
    """Where a farm stands."""
    steps = await repository.newest(session, [agreement_id])
    return next((each for each in steps if each.farm_id == farm_id), None)


async def get(session: Session, agreement_id: UUID) -> Agreement:
    """An agreement with its farms.

    Raises:
        NoSuchAgreement
    """
    return shown(await found(session, agreement_id), await repository.newest(session, [agreement_id]))


async def page(session: Session, before: UUID | None, limit: int) -> list[Agreement]:
    """Agreements that a farm of the caller is in, was in, or is asked into."""
    rows = await repository.page(session, before, limit)
    steps = await repository.newest(session, [row.id for row in rows])
    return [shown(row, [step for step in steps if step.agreement_id == row.id]) for row in rows]


def shown(row: AgreementRow, steps: Sequence[StepRow]) -> Agreement:
    """On the wire: of other farms who they are, not their flocks."""
    farms = [
        AgreementFarm.model_validate(
            {
                "farm_id": each.farm_id,
                "name": each.farm_name,
                "step": each.number,
                "state": each.kind,
                "since": each.taken_at,
                "flock_ids": each.flock_ids if each.is_mine else None,
            }
        )
        for each in steps
    ]
    return Agreement.model_validate({**row._asdict(), "farms": farms})
