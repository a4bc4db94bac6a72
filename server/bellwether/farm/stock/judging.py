"""Verdicts on events of head without tags, each against all that happened before and after."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.stock import problems
from bellwether.farm.stock.models import KINDS, Heads, Known
from bellwether.sheep.stock import Change, Step, TooFew, ledger
from bellwether.sheep.whereabouts import Moment


class Meant(NamedTuple):
    """What an event says."""

    event_id: UUID
    kind: str
    day: date
    at: Moment
    group_id: UUID | None
    said: Heads | None


def judged(known: Known, meant: Meant, replaced: UUID | None) -> tuple[dict[UUID, Step], list[Change]]:
    """All steps and what follows from them, with this event and without the one that it corrects.

    Raises:
        Broken: it names no class of the farm, or more would go than are there.
    """
    steps = {key: step for key, step in known.steps.items() if key != replaced}
    if meant.said is not None and meant.group_id is not None:
        check(known, meant.said, meant.group_id)
        group = meant.said.into_group
        into = meant.said.into_class or meant.said.from_class or (group and str(group))
        what = (meant.event_id, meant.at, meant.day, KINDS[meant.kind], meant.group_id)
        steps[meant.event_id] = Step(*what, meant.said.heads, meant.said.type, into or None)
    try:
        return steps, ledger(steps.values())
    except TooFew as error:
        raise problems.too_few(error) from error


def check(known: Known, said: Heads, group_id: UUID) -> None:
    """Classes and groups are the farm's.

    Raises:
        Broken
    """
    names = [name for name, _ in said.heads]
    for name in [*names, *(other for other in (said.into_class, said.from_class) if other)]:
        if name not in known.classes:
            raise problems.no_class(name, known.classes)
    for name in names:
        if names.count(name) > 1:
            raise problems.named_twice(name)
        if name == said.into_class:
            raise problems.same_class(name)
        if said.type == "born" and name not in known.newborns:
            raise problems.no_lambs(name, known.newborns)
    if said.into_group is not None and (said.into_group not in known.groups or said.into_group == group_id):
        raise problems.no_group(said.into_group)
