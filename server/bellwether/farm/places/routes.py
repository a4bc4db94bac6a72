"""Paths under /paddocks."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.farm.places import service
from bellwether.farm.places.geojson import FeatureCollection, Upload
from bellwether.farm.places.schemas import (
    UPLOAD_SAMPLE,
    Latitude,
    Longitude,
    NearPaddocks,
    NewPaddock,
    NewVersion,
    Paddock,
    PaddockChange,
    UploadedFeatures,
    Version,
)
from bellwether.farm.schemas import Day
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/paddocks", tags=["paddocks"])
PLACE = made_at("/api/v1/farm/paddocks")
OnDay = Annotated[Day | None, Query(alias="on", description="As it was fenced on this day; today when absent")]


@router.post("", status_code=201, response_model=Paddock, dependencies=[need("flock:write")])
async def create_paddock(session: Writing, context: Acting, once: Once, body: NewPaddock) -> Response:
    """Draw a paddock: a Polygon or MultiPolygon of GeoJSON (RFC 7946)."""
    return await once(lambda: service.create(session, context, body, datetime.now(UTC)), headers=PLACE)


@router.post(
    "/features", response_model=UploadedFeatures, dependencies=[need("flock:write")], openapi_extra=UPLOAD_SAMPLE
)
async def upload_paddocks(session: Writing, context: Acting, once: Once, farm_id: UUID, body: Upload) -> Response:
    """Take in a GeoJSON Feature or FeatureCollection, up to 500 paddocks, each with a verdict.

    The name of a paddock is `properties.name`; its first drawing is of today. What the farm has just so is `known`.
    """
    return await once(lambda: service.upload(session, context, farm_id, body, datetime.now(UTC)), status=200)


@router.get("", dependencies=[need("flock:read")])
async def list_paddocks(
    session: Reading, context: Acting, farm_id: UUID, on: OnDay = None, limit: Limit = 100, cursor: CursorText = None
) -> Page[Paddock]:
    """Paddocks of a farm."""
    day = await service.seen_on(session, context, farm_id, on, datetime.now(UTC))
    return await service.page(session, farm_id, day, limit, cursor)


@router.get("/features", dependencies=[need("flock:read")])
async def list_paddock_features(
    session: Reading, context: Acting, farm_id: UUID, on: OnDay = None, limit: Limit = 100, cursor: CursorText = None
) -> FeatureCollection:
    """Paddocks of a farm as a GeoJSON FeatureCollection."""
    day = await service.seen_on(session, context, farm_id, on, datetime.now(UTC))
    return await service.features(session, farm_id, day, limit, cursor)


@router.get("/nearest", dependencies=[need("flock:read")])
async def find_nearest_paddocks(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    longitude: Longitude,
    latitude: Latitude,
    on: OnDay = None,
    limit: Limit = 10,
) -> NearPaddocks:
    """Paddocks next to a point, the nearest first; one that holds the point is 0 m away."""
    day = await service.seen_on(session, context, farm_id, on, datetime.now(UTC))
    return await service.nearest(session, farm_id, day, longitude, latitude, limit)


@router.get("/within", dependencies=[need("flock:read")])
async def find_paddocks_within(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    west: Longitude,
    south: Latitude,
    east: Longitude,
    north: Latitude,
    whole: bool = True,
    on: OnDay = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Paddock]:
    """Paddocks in a part of the map; with `whole=false` those too that lie in it in part.

    A part over the antimeridian has a west that is greater than its east (RFC 7946, section 5.2).
    """
    day = await service.seen_on(session, context, farm_id, on, datetime.now(UTC))
    box = (west, south, east, north)
    return await service.within(session, farm_id, day, box, limit, cursor, whole=whole)


@router.get("/{paddock_id}", dependencies=[need("flock:read")])
async def get_paddock(session: Reading, paddock_id: UUID, response: Response) -> Paddock:
    """One paddock as it was drawn last."""
    return with_etag(response, await service.get(session, paddock_id))


@router.patch("/{paddock_id}", dependencies=[need("flock:write")])
async def change_paddock(
    session: Writing, context: Acting, paddock_id: UUID, body: PaddockChange, if_match: IfMatch, response: Response
) -> Paddock:
    """Rename a paddock."""
    return with_etag(response, await service.change(session, context, paddock_id, body, if_match))


@router.get("/{paddock_id}/versions", dependencies=[need("flock:read")])
async def list_paddock_versions(session: Reading, paddock_id: UUID) -> Page[Version]:
    """Every drawing of a paddock, the first one first."""
    return await service.versions(session, paddock_id)


@router.post("/{paddock_id}/versions", status_code=201, response_model=Paddock, dependencies=[need("flock:write")])
async def redraw_paddock(session: Writing, context: Acting, once: Once, paddock_id: UUID, body: NewVersion) -> Response:
    """Draw a paddock anew; the drawing before it stays for the days on which it was true."""
    return await once(lambda: service.redraw(session, context, paddock_id, body, datetime.now(UTC)))
