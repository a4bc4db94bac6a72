"""Calls at chosen markers in chosen samples, whatever version of the map each was read by."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bellwether.genetics.chips import repository as chips
from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.genotypes.calls import Kept, read_block, read_matrix
from bellwether.genetics.genotypes.reading import repository
from bellwether.genetics.genotypes.reading.models import DeviationRow, KeptRow
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


def consensus(codes: Codes) -> tuple[Codes, int]:
    """What the rows say of each marker together, int8 (n_markers,), and at how many of them they disagree."""
    lowest = codes.min(axis=0)
    highest = np.where(codes == MISSING, -1, codes).max(axis=0)
    disagree = (highest >= 0) & (lowest != highest)
    return np.where(disagree, MISSING, lowest).astype(np.int8), int(disagree.sum())


def recoded(codes: Codes, place: MarkerPlace, target: MarkerPlace) -> Codes:
    """By the alleles of another version: swapped where it counts the other one, missing where they differ."""
    is_swapped = swaps((place.counted, place.other), (target.counted, target.other))
    if is_swapped is None:
        return np.full_like(codes, MISSING)
    return OTHER[codes] if is_swapped else codes


def swaps(here: tuple[str, str], there: tuple[str, str]) -> bool | None:
    """Whether the same marker counts the other allele there; None where its alleles differ. An unknown one fits any."""
    for is_swapped, alleles in ((False, here), (True, here[::-1])):
        if all(a == b or "" in (a, b) for a, b in zip(alleles, there, strict=True)):
            return is_swapped
    return None


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


class Translation(NamedTuple):
    """Markers of one version of a map in another: their places in both, and whether they count the other allele."""

    here: NDArray[np.int64]
    there: NDArray[np.int64]
    is_swapped: NDArray[np.bool_]
    blocks: list[Block]
    n_markers: int


async def translation(session: Session, chip_id: int, version: int, wanted: int) -> Translation:
    """From a version of the map to another, by names and alleles; what has other alleles is left out."""
    here, there = await chips.whole_map(session, chip_id, version), await chips.whole_map(session, chip_id, wanted)
    a, b = here.markers, there.markers
    mine = list(zip(a.counted.tolist(), a.other.tolist(), strict=True))
    theirs = list(zip(b.counted.tolist(), b.other.tolist(), strict=True))
    rows = [
        (i, j, is_swapped)
        for name, i in here.places.items()
        if (j := there.places.get(name)) is not None and (is_swapped := swaps(mine[i], theirs[j])) is not None
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Translation(table[:, 0], table[:, 1], table[:, 2].astype(np.bool_), here.blocks, len(there))


async def converted(session: Session, kept: Kept, chip_id: int, version: int) -> Codes:
    """Samples of another version by this one."""
    way = await translation(session, chip_id, kept.map_version, version)
    codes = await read_matrix(session, kept, way.blocks)
    out = np.full((len(codes), way.n_markers), MISSING, dtype=np.int8)
    found = codes[:, way.here]
    out[:, way.there] = np.where(way.is_swapped, OTHER[found], found)
    return out


async def deviations(
    session: Session, rows: Sequence[KeptRow], version: int, n_markers: int
) -> NDArray[np.float32] | None:
    """What dosages are above their nearest calls, float32 (n_samples, n_markers); None where all are whole."""
    mine = {(row.sample_id, row.version): i for i, row in enumerate(rows)}
    found = await repository.deviations(session, rows[0].chip_id, [row.sample_id for row in rows])
    out = np.zeros((len(rows), n_markers), dtype=np.float32)
    parts: dict[int, list[tuple[int, DeviationRow]]] = defaultdict(list)
    for each in found:
        position = mine.get((each.sample_id, each.version))
        if position is not None:
            parts[rows[position].map_version].append((position, each))
    for given, inside in parts.items():
        way = await translation(session, rows[0].chip_id, given, version)
        place = {(block.chromosome, block.number): block for block in way.blocks}
        part = np.zeros((len(rows), way.blocks[-1].last), dtype=np.float32)
        for position, each in inside:
            block = place[each.chrom, each.block]
            part[position, block.first : block.last] = np.frombuffer(each.content, dtype=np.float32)
        out[:, way.there] += np.where(way.is_swapped, -part[:, way.here], part[:, way.here])
    return out if parts else None
