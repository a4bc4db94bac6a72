"""Verdicts on rows about animals. A row is checked completely before anything of it enters the herd."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TypeVar

from bellwether.farm.imports.judging import identity, lambed, litters, parents, syndicates
from bellwether.farm.imports.judging.animal_row import FIELDS, AnimalRow, Facts
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.identity import Known
from bellwether.farm.imports.judging.outcomes import Outcome, rejected
from bellwether.farm.imports.judging.parents import Parent
from bellwether.farm.imports.judging.plain import animals as plain_animals
from bellwether.farm.imports.judging.sheep import Sheep, kin_of
from bellwether.farm.lives import roles
from bellwether.farm.measurements.ledger import Ledger
from bellwether.sheep import identifiers, pedigree, traits
from bellwether.sheep.findings import Broken, Faults, Finding, Verdict, broken, warning
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.lives import check_presence
from bellwether.sheep.pedigree import MALE_ROLES, Kin, Measured

V = TypeVar("V")
SURE = ("sex", "fertility", "is_embryo_transfer")
"""Facts that always say something."""


def judge(rows: Iterable[tuple[int, AnimalRow]], herd: Herd, ledger: Ledger) -> list[Outcome]:
    """One outcome for each row, in order; what is accepted is in the herd and the ledger."""
    return [plain_animals.judge(row, data, herd) or judge_row(row, data, herd, ledger) for row, data in rows]


def judge_row(row: int, data: AnimalRow, herd: Herd, ledger: Ledger) -> Outcome:
    """One row; all that is wrong with it is told."""
    faults = Faults()
    year = data.drop_year
    own = identity.own_identifiers(data, herd.flock_id, year)
    found = faults.take(lambda: identity.resolve(own, data, herd)) or Known()
    animal = found.animal
    data, kept = lambed.without_doubt(animal, data)
    if kept and herd.asked.on_weaker_parent == "refuse":
        faults.findings += [replace(finding, verdict="conflict") for finding in kept]
    facts = merged(animal, data)
    if facts.drop_year != year:
        own = identity.own_identifiers(data, herd.flock_id, facts.drop_year)
    known = identity.meant(data, own, herd)
    kin = kin_of(known[0].value, facts)
    said = find_parents(row, data, kin, animal, herd, faults)
    faults.take(partial(parents.check_recipient, animal, facts, said, herd))
    if not faults.findings:
        faults.take(lambda: identity.check_tags(animal, known, facts.drop_year, herd))
    check_self(kin, facts, animal, data, known, faults)
    for ghost in found.ghosts:
        first = partial(pedigree.check_first_measurement, kin.name, facts.birth_date, ghost.first_recorded)
        faults.take(partial(first, field="birth_date"))
    check_relatives(kin, facts, found, said, herd, faults)
    try:
        faults.stop()
    except Broken as error:
        return rejected(row, *error.findings)
    outcome = take(row, data, found, facts, known, said, herd, ledger)
    return outcome._replace(findings=(*kept, *outcome.findings)) if kept else outcome


def find_parents(row: int, data: AnimalRow, kin: Kin, animal: Sheep | None, herd: Herd, faults: Faults) -> list[Parent]:
    """Every parent of the row that can be told."""
    found = []
    for role, field, cell in parents.cells_of(data):
        try:
            found.append(parents.find(row, role, field, cell, kin, animal, data, herd))
        except Broken as error:
            faults.findings.extend(error.findings)
    by_role = {parent.field: parent.animal for parent in found if parent.animal is not None}
    if by_role.get("sire") is not None and by_role.get("sire") is by_role.get("dam"):
        text = f"sire and dam are both {by_role['sire'].described}"
        faults.add(Finding("conflict", "same_parents", text, "correct one", "dam"))
    return found


def merged(animal: Sheep | None, row: AnimalRow) -> Facts:
    """What is known of the animal with what the row says over it; an empty cell changes nothing."""
    if animal is None:
        return row.facts
    known = animal.facts
    facts = Facts(
        sex=said(row.sex, known.sex),
        fertility=said(row.fertility, known.fertility),
        birth_date=said(row.birth_date, known.birth_date),
        drop_year=said(row.drop_year, known.drop_year),
        birth_type=said(row.birth_type, known.birth_type),
        rear_type=said(row.rear_type, known.rear_type),
        is_embryo_transfer=said(row.is_embryo_transfer, known.is_embryo_transfer),
        birth_group=said(row.birth_group, known.birth_group),
    )
    return without(facts, row.cleared) if row.cleared else facts


def without(facts: Facts, cleared: frozenset[str]) -> Facts:
    """The facts but for those that a row takes back."""
    kept = {name: None if name in cleared else getattr(facts, name) for name in FIELDS if name not in SURE}
    sex = "unknown" if "sex" in cleared else facts.sex
    fertility = "unknown" if "sex" in cleared else facts.fertility
    return Facts(sex=sex, fertility=fertility, is_embryo_transfer=facts.is_embryo_transfer, **kept)


def said(now: V, before: V) -> V:
    """What the row says, or what was known if it says nothing."""
    return before if now is None or now == "unknown" else now


def check_self(
    kin: Kin, facts: Facts, animal: Sheep | None, data: AnimalRow, known: list[Identifier], faults: Faults
) -> None:
    """Birth and stays against measurements, those of the row and those that are stored, and against the number."""
    for measured in data.measurements:
        if facts.birth_date and measured.date < facts.birth_date and not data.birth_date:
            text = f"{measured.trait} on {measured.date}, born on {facts.birth_date}"
            found = Finding("out_of_range", "before_birth", text, "correct one of the dates", measured.trait.lower())
            faults.add(found)
    if animal is None:
        return
    for measured in data.measurements:
        if measured.trait in traits.CARCASS:
            continue
        trait = measured.trait.lower()
        faults.take(partial(check_presence, kin.name, animal.stays, measured.date, field=trait))
    if data.birth_date and data.birth_date != animal.facts.birth_date:
        born = data.birth_date
        faults.take(
            partial(pedigree.check_first_measurement, kin.name, born, animal.first_recorded, field="birth_date")
        )
        for item in {item.key: item for item in (*animal.identifiers, *known)}.values():
            year = identifiers.year_of(item)
            faults.take(partial(pedigree.check_number, kin.name, born.year, item.value, year, field="birth_date"))
    if (facts.sex, facts.fertility) != (animal.facts.sex, animal.facts.fertility):
        faults.take(partial(roles.check, kin.name, facts.sex, facts.fertility, animal.parts))
    faults.take(partial(check_one_word, animal, data))


def check_one_word(animal: Sheep, data: AnimalRow) -> None:
    """Two rows of one file about one sheep say the same.

    Raises:
        Broken
    """
    if not animal.is_of_this_import or animal.is_reference:
        return
    before = animal.kin
    if data.sex != "unknown" and before.sex not in ("unknown", data.sex):
        field, text = "sex", f"{before.sex}, here {data.sex}"
    elif data.birth_date and before.birth_date and data.birth_date != before.birth_date:
        field, text = "birth_date", f"born on {before.birth_date}, here on {data.birth_date}"
    else:
        return
    message = f"another row of this file is about the same animal, {animal.described}: there it is {text}"
    raise broken("rows_disagree", message, "correct one of the rows", field=field, verdict="conflict")


def check_relatives(
    kin: Kin, facts: Facts, found: Known, said_parents: list[Parent], herd: Herd, faults: Faults
) -> None:
    """The animal between its parents, those of the row and those that stand, and its offspring; no loop."""
    animal = found.animal
    said_parents = [parent for parent in said_parents if not parent.is_syndicate]
    for parent in said_parents:
        faults.take(partial(parents.check, kin, facts.drop_year, parent))
        faults.take(partial(parents.check_evidence, animal, parent, herd))
        faults.take(partial(check_loop, kin, found, parent, herd))
    for role, stored in parents.stored_parents(animal, said_parents, herd):
        faults.take(partial(pedigree.check_parent, kin, stored.kin, role, field="birth_date"))
    for one in (animal, *found.ghosts):
        if one is not None:
            check_offspring(kin, one, herd, faults)


def check_offspring(kin: Kin, animal: Sheep, herd: Herd, faults: Faults) -> None:
    """An animal that is a parent already must fit that role with its new sex and birth date."""
    offspring = herd.offspring.get(animal.id)
    for role in offspring.roles if offspring else ():
        assert offspring is not None
        name = min(map(herd.name, offspring.first_born), default="its offspring")
        child = Kin(name, "unknown", "unknown", offspring.first_birth)
        wanted = "male" if role in MALE_ROLES else "female"
        faults.take(partial(pedigree.check_role, kin, parents.as_role(role), field="sex"))
        if kin.sex in ("unknown", wanted):
            faults.take(partial(pedigree.check_births, child, kin, parents.as_role(role), field="birth_date"))


def check_loop(child: Kin, found: Known, parent: Parent, herd: Herd) -> None:
    """Only an animal that has offspring already can close a loop.

    Raises:
        Broken
    """
    if parent.animal is None or parent.role not in pedigree.GENETIC:
        return
    for one in (found.animal, *found.ghosts):
        if one is not None and one.id in herd.offspring:
            path = pedigree.loop_path(herd.parents, one.id, parent.animal.id, herd.name)
            if path:
                names = [child.name if key == one.id else herd.name(key) for key in path]
                raise pedigree.loop([child.name, *names], parent.field)


def take(
    row: int,
    data: AnimalRow,
    found: Known,
    facts: Facts,
    known: list[Identifier],
    said_parents: list[Parent],
    herd: Herd,
    ledger: Ledger,
) -> Outcome:
    """Let the row into the herd and the ledger."""
    verdict: Verdict = "match"
    animal = found.animal
    if animal is None:
        animal, verdict = herd.add(facts, [], is_reference=False), "new"
    elif animal.is_reference:
        verdict = "new" if animal.is_of_this_import else "update"
    for ghost in found.ghosts:
        herd.unite(animal, ghost)
        ledger.unite(animal.id, ghost.id)
    told = [*parent_warnings(data), *replaced(animal, facts), *litters.not_reared(animal, data)]
    is_changed = enter(animal, facts, known, herd) or bool(found.ghosts)
    for parent in said_parents:
        if parent.is_syndicate:
            told.append(syndicates.no_sire(parent.cell))
            continue
        is_other, findings = parents.set_parent(animal, parent, herd)
        is_changed = is_other or is_changed
        told += findings
    is_other, findings = parents.clear(animal, data.cleared, herd)
    is_changed = is_other or is_changed
    told += findings
    told += litters.warnings(animal, herd)
    placed = herd.placed(animal, facts)
    for measured in data.measurements:
        record = ledger.record(animal.id, animal.flock_id, measured, row)
        first = Measured(measured.trait, measured.date)
        animal.first_recorded = min(animal.first_recorded or first, first, key=attrgetter("day", "trait"))
        is_changed = record.verdict not in ("match", "duplicate") or is_changed
        age = (measured.date - facts.birth_date).days if facts.birth_date else None
        trait = ledger.traits[measured.trait]
        unusual = traits.warning(trait, measured.value, age, field=trait.code.lower())
        over_weeks = herd.spans.add(placed.group(trait, measured.group), measured.date)
        told += [finding for finding in (record.warning, unusual, over_weeks) if finding]
    return Outcome(row, "update" if verdict == "match" and is_changed else verdict, animal.id, tuple(told))


def enter(animal: Sheep, facts: Facts, known: list[Identifier], herd: Herd) -> bool:
    """Facts and identifiers of the row onto the animal; True when something is different now."""
    is_changed = animal.facts != facts or animal.is_reference
    if animal.facts.drop_year != facts.drop_year:
        herd.move_tags(animal, facts.drop_year)
    is_born_otherwise = animal.facts.birth_date != facts.birth_date
    animal.facts, animal.is_reference, animal.expected = facts, False, None
    if is_born_otherwise:
        herd.tell_parents(animal)
    for item in known:
        mine = identifiers.named(item.raw, str(animal.id)) if item.kind == "name" else item
        if mine.key not in herd.by_key and not is_called(animal, mine):
            herd.tag(animal, mine)
            is_changed = True
    if is_changed:
        herd.touched[animal.id] = animal
    return is_changed


def is_called(animal: Sheep, name: Identifier) -> bool:
    """Whether it has this name, but for capitals and blanks."""
    wanted = identifiers.name_value(name.value)
    return name.kind == "name" and any(
        item.kind == "name" and identifiers.name_value(item.value) == wanted for item in animal.identifiers
    )


def replaced(animal: Sheep, facts: Facts) -> Iterable[Finding]:
    """What was known of an animal of the farm and is something else now: corrected, or another sheep is meant."""
    if animal.is_reference or animal.is_of_this_import:
        return
    known = animal.facts
    for field, before, now in (
        ("sex", known.sex, facts.sex),
        ("birth_date", known.birth_date, facts.birth_date),
    ):
        if before not in (None, "unknown", now):
            change = f"becomes {now}" if now not in (None, "unknown") else "is cleared"
            text = f"the {field.replace('_', ' ')} of {animal.described} {change}"
            yield warning("fact_replaced", text, "if another animal is meant, correct the row", field=field)


def parent_warnings(data: AnimalRow) -> Iterable[Finding]:
    """What will stop an export later."""
    if data.is_embryo_transfer and not data.recipient:
        yield warning("recipient_missing", "an embryo transfer without recipient", "add it", field="recipient")
