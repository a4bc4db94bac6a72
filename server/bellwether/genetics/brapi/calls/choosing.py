"""Which markers and which samples are asked for, chip by chip."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from bellwether_engine.genotypes.chromosomes import UNPLACED, chromosome_code
from numpy.typing import NDArray

from bellwether.genetics.brapi.calls import repository
from bellwether.genetics.brapi.calls.models import SetRow
from bellwether.genetics.brapi.calls.problems import WrongPositionRange
from bellwether.genetics.brapi.numbers import chips_of, variants_of
from bellwether.genetics.chips import repository as chips
from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.genotypes.reading import matrix
from bellwether.genetics.genotypes.reading.matrix import Codes
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.platform.brapi.paging import Conditions
from bellwether.platform.database.transactions import Session

RANGE = re.compile(r"(?P<chromosome>.{1,40}):(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9})")
#: the first value of a condition is the chip, which repositories give
CHIP = -1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question names; None names everything."""

    sets: list[str] | None = None
    variants: list[str] | None = None
    samples: Sequence[list[UUID] | None] = ()
    animals: Sequence[list[UUID] | None] = ()
    tags: list[str] | None = None
    ranges: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chip, places of its markers, and what its samples must be."""

    chip: SetRow
    places: NDArray[np.int32]
    of_samples: Conditions
    n_samples: int

    @property
    def n(self) -> int:
        """How many calls."""
        return self.n_samples * len(self.places)

    async def markers(self, session: Session, first: int, last: int) -> list[MarkerPlace]:
        """Some of the markers."""
        places = self.places[first:last].tolist()
        return await chips.places_at(session, self.chip.id, self.chip.map_version, places)

    async def samples(self, session: Session, first: int, last: int) -> list[KeptRow]:
        """Some of the samples."""
        return await repository.samples(session, self.chip.id, self.of_samples, first, last - first)

    async def codes(self, session: Session, samples: Sequence[KeptRow], markers: Sequence[MarkerPlace]) -> Codes:
        """Their calls, int8 (n_samples, n_markers): copies of the counted allele, 3 missing."""
        return await matrix.at_markers(session, samples, markers)


async def chosen(session: Session, wanted: Wanted) -> list[Chosen]:
    """The chips with calls that are asked for.

    Raises:
        WrongPositionRange
    """
    ranges = [range_of(text) for text in wanted.ranges] if wanted.ranges else None
    named = variants_of(wanted.variants)
    found = []
    for chip in await repository.sets(session, chips_of(wanted.sets)):
        names = None if named is None else [each.name for each in named if each.chip_id == chip.id]
        asked = of_samples(wanted)
        n = 0 if names == [] else await repository.n_samples(session, chip.id, asked)
        if n:
            found.append(Chosen(chip, await places_of(session, chip, names, ranges), asked, n))
    return found


def of_samples(wanted: Wanted) -> Conditions:
    """What is asked of a sample `s`."""
    asked = Conditions()
    asked.values.append(CHIP)
    for ids in wanted.samples:
        asked.add("s.id = any({}::uuid[])", ids)
    for ids in wanted.animals:
        asked.add("s.animal_id = any({}::uuid[])", ids)
    asked.add(repository.OF_TAGS, wanted.tags or None)
    return asked


def range_of(text: str) -> tuple[int, int, int]:
    """Chromosome, first and last base pair.

    Raises:
        WrongPositionRange
    """
    found = RANGE.fullmatch(text)
    if found is None or int(found["last"]) < int(found["first"]):
        raise WrongPositionRange(text)
    chromosome = chromosome_code(found["chromosome"])
    if chromosome == UNPLACED:
        raise WrongPositionRange(text)
    return chromosome, int(found["first"]), int(found["last"])


async def places_of(
    session: Session, chip: SetRow, names: list[str] | None, ranges: list[tuple[int, int, int]] | None
) -> NDArray[np.int32]:
    """Places of the markers of these names within these ranges, in the order of the map."""
    if names is None:
        places = np.arange(chip.n_markers, dtype=np.int32)
    else:
        known = await chips.places(session, chip.id, chip.map_version, names)
        places = np.array([each.place for each in known], dtype=np.int32)
    if ranges is None:
        return places
    inside = np.zeros(len(places), dtype=np.bool_)
    for chromosome, first, last in ranges:
        stretch = {"chrom": chromosome, "first_bp": first, "last_bp": last}
        found = await chips.region(session, chip.id, chip.map_version, stretch)
        if found is not None:
            inside |= (places >= found[0]) & (places <= found[1])
    return places[inside]
