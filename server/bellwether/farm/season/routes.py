"""Paths under /farms/{id}/seasons/{year}."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from bellwether.farm.season import service
from bellwether.farm.season.schemas import BookEwe, SeasonJoinings, SeasonRates
from bellwether.platform.http.dependencies import Acting, Reading, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/seasons/{year}", tags=["seasons"])
Year = Annotated[int, Path(ge=1901, le=2200, description="The drop: the year in which the lambs begin to come")]


@router.get("/rates", dependencies=[need("flock:read")])
async def get_season_rates(
    session: Reading, context: Acting, farm_id: UUID, year: Year, flock_id: UUID | None = None
) -> SeasonRates:
    """Every rate of a season from joining to weaning, with numerator, denominator and definition."""
    return await service.rates(session, context, farm_id, year, flock_id)


@router.get("/joinings", dependencies=[need("flock:read")])
async def list_season_joinings(session: Reading, context: Acting, farm_id: UUID, year: Year) -> SeasonJoinings:
    """The joinings of a season, with the days between which their lambs are due."""
    return await service.joinings(session, context, farm_id, year)


@router.get("/lambing-book", dependencies=[need("flock:read")])
async def list_lambing_book(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    year: Year,
    flock_id: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[BookEwe]:
    """Ewe by ewe: to whom she was exposed, when she is due, her scans, her litters, and the lambs that she rears."""
    return await service.book(session, context, farm_id, year, flock_id, limit, cursor)
