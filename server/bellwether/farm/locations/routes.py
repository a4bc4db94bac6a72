"""Paths under /farms/{farm_id}/locations."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.locations import service
from bellwether.farm.locations.schemas import Location, NewLocation
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/locations", tags=["farms"])
TAKEN = documented({409: "The farm has this number, or as many as it may have"})


@router.post("", status_code=201, response_model=Location, dependencies=[need("flock:write")], responses=TAKEN)
async def add_location(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewLocation) -> Response:
    """Say by which number an authority knows the farm; partners ask for its data by it."""
    return await once(lambda: service.add(session, context, farm_id, body))


@router.get("", dependencies=[need("flock:read")])
async def list_locations(session: Reading, context: Acting, farm_id: UUID) -> Page[Location]:
    """All numbers of the farm."""
    return await service.page(session, context, farm_id)


@router.delete("/{location_id}", status_code=204, dependencies=[need("flock:write")])
async def remove_location(session: Writing, context: Acting, farm_id: UUID, location_id: UUID) -> None:
    """The farm has this number no longer."""
    await service.remove(session, context, farm_id, location_id)
