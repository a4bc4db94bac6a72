"""Which animal a row is about: its identifiers against all that the farm knows, of whatever kind."""

from typing import NamedTuple
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.sheep import Sheep
from bellwether.sheep import damage, identifiers, pedigree
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.identifiers import Identifier

CERTAIN = ("eid", "registration")
UNIQUE = 15
"""A number of this many characters names one animal, in whatever column it stands."""
FIELDS = {"registration": "id", "visual": "vid"}


class Known(NamedTuple):
    """The stored animal, if there is one, and ancestors that are the same sheep."""

    animal: Sheep | None = None
    ghosts: tuple[Sheep, ...] = ()


class Match(NamedTuple):
    """An animal that the row names: for certain, by exactly that tag, or by something written alike."""

    animal: Sheep
    mine: Identifier
    strength: int


CERTAINLY, EXACTLY, ALIKE = 2, 1, 0


def own_identifiers(data: AnimalRow, flock_id: UUID, year: int | None) -> list[Identifier]:
    """The row's identifiers; a visual tag counts within flock and drop, a name within the animal."""
    return [
        identifiers.visual(item.raw, flock_id, year) if item.kind == "visual" else item.identifier
        for item in data.identifiers
    ]


def resolve(own: list[Identifier], data: AnimalRow, herd: Herd) -> Known:
    """The stored animal that the row is about, if there is one.

    Raises:
        Broken: the identifiers name two animals, or the animal has another one of the same scheme.
    """
    known = meant(data, own, herd)
    check_digits(known, herd)
    found = matches(known, data, herd)
    strongest = max((match.strength for match in found if not match.animal.is_reference), default=ALIKE)
    recorded = [match for match in found if not match.animal.is_reference and match.strength >= min(strongest, EXACTLY)]
    ghosts = [match for match in found if match.animal.is_reference]
    if len(recorded) > 1:
        names = "; ".join(sorted(match.animal.described for match in recorded)[:5])
        mine = max((match.mine for match in recorded), key=known.index)
        raise taken(f"its identifiers belong to different animals: {names}", mine)
    if not found:
        check_zeros(known, herd)
        return Known()
    first = (recorded or sorted(ghosts, key=lambda match: (-match.strength, match.animal.described)))[0]
    check_own(first, known, data)
    same = tuple(match.animal for match in ghosts if match.animal is not first.animal)
    for ghost in same:
        if path := pedigree.loop_path(herd.parents, ghost.id, first.animal.id, herd.name):
            raise pedigree.loop([first.animal.tag, *map(herd.name, path)], field_of(known[0]))
    return Known(first.animal, same)


def meant(data: AnimalRow, known: list[Identifier], herd: Herd) -> list[Identifier]:
    """Without the tag that only follows from the number of an animal which the farm has by that number."""
    animal = herd.find(known[0])
    if animal is None or animal.is_reference:
        return known
    return [mine for mine, said in zip(known, data.identifiers, strict=True) if not said.is_implied]


def matches(known: list[Identifier], data: AnimalRow, herd: Herd) -> list[Match]:
    """Every animal that one of the row's identifiers may name, each once, with the strongest reason for it."""
    found: dict[UUID, Match] = {}
    for mine in known:
        named = herd.named(mine.raw) if mine.kind != "name" else cited_by_name(mine, herd)
        if exact := herd.find(mine):
            named[exact.id] = mine
        if not named and mine.kind in CERTAIN and mine.value in herd.ended:
            # it left, and its number with it: it is the same animal that returns
            named[herd.ended[mine.value]] = mine
        for key, theirs in named.items():
            strength = strength_of(mine, theirs)
            animal = herd.sheep[key]
            if (strength or may_be(animal, theirs, known, data, herd)) and (
                key not in found or found[key].strength < strength
            ):
                found[key] = Match(animal, mine, strength)
    return list(found.values())


def cited_by_name(mine: Identifier, herd: Herd) -> dict[UUID, Identifier]:
    """Ancestors that were cited by this name, as long as one animal alone has it; recorded animals have other ways."""
    name = identifiers.name_value(mine.raw)
    if herd.by_name.get(name) or len(herd.listing.by_name.get(name, ())) > 1:
        return {}
    return {
        key: theirs
        for key, theirs in herd.named(mine.raw).items()
        if theirs.scheme == identifiers.CITED and herd.sheep[key].is_reference
    }


def strength_of(mine: Identifier, theirs: Identifier) -> int:
    """A number of fifteen digits, or one registration as another, is certain; a tag within its year is exact."""
    if len(mine.value) >= UNIQUE and mine.value == theirs.value:
        return CERTAINLY
    if mine.kind in CERTAIN and theirs.kind in CERTAIN and theirs.scheme != identifiers.CITED:
        return CERTAINLY
    return EXACTLY if mine.key == theirs.key else ALIKE


def may_be(animal: Sheep, theirs: Identifier, known: list[Identifier], data: AnimalRow, herd: Herd) -> bool:
    """Whether something written alike can be the row's animal: a tag comes again in another year, on another sheep."""
    year = animal.facts.drop_year or (identifiers.year_of_tag(theirs.scope) if theirs.kind == "visual" else None)
    if year and data.drop_year and year != data.drop_year:
        return False
    if not animal.is_reference:
        return True
    offspring = herd.offspring.get(animal.id)
    first = offspring.first_birth if offspring else None
    fits = "unknown" in (data.sex, animal.facts.sex) or data.sex == animal.facts.sex
    return fits and not (first and data.birth_date and data.birth_date >= first) and other_number(animal, known) is None


def other_number(animal: Sheep, known: list[Identifier]) -> tuple[Identifier, Identifier] | None:
    """An EID or registration of the row, and that of the same scheme which the animal has instead."""
    for mine in known:
        for theirs in sorted(animal.identifiers, key=identifiers.rank):
            if mine.kind in CERTAIN and theirs.scheme == mine.scheme and theirs.value != mine.value:
                return mine, theirs
    return None


def check_own(match: Match, known: list[Identifier], data: AnimalRow) -> None:
    """What else the row says of itself fits the animal.

    Raises:
        Broken: it has another number of the same kind, or was found by its tag alone and is another in all else.
    """
    if other := other_number(match.animal, known):
        raise taken(f"{match.mine.value} belongs to the animal {other[1].value}", other[0])
    if match.strength or match.animal.is_reference:
        return
    kin = match.animal.kin
    other_sex = data.sex != "unknown" and kin.sex not in ("unknown", data.sex)
    other_birth = data.birth_date and kin.birth_date and data.birth_date != kin.birth_date
    if other_sex or other_birth:
        raise taken(f"{match.mine.value} is {match.animal.described}, and this row says otherwise", match.mine)


def check_tags(animal: Sheep | None, known: list[Identifier], year: int | None, herd: Herd) -> None:
    """No other animal has what this one is to have, now that its year of birth is known.

    Raises:
        Broken
    """
    mine = [item for item in known if item.kind != "name"]
    worn = [item for item in animal.identifiers if item.kind == "visual"] if animal else []
    mine += [identifiers.in_year(item, year) for item in worn]
    for item in mine:
        holder = herd.find(item)
        if holder is not None and holder is not animal and not holder.is_reference:
            raise taken(f"{item.value} is {holder.described} already", item)


def check_digits(known: list[Identifier], herd: Herd) -> None:
    """Numbers of sixteen digits that all end in zero have been through a spreadsheet.

    Raises:
        Broken
    """
    if not herd.listing.are_rounded or herd.asked.rounded_ids == "keep":
        return
    for item in known:
        if item.kind == "registration" and damage.may_be_rounded(item.value):
            raise damage.rounded(item.value, "id")


def check_zeros(known: list[Identifier], herd: Herd) -> None:
    """An animal that is new by its number only must not be an old one whose zeros a spreadsheet has taken.

    Raises:
        Broken
    """
    if herd.asked.lost_zeros == "keep" or any(len(item.value) >= UNIQUE for item in known):
        return
    for item in known:
        if item.kind != "name" and (others := herd.without_zeros(item.raw)):
            raise zeros_lost(item.value, others, field_of(item))


def zeros_lost(value: str, others: list[str], field_name: str) -> Broken:
    """A number that differs from a known one by the zeros before it."""
    message = f"{value} may be {' or '.join(others[:3])} of this farm: a spreadsheet drops zeros before a number"
    fix = f"{damage.TEXT}; if they are different animals, say so with lost_zeros=keep"
    return broken("leading_zeros_lost", message, fix, field=field_name, verdict="ambiguous")


def field_of(identifier: Identifier) -> str:
    """The column in which such an identifier stands."""
    return FIELDS.get(identifier.kind, identifier.kind)


def taken(message: str, identifier: Identifier) -> Broken:
    """An identifier is on another animal."""
    fix = "correct the identifier, or add the EID, the registration or the birth date that tells them apart"
    return broken("identifier_taken", message, fix, field=field_of(identifier), verdict="ambiguous")
