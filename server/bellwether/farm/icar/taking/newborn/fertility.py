"""Who is castrated by the gender of a birth: a lamb is born entire, and what became of it since is told with it.

A gender says it only of an animal of which the farm knows nothing of the kind; where the two differ the sender is told,
for "Male" is what many systems say of every male.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from bellwether.farm.animals import service as animals
from bellwether.farm.animals.models import AnimalRow
from bellwether.farm.animals.problems import AnimalRejected
from bellwether.farm.animals.schemas import AnimalChange
from bellwether.farm.icar import words
from bellwether.farm.icar.pages import named
from bellwether.farm.icar.taking.breeding import FERTILITIES
from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.preconditions import Precondition
from bellwether.sheep.findings import warning

ANY = Precondition("*")


async def settle_fertility(session: Session, context: Context, entries: Sequence[Entry], now: datetime) -> None:
    """The animals of sound messages are as their genders say, or their senders hear why not."""
    born = [entry for entry in entries if entry.is_sound and not entry.deletes and entry.animal_id is not None]
    rows = await named(session, ids_of(born))
    for entry in born:
        row, said = rows.get(entry.animal_id or UUID(int=0)), entry.sent.newborn.gender or "Unknown"
        if row is None or said == "Unknown" or said == words.gender(row["sex"], row["fertility"]):
            continue
        if said in FERTILITIES and row["fertility"] == "unknown":
            await cut(session, context, entry, row, FERTILITIES[said], now)
        else:
            differs(entry, row)


def ids_of(entries: Iterable[Entry]) -> list[UUID]:
    """Their animals."""
    return [entry.animal_id for entry in entries if entry.animal_id is not None]


async def cut(
    session: Session,
    context: Context,
    entry: Entry,
    row: AnimalRow,
    fertility: Literal["neutered", "cryptorchid"],
    now: datetime,
) -> None:
    """An animal is castrated, if nothing that is known of it speaks against it."""
    try:
        await animals.change(session, context, row["id"], AnimalChange(fertility=fertility), ANY, now)
    except AnimalRejected as error:
        differs(entry, row, f"; {error.errors[0].message}")


def differs(entry: Entry, row: AnimalRow, why: str = "") -> None:
    """The farm knows it otherwise, and keeps that."""
    text = f"here the animal is {words.gender(row['sex'], row['fertility'])}, and stays so{why}"
    fix = "correct the animal on the farm if the message is right"
    told = warning("gender_differs", text, fix, field="animalDetail.gender")
    entry.told.append(as_error(entry.row, told))
