"""Use-cases of reading genotypes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np

from bellwether.genetics.access import may_read_genotypes
from bellwether.genetics.chips import repository as chip_rows
from bellwether.genetics.chips import service as chips
from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.chips.service import ByPlace, Stretch
from bellwether.genetics.genotypes.calls import layout
from bellwether.genetics.genotypes.reading import matrix, repository
from bellwether.genetics.genotypes.reading.matrix import MISSING, Codes, shown
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.genetics.genotypes.reading.problems import LongStretch, NotGenotyped, SeveralChips
from bellwether.genetics.genotypes.reading.schemas import (
    AnimalGenotypes,
    Frequencies,
    GroupFrequency,
    MarkerFrequency,
    MarkerGenotypes,
    SampleCalls,
    StretchGenotypes,
)
from bellwether.modelling.chips.blocks import codes_of
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor

MOST_MARKERS = 5_000
By = Literal["flock", "breed", "birth_year"]


class ByAnimal(Cursor):
    """Sorted by the animal."""

    animal_id: UUID


@dataclass(frozen=True, slots=True)
class Whose:
    """Animals of a farm on a chip, with those that others share where they are wanted."""

    farm_id: UUID
    chip_id: int
    map_version: int | None = None
    is_with_shared: bool = False


async def animal(
    session: Session, animal_id: UUID, chip_id: int | None, *, is_consensus: bool = False
) -> AnimalGenotypes:
    """One animal at all markers of a chip, by the sample that counts or by what all of its samples say.

    Raises:
        NotGenotyped, SeveralChips
    """
    rows = await repository.of_animal(session, animal_id, chip_id)
    if not rows:
        raise NotGenotyped
    if len(rows) > 1:
        raise SeveralChips
    row = rows[0]
    of: list[KeptRow] = []
    n_disagreeing = None
    if is_consensus:
        of = await repository.all_of_animal(session, animal_id, row.chip_id)
        blocks = await layout(session, row.chip_id, row.map_version)
        every = await matrix.whole(session, of, row.chip_id, row.map_version, blocks)
        codes, n_disagreeing = matrix.consensus(every)
    else:
        found = await repository.calls_of_animal(session, row)
        codes = np.concatenate([codes_of(calls, n) for calls, n in found]).astype(np.int8)
    return AnimalGenotypes(
        animal_id=row.animal_id,
        sample_id=row.sample_id,
        sample=row.name,
        chip_id=row.chip_id,
        map_version=row.map_version,
        n_markers=len(codes),
        has_dosages=row.has_dosages,
        consensus_of=[each.sample_id for each in of],
        n_disagreeing=n_disagreeing,
        calls=shown(codes),
    )


async def samples(session: Session, whose: Whose) -> tuple[list[KeptRow], int]:
    """The samples that count, by animal, and the version of the map by which they are read.

    Raises:
        NotFound, NoSuchChip, NoSuchMap
    """
    await may_read_genotypes(session, whose.farm_id)
    chip = await chips.visible(session, whose.chip_id)
    version = chip.map_version if whose.map_version is None else whose.map_version
    await chips.get_map(session, whose.chip_id, version)
    found = await repository.kept(session, whose.farm_id, whose.chip_id)
    if whose.is_with_shared:
        found += await repository.shared(session, whose.farm_id, whose.chip_id)
    return found, version


async def marker(session: Session, whose: Whose, name: str) -> MarkerGenotypes:
    """One marker in all animals.

    Raises:
        NotFound, NoSuchChip, NoSuchMap, NoSuchMarker
    """
    rows, version = await samples(session, whose)
    place = await chips.marker(session, whose.chip_id, version, name)
    codes = await at_one_marker(session, rows, place)
    counts = np.bincount(codes, minlength=4)
    items = [
        SampleCalls(animal_id=row.animal_id, sample=row.name, calls=sign)
        for row, sign in zip(rows, shown(codes), strict=True)
    ]
    return MarkerGenotypes(
        marker=name,
        counted=place.counted,
        other=place.other,
        map_version=version,
        counts=counts.tolist(),
        frequency=frequency(counts.tolist()),
        items=items,
    )


async def at_one_marker(session: Session, rows: Sequence[KeptRow], target: MarkerPlace) -> Codes:
    """Its call in each sample: PostgreSQL picks it out of the row."""
    out = np.full(len(rows), MISSING, dtype=np.int8)
    for (version, farm_id), positions in matrix.by_version(rows).items():
        chip_id = rows[positions[0]].chip_id
        places = await chip_rows.places(session, chip_id, version, [target.name])
        if not places:
            continue
        mine = {rows[i].key: i for i in positions}
        whose = farm_id if len(positions) > 500 else [rows[i].sample_id for i in positions]
        found = await repository.calls_of_marker(session, chip_id, version, places[0], whose)
        place = np.array([mine.get(key, -1) for key in found.samples], dtype=np.int64)
        counts = place >= 0
        out[place[counts]] = matrix.recoded(found.codes[counts], places[0], target)
    return out


async def stretch(session: Session, whose: Whose, part: Stretch, cursor: str | None, limit: int) -> StretchGenotypes:
    """A stretch of a chromosome, animal by animal.

    Raises:
        NotFound, NoSuchChip, NoSuchMap, LongStretch
    """
    rows, version = await samples(session, whose)
    rows.sort(key=lambda row: row.animal_id)
    last = ByAnimal.read(cursor)
    rows = [row for row in rows if last is None or row.animal_id > last.animal_id]
    markers = await markers_of(session, whose.chip_id, version, part)
    codes = await matrix.at_markers(session, rows[:limit], markers)
    items = [
        SampleCalls(animal_id=row.animal_id, sample=row.name, calls=shown(each))
        for row, each in zip(rows[:limit], codes, strict=True)
    ]
    names = [place.name for place in markers]
    return StretchGenotypes(map_version=version, markers=names, items=items, next=ByAnimal.after(rows, limit))


async def markers_of(session: Session, chip_id: int, version: int, part: Stretch) -> list[MarkerPlace]:
    """Markers of a stretch.

    Raises:
        LongStretch
    """
    places = await chips.places_of(session, chip_id, version, part)
    if places is None:
        return []
    if places[1] - places[0] >= MOST_MARKERS:
        raise LongStretch
    return await chip_rows.places_between(session, chip_id, version, places, MOST_MARKERS)


async def frequencies(
    session: Session, whose: Whose, by: By, part: Stretch | None, cursor: str | None, limit: int
) -> Frequencies:
    """Allele frequencies by group of animals, marker by marker.

    Raises:
        NotFound, NoSuchChip, NoSuchMap
    """
    rows, version = await samples(session, whose)
    places = await chips.places_of(session, whose.chip_id, version, part)
    last = ByPlace.read(cursor)
    found: list[MarkerPlace] = []
    if places is not None:
        first = places[0] if last is None else max(places[0], last.place + 1)
        between = (first, places[1])
        found = await chip_rows.places_between(session, whose.chip_id, version, between, limit + 1)
    shown_markers = found[:limit]
    codes = await matrix.at_markers(session, rows, shown_markers)
    group_of = dict(await repository.groups(session, by, [row.animal_id for row in rows]))
    groups = [group_of.get(row.animal_id) for row in rows]
    items = [
        MarkerFrequency(
            marker=place.name,
            chromosome=place.written,
            position=place.position,
            counted=place.counted,
            other=place.other,
            groups=[],
        )
        for place in shown_markers
    ]
    for name in sorted(set(groups), key=lambda group: (group is None, group or "")):
        mine = codes[[i for i, group in enumerate(groups) if group == name]]
        counts = np.stack([(mine == code).sum(axis=0) for code in range(4)], axis=1)
        for item, row in zip(items, counts.tolist(), strict=True):
            item.groups.append(GroupFrequency(group=name, counts=row, frequency=frequency(row)))
    return Frequencies(map_version=version, items=items, next=ByPlace.after(found, limit))


def frequency(counts: Sequence[int]) -> float | None:
    """Of the counted allele; None without calls."""
    called = sum(counts[:3])
    return (counts[1] + 2 * counts[2]) / (2 * called) if called else None
