"""Every query about traits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bellwether.genetics.traits.models import farm_trait, farm_trait_correlation, trait, trait_correlation
from bellwether.platform.database.transactions import Session


@dataclass(frozen=True, slots=True)
class StoredTrait:
    """A trait of the dictionary as the table has it."""

    code: str
    stage: str
    name: str
    unit: str
    kind: str
    reference_age_days: int | None
    reference_weight_kg: float | None
    heritability: float | None
    phenotypic_variance: float | None
    source: str


class Pair(NamedTuple):
    """The correlations of two traits."""

    a: str
    b: str
    genetic: float
    residual: float


@dataclass(frozen=True, slots=True)
class Own:
    """What a farm has set for a trait."""

    code: str
    heritability: float | None
    phenotypic_variance: float | None
    source: str
    rev: int
    changed_at: datetime


STORED = tuple(trait.c[name] for name in StoredTrait.__slots__)
OWN = tuple(farm_trait.c[name] for name in Own.__slots__)


async def all_traits(session: Session) -> list[StoredTrait]:
    """The dictionary, from birth to adult."""
    order = (trait.c.reference_age_days.asc().nulls_last(), trait.c.code)
    rows = await session.execute(select(*STORED).where(trait.c.is_current).order_by(*order))
    return [StoredTrait(*row) for row in rows]


async def correlations(session: Session) -> list[Pair]:
    """Each pair of traits once."""
    table = trait_correlation.c
    statement = select(table.trait_a, table.trait_b, table.genetic, table.residual)
    return [Pair(*row) for row in await session.execute(statement.order_by(table.trait_a, table.trait_b))]


async def own_values(session: Session, farm_id: UUID) -> dict[str, Own]:
    """What the farm has set, by trait."""
    rows = await session.execute(select(*OWN).where(farm_trait.c.farm_id == farm_id))
    return {row.code: Own(*row) for row in rows}


async def own_correlations(session: Session, farm_id: UUID) -> list[Pair]:
    """Pairs that the farm has set; the first trait is the one they stand with."""
    table = farm_trait_correlation.c
    statement = select(table.code, table.other, table.genetic, table.residual).where(table.farm_id == farm_id)
    return [Pair(*row) for row in await session.execute(statement.order_by(table.code, table.other))]


async def revision(session: Session, farm_id: UUID, code: str) -> int | None:
    """Of the farm's values of a trait, locked; None when there are none."""
    own = farm_trait.c
    statement = select(own.rev).where(own.farm_id == farm_id, own.code == code).with_for_update()
    found: int | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def add(session: Session, farm_id: UUID, code: str, values: dict[str, object]) -> bool:
    """The farm's first values of a trait; False when another request was first."""
    try:
        async with session.begin_nested():
            await session.execute(insert(farm_trait).values(farm_id=farm_id, code=code, **values))
    except IntegrityError:
        return False
    return True


async def change(session: Session, farm_id: UUID, code: str, values: dict[str, object]) -> None:
    """Other values for a trait."""
    own = farm_trait.c
    statement = update(farm_trait).where(own.farm_id == farm_id, own.code == code)
    await session.execute(statement.values(rev=own.rev + 1, changed_at=func.clock_timestamp(), **values))


async def replace_correlations(session: Session, farm_id: UUID, code: str, pairs: Sequence[Pair]) -> None:
    """The pairs that stand with a trait, in place of those before."""
    table = farm_trait_correlation.c
    await session.execute(delete(farm_trait_correlation).where(table.farm_id == farm_id, table.code == code))
    if pairs:
        rows = [
            {"farm_id": farm_id, "code": p.a, "other": p.b, "genetic": p.genetic, "residual": p.residual} for p in pairs
        ]
        await session.execute(insert(farm_trait_correlation), rows)


async def pairs_elsewhere(session: Session, farm_id: UUID, code: str, others: Sequence[str]) -> list[str]:
    """Those of the other traits with which the pair stands."""
    table = farm_trait_correlation.c
    statement = select(table.code).where(table.farm_id == farm_id, table.other == code, table.code.in_(others))
    return list((await session.execute(statement)).scalars())


async def remove(session: Session, farm_id: UUID, code: str) -> None:
    """The dictionary counts again."""
    own = farm_trait.c
    await session.execute(delete(farm_trait).where(own.farm_id == farm_id, own.code == code))
