"""The rows that hold calls: an animal's by block, and many animals' as one array."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
from bellwether_engine.genotypes.packed import SHIFTS
from numpy.typing import NDArray

from bellwether.modelling.chips.blocks import Block, blocks_of
from bellwether.platform.database.transactions import Session, driver

Bytes = NDArray[np.uint8]
OF_FARM = """
select sample_id, version, calls from genetics.genotype
where chip_id = $1 and farm_id = $2 and chrom = $3 and block = $4 and map_version = $5
"""
OF_SAMPLES = """
select sample_id, version, calls from genetics.genotype
where sample_id = any ($2::uuid[]) and chip_id = $1 and chrom = $3 and block = $4 and map_version = $5
"""
LAYOUT = "select chrom, count(*) as n from genetics.marker where chip_id = $1 and map_version = $2 group by chrom"
#: so many samples are looked up one by one; of more, all of the farm are passed over
FEW = 500
CODES = np.ascontiguousarray((np.arange(256, dtype=np.uint8)[:, None] >> SHIFTS) & np.uint8(3))


@dataclass(frozen=True)
class Kept:
    """Which rows are read: samples of one farm on one chip by one version of its map, with the version of each."""

    farm_id: UUID
    chip_id: int
    map_version: int
    samples: Sequence[UUID]
    versions: Sequence[int]

    @cached_property
    def rows(self) -> dict[tuple[UUID, int], int]:
        """Row of each sample."""
        keys = zip(self.samples, self.versions, strict=True)
        return {key: row for row, key in enumerate(keys)}


async def layout(session: Session, chip_id: int, map_version: int) -> list[Block]:
    """The blocks of a map."""
    found = sorted(await driver(session).fetch(LAYOUT, chip_id, map_version))
    return blocks_of(np.repeat([row["chrom"] for row in found], [row["n"] for row in found]).astype(np.int32))


async def read_block(session: Session, kept: Kept, block: Block) -> Bytes:
    """Calls of a block, uint8 (n_samples, n_bytes), four to a byte; what is not there is missing."""
    where = (block.chromosome, block.number, kept.map_version)
    if len(kept.samples) <= FEW:
        found = await driver(session).fetch(OF_SAMPLES, kept.chip_id, kept.samples, *where)
    else:
        found = await driver(session).fetch(OF_FARM, kept.chip_id, kept.farm_id, *where)
    nothing = b"\xff" * block.n_bytes
    calls = [nothing] * len(kept.samples)
    rows = kept.rows
    for sample, version, content in found:
        row = rows.get((sample, version))
        if row is not None:
            calls[row] = content
    return np.frombuffer(b"".join(calls), dtype=np.uint8).reshape(len(calls), block.n_bytes)


async def read_packed(session: Session, kept: Kept, blocks: Sequence[Block]) -> Bytes:
    """All blocks side by side, each beginning with a byte of its own."""
    if not kept.samples:
        return np.zeros((0, sum(block.n_bytes for block in blocks)), dtype=np.uint8)
    return np.concatenate([await read_block(session, kept, block) for block in blocks], axis=1)


async def read_matrix(session: Session, kept: Kept, blocks: Sequence[Block]) -> NDArray[np.int8]:
    """Calls of the markers of `blocks`, int8 (n_samples, n_markers): copies of the counted allele, 3 missing."""
    out = np.empty((len(kept.samples), sum(block.n_markers for block in blocks)), dtype=np.int8)
    first = 0
    for block in blocks:
        unpack(await read_block(session, kept, block), block, out[:, first : first + block.n_markers])
        first += block.n_markers
    return out


def unpack(packed: Bytes, block: Block, out: NDArray[np.int8]) -> None:
    """The calls of a block, one byte each, into its place."""
    step = 512
    for start in range(0, len(packed), step):
        codes = CODES[packed[start : start + step]].reshape(-1, 4 * block.n_bytes)
        out[start : start + step] = codes[:, : block.n_markers]
