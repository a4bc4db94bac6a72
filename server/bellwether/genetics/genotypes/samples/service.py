"""Use-cases of samples and shares."""

from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.genotypes.samples import repository
from bellwether.genetics.genotypes.samples.events import genotypes_changed
from bellwether.genetics.genotypes.samples.problems import AnotherCounts, NoSuchAnimal, NoSuchSample, NoSuchShare
from bellwether.genetics.genotypes.samples.schemas import Decision, NewShare, Sample, SampleChange, Share
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page

NOBODY = UUID(int=0)
State = Literal["accepted", "quarantined", "superseded", "rejected"]


class BySample(Cursor):
    """Sorted by sample, chip and version."""

    id: UUID
    chip_id: int
    version: int


class ByShare(Cursor):
    """Sorted by animal and farm."""

    animal_id: UUID
    with_farm_id: UUID


async def page(
    session: Session, farm_id: UUID, state: State | None, animal_id: UUID | None, cursor: str | None, limit: int
) -> Page[Sample]:
    """Samples of a farm on their chips."""
    last = BySample.read(cursor) or BySample(id=NOBODY, chip_id=0, version=0)
    values = {"farm": farm_id, "state": state, "animal": animal_id, "limit": limit + 1}
    place = {"id": last.id, "chip": last.chip_id, "version": last.version}
    rows = await repository.page(session, values | place)
    return Page(items=[Sample.model_validate(row) for row in rows[:limit]], next=BySample.after(rows, limit))


async def change(
    session: Session, context: Context, sample_id: UUID, change: SampleChange, if_match: Precondition
) -> list[Sample]:
    """Another animal, or another choice among several samples of one.

    Raises:
        NoSuchSample, ReadOnlyMember, NoSuchAnimal, MatchRequired, Stale
    """
    found = await repository.held(session, sample_id)
    if found is None:
        raise NoSuchSample
    farm_id, animal_id, rev = found
    await may_write(session, farm_id)
    if_match.check(rev)
    before = animal_id
    if change.animal_id is not None and change.animal_id != animal_id:
        if not await repository.is_animal(session, farm_id, change.animal_id):
            raise NoSuchAnimal("animal_id")
        await repository.move(session, sample_id, change.animal_id, animal_id)
        animal_id = change.animal_id
    if change.is_preferred:
        await repository.prefer(session, sample_id, animal_id)
    if change.is_preferred or animal_id != before:
        await genotypes_changed(session, context, farm_id, [before, animal_id])
    return [Sample.model_validate(row) for row in await repository.of_sample(session, sample_id)]


async def decide(session: Session, context: Context, sample_id: UUID, chip_id: int, decision: Decision) -> Sample:
    """Whether the latest calls of a sample on a chip count.

    Raises:
        NoSuchSample, ReadOnlyMember, AnotherCounts
    """
    found = await repository.held(session, sample_id)
    rows = [row for row in await repository.of_sample(session, sample_id) if row.chip_id == chip_id]
    if found is None or not rows:
        raise NoSuchSample
    await may_write(session, found[0])
    values = {"id": sample_id, "chip": chip_id, "version": rows[0].version, "user": context.user_id}
    try:
        await repository.decide(session, values | decision.model_dump())
    except IntegrityError as error:
        raise AnotherCounts from error
    await genotypes_changed(session, context, found[0], [found[1]])
    return next(
        Sample.model_validate(row) for row in await repository.of_sample(session, sample_id) if row.chip_id == chip_id
    )


async def shares(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[Share]:
    """What a farm shares, and what is shared with it.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    last = ByShare.read(cursor) or ByShare(animal_id=NOBODY, with_farm_id=NOBODY)
    values = {"farm": farm_id, "animal": last.animal_id, "with_farm": last.with_farm_id, "limit": limit + 1}
    rows = await repository.shares(session, values)
    return Page(items=[Share.model_validate(row) for row in rows[:limit]], next=ByShare.after(rows, limit))


async def share(session: Session, context: Context, new: NewShare) -> Share:
    """Show the genotypes of an animal to another farm; the same again is the same.

    Raises:
        NotFound, ReadOnlyMember, NoSuchAnimal
    """
    await may_write(session, new.farm_id)
    if new.with_farm_id == new.farm_id or not await repository.is_animal(session, new.farm_id, new.animal_id):
        raise NoSuchAnimal("animal_id")
    return Share.model_validate(await repository.share(session, new.model_dump() | {"created_by": context.user_id}))


async def unshare(session: Session, farm_id: UUID, animal_id: UUID, with_farm_id: UUID) -> None:
    """Show them no longer.

    Raises:
        NotFound, ReadOnlyMember, NoSuchShare
    """
    await may_write(session, farm_id)
    values = {"farm_id": farm_id, "animal_id": animal_id, "with_farm_id": with_farm_id}
    if not await repository.unshare(session, values):
        raise NoSuchShare
