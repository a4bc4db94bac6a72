"""What may be wrong with an event that says where animals are."""

from uuid import UUID

from bellwether.farm.whereabouts.models import KnownGroup, KnownPaddock
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.whereabouts import Act


def no_group(group_id: UUID) -> Broken:
    """Nothing of the farm."""
    text, fix = f"there is no group {group_id}", "send the id of a group of this farm"
    return broken("not_found", text, fix, field="group_id", verdict="conflict")


def no_paddock(paddock_id: UUID) -> Broken:
    """Nothing of the farm."""
    text, fix = f"there is no paddock {paddock_id}", "send the id of a paddock of this farm"
    return broken("not_found", text, fix, field="payload.paddock_id", verdict="conflict")


def cannot_stand(group: KnownGroup) -> Broken:
    """A list is nowhere."""
    text = f"{group.name} is a {group.type} group, and no mob that could be moved"
    return broken("not_physical", text, "move a physical group, or its animals one by one", field="group_id")


def not_fenced_yet(paddock: KnownPaddock) -> Broken:
    """A move to a paddock before its first drawing."""
    text = f"{paddock.name} was drawn for the first time for {paddock.since.isoformat()}"
    fix = "correct the day, or draw the paddock for the time before"
    return broken("paddock_not_valid", text, fix, field="occurred_on", verdict="conflict")


def changes_nothing(act: Act, group: KnownGroup | None) -> Broken:
    """Into a group in which it is, out of one in which it is not, or while it is away."""
    name = "the group" if group is None else group.name
    if act == "left":
        fix = "correct the group or the day"
        return broken("not_a_member", f"the animal is not in {name} at that time", fix, field="group_id")
    text = f"at that time the animal is in {name} already, or not on the farm"
    return broken("changes_nothing", text, "correct the day, or leave the event out", field="occurred_on")
