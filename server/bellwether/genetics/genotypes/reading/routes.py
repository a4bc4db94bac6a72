"""Paths of genotypes: an animal, a marker, a stretch, frequencies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from bellwether.genetics.chips import service as chips
from bellwether.genetics.genotypes.reading import service
from bellwether.genetics.genotypes.reading.schemas import (
    AnimalGenotypes,
    Frequencies,
    MarkerGenotypes,
    StretchGenotypes,
)
from bellwether.genetics.genotypes.reading.service import By, Whose
from bellwether.platform.http.dependencies import Reading, costly, need
from bellwether.platform.http.pagination import CursorText, Limit

router = APIRouter(tags=["genotypes"])
READ = need("genotype:read")
LIMIT = costly("genotypes of many", per_minute=120, burst=60)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Version = Annotated[int | None, Query(ge=1, le=32_767, description="Of the map; the latest where none is named")]
Chromosome = Annotated[str, Query(min_length=1, max_length=40)]
BasePairs = Annotated[int | None, Query(ge=0, le=2**40)]
Shared = Annotated[bool, Query(description="With animals that other farms share")]
ChipId = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Needed where the animal has several chips")]

Consensus = Annotated[
    bool, Query(description="What all samples of the animal say; markers at which they disagree are missing")
]


@router.get("/animals/{animal_id}/genotypes", dependencies=[READ])
async def get_animal(
    session: Reading, animal_id: UUID, chip_id: ChipId = None, consensus: Consensus = False
) -> AnimalGenotypes:
    """One animal at all markers of a chip, by its preferred sample or by all of its samples."""
    return await service.animal(session, animal_id, chip_id, is_consensus=consensus)


@router.get("/chips/{chip_id}/markers/{name}/genotypes", dependencies=[READ, LIMIT])
async def get_marker(
    session: Reading,
    chip_id: Number,
    name: Annotated[str, Path(max_length=200)],
    farm_id: UUID,
    map_version: Version = None,
    shared: Shared = False,
) -> MarkerGenotypes:
    """One marker in all animals of a farm."""
    return await service.marker(session, Whose(farm_id, chip_id, map_version, shared), name)


@router.get("/chips/{chip_id}/genotypes", dependencies=[READ, LIMIT])
async def get_stretch(
    session: Reading,
    chip_id: Number,
    farm_id: UUID,
    chromosome: Chromosome,
    first: BasePairs = None,
    last: BasePairs = None,
    map_version: Version = None,
    shared: Shared = False,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> StretchGenotypes:
    """A stretch of a chromosome in animals of a farm."""
    part = chips.named_stretch(chromosome, first, last)
    return await service.stretch(session, Whose(farm_id, chip_id, map_version, shared), part, cursor, limit)


@router.get("/chips/{chip_id}/frequencies", dependencies=[READ, LIMIT])
async def get_frequencies(
    session: Reading,
    chip_id: Number,
    farm_id: UUID,
    by: By = "flock",
    chromosome: Annotated[str | None, Query(max_length=40)] = None,
    first: BasePairs = None,
    last: BasePairs = None,
    map_version: Version = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Frequencies:
    """Allele frequencies by flock, breed or year of birth."""
    part = chips.stretch(chromosome, first, last)
    return await service.frequencies(session, Whose(farm_id, chip_id, map_version), by, part, cursor, limit)
