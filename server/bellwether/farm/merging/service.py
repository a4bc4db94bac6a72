"""Making one animal of two, and two of one again: nothing of either is lost (I29)."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer, role_of
from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.events import animals_registered, animals_withdrawn
from bellwether.farm.events.service import PRESENT
from bellwether.farm.health import projection as health
from bellwether.farm.health import repository as treatments
from bellwether.farm.identifiers.repository import show
from bellwether.farm.imports.repository import write_as
from bellwether.farm.imports.undoing import fitting, obstacles, taking_back
from bellwether.farm.lives import repository as lives
from bellwether.farm.measurements import storing
from bellwether.farm.measurements.events import measurements_recorded, measurements_withdrawn
from bellwether.farm.merging import repository
from bellwether.farm.merging.events import animals_merged, merge_undone
from bellwether.farm.merging.models import Clash, MergeRow, SheepRow
from bellwether.farm.merging.problems import MergeBuiltUpon, MergedAlready, MergeExists, MergeUndone, TwoAnimals
from bellwether.farm.merging.schemas import Merge, Merged, NewMerge
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.season import following as families
from bellwether.farm.whereabouts import projection
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError
from bellwether.sheep.findings import Broken
from bellwether.sheep.identifiers import display_tag


async def merge(session: Session, context: Context, body: NewMerge) -> Merged:
    """What is told of the loser is told of the winner from now on; where of both something else is said that one has
    once, or the one was sold while a remedy withheld the other, the answer says so.

    Raises:
        ReferenceNotFound, ReadOnlyMember, MergedAlready, MergeExists, TwoAnimals
    """
    loser, winner = await the_two(session, context, body)
    found = MergeRow(body.id or new_id(), loser.farm_id, loser.id, winner.id, datetime.now(UTC), None)
    if await repository.get(session, found.id) is not None:
        raise MergeExists
    clashes = facts_apart(loser, winner) + await repository.clashes(session, loser.farm_id, loser.id, winner.id)
    if clashes:
        raise TwoAnimals.of(clashes)
    before = await repository.measured(session, loser.farm_id, [loser.id])
    await write_as(session, found.id)
    try:
        await repository.move(session, loser.farm_id, loser.id, winner.id)
    except asyncpg.CheckViolationError as error:
        text = f"{loser.name} is a parent of {winner.name}, or the other way round"
        fix = "correct the parent first"
        raise TwoAnimals([RowError(field="loser_id", code="own_parent", message=text, fix=fix)]) from error
    if misfits := await fitting.find(driver(session), loser.farm_id, found.id, [winner.id]):
        raise TwoAnimals(misfits)
    await storing.recompute(session, loser.farm_id, [winner.id])
    await follow(session, context, loser.farm_id, [winner.id, loser.id])
    await repository.add(session, found, context.user_id)
    await tell(session, context, found, before, gone=loser, there=winner)
    await animals_merged(session, context, found)
    made = await get(session, found.id)
    sold = await sold_withheld(session, loser.farm_id, winner.id)
    return Merged(**made.model_dump(), warnings=[*told_of_one(loser, winner), *sold])


async def sold_withheld(session: Session, farm_id: UUID, animal_id: UUID) -> list[RowError]:
    """Sales of an animal that must not have been (I20), by what is now known of it."""
    fix = "check which of the two was treated and which was sold; undo the merge, or tell whoever bought it"
    found = await treatments.sold_withheld(session, farm_id, [animal_id])
    return [RowError(field="winner_id", code="sold_while_withheld", message=str(sold), fix=fix) for sold in found]


async def the_two(session: Session, context: Context, body: NewMerge) -> tuple[SheepRow, SheepRow]:
    """Loser and winner, the farm's lock held.

    Raises:
        ReferenceNotFound, ReadOnlyMember, MergedAlready, TwoAnimals
    """
    seen = await repository.sheep(session, [body.loser_id, body.winner_id])
    for field, key in (("loser_id", body.loser_id), ("winner_id", body.winner_id)):
        if key not in seen:
            raise ReferenceNotFound(field, key)
        await may_write(session, context, seen[key].farm_id)
    await one_writer(session, seen[body.loser_id].farm_id)
    found = await repository.sheep(session, [body.loser_id, body.winner_id])
    loser, winner = found[body.loser_id], found[body.winner_id]
    if loser.merged_into is not None or winner.merged_into is not None:
        raise MergedAlready
    if loser.id == winner.id or loser.farm_id != winner.farm_id or (winner.reference_only > loser.reference_only):
        text = "an animal becomes another one of its farm, and never a mere ancestor"
        fix = "name two animals of one farm, the recorded one as the winner"
        raise TwoAnimals([RowError(field="winner_id", code="no_pair", message=text, fix=fix)])
    return loser, winner


def facts_apart(loser: SheepRow, winner: SheepRow) -> list[Clash]:
    """What is known of both, and differs."""
    found = []
    if "unknown" not in (loser.sex, winner.sex) and loser.sex != winner.sex:
        found.append(Clash("sex", loser.sex, winner.sex))
    if loser.birth_date and winner.birth_date and loser.birth_date != winner.birth_date:
        found.append(Clash("birth_date", str(loser.birth_date), str(winner.birth_date)))
    elif loser.drop_year and winner.drop_year and loser.drop_year != winner.drop_year:
        found.append(Clash("drop_year", str(loser.drop_year), str(winner.drop_year)))
    # who is castrated was fertile before
    if {loser.fertility, winner.fertility}.isdisjoint(("unknown", "neutered")) and loser.fertility != winner.fertility:
        found.append(Clash("fertility", loser.fertility, winner.fertility))
    return found


def told_of_one(loser: SheepRow, winner: SheepRow) -> list[RowError]:
    """What is said of the loser and is lost, for another thing is said of the winner."""
    fix = "look which of the two is right, and correct the animal if it is this one"
    found = []
    for what in ("birth_type", "rear_type", "birth_group", "breeds"):
        lost, kept = getattr(loser, what), getattr(winner, what)
        if None not in (lost, kept) and lost != kept:
            text = f"{what.replace('_', ' ')}: {lost} was said of {loser.name}, and {kept} stands, of {winner.name}"
            found.append(RowError(field="loser_id", code=f"other_{what}", message=text, fix=fix))
    return found


async def follow(session: Session, context: Context, farm_id: UUID, animal_ids: list[UUID]) -> None:
    """Stays, fates, whereabouts, tags and families that follow from what belongs to each of the animals now.

    Raises:
        TwoAnimals: the one had left when something was recorded of the other, or both have their place in a litter.
    """
    found = await lives.timelines(session, farm_id, animal_ids, PRESENT)
    for timeline in found.values():
        try:
            timeline.check(field="loser_id")
        except Broken as error:
            errors = [RowError(field="loser_id", code=f.code, message=f.message, fix=f.fix) for f in error.findings]
            raise TwoAnimals(errors) from error
    await lives.project(session, farm_id, {key: timeline.life for key, timeline in found.items()})
    await projection.project(session, farm_id, animal_ids, ())
    await health.project(session, farm_id, animal_ids)
    await tasks.follow_animals(session, farm_id, animal_ids)
    if twice := await families.follow_merge(session, context, farm_id, animal_ids):
        raise TwoAnimals([RowError(field="loser_id", code=f.code, message=f.message, fix=f.fix) for f in twice])
    for key in animal_ids:
        known = await animals.identifiers_of(session, farm_id, key)
        await show(session, farm_id, key, display_tag(known))


async def undo(session: Session, context: Context, merge_id: UUID) -> Merge:
    """Both animals are as they were; what was recorded since stays with the winner.

    Raises:
        NotFound, ReadOnlyMember, MergeUndone, MergeBuiltUpon
    """
    found = await repository.get(session, merge_id)
    if found is None:
        raise NotFound
    await may_write(session, context, found.farm_id)
    await one_writer(session, found.farm_id)
    found = await repository.get(session, merge_id)
    assert found is not None
    if found.undone_at is not None:
        raise MergeUndone
    connection = driver(session)
    if changed := await obstacles.of_merge(connection, found.farm_id, merge_id):
        raise MergeBuiltUpon(changed)
    await write_as(session, "undo")
    for relation in taking_back.RELATIONS:
        await taking_back.restore(connection, found.farm_id, merge_id, relation)
    if misfits := await fitting.find(connection, found.farm_id, merge_id, [found.winner_id, found.loser_id]):
        raise MergeBuiltUpon(misfits)
    await taking_back.forget(connection, found.farm_id, merge_id)
    await repository.undone(session, merge_id, context.user_id)
    await storing.recompute(session, found.farm_id, [found.winner_id, found.loser_id])
    await follow(session, context, found.farm_id, [found.winner_id, found.loser_id])
    rows = await repository.measured(session, found.farm_id, [found.loser_id])
    two = await repository.sheep(session, [found.winner_id, found.loser_id])
    await tell(session, context, found, rows, gone=None, there=two[found.loser_id])
    await animals_registered(session, context, found.farm_id, two[found.winner_id].flock_id, [found.winner_id])
    await merge_undone(session, context, found)
    return await get(session, merge_id)


async def tell(
    session: Session,
    context: Context,
    found: MergeRow,
    rows: list[asyncpg.Record],
    *,
    gone: SheepRow | None,
    there: SheepRow,
) -> None:
    """Whoever has heard of the animals and of the measurements that went from the one to the other follows."""
    if gone is not None:
        await animals_withdrawn(session, context, found.farm_id, gone.flock_id, [gone.id])
    await animals_registered(session, context, found.farm_id, there.flock_id, [there.id])
    holder = found.loser_id if gone is not None else found.winner_id
    moved = [(row["flock_id"], row["trait"], row["id"], holder) for row in rows]
    await measurements_withdrawn(session, context, found.farm_id, moved)
    ids = {row["id"] for row in rows}
    counting = [row for row in await repository.measured(session, found.farm_id, [there.id]) if row["id"] in ids]
    known = await own_traits.known(session, found.farm_id)
    back = [taking_back.observation(row, known) for row in counting]
    await measurements_recorded(session, context, found.farm_id, back)


async def get(session: Session, merge_id: UUID) -> Merge:
    """One merge."""
    return Merge.model_validate(await repository.get(session, merge_id))


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Merge]:
    """Merges of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Merge.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))
