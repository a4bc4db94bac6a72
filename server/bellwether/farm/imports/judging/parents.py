"""The parents that a row claims: who is meant, whether they fit, and which evidence stands."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts, Written
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.identity import zeros_lost
from bellwether.farm.imports.judging.listing import Listed
from bellwether.farm.imports.judging.sheep import Claim, Offspring, Sheep
from bellwether.farm.imports.judging.syndicates import is_syndicate
from bellwether.sheep import damage, identifiers, pedigree
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.pedigree import MALE_ROLES, STRENGTH, Kin, Method, ParentType

METHOD: Mapping[str, Method] = {
    "sire": "derived", "dam": "observed", "et_donor_dam": "observed", "et_recipient_dam": "observed",
    "rearing_dam": "observed",
}  # fmt: skip


class Parent(NamedTuple):
    """A parent cell, and the animal that it names; None when neither the farm nor the file has one."""

    role: ParentType
    field: str
    cell: Written
    animal: Sheep | None
    is_syndicate: bool = False


def cells_of(data: AnimalRow) -> list[tuple[ParentType, str, Written]]:
    """The parent cells of a row; the dam of a transferred embryo is its donor."""
    dam: ParentType = "et_donor_dam" if data.is_embryo_transfer else "dam"
    named: list[tuple[ParentType, str, Written | None]] = [
        ("sire", "sire", data.sire), (dam, "dam", data.dam), ("et_recipient_dam", "recipient", data.recipient)
    ]  # fmt: skip
    return [(role, field, cell) for role, field, cell in named if cell is not None]


def find(
    row: int, role: ParentType, field: str, cell: Written, child: Kin, mine: Sheep | None, data: AnimalRow, herd: Herd
) -> Parent:
    """Who is meant: looked for among every identifier of the farm and among the later rows of the file.

    Raises:
        Broken: several may be, or the one that it names is the animal itself.
    """
    found = {key: herd.sheep[key] for key in herd.named(cell.raw)}
    if herd.by_name:
        found |= {key: herd.sheep[key] for key in herd.by_name.get(identifiers.name_value(cell.raw), ())}
    for listed in herd.listing.named(cell.raw, row):
        add_listed(found, listed, role, herd)
    if (mine is not None and found.keys() == {mine.id}) or (not found and is_own(cell, data)):
        text = f"{cell.raw} is its own {field}"
        raise broken("own_parent", text, "correct the parent", field=field, verdict="conflict")
    if mine is not None:
        found.pop(mine.id, None)
    choice = list(found.values())
    if len(choice) > 1:
        choice = [animal for animal in choice if is_able(child, data.drop_year, animal, role)] or choice
    if len(choice) > 1:
        raise ambiguous(cell.raw, choice, field)
    if not choice and role == "sire" and is_syndicate(cell, data, herd):
        return Parent(role, field, cell, None, is_syndicate=True)
    if not choice:
        check_unknown(cell, field, data, herd)
    return Parent(role, field, cell, choice[0] if choice else None)


def add_listed(found: dict[UUID, Sheep], listed: Listed, role: ParentType, herd: Herd) -> None:
    """One more animal that is meant, unless the row is about one that is found already or will become one."""
    same = [animal for animal in found.values() if may_be(animal, listed, herd)]
    if any(not animal.is_reference for animal in same):
        return
    animal = expect(listed, role, herd)
    for ghost in same:
        found.pop(ghost.id, None)
    found[animal.id] = animal


def may_be(animal: Sheep, listed: Listed, herd: Herd) -> bool:
    """Whether the row of a file can be about an animal that is called alike."""
    if animal.year and listed.drop_year and animal.year != listed.drop_year:
        return False
    if not animal.is_reference:
        return True
    offspring = herd.offspring.get(animal.id)
    first = offspring.first_birth if offspring else None
    fits = "unknown" in (listed.sex, animal.facts.sex) or listed.sex == animal.facts.sex
    return fits and not (first and listed.birth_date and listed.birth_date >= first)


def is_own(cell: Written, data: AnimalRow) -> bool:
    """Whether the cell names the row that it stands in."""
    spelled = set(identifiers.spellings(cell.raw))
    return any(item.kind != "name" and item.value in spelled for item in data.identifiers)


def is_able(child: Kin, year: int | None, animal: Sheep, role: ParentType) -> bool:
    """Whether sex and births allow it."""
    if year and animal.year and animal.year > year:
        return False
    try:
        pedigree.check_parent(child, animal.kin, role, field="")
    except Broken:
        return False
    return True


def ambiguous(raw: str, found: list[Sheep], field: str) -> Broken:
    """The cell may mean several animals."""
    names = "; ".join(sorted(animal.described for animal in found)[:5])
    fix = "write the EID or the registration of the one that is meant"
    message = f"{raw[:40]} may be {len(found)} animals: {names}"
    return broken("ambiguous_parent", message, fix, field=field, verdict="ambiguous")


def check_unknown(cell: Written, field: str, data: AnimalRow, herd: Herd) -> None:
    """A parent that nobody knows may become an ancestor only if nothing of its identifier is lost.

    Raises:
        Broken
    """
    if data.is_strict and cell.scheme != identifiers.SHEEP_GENETICS:
        identifiers.registration(cell.raw, is_strict=True, field=field)
    if herd.listing.are_rounded and herd.asked.rounded_ids == "refuse" and damage.may_be_rounded(cell.value):
        raise damage.rounded(cell.value, field)
    if herd.asked.lost_zeros == "refuse" and (others := herd.without_zeros(cell.raw)):
        raise zeros_lost(cell.value, others, field)
    if herd.asked.on_unknown_parent == "refuse":
        fix = "add a row for it, correct the cell, or import with on_unknown_parent=add"
        raise broken("unknown_parent", f"there is no animal {cell.raw[:40]}", fix, field=field, verdict="unknown_tag")


def expect(listed: Listed, role: ParentType, herd: Herd) -> Sheep:
    """The animal of a later row: the stored one, or an ancestor that the row will make a recorded animal."""
    known = [
        identifiers.visual(item.raw, herd.flock_id, listed.drop_year) if item.kind == "visual" else item.identifier
        for item in listed.identifiers
        if item.kind != "name"
    ]
    stored = next((animal for item in known if (animal := herd.find(item)) is not None), None)
    animal = stored or ancestor(role, herd)
    if animal.is_reference:
        if stored is None:
            for item in known:
                herd.tag(animal, item)
        animal.expected = Kin(animal.tag, listed.sex, animal.facts.fertility, listed.birth_date)
        animal.expected_year = listed.drop_year
    return animal


def ancestor(role: ParentType, herd: Herd) -> Sheep:
    """A parent without a row: kept for the pedigree, never counted."""
    facts = Facts("male" if role in MALE_ROLES else "female", "unknown", None, None, None, None, False, None)
    made = herd.add(facts, [], is_reference=True)
    herd.offspring[made.id] = Offspring()
    return made


def check(child: Kin, year: int | None, parent: Parent) -> None:
    """The rules for one parent, known or not.

    Raises:
        Broken: all that is wrong.
    """
    animal = parent.animal
    number = parent.cell.identifier if animal is None else None
    born = identifiers.year_of(number) if number else animal.year if animal else None
    if year and born and born > year:
        text = f"{child.name} is of {year}, its {pedigree.role_name(parent.role)} {parent.cell.value} of {born}"
        raise pedigree.clash("born_before_parent", text, parent.field)
    if animal is not None:
        pedigree.check_parent(child, animal.kin, parent.role, field=parent.field)


def check_evidence(animal: Sheep | None, parent: Parent, herd: Herd) -> None:
    """If the sender wants to decide, a weaker claim stops the row.

    Raises:
        Broken
    """
    if animal is not None and herd.asked.on_weaker_parent == "refuse" and (found := weaker(animal, parent, herd)):
        raise Broken(Finding("conflict", found.code, found.message, found.fix, found.field))


def weaker(animal: Sheep, parent: Parent, herd: Herd) -> Finding | None:
    """Why the claim cannot take the place of the accepted one, if it cannot."""
    before = herd.claims.get((animal.id, pedigree.slot(parent.role)))
    new = parent.animal
    if before is None or (new is not None and before.parent_id == new.id):
        return None
    stands = herd.sheep.get(before.parent_id)
    is_ghost = (new is None or not new.is_listed) and stands is not None and stands.is_listed
    if not is_ghost and STRENGTH[before.method] <= STRENGTH[METHOD[parent.role]]:
        return None
    reason = "has no row of its own" if is_ghost else f"is only {METHOD[parent.role]}"
    kept = f"{pedigree.role_name(parent.role)} stays {herd.name(before.parent_id)}"
    message = f"the {kept} ({before.method}): {parent.cell.raw[:40]} {reason}"
    fix = "import with on_weaker_parent=replace if the file is right"
    return warning("weaker_evidence", message, fix, field=parent.field)


def set_parent(animal: Sheep, parent: Parent, herd: Herd) -> tuple[bool, list[Finding]]:
    """The claim of the row, unless stronger evidence stands; an unknown parent becomes an ancestor.

    Returns whether something is different now, and what its sender should know.
    """
    told = [] if parent.animal is not None and parent.animal.is_listed else [not_listed(parent)]
    weak = weaker(animal, parent, herd) if herd.asked.on_weaker_parent != "replace" else None
    before = herd.claims.get((animal.id, pedigree.slot(parent.role)))
    stored = parent.animal or new_ancestor(parent, herd)
    claim = Claim(herd.new_id(), animal.id, stored.id, parent.role, METHOD[parent.role])
    if before is not None and before.parent_id == stored.id and before.role == parent.role:
        return False, told
    if weak is None:
        herd.claim(claim, animal)
        return True, told
    is_new = (animal.id, stored.id, parent.role) not in herd.proposed
    if is_new:
        herd.claim(Claim(claim.id, animal.id, stored.id, parent.role, claim.method, status="proposed"), animal)
    return is_new, [weak, *told]


def clear(animal: Sheep, cleared: frozenset[str], herd: Herd) -> tuple[bool, list[Finding]]:
    """The parents that a row takes back, unless stronger evidence stands than that of a list."""
    is_changed, told = False, []
    for role in ("sire", "dam", "recipient"):
        slot = pedigree.slot("et_recipient_dam" if role == "recipient" else role)
        claim = herd.claims.get((animal.id, slot)) if role in cleared else None
        if claim is None:
            continue
        if STRENGTH[claim.method] > STRENGTH[METHOD[claim.role]] and herd.asked.on_weaker_parent != "replace":
            message = f"the {role} stays {herd.name(claim.parent_id)}: it is known by {claim.method}"
            fix = "import with on_weaker_parent=replace if the file is right"
            told.append(warning("weaker_evidence", message, fix, field=role))
        else:
            herd.withdraw(claim)
            is_changed = True
    return is_changed, told


def new_ancestor(parent: Parent, herd: Herd) -> Sheep:
    """The ancestor that a cell names, unless an earlier cell of the row has made it."""
    identifier = parent.cell.identifier
    if found := herd.find(identifier):
        return found
    made = ancestor(parent.role, herd)
    made.facts = Facts(made.facts.sex, "unknown", None, identifiers.year_of(identifier), None, None, False, None)
    herd.tag(made, identifier)
    return made


def not_listed(parent: Parent) -> Finding:
    """The parent is an ancestor only."""
    message = f"{parent.cell.raw[:40]} has no row here or on the farm: kept as an ancestor"
    return warning("parent_not_listed", message, "import its row too, or correct the cell", field=parent.field)


def stored_parents(animal: Sheep | None, said: list[Parent], herd: Herd) -> list[tuple[ParentType, Sheep]]:
    """The accepted parents that the row says nothing of."""
    if animal is None:
        return []
    slots = {pedigree.slot(parent.role) for parent in said}
    claims = [herd.claims.get((animal.id, slot)) for slot in ("sire", "dam", "et_recipient_dam") if slot not in slots]
    return [(as_role(c.role), herd.sheep[c.parent_id]) for c in claims if c is not None and c.parent_id in herd.sheep]


def as_role(role: str) -> ParentType:
    """As the pedigree rules know it."""
    return ROLES[role]


ROLES: Mapping[str, ParentType] = {
    "sire": "sire", "dam": "dam", "et_donor_dam": "et_donor_dam", "et_recipient_dam": "et_recipient_dam",
    "rearing_dam": "rearing_dam",
}  # fmt: skip


def check_recipient(animal: Sheep | None, facts: Facts, said_parents: list[Parent], herd: Herd) -> None:
    """I8: who bore an animal and is not its dam was given an embryo; what is known already is not said anew.

    Raises:
        Broken
    """
    given = next((parent for parent in said_parents if parent.role == "et_recipient_dam"), None)
    if given is None or facts.is_embryo_transfer:
        return
    before = None if animal is None else herd.claims.get((animal.id, "et_recipient_dam"))
    if before is None or given.animal is None or before.parent_id != given.animal.id:
        text = f"{given.cell.raw[:40]} is named as recipient, and the row tells of no embryo transfer"
        fix = "write Y in ET, or leave the recipient empty"
        raise broken("recipient_without_transfer", text, fix, field="et", verdict="conflict")
