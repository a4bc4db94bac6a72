"""Sets of other systems: each is a group of the farm, and who is in it follows from joins and leaves.

The members of a new set join it at the moment since which it is so; whoever sends a set again is told where its members
are not those of the group, and changes nothing of that.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import ValidationError

from bellwether.farm.events import service as events
from bellwether.farm.events.schemas import NewEvents
from bellwether.farm.groups import service as groups
from bellwether.farm.groups.problems import GroupExists, MembersWithheld
from bellwether.farm.groups.schemas import Group, GroupChange, NewGroup
from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.sets import PURPOSES, TYPES
from bellwether.farm.icar.taking.entries import Entry, as_error, in_our_words
from bellwether.farm.icar.taking.herds import set_key
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.strict.rows import Row
from bellwether.sheep.findings import Broken, Finding, broken, warning

ANY = Precondition("*")
OUR_PURPOSES = {theirs: ours for ours, theirs in PURPOSES.items()}
OUR_TYPES = {theirs: ours for ours, theirs in TYPES.items()}
MOST = 500


class NotTaken(Exception):
    """Something is wrong with a set, so that nothing of it may be there."""


async def take_sets(session: Session, context: Context, farm_id: UUID, entries: Sequence[Entry], now: datetime) -> None:
    """Sound messages as groups; each gets its group, or what is wrong with it and nothing of it is there."""
    for entry in (one for one in entries if one.is_sound):
        try:
            async with session.begin_nested():
                entry.group_id = entry.stored_id = await take(session, context, farm_id, entry, now)
        except NotTaken:
            continue
        except Broken as error:
            entry.fail(*error.findings)
        except ValidationError as error:
            entry.faults += in_our_words(entry.row, error)
        except GroupExists:
            fix = "send another name, or name the group of the farm in animalSetId of joins and leaves"
            entry.fail(Finding("conflict", "group_exists", "the farm has another group of this name", fix, "name"))
        except MembersWithheld as error:
            entry.fail(
                Finding("conflict", error.code, error.detail or error.title, "take them out of it first", "purpose")
            )


async def take(session: Session, context: Context, farm_id: UUID, entry: Entry, now: datetime) -> UUID:
    """A new group with its members, or what is new of one that the farm has.

    Raises:
        Broken, ValidationError, GroupExists, MembersWithheld, NotTaken
    """
    sent, meta = entry.sent, entry.sent.meta
    assert meta is not None
    assert meta.source is not None
    if entry.deletes:
        fix = "take its animals out of it by animal-set-leaves"
        raise broken("not_deleted", "a group is not deleted, for it was what it was", fix, field="meta.isDeleted")
    name = sent.id or meta.source_id or ""
    key = set_key(farm_id, meta.source, name)
    known = await rows.groups_named(session, farm_id, [str(key), name.lower()])
    group_id = next(
        (found[0] for each in (str(key), name.lower()) if (found := known.get(each)) and each == str(found[0])), None
    )
    members = await members_of(session, farm_id, entry)
    if group_id is not None:
        await change(session, context, await groups.get(session, group_id), entry, members, now)
        return group_id
    values = {"id": key, "farm_id": farm_id, "name": sent.name, "type": type_of(sent.purpose) or "logical"}
    await groups.create(session, context, NewGroup.model_validate(values | {"purpose": purpose_of(sent.purpose)}))
    await put_in(session, context, farm_id, key, entry, members, now)
    return key


def type_of(purpose: str | None) -> str | None:
    """What kind of group a purpose needs; None: of any."""
    return OUR_TYPES.get(purpose or "")


def purpose_of(purpose: str | None) -> str | None:
    """In our words.

    Raises:
        Broken
    """
    if purpose is None or purpose == "Other" or purpose in OUR_TYPES:
        return None
    if purpose not in OUR_PURPOSES:
        fix = f"send one of {', '.join((*OUR_PURPOSES, *OUR_TYPES))}, Other"
        raise broken("word_unknown", f"{purpose[:40]} is not known here", fix, field="purpose")
    return OUR_PURPOSES[purpose]


async def members_of(session: Session, farm_id: UUID, entry: Entry) -> dict[UUID, int] | None:
    """The animals of a set, each with its first place in the message; None: it names none.

    Raises:
        NotTaken: one of them is nobody, or somebody may be several.
        Broken: there are too many.
    """
    if entry.sent.member is None:
        return None
    if len(entry.sent.member) > MOST:
        fix = f"send the set with {MOST} of them at most, and animal-set-joins of the others"
        raise broken("too_many", f"the set has {len(entry.sent.member)} members", fix, field="member")
    assert entry.moment is not None
    day = entry.moment.day
    found = await wearers(session, farm_id, [Asked(one.id or "", one.scheme, day) for one in entry.sent.member])
    for place, one in enumerate(found):
        if isinstance(one, Finding):
            entry.fail(Finding(one.verdict, one.code, one.message, one.fix, f"member.{place}"))
    if not entry.is_sound:
        raise NotTaken
    places = {one: place for place, one in reversed([*enumerate(found)]) if isinstance(one, UUID)}
    return dict(sorted(places.items(), key=lambda item: item[1]))


async def put_in(
    session: Session,
    context: Context,
    farm_id: UUID,
    group_id: UUID,
    entry: Entry,
    members: dict[UUID, int] | None,
    now: datetime,
) -> None:
    """The members of a new group.

    Raises:
        NotTaken: one of them cannot be in it.
    """
    if not members:
        return
    assert entry.moment is not None
    when: Row = {"occurred_on": entry.moment.day.isoformat()}
    when |= {"occurred_time": entry.moment.at.isoformat()} if entry.moment.at else {}
    sent: list[Row] = [
        {"id": str(uuid5(group_id, str(key))), "kind": "group.assigned", "animal_id": str(key), "payload": {}}
        | {"group_id": str(group_id), **when}
        for key in members
    ]
    answer = await events.append(session, context, NewEvents(farm_id=farm_id, events=sent), now)
    for place, verdict in zip(members.values(), answer.items, strict=True):
        entry.faults += [
            one.model_copy(update={"row": entry.row, "field": f"member.{place}"}) for one in verdict.errors
        ]
        entry.told += [
            one.model_copy(update={"row": entry.row, "field": f"member.{place}"}) for one in verdict.warnings
        ]
    if not entry.is_sound:
        raise NotTaken


async def change(
    session: Session, context: Context, group: Group, entry: Entry, members: dict[UUID, int] | None, now: datetime
) -> None:
    """Another name or purpose of a group; its members are told of where they differ.

    Raises:
        Broken, ValidationError, GroupExists, MembersWithheld
    """
    sent = entry.sent
    if (needed := type_of(sent.purpose)) is not None and needed != group.type:
        text = f"the group is {group.type}, and a group of another type is another group"
        raise broken("type_fixed", text, "send it as another set", field="purpose")
    purpose = purpose_of(sent.purpose)
    named = sent.name if sent.name != group.name else None
    meant = purpose if purpose != group.purpose else None
    if named or meant:
        body = GroupChange.model_validate({"name": named, "purpose": meant})
        await groups.change(session, context, group.id, body, ANY, now)
    held = set((await rows.one_set(session, group.farm_id, group.id)).members)
    if members is not None and members.keys() != held:
        text = f"the group has {len(held)} members and the message {len(members)}; who is in it stays as it is"
        told = warning("members_differ", text, "send animal-set-joins and animal-set-leaves", field="member")
        entry.told.append(as_error(entry.row, told))
