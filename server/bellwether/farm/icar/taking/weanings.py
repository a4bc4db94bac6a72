"""Weanings of other systems: of a lamb, from the ewe who reared it here."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.icar import words
from bellwether.farm.icar.models import EventRow
from bellwether.farm.icar.pages import Asked, named
from bellwether.farm.icar.resources.reproduction import IcarWeaning
from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.farm.icar.taking.translating import Translation, word
from bellwether.farm.icar.weaning.pages import WEANED, other_age, weaning, writer_of
from bellwether.farm.icar.weaning.rearing import rearing_dams
from bellwether.platform.database.transactions import Session
from bellwether.sheep.findings import Finding

REASONS = {theirs: ours for ours, theirs in words.WEANINGS.items()}
METHODS = {theirs: ours for ours, theirs in words.WEANED_BY.items()}


async def check_weanings(session: Session, farm_id: UUID, entries: Sequence[Entry]) -> None:
    """That a message which names the ewe means her who reared the lamb here, and what its age would be."""
    asked = [entry for entry in entries if entry.is_sound and not entry.deletes]
    weaned = [(entry.animal_id, entry.moment.day) for entry in asked if entry.animal_id and entry.moment]
    dams = await rearing_dams(session, farm_id, weaned)
    lambs = await named(session, [lamb for lamb, _ in weaned])
    for entry, key in zip(asked, weaned, strict=True):
        meant, lamb = entry.others.get("rearingDam"), lambs.get(key[0])
        if meant is not None and meant != dams.get(key):
            who = "another ewe" if key in dams else "nobody"
            text = f"by the records of the farm {who} reared this lamb on {key[1]}"
            fix = "send lamb.fostered to /events first, or leave rearingDam out"
            entry.fail(Finding("conflict", "rearing_dam_differs", text, fix, "rearingDam"))
        age, born = entry.sent.age_in_months, None if lamb is None else lamb["birth_date"]
        if age is not None and born is not None and (told := other_age(age, born, key[1])):
            entry.told.append(as_error(entry.row, told))


def translated(entry: Entry) -> Translation:
    """What a weaning says."""
    sent = entry.sent
    said = {
        "reason": word(REASONS, "weaningReason", sent.weaning_reason) if sent.weaning_reason else None,
        "method": word(METHODS, "weaningMethod", sent.weaning_method) if sent.weaning_method else None,
    }
    return Translation(WEANED, {**said, "note": sent.remark})


async def stored(session: Session, asked: Asked, row: EventRow) -> IcarWeaning:
    """One that was sent, as others read it."""
    dams = await rearing_dams(session, asked.farm_id, [(row.animal_id, row.occurred_on)])
    return weaning(await writer_of(session, asked, [row], dams), dams, row)
