"""Verdicts on events that say where animals are, each against what the farm knows and what was accepted before it."""

from typing import NamedTuple
from uuid import UUID

from bellwether.farm.whereabouts import problems
from bellwether.farm.whereabouts.models import ACTS, GROUP_MOVED, Change, Known
from bellwether.sheep.whereabouts import Moment, Step


class Meant(NamedTuple):
    """What an event says of whereabouts."""

    event_id: UUID
    kind: str
    at: Moment
    animal_id: UUID | None
    group_id: UUID | None
    paddock_id: UUID | None


class Replaced(NamedTuple):
    """What the event said that it corrects."""

    event_id: UUID
    kind: str
    animal_id: UUID | None
    group_id: UUID | None


def judged(known: Known, meant: Meant, replaced: Replaced | None) -> Change:
    """What changes with this event and without the one that it corrects.

    Raises:
        Broken: it names nothing of the farm, or changes nothing.
    """
    check_names(known, meant)
    after: dict[UUID, dict[UUID, Step]] = {}
    if replaced is not None and replaced.animal_id is not None and replaced.kind in ACTS:
        steps = known.steps.get(replaced.animal_id, {})
        after[replaced.animal_id] = {key: step for key, step in steps.items() if key != replaced.event_id}
    act = ACTS.get(meant.kind)
    if act == "assigned" and meant.group_id is None:
        act = None
    if act is not None and meant.animal_id is not None:
        steps = after.get(meant.animal_id, known.steps.get(meant.animal_id, {}))
        after[meant.animal_id] = {**steps, meant.event_id: Step(meant.at, act, meant.group_id or meant.paddock_id)}
        if meant.at in known.memberships(after[meant.animal_id]).idle:
            raise problems.changes_nothing(act, known.groups.get(meant.group_id) if meant.group_id else None)
    said = [each for each in (meant, replaced) if each is not None and each.kind == GROUP_MOVED]
    return Change(after, {each.group_id for each in said if each.group_id is not None})


def check_names(known: Known, meant: Meant) -> None:
    """Group and paddock are the farm's, and stand there by then.

    Raises:
        Broken
    """
    if meant.group_id is not None:
        group = known.groups.get(meant.group_id)
        if group is None:
            raise problems.no_group(meant.group_id)
        if meant.kind.startswith("group.move") and group.type != "physical":
            raise problems.cannot_stand(group)
    if meant.paddock_id is not None:
        paddock = known.paddocks.get(meant.paddock_id)
        if paddock is None:
            raise problems.no_paddock(meant.paddock_id)
        if meant.at[0] < paddock.since and meant.kind != "group.move_planned":
            raise problems.not_fenced_yet(paddock)
