"""What may be wrong with an event, and stands in the verdict on its row."""

from datetime import date
from uuid import UUID

from bellwether.farm.lives.models import HeadRow
from bellwether.sheep.findings import Finding, warning


def event_exists(event_id: UUID) -> Finding:
    """The id is that of another event."""
    text = f"there is another event with the id {event_id}"
    fix = "send a new id; to correct an event send its id as supersedes"
    return Finding("conflict", "event_exists", text, fix, "id")


def no_animal(animal_id: UUID, field: str) -> Finding:
    """Nobody of the farm."""
    fix = "send the id of an animal of this farm"
    return Finding("unknown_tag", "not_found", f"there is no animal {animal_id}", fix, field)


def only_an_ancestor(name: str, field: str) -> Finding:
    """A name in a pedigree was never on the farm."""
    text = f"{name} is known as an ancestor alone and was never on the farm"
    return Finding("conflict", "reference_only", text, "register it as an animal of the farm first", field)


def other_sex(head: HeadRow, role: str, sex: str, field: str) -> Finding:
    """A ewe among the rams, or a wether."""
    is_what = "a wether" if head.sex == sex else head.sex
    text = f"{head.name} is {is_what}, and as {role.replace('_', ' ')} it must be {sex} and entire"
    return Finding("conflict", "sex_clash", text, "name another animal, or correct its sex first", field)


def other_way(number: str, *, came: bool) -> Finding:
    """A consignment comes or goes: one that does both has the wrong number in one of them."""
    before, now = ("left", "come") if came else ("came", "leave")
    text = f"stock {before} under {number}, and would {now} under the same number"
    fix = "check the number: the way back has a declaration of its own"
    return warning("consignment_other_way", text, fix, field="payload.consignment")


def other_day(number: str, moved_on: date, on: date) -> Finding:
    """Papers travel with the stock."""
    text = f"the consignment {number} is of {moved_on}, and the stock would leave under it on {on}"
    fix = "correct the day of the departure, or moved_on of the consignment"
    return warning("consignment_other_day", text, fix, field="occurred_on")


def named_twice(name: str, field: str) -> Finding:
    """One animal in two places of one event."""
    return Finding("conflict", "twice", f"{name} is named twice", "name each animal once", field)


def no_event(event_id: UUID) -> Finding:
    """Nothing to correct."""
    fix = "send the id of an event of this farm"
    return Finding("conflict", "not_found", f"there is no event {event_id} to correct", fix, "supersedes")


def superseded(event_id: UUID, by: UUID) -> Finding:
    """Somebody else was faster."""
    text = f"the event {event_id} was corrected by {by} already"
    return Finding("conflict", "superseded", text, f"read {by}, and correct that one", "supersedes")


def other_kind(was: str, is_now: str) -> Finding:
    """A correction says the same thing better, not another thing."""
    text = f"an event of the kind {was} is not corrected by one of the kind {is_now}"
    fix = "take it back with event.retracted, and send the right one for itself"
    return Finding("conflict", "other_kind", text, fix, "kind")


def owners_only(kind: str) -> Finding:
    """Money is no matter of others."""
    text = f"{kind} is recorded by owners of the farm alone"
    return Finding("conflict", "owners_only", text, "ask an owner of the farm to record it", "kind")


def no_session(session_id: UUID) -> Finding:
    """No day in the yards of this farm."""
    fix = "make the session first, under this id, or leave session_id out"
    return Finding("conflict", "session_unknown", f"there is no session {session_id}", fix, "session_id")
