"""Paths under /products, and /product-batches/{id} for one batch."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator

from bellwether.farm.health.products import service
from bellwether.farm.health.products.schemas import Batch, BatchChange, NewBatch, NewProduct, Product, ProductChange
from bellwether.farm.schemas import without_nul
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["products"])
PLACE, BATCH_PLACE = made_at("/api/v1/farm/products"), made_at("/api/v1/farm/product-batches")
Words = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="Name or active, as a whole or nearly so"),
    AfterValidator(lambda words: words if words is None else without_nul(words)),
]


@router.post("/products", status_code=201, response_model=Product, dependencies=[need("flock:write")])
async def create_product(session: Writing, context: Acting, once: Once, body: NewProduct) -> Response:
    """Make a remedy known, as its label says."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("/products", dependencies=[need("flock:read")])
async def list_products(
    session: Reading, context: Acting, farm_id: UUID, q: Words = None, limit: Limit = 100, cursor: CursorText = None
) -> Page[Product]:
    """Remedies of a farm; with `q` those of this name or active, the nearest first and one page only."""
    return await service.page(session, context, farm_id, q, limit, cursor)


@router.get("/products/{product_id}", dependencies=[need("flock:read")])
async def get_product(session: Reading, product_id: UUID, response: Response) -> Product:
    """One remedy."""
    return with_etag(response, await service.get(session, product_id))


@router.patch("/products/{product_id}", dependencies=[need("flock:write")])
async def change_product(
    session: Writing, context: Acting, product_id: UUID, body: ProductChange, if_match: IfMatch, response: Response
) -> Product:
    """Correct what the label says; whoever got it is withheld accordingly from then on."""
    return with_etag(response, await service.change(session, context, product_id, body, if_match))


@router.post(
    "/products/{product_id}/batches", status_code=201, response_model=Batch, dependencies=[need("flock:write")]
)
async def create_batch(session: Writing, context: Acting, once: Once, product_id: UUID, body: NewBatch) -> Response:
    """Enter a lot that was bought."""
    return await once(lambda: service.add_batch(session, context, product_id, body), headers=BATCH_PLACE)


@router.get("/products/{product_id}/batches", dependencies=[need("flock:read")])
async def list_batches(
    session: Reading, product_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Batch]:
    """Batches of a remedy, and what is left of each."""
    return await service.batches(session, product_id, limit, cursor)


@router.get("/product-batches/{batch_id}", dependencies=[need("flock:read")])
async def get_batch(session: Reading, batch_id: UUID, response: Response) -> Batch:
    """One batch."""
    return with_etag(response, await service.get_batch(session, batch_id))


@router.patch("/product-batches/{batch_id}", dependencies=[need("flock:write")])
async def change_batch(
    session: Writing, context: Acting, batch_id: UUID, body: BatchChange, if_match: IfMatch, response: Response
) -> Batch:
    """Change lot, days or quantity; after a stocktake, the quantity that was bought less what was lost."""
    return with_etag(response, await service.change_batch(session, context, batch_id, body, if_match))
