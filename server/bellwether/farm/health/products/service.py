"""Remedies of a farm, their batches, and what is left of these."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.health import projection
from bellwether.farm.health.products import repository
from bellwether.farm.health.products.models import BatchRow, ProductRow
from bellwether.farm.health.products.problems import BatchExists, ProductExists
from bellwether.farm.health.products.schemas import (
    Batch,
    BatchChange,
    NewBatch,
    NewProduct,
    Period,
    Product,
    ProductChange,
)
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale

PERIODS = ("meat_whp", "esi", "milk_whp")


def columns(body: NewProduct | ProductChange) -> dict[str, object]:
    """As it is stored: a period is a number and its unit."""
    values: dict[str, object] = body.model_dump(exclude=set(PERIODS))
    for name in PERIODS:
        period: Period | None = getattr(body, name)
        values |= {name: period and period.value, f"{name}_unit": period and period.unit}
    return values


def product(row: ProductRow) -> Product:
    """As it is shown."""
    values = row._asdict()
    for name in PERIODS:
        value, unit = values[name], values.pop(f"{name}_unit")
        values[name] = None if value is None else Period(value=value, unit=unit)
    return Product.model_validate(values)


def batch(row: BatchRow) -> Batch:
    """As it is shown."""
    return Batch.model_validate(row._asdict() | {"on_hand": row.quantity - row.used})


async def create(session: Session, context: Context, body: NewProduct) -> Product:
    """A new product.

    Raises:
        ReferenceNotFound, ReadOnlyMember, ProductExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    product_id = body.id or new_id()
    try:
        async with session.begin_nested():
            await repository.add(session, columns(body) | {"id": product_id, "recorded_by": context.user_id})
    except IntegrityError as error:
        raise ProductExists from error
    return await get(session, product_id)


async def get(session: Session, product_id: UUID) -> Product:
    """One product.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, product_id)
    if row is None:
        raise NotFound
    return product(row)


async def change(
    session: Session, context: Context, product_id: UUID, body: ProductChange, if_match: Precondition
) -> Product:
    """Change what is given; all treatments with the product follow.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, ProductExists
    """
    before = await get(session, product_id)
    await may_write(session, context, before.farm_id)
    await one_writer(session, before.farm_id)
    if_match.check(before.rev)
    try:
        async with session.begin_nested():
            is_changed = await repository.change(session, product_id, before.rev, columns(body))
    except IntegrityError as error:
        raise ProductExists from error
    if not is_changed:
        raise Stale
    await projection.relabelled(session, before.farm_id, product_id)
    return await get(session, product_id)


async def page(
    session: Session, context: Context, farm_id: UUID, words: str | None, limit: int, cursor: str | None
) -> Page[Product]:
    """Products of a farm; with `words` those that are called so or nearly so, the nearest first.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    if words is not None:
        return Page(items=[product(row) for row in await repository.search(session, farm_id, words, limit)], next=None)
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[product(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def add_batch(session: Session, context: Context, product_id: UUID, body: NewBatch) -> Batch:
    """A new batch of a product.

    Raises:
        NotFound, ReadOnlyMember, BatchExists
    """
    farm_id = (await get(session, product_id)).farm_id
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    batch_id = body.id or new_id()
    ids = {"id": batch_id, "farm_id": farm_id, "product_id": product_id, "recorded_by": context.user_id}
    try:
        async with session.begin_nested():
            await repository.add_batch(session, body.model_dump() | ids)
    except IntegrityError as error:
        raise BatchExists from error
    return await get_batch(session, batch_id)


async def get_batch(session: Session, batch_id: UUID) -> Batch:
    """One batch.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.batch(session, batch_id)
    if row is None:
        raise NotFound
    return batch(row)


async def change_batch(
    session: Session, context: Context, batch_id: UUID, body: BatchChange, if_match: Precondition
) -> Batch:
    """Change what is given.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, BatchExists
    """
    before = await get_batch(session, batch_id)
    await may_write(session, context, before.farm_id)
    await one_writer(session, before.farm_id)
    if_match.check(before.rev)
    try:
        async with session.begin_nested():
            is_changed = await repository.change_batch(session, batch_id, before.rev, body.model_dump())
    except IntegrityError as error:
        raise BatchExists from error
    if not is_changed:
        raise Stale
    return await get_batch(session, batch_id)


async def batches(session: Session, product_id: UUID, limit: int, cursor: str | None) -> Page[Batch]:
    """Batches of a product.

    Raises:
        NotFound
    """
    farm_id = (await get(session, product_id)).farm_id
    rows = await repository.batches(session, farm_id, product_id, id_after(cursor), limit + 1)
    return Page(items=[batch(row) for row in rows[:limit]], next=ById.after(rows, limit))
