"""Memberships and placements, written anew for the animals and groups whose log has changed."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from bellwether.farm.whereabouts import repository
from bellwether.platform.database.transactions import Session
from bellwether.sheep.whereabouts import memberships, own_placements, placements_of_group


async def project(session: Session, farm_id: UUID, animals: Collection[UUID], groups: Collection[UUID]) -> None:
    """What follows from the log for these animals and groups, and for members that stand apart from their group."""
    if not animals and not groups:
        return
    moves = await repository.moves_of(session, farm_id, groups)
    everybody = set(animals) | (await repository.apart(session, farm_id, groups) if groups else set())
    found = await repository.tracks(session, farm_id, everybody)
    members, placements = {}, {}
    for animal_id, recorded in found.steps.items():
        steps = recorded.values()
        held = memberships(steps, found.physical)
        members[animal_id] = held.spans
        placements[animal_id] = own_placements(steps, held, found.physical, found.moves)
    await repository.clear(session, farm_id, everybody, groups)
    await repository.add_members(session, farm_id, members)
    await repository.add_placements(session, farm_id, "animal_id", placements)
    of_groups = {group_id: placements_of_group(found) for group_id, found in moves.items()}
    await repository.add_placements(session, farm_id, "group_id", of_groups)


@asynccontextmanager
async def moved_over(session: Session, farm_id: UUID, paddock_id: UUID, since: datetime) -> AsyncIterator[None]:
    """While a paddock is drawn anew: who stands in it after `since` stands in the new drawing from then on."""
    animals, groups = await repository.leave(session, farm_id, paddock_id, since)
    yield
    await project(session, farm_id, animals, groups)
