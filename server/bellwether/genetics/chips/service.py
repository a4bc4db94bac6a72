"""Use-cases of chips."""

from dataclasses import dataclass
from uuid import UUID

from bellwether_engine.genotypes import chromosome_code

from bellwether.genetics.access import may_read
from bellwether.genetics.chips import repository
from bellwether.genetics.chips.models import ChipRow, MarkerPlace
from bellwether.genetics.chips.problems import (
    NoSuchChip,
    NoSuchMap,
    NoSuchMarker,
    WrongStretch,
)
from bellwether.genetics.chips.schemas import Assembly, Breed, Chip, Marker, MarkerMap
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Page

EVERYWHERE = 2**62
LAST_PLACE = 2**31 - 1


class ByNumber(Cursor):
    """Sorted by a number that the database gave."""

    id: int


class ByPlace(Cursor):
    """Sorted by the place on the map."""

    place: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a chromosome."""

    chromosome: str
    first: int | None = None
    last: int | None = None


def stretch(chromosome: str | None, first: int | None, last: int | None) -> Stretch | None:
    """What a request names; None is the whole map.

    Raises:
        WrongStretch
    """
    if chromosome is None:
        if first is not None or last is not None:
            raise WrongStretch("chromosome", "first and last are base pairs of a chromosome, which is not named")
        return None
    return named_stretch(chromosome, first, last)


def named_stretch(chromosome: str, first: int | None, last: int | None) -> Stretch:
    """A part of a chromosome.

    Raises:
        WrongStretch
    """
    if first is not None and last is not None and last < first:
        raise WrongStretch("last", "the stretch ends before it begins")
    return Stretch(chromosome, first, last)


async def visible(session: Session, chip_id: int) -> ChipRow:
    """The row of a chip.

    Raises:
        NoSuchChip
    """
    found = await repository.find(session, chip_id)
    if found is None:
        raise NoSuchChip
    return found


async def get(session: Session, chip_id: int) -> Chip:
    """One chip.

    Raises:
        NoSuchChip
    """
    return Chip.model_validate(await visible(session, chip_id))


async def page(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[Chip]:
    """The farm's own chips and everybody's.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    last = ByNumber.read(cursor)
    found = await repository.page(session, farm_id, 0 if last is None else last.id, limit + 1)
    return Page(items=[Chip.model_validate(row) for row in found[:limit]], next=ByNumber.after(found, limit))


async def maps(session: Session, chip_id: int) -> list[MarkerMap]:
    """All versions of a chip's map.

    Raises:
        NoSuchChip
    """
    await visible(session, chip_id)
    return [MarkerMap.model_validate(row) for row in await repository.maps(session, chip_id)]


async def get_map(session: Session, chip_id: int, version: int) -> MarkerMap:
    """One version of a map.

    Raises:
        NoSuchChip, NoSuchMap
    """
    await visible(session, chip_id)
    found = await repository.find_map(session, chip_id, version)
    if found is None:
        raise NoSuchMap
    return MarkerMap.model_validate(found)


async def markers(
    session: Session, chip_id: int, version: int, stretch: Stretch | None, cursor: str | None, limit: int
) -> Page[Marker]:
    """Markers of a version by chromosome and position, of a stretch where one is given.

    Raises:
        NoSuchChip, NoSuchMap
    """
    await get_map(session, chip_id, version)
    places = await places_of(session, chip_id, version, stretch)
    if places is None:
        return Page(items=[], next=None)
    last = ByPlace.read(cursor)
    after = -1 if last is None else last.place
    values = {"after": after, "first": places[0], "last": places[1], "limit": limit + 1}
    found = await repository.markers(session, chip_id, version, values)
    return Page(items=[Marker.model_validate(row) for row in found[:limit]], next=ByPlace.after(found, limit))


async def places_of(session: Session, chip_id: int, version: int, stretch: Stretch | None) -> tuple[int, int] | None:
    """First and last place of a stretch, or of the whole map; None where no marker lies."""
    if stretch is None:
        return 0, LAST_PLACE
    values = {
        "chrom": chromosome_code(stretch.chromosome),
        "first_bp": stretch.first or 0,
        "last_bp": EVERYWHERE if stretch.last is None else stretch.last,
    }
    return await repository.region(session, chip_id, version, values)


async def marker(session: Session, chip_id: int, version: int, name: str) -> MarkerPlace:
    """Where the calls of a marker are.

    Raises:
        NoSuchMarker
    """
    found = await repository.places(session, chip_id, version, [name])
    if not found:
        raise NoSuchMarker
    return found[0]


async def breeds(session: Session) -> list[Breed]:
    """All breeds."""
    return [Breed.model_validate(row) for row in await repository.breeds(session)]


async def assemblies(session: Session) -> list[Assembly]:
    """All assemblies."""
    return [Assembly.model_validate(row) for row in await repository.assemblies(session)]
