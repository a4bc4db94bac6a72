"""Verdicts on rows about animals. A row is checked completely before anything of it enters the herd."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts
from bellwether.farm.imports.judging.herd import Claim, Herd, Offspring, Sheep, kin_of
from bellwether.farm.imports.judging.outcomes import Outcome, rejected
from bellwether.farm.measurements.ledger import Ledger
from bellwether.sheep import identifiers, pedigree, traits
from bellwether.sheep.findings import Broken, Finding, Verdict, broken
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import MALE_ROLES, STRENGTH, Kin, ParentType

METHOD = {"sire": "derived", "dam": "observed", "et_donor_dam": "observed", "et_recipient_dam": "observed"}
ROLES: Mapping[str, ParentType] = {
    "sire": "sire", "dam": "dam", "et_donor_dam": "et_donor_dam", "et_recipient_dam": "et_recipient_dam",
    "rearing_dam": "rearing_dam",
}  # fmt: skip
Parent = tuple[ParentType, str, Identifier]
V = TypeVar("V")


def judge(rows: Iterable[tuple[int, AnimalRow]], herd: Herd, ledger: Ledger) -> list[Outcome]:
    """One outcome for each row, in order; what is accepted is in the herd and the ledger."""
    return [judge_row(row, data, herd, ledger) for row, data in rows]


def judge_row(row: int, data: AnimalRow, herd: Herd, ledger: Ledger) -> Outcome:
    """One row."""
    known = own_identifiers(data, herd.flock_id)
    try:
        animal = resolve(known, herd)
        facts = merged(animal, data)
        kin = kin_of(known[0].value, facts)
        parents = parents_of(data)
        check_loops(kin, animal, parents, herd)
        check_offspring(kin, animal, herd)
        for parent in parents:
            check_parent(kin, facts.drop_year, parent, herd)
    except Broken as error:
        return rejected(row, error.finding)
    return take(row, data, animal, facts, known, parents, herd, ledger)


def own_identifiers(data: AnimalRow, flock_id: UUID) -> list[Identifier]:
    """The row's identifiers; a visual tag counts within flock and drop, a name within the animal."""
    return [
        identifiers.visual(item.raw, flock_id, data.drop_year) if item.kind == "visual" else item.identifier
        for item in data.identifiers
    ]


def resolve(known: list[Identifier], herd: Herd) -> Sheep | None:
    """The stored animal that the row is about, if there is one.

    Raises:
        Broken: the identifiers name two animals, or the animal has another one of the same scheme.
    """
    found = {animal.id: (animal, item) for item in known if (animal := herd.find(item)) is not None}
    if not found:
        return None
    if len(found) > 1:
        tags = ", ".join(item.value for _, item in found.values())
        raise taken(f"{tags} belong to different animals", known[0])
    animal, item = next(iter(found.values()))
    for mine in known:
        other = next((i for i in animal.identifiers if i.scheme == mine.scheme and i.scope == mine.scope), None)
        if other is not None and other.value != mine.value and mine.kind in ("registration", "eid"):
            raise taken(f"{item.value} belongs to the animal {other.value}", mine)
    return animal


def taken(message: str, identifier: Identifier) -> Broken:
    """An identifier is on another animal."""
    field = {"registration": "id", "visual": "vid"}.get(identifier.kind, identifier.kind)
    return broken("identifier_taken", message, "correct the identifier", field=field, verdict="ambiguous")


def merged(animal: Sheep | None, row: AnimalRow) -> Facts:
    """What is known of the animal with what the row says over it; an empty cell changes nothing."""
    if animal is None:
        return replace(row.facts, is_embryo_transfer=bool(row.is_embryo_transfer))
    known = animal.facts
    return Facts(
        sex=said(row.sex, known.sex),
        fertility=said(row.fertility, known.fertility),
        birth_date=said(row.birth_date, known.birth_date),
        drop_year=said(row.drop_year, known.drop_year),
        birth_type=said(row.birth_type, known.birth_type),
        rear_type=said(row.rear_type, known.rear_type),
        is_embryo_transfer=said(row.is_embryo_transfer, known.is_embryo_transfer),
        birth_group=said(row.birth_group, known.birth_group),
    )


def said(now: V, before: V) -> V:
    """What the row says, or what was known if it says nothing."""
    return before if now is None or now == "unknown" else now


def check_offspring(kin: Kin, animal: Sheep | None, herd: Herd) -> None:
    """An animal that is a parent already must fit that role with its new sex and birth date."""
    offspring = herd.offspring.get(animal.id) if animal else None
    for role in sorted(offspring.roles if offspring else ()):
        assert offspring is not None
        child = Kin(offspring.first_name or "its offspring", "unknown", "unknown", offspring.first_birth)
        field = "birth_date" if kin.sex in ("unknown", "male" if role in MALE_ROLES else "female") else "sex"
        pedigree.check_parent(child, kin, ROLES[role], field=field)


def parents_of(data: AnimalRow) -> list[Parent]:
    """The claims of the row; the dam of a transferred embryo is its donor."""
    dam = "et_donor_dam" if data.is_embryo_transfer else "dam"
    named = (("sire", "sire", data.sire), (dam, "dam", data.dam), ("et_recipient_dam", "recipient", data.recipient))
    return [(ROLES[role], field, parent.identifier) for role, field, parent in named if parent is not None]


def check_loops(child: Kin, animal: Sheep | None, parents: list[Parent], herd: Herd) -> None:
    """Only an animal that has offspring already can close a loop."""
    if animal is None or animal.id not in herd.offspring:
        return
    for role, field, identifier in parents:
        stored = herd.find(identifier)
        path = pedigree.loop_path(herd.parents, animal.id, stored.id) if stored and role in pedigree.GENETIC else None
        if path:
            raise pedigree.loop([child.name, *map(herd.name, path)], field)


def check_parent(child: Kin, year: int | None, parent: Parent, herd: Herd) -> None:
    """The rules for one parent, stored or not."""
    role, field, identifier = parent
    stored = herd.find(identifier)
    parent_year = identifiers.year_of(identifier)
    if year and parent_year and parent_year > year:
        text = f"{child.name} is of {year}, its {pedigree.role_name(role)} {identifier.value} of {parent_year}"
        raise pedigree.clash("born_before_parent", text, field)
    if stored is not None:
        pedigree.check_parent(child, stored.kin, role, field=field)


def take(
    row: int,
    data: AnimalRow,
    animal: Sheep | None,
    facts: Facts,
    known: list[Identifier],
    parents: list[Parent],
    herd: Herd,
    ledger: Ledger,
) -> Outcome:
    """Let the row into the herd and the ledger."""
    verdict: Verdict = "match"
    if animal is None:
        animal, verdict = herd.add(facts, [], is_reference=False), "new"
    elif animal.is_reference:
        verdict = "new" if animal.is_of_this_import else "update"
    is_changed = enter(animal, facts, known, herd)
    for parent in parents:
        is_changed = set_parent(animal, parent, herd) or is_changed
    born = facts.birth_date
    warning = parent_warning(data)
    for measured in data.measurements:
        found = ledger.record(animal.id, animal.flock_id, measured, row)
        is_changed = found not in ("match", "duplicate") or is_changed
        age = (measured.date - born).days if born else None
        trait = traits.TRAITS[measured.trait]
        warning = warning or traits.warning(trait, measured.value, age, field=trait.code.lower())
    return Outcome(row, "update" if verdict == "match" and is_changed else verdict, animal.id, warning)


def enter(animal: Sheep, facts: Facts, known: list[Identifier], herd: Herd) -> bool:
    """Facts and identifiers of the row onto the animal; True when something is different now."""
    is_changed = animal.facts != facts or animal.is_reference
    animal.facts, animal.is_reference = facts, False
    for item in known:
        mine = identifiers.named(item.raw, str(animal.id)) if item.kind == "name" else item
        if mine.key not in herd.by_key:
            herd.tag(animal, mine)
            is_changed = True
    animal.tag = identifiers.display_tag(animal.identifiers) or animal.tag
    animal.is_changed = animal.is_changed or is_changed
    return is_changed


def set_parent(animal: Sheep, parent: Parent, herd: Herd) -> bool:
    """The claim of the row, unless stronger evidence stands; an unknown parent becomes an ancestor."""
    role, _, identifier = parent
    stored = herd.find(identifier) or ancestor(identifier, role, herd)
    claim = Claim(herd.new_id(), animal.id, stored.id, role, METHOD[role])
    before = herd.claims.get(claim.slot)
    if before is not None and before.parent_id == claim.parent_id and before.role == role:
        return False
    if before is not None and STRENGTH[before.method] > STRENGTH[claim.method] and before.method == "dna":
        claim = Claim(claim.id, animal.id, stored.id, role, claim.method, status="proposed")
    herd.claim(claim, animal)
    return True


def ancestor(identifier: Identifier, role: ParentType, herd: Herd) -> Sheep:
    """A parent that the farm has no record of: kept for the pedigree, never counted."""
    facts = Facts(
        sex="male" if role in MALE_ROLES else "female",
        fertility="unknown",
        birth_date=None,
        drop_year=identifiers.year_of(identifier),
        birth_type=None,
        rear_type=None,
        is_embryo_transfer=False,
        birth_group=None,
    )
    made = herd.add(facts, [identifier], is_reference=True)
    made.tag = identifier.value
    herd.offspring[made.id] = Offspring()
    return made


def parent_warning(data: AnimalRow) -> Finding | None:
    """What will stop an export later."""
    if data.is_embryo_transfer and not data.recipient:
        return Finding("new", "recipient_missing", "an embryo transfer without recipient", "add it", "recipient")
    return None
