"""Messages about groups: head without tags that were born, came, left and died, and mobs that were treated."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from bellwether.farm.icar.herds import rows
from bellwether.farm.icar.herds.movements import GROUP
from bellwether.farm.icar.taking.entries import SETS, Entry
from bellwether.farm.icar.taking.sent import SentEvent
from bellwether.farm.icar.taking.translating import FATES, REASONS, Translation, paper, place, why, word
from bellwether.farm.stock import repository as stock
from bellwether.platform.database.transactions import Session
from bellwether.platform.json import JsonObject
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.stock import StockClass, of_newborns

BY_INVENTORY = "InventoryClassification"
CLASS = "inventoryClassification.name"


class Herd(NamedTuple):
    """Groups by their ids and names, and the classes of the farm."""

    groups: Mapping[str, Sequence[UUID]]
    classes: Sequence[StockClass]


async def find_groups(session: Session, farm_id: UUID, kind: str, entries: Sequence[Entry], *, of_heads: bool) -> None:
    """The group of each sound message, and of head their class and number."""
    asked = [entry for entry in entries if entry.is_sound and not entry.deletes]
    said = [name for entry in asked for name in called(farm_id, entry.sent)]
    herd = Herd(await rows.groups_named(session, farm_id, said), await stock.classes(session, farm_id))
    for entry in asked:
        try:
            entry.group_id = group_of(farm_id, entry.sent, herd)
            if of_heads:
                entry.heads = heads_of(entry.sent, herd)
                if kind == "group-births":
                    check_newborn(entry.heads[0], herd)
        except Broken as error:
            entry.fail(*error.findings)


def named(sent: SentEvent) -> str | None:
    """What a message calls its group."""
    if sent.animal_set_id:
        return sent.animal_set_id
    found = None if sent.animal_set_reference is None else sent.animal_set_reference.identifier
    return None if found is None else found.id


def called(farm_id: UUID, sent: SentEvent) -> list[str]:
    """By which a message may mean its group: its id or name, or the id that the sender gave to a set of its own."""
    name, source = named(sent), sent.meta.source if sent.meta else None
    return [] if not name else [name.lower(), *([str(set_key(farm_id, source, name))] if source else [])]


def set_key(farm_id: UUID, source: str, name: str) -> UUID:
    """The id of a group that another system has made, by what it is called there."""
    return uuid5(farm_id, f"{SETS}\n{source}\n{name}")


def group_of(farm_id: UUID, sent: SentEvent, herd: Herd) -> UUID:
    """A group of the farm by its id or its name.

    Raises:
        Broken: none, or several.
    """
    name = named(sent)
    found = sorted({key for each in called(farm_id, sent) for key in herd.groups.get(each, ())})
    if len(found) != 1:
        field = "animalSetId" if sent.animal_set_id else "animalSetReference"
        what = f"{len(found)} groups are called {name[:60]}" if name else "the message has no group"
        fix = f"send animalSetReference.identifier with scheme {GROUP} and the id of a group of the farm"
        if field == "animalSetId":
            fix = f"send the set to {SETS} first, or the id of a group of the farm"
        raise broken("group_unknown", what, fix, field=field)
    return found[0]


def heads_of(sent: SentEvent, herd: Herd) -> tuple[str, int]:
    """How many of which class.

    Raises:
        Broken
    """
    if sent.group_method not in (None, BY_INVENTORY):
        fix = f"send tagged animals one by one, and others with the groupMethod {BY_INVENTORY}"
        raise broken("method_not_taken", f"{sent.group_method[:40]} names animals", fix, field="groupMethod")
    kept = sent.inventory_classification
    called = ((kept.name if kept else None) or "").lower()
    found = [one.code for one in herd.classes if called in (one.code.lower(), one.name.lower())]
    if len(found) != 1:
        text = f"{called[:40]} is no class of stock here" if called else "the message has no class of stock"
        fix = f"send one of {', '.join(one.name for one in herd.classes)}"
        raise broken("class_unknown", text, fix, field=CLASS)
    counts = {one for one in (sent.count_observed, kept.count if kept else None) if one is not None}
    if len(counts) != 1 or min(counts) < 1:
        text = "nobody says how many head they were" if not counts else f"they were {' and '.join(map(str, counts))}"
        raise broken("count_missing", text, "send countObserved, 1 or more", field="countObserved")
    return found[0], counts.pop()


def check_newborn(code: str, herd: Herd) -> None:
    """Nobody is born grown up.

    Raises:
        Broken
    """
    newborns = of_newborns(herd.classes)
    if code not in newborns:
        names = {one.code: one.name for one in herd.classes}
        text = f"{names[code]} is no class of newborn lambs"
        fix = f"send one of {', '.join(names[one.code] for one in herd.classes if one.code in newborns)}"
        raise broken("born_grown", text, f"{fix}; head that came go to group-arrivals", field=CLASS)


def heads(entry: Entry) -> JsonObject:
    """In our own words."""
    assert entry.heads is not None
    code, count = entry.heads
    return {"heads": [{"stock_class": code, "head": count}], "note": entry.sent.remark}


def birth(entry: Entry) -> Translation:
    """Lambs without tags were born."""
    return Translation("stock.born", heads(entry), about="group")


def arrival(entry: Entry) -> Translation:
    """Head came."""
    sent = entry.sent
    said: JsonObject = {
        "reason": word(REASONS, "arrivalReason", sent.arrival_reason),
        "from_location": place(sent.consignment, "origin_location"),
        "consignment": paper(sent.consignment),
    }
    return Translation("stock.arrived", heads(entry) | said, about="group")


def departure(entry: Entry) -> Translation:
    """Head left."""
    sent = entry.sent
    said: JsonObject = {
        "fate": word(FATES, "departureKind", sent.departure_kind, sent.departure_reason),
        "to_location": place(sent.consignment, "destination_location"),
        "consignment": paper(sent.consignment),
    }
    return Translation("stock.departed", heads(entry) | said, about="group")


def death(entry: Entry) -> Translation:
    """Head died."""
    cause, note = why(entry)
    return Translation("stock.died", heads(entry) | {"cause": cause, "note": note}, about="group")


def join(entry: Entry) -> Translation:
    """An animal came into a group."""
    return Translation("group.assigned", {"note": entry.sent.remark}, about="member")


def leave(entry: Entry) -> Translation:
    """It left it."""
    return Translation("group.left", {"note": entry.sent.remark}, about="member")
