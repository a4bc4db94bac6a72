"""Paths under /chips, /breeds and /assemblies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile

from bellwether.genetics.chips import adding, service
from bellwether.genetics.chips.adding import Upload
from bellwether.genetics.chips.schemas import Assemblies, Assembly, Breed, Breeds, Chip, Marker, MarkerMap
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Reading, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented, form_example
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["chips"])
READ, WRITE, KEEP = need("genotype:read"), need("flock:write"), need("chip:keep")
LIMIT = costly("chips", per_minute=10, burst=20)
READING = at_once("maps that are being read", of_one=1, of_all=2)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Version = Annotated[int, Path(ge=1, le=32_767)]
Code = Annotated[str, Form(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
MapFile = Annotated[UploadFile, File(description="A manifest (.csv), .bim, .map, or a VCF whose sites are the markers")]
AssemblyCode = Annotated[str | None, Form(description="By which the positions are, as of /assemblies", max_length=40)]
Name = Annotated[str, Form(min_length=1, max_length=120)]
BasePairs = Annotated[int | None, Query(ge=0, le=2**40)]
FARM = "0198c0de-0000-7000-8000-000000000001"
MAP = "1 OAR1_1 0 100 A G\n"
COMMON = form_example(code="OvineSNP50", name="Ovine SNP50", file=MAP)
NEW = form_example(farm_id=FARM, code="OvineSNP50", name="Ovine SNP50", file=MAP)
TAKEN = documented({409: "The farm has a chip with this code"})
COMMON_TAKEN = documented({409: "Everybody has a chip with this code"})
COMMON_SAME = documented({409: "The chip has this very map"})
SAME = documented({409: "The chip has this very map, or is everybody's"})


async def sent(file: MapFile, assembly: AssemblyCode = None) -> Upload:
    """The map of a form."""
    return Upload(name=file.filename or "", content=await file.read(), assembly=assembly)


Sent = Annotated[Upload, Depends(sent)]


@router.get("/breeds", dependencies=[READ])
async def list_breeds(session: Reading) -> Breeds:
    """Breeds with their codes and their names in several languages."""
    found: list[Breed] = await service.breeds(session)
    return Breeds(items=found)


@router.get("/assemblies", dependencies=[READ])
async def list_assemblies(session: Reading) -> Assemblies:
    """Assemblies of the sheep genome, by which positions are told."""
    found: list[Assembly] = await service.assemblies(session)
    return Assemblies(items=found)


@router.post("/chips", status_code=201, dependencies=[WRITE, LIMIT, READING], openapi_extra=NEW, responses=TAKEN)
async def add_chip(
    session: Writing,
    context: Acting,
    response: Response,
    farm_id: Annotated[UUID, Form()],
    code: Code,
    name: Name,
    upload: Sent,
) -> Chip:
    """Add a chip of a farm by its map."""
    found = await adding.add(session, context, farm_id, code, name, upload)
    response.headers["Location"] = f"/api/v1/genetics/chips/{found.id}"
    return found


@router.get("/chips", dependencies=[READ])
async def list_chips(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Chip]:
    """Chips of a farm, and those that are everybody's."""
    return await service.page(session, farm_id, cursor, limit)


@router.get("/chips/{chip_id}", dependencies=[READ])
async def get_chip(session: Reading, chip_id: Number) -> Chip:
    """One chip with its latest map."""
    return await service.get(session, chip_id)


@router.get("/chips/{chip_id}/maps", dependencies=[READ])
async def list_maps(session: Reading, chip_id: Number) -> Page[MarkerMap]:
    """All versions of a chip's map, the oldest first."""
    return Page(items=await service.maps(session, chip_id), next=None)


@router.post(
    "/chips/{chip_id}/maps",
    status_code=201,
    dependencies=[WRITE, LIMIT, READING],
    openapi_extra=form_example(file=MAP),
    responses=SAME,
)
async def add_map(session: Writing, context: Acting, response: Response, chip_id: Number, upload: Sent) -> MarkerMap:
    """Add a further version of a map; what was read by an earlier one stays as it is."""
    found = await adding.add_map(session, context, chip_id, upload)
    response.headers["Location"] = f"/api/v1/genetics/chips/{chip_id}/maps/{found.version}"
    return found


@router.get("/chips/{chip_id}/maps/{version}", dependencies=[READ])
async def get_map(session: Reading, chip_id: Number, version: Version) -> MarkerMap:
    """One version of a map."""
    return await service.get_map(session, chip_id, version)


@router.get("/chips/{chip_id}/maps/{version}/markers", dependencies=[READ])
async def list_markers(
    session: Reading,
    chip_id: Number,
    version: Version,
    chromosome: Annotated[str | None, Query(max_length=40, description="Only markers of this chromosome")] = None,
    first: BasePairs = None,
    last: BasePairs = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Marker]:
    """Markers of a map by chromosome and position."""
    stretch = service.stretch(chromosome, first, last)
    return await service.markers(session, chip_id, version, stretch, cursor, limit)


@router.post(
    "/common-chips", status_code=201, dependencies=[KEEP, LIMIT, READING], openapi_extra=COMMON, responses=COMMON_TAKEN
)
async def add_common_chip(
    session: Writing,
    context: Acting,
    response: Response,
    code: Code,
    name: Name,
    upload: Sent,
) -> Chip:
    """Add a chip that every farm reads and none changes."""
    found = await adding.add_common(session, context, code, name, upload)
    response.headers["Location"] = f"/api/v1/genetics/chips/{found.id}"
    return found


@router.post(
    "/common-chips/{chip_id}/maps",
    status_code=201,
    dependencies=[KEEP, LIMIT, READING],
    openapi_extra=form_example(file=MAP),
    responses=COMMON_SAME,
)
async def add_common_map(
    session: Writing, context: Acting, response: Response, chip_id: Number, upload: Sent
) -> MarkerMap:
    """Add a further version of the map of everybody's chip."""
    found = await adding.add_common_map(session, context, chip_id, upload)
    response.headers["Location"] = f"/api/v1/genetics/chips/{chip_id}/maps/{found.version}"
    return found
