"""The animals that are meant by the numbers that somebody writes, each of some day."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.identifiers import repository
from bellwether.farm.identifiers.models import WornRow
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Finding
from bellwether.sheep.identifiers import ANIMAL, spellings


class Asked(NamedTuple):
    """A number in any spelling, whose scheme (None: not said) decides where several animals have it."""

    value: str
    scheme: str | None
    day: date


async def wearers(session: Session, farm_id: UUID, asked: Sequence[Asked]) -> list[UUID | Finding]:
    """Of each number that animal of the farm which wore it on the day, or why there is not one."""
    numbers = [
        (place, value, one.day)
        for place, one in enumerate(asked)
        if one.scheme != ANIMAL
        for value in spellings(one.value)
    ]
    found: dict[int, list[WornRow]] = {}
    for worn in await repository.worn(session, farm_id, numbers):
        found.setdefault(worn.row, []).append(worn)
    return [
        own_id(one.value) if one.scheme == ANIMAL else chosen(one, found.get(place, []))
        for place, one in enumerate(asked)
    ]


def own_id(value: str) -> UUID | Finding:
    """An id of ours; whether the farm has such an animal is found out where it is used."""
    try:
        return UUID(value)
    except ValueError:
        return unknown(value)


def chosen(asked: Asked, found: Sequence[WornRow]) -> UUID | Finding:
    """The one animal that is meant."""
    same = [row for row in found if row.scheme == asked.scheme] or found
    # of uses of one number that follow each other the first that ends counts
    firsts = {(row.scheme, row.scope): row.animal_id for row in reversed(same)}
    meant = sorted(set(firsts.values()))
    if len(meant) == 1:
        return meant[0]
    if not meant:
        return unknown(asked.value)
    text = f"{asked.value} may be {len(meant)} animals"
    fix = f"send one of {ANIMAL} {', '.join(map(str, meant[:5]))}"
    return Finding("ambiguous", "ambiguous", text, fix, "animal")


def unknown(value: str) -> Finding:
    """Nobody wore it."""
    text = f"no animal of the farm wore {value[:40]} on that day"
    return Finding(
        "unknown_tag", "unknown_tag", text, "register the animal first, or send another identifier of it", "animal"
    )
