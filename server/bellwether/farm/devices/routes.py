"""Paths of devices under /farms/{farm_id}/sync."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.devices import service
from bellwether.farm.devices.schemas import Device, DeviceReport, SignOut, Unsent
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/sync", tags=["sync"])
TAKEN = documented({409: "Another user has a device with this id"})
HOLDS = documented({409: "Rows of the device were not sent yet"})


@router.put("/devices/{device_id}", dependencies=[need("flock:read")], responses=TAKEN)
async def report_device(
    session: Writing, context: Acting, farm_id: UUID, device_id: UUID, body: DeviceReport
) -> Device:
    """Register a device under an id that it makes for its user, and say what it has not sent."""
    return await service.report(session, context, farm_id, device_id, body)


@router.get("/devices", dependencies=[need("flock:read")])
async def list_devices(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Device]:
    """Your devices on the farm; an owner sees everybody's."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.get("/unsent", dependencies=[need("flock:read")])
async def count_unsent(session: Reading, context: Acting, farm_id: UUID) -> Unsent:
    """How many rows your devices have not sent, as they said last."""
    return await service.unsent(session, context, farm_id)


@router.post("/devices/{device_id}/sign-out", response_model=Device, dependencies=[need("flock:read")], responses=HOLDS)
async def sign_out_device(
    session: Writing, context: Acting, once: Once, farm_id: UUID, device_id: UUID, body: SignOut
) -> Response:
    """Leave a device; refused while it holds rows that were not sent, unless they may be lost."""
    return await once(lambda: service.sign_out(session, context, farm_id, device_id, body), status=200)
