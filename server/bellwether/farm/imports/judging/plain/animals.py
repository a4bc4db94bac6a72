"""The short way for a row about an animal that nothing on the farm is called like, with parents known beyond doubt.

Such a row needs no rule but those between it and its parents. Whatever might say more takes the way of all rows.
"""

from uuid import UUID

from bellwether.farm.imports.judging import litters, parents
from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts, Written
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.identity import UNIQUE, own_identifiers
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.judging.sheep import Claim, Sheep
from bellwether.sheep.identifiers import CITED, Identifier, name_value, spellings, year_of_tag
from bellwether.sheep.pedigree import MIN_DAM_AGE_DAYS


def judge(row: int, data: AnimalRow, herd: Herd) -> Outcome | None:
    """The verdict on a plain row, which is in the herd then; None for any other, and nothing has changed."""
    if data.measurements or data.cleared or data.recipient or data.is_embryo_transfer or data.rear_type == 0:
        return None
    if not is_new(data, herd):
        return None
    sire = dam = None
    if data.sire is not None and (sire := parent(row, data.sire, data, herd)) is None:
        return None
    if data.dam is not None and (dam := parent(row, data.dam, data, herd)) is None:
        return None
    if sire is dam and sire is not None:
        return None
    if not (sire is None or fits(sire, data, "male")) or not (dam is None or fits(dam, data, "female")):
        return None
    animal = take(data, sire, dam, herd)
    return Outcome(row, "new", animal.id, tuple(litters.warnings(animal, herd)) if dam is not None else ())


def is_new(data: AnimalRow, herd: Herd) -> bool:
    """Whether no animal can be meant: nothing is called so, and one of the numbers is nobody else's by its length."""
    if herd.listing.are_rounded and herd.asked.rounded_ids != "keep":
        return False
    is_unique = False
    for item in data.identifiers:
        if item.kind == "name" or item.scheme == CITED or item.value in herd.ended:
            return False
        is_long = len(item.value) >= UNIQUE
        is_unique = is_unique or is_long
        year = data.drop_year if item.kind == "visual" and not is_long else None
        values = spellings(item.raw)
        for value in values if item.value in values else (*values, item.value):
            for key, theirs in herd.by_value.get(value, ()):
                if year is None or not is_of_other_year(herd.sheep[key], theirs, year):
                    return False
    return is_unique


def is_of_other_year(animal: Sheep, tag: Identifier, year: int) -> bool:
    """Whether a visual tag is that of an animal of another drop, where tags begin anew."""
    born = animal.facts.drop_year
    return tag.kind == "visual" and born is not None and born != year and year_of_tag(tag.scope) != year


def parent(row: int, cell: Written, data: AnimalRow, herd: Herd) -> Sheep | None:
    """The one animal that a cell can mean, if it has a row of its own that is read already."""
    found: UUID | None = None
    values = spellings(cell.raw)
    for value in values:
        for key, item in herd.by_value.get(value, ()):
            if item.kind == "visual" or (found is not None and found != key):
                return None
            found = key
    if found is None or (herd.by_name and name_value(cell.raw) in herd.by_name):
        return None
    animal = herd.sheep[found]
    if animal.is_reference or animal.expected is not None or any(item.value in values for item in data.identifiers):
        return None
    return None if herd.listing.named(cell.raw, row) else animal


def fits(animal: Sheep, data: AnimalRow, sex: str) -> bool:
    """Whether it can be the parent of the row, without any doubt."""
    known, born, its = animal.facts, data.birth_date, animal.facts.birth_date
    if known.sex not in (sex, "unknown") or (sex == "male" and known.fertility == "neutered"):
        return False
    if data.drop_year and known.drop_year and known.drop_year > data.drop_year:
        return False
    if born is None or its is None:
        return True
    return its < born and (sex == "male" or (born - its).days >= MIN_DAM_AGE_DAYS)


def take(data: AnimalRow, sire: Sheep | None, dam: Sheep | None, herd: Herd) -> Sheep:
    """The animal with its identifiers and claims, in the herd."""
    own = own_identifiers(data, herd.flock_id, data.drop_year)
    facts = Facts(
        data.sex, data.fertility, data.birth_date, data.drop_year, data.birth_type, data.rear_type, False,
        data.birth_group,
    )  # fmt: skip
    animal = herd.add(facts, own, is_reference=False)
    if sire is not None:
        herd.claim(Claim(herd.new_id(), animal.id, sire.id, "sire", parents.METHOD["sire"]), animal)
    if dam is not None:
        herd.claim(Claim(herd.new_id(), animal.id, dam.id, "dam", parents.METHOD["dam"]), animal)
    return animal
