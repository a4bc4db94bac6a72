"""Calls at chosen markers in chosen samples, whatever version of the map each was read by."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bellwether.genetics.chips import repository as chips
from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.genotypes.calls import Kept, read_block, read_matrix
from bellwether.genetics.genotypes.reading import repository
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.modelling.chips.blocks import Block
from bellwether.platform.database.transactions import Session

Codes = NDArray[np.int8]
MISSING = 3
SIGNS = np.frombuffer(b"012.", dtype=np.uint8)
OTHER = np.array([2, 1, 0, 3], dtype=np.int8)


def shown(codes: Codes) -> str:
    """One sign a call."""
    return SIGNS[codes].tobytes().decode()


def by_version(rows: Sequence[KeptRow]) -> dict[tuple[int, UUID], list[int]]:
    """Positions of the samples of each version of the map and each farm."""
    found: dict[tuple[int, UUID], list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        found[row.map_version, row.farm_id].append(position)
    return found


def kept_of(rows: Sequence[KeptRow]) -> Kept:
    """Samples of one farm and one version, as they are read."""
    first = rows[0]
    samples, versions = [row.sample_id for row in rows], [row.version for row in rows]
    return Kept(first.farm_id, first.chip_id, first.map_version, samples, versions)


async def at_markers(session: Session, rows: Sequence[KeptRow], wanted: Sequence[MarkerPlace]) -> Codes:
    """Calls of these markers, int8 (n_samples, n_markers), by the alleles of `wanted`; 3 missing."""
    out = np.full((len(rows), len(wanted)), MISSING, dtype=np.int8)
    column = {place.name: j for j, place in enumerate(wanted)}
    for (version, _), positions in by_version(rows).items():
        mine = [rows[i] for i in positions]
        places = await chips.places(session, mine[0].chip_id, version, list(column))
        kept = kept_of(mine)
        blocks: dict[tuple[int, int], list[MarkerPlace]] = defaultdict(list)
        for place in places:
            blocks[place.chrom, place.block].append(place)
        for (chromosome, number), inside in blocks.items():
            last = max(place.at for place in inside) + 1
            codes = await block_codes(session, kept, chromosome, number, last)
            for place in inside:
                target = wanted[column[place.name]]
                out[positions, column[place.name]] = recoded(codes[:, place.at], place, target)
    return out


async def block_codes(session: Session, kept: Kept, chromosome: int, number: int, n: int) -> Codes:
    """The first `n` calls of a block in each sample; the block may hold more."""
    size = await repository.block_size(session, kept.chip_id, kept.map_version, chromosome, number)
    block = Block(chromosome, number, 0, size)
    packed = await read_block(session, kept, block)
    shifts = np.array([0, 2, 4, 6], dtype=np.uint8)
    codes = ((packed[:, : (n + 3) // 4, None] >> shifts) & np.uint8(3)).reshape(len(packed), 4 * ((n + 3) // 4))
    return codes[:, :n].astype(np.int8)


def recoded(codes: Codes, place: MarkerPlace, target: MarkerPlace) -> Codes:
    """By the alleles of another version: swapped where it counts the other one, missing where they differ."""
    if (place.counted, place.other) == (target.counted, target.other):
        return codes
    if (place.other, place.counted) == (target.counted, target.other):
        return OTHER[codes]
    return np.full_like(codes, MISSING)


async def whole(
    session: Session, rows: Sequence[KeptRow], chip_id: int, version: int, blocks: Sequence[Block]
) -> Codes:
    """All markers of a version in these samples, int8 (n_samples, n_markers) in the order of the map."""
    groups = by_version(rows)
    if len(groups) == 1 and next(iter(groups))[0] == version:
        return await read_matrix(session, kept_of(rows), blocks)
    out = np.full((len(rows), blocks[-1].last), MISSING, dtype=np.int8)
    for (mine, _), positions in groups.items():
        part = kept_of([rows[i] for i in positions])
        if mine == version:
            out[positions] = await read_matrix(session, part, blocks)
        else:
            out[positions] = await converted(session, part, chip_id, version)
    return out


async def converted(session: Session, kept: Kept, chip_id: int, version: int) -> Codes:
    """Samples of another version by this one."""
    here, there = (
        await chips.whole_map(session, chip_id, kept.map_version),
        await chips.whole_map(session, chip_id, version),
    )
    codes = await read_matrix(session, kept, here.blocks)
    out = np.full((len(codes), len(there)), MISSING, dtype=np.int8)
    a, b = here.markers, there.markers
    for name, i in here.places.items():
        j = there.places.get(name)
        if j is None:
            continue
        if (a.counted[i], a.other[i]) == (b.counted[j], b.other[j]):
            out[:, j] = codes[:, i]
        elif (a.other[i], a.counted[i]) == (b.counted[j], b.other[j]):
            out[:, j] = OTHER[codes[:, i]]
    return out


async def deviations(
    session: Session, rows: Sequence[KeptRow], version: int, blocks: Sequence[Block]
) -> NDArray[np.float32] | None:
    """What dosages are above their nearest calls, float32 (n_samples, n_markers); None where all are whole.

    Those of another version of the map stay behind: their nearest calls are read.
    """
    mine = {(row.sample_id, row.version): i for i, row in enumerate(rows) if row.map_version == version}
    found = await repository.deviations(session, rows[0].chip_id, [key for key, _ in mine])
    if not found:
        return None
    place = {(block.chromosome, block.number): block for block in blocks}
    out = np.zeros((len(rows), blocks[-1].last), dtype=np.float32)
    for each in found:
        position = mine.get((each.sample_id, each.version))
        if position is not None:
            block = place[each.chrom, each.block]
            out[position, block.first : block.last] = np.frombuffer(each.content, dtype=np.float32)
    return out
