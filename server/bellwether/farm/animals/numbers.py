"""The identifiers that a new animal comes with, and the year that one of them carries."""

from contextlib import suppress
from uuid import UUID

from bellwether.farm.animals.schemas import NewAnimal, NewIdentifier
from bellwether.sheep import damage, identifiers
from bellwether.sheep.findings import Broken, Faults, Finding, broken
from bellwether.sheep.identifiers import Identifier


def numbered_year(body: NewAnimal) -> int | None:
    """The year that the animal's number carries."""
    numbers = [new.value for new in body.identifiers if new.kind == "registration" and new.scheme is None]
    years = (identifiers.year_of(identifiers.cited(number, field="value")) for number in numbers)
    with suppress(Broken):
        return next(filter(None, years), None)
    return None


def read_identifiers(body: NewAnimal, animal_id: UUID, drop: int | None, faults: Faults) -> list[Identifier]:
    """The identifiers in normal form, as far as they can be read."""
    found = []
    for place, new in enumerate(body.identifiers):
        try:
            found.append(read_identifier(new, body.flock_id, animal_id, drop))
        except Broken as error:
            for broken in error.findings:
                field = f"identifiers.{place}.value"
                faults.add(Finding(broken.verdict, broken.code, broken.message, broken.fix, field))
    return found


def read_identifier(new: NewIdentifier, flock_id: UUID, animal_id: UUID, drop: int | None) -> Identifier:
    """One identifier; an unnamed scheme follows from kind and form.

    Raises:
        Broken: it cannot be read, or says that there is none.
    """
    item = as_identifier(new, flock_id, animal_id, drop)
    if not item.value:
        text = f"{new.value[:40]} says that there is no tag"
        raise broken("no_identifier", text, "leave the identifier out, or send what stands on the tag", field="value")
    return item


def as_identifier(new: NewIdentifier, flock_id: UUID, animal_id: UUID, drop: int | None) -> Identifier:
    """The same, whatever it says."""
    if new.kind == "eid":
        return identifiers.electronic(new.value)
    if new.kind == "visual":
        damage.whole(new.value, field="value")
        return identifiers.visual(new.value, flock_id, drop)
    if new.kind == "name":
        return identifiers.named(new.value, str(animal_id))
    item = identifiers.registration(new.value, is_strict=new.scheme == identifiers.SHEEP_GENETICS)
    return item if new.scheme is None else Identifier(new.scheme, item.value, "registration", item.raw)
