"""Verdicts on rows about weights, given the animals that its tags name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from bellwether.farm.imports.judging.outcomes import Outcome, rejected
from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.measurements.ledger import Day, Ledger
from bellwether.sheep import traits
from bellwether.sheep.findings import Broken, Finding, broken

DOUBLE = Finding("duplicate", "duplicate_row", "the same weighing stands in an earlier row", "nothing to do", "weight")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is known of an animal that a tag may name."""

    id: UUID
    flock_id: UUID
    birth_date: date | None
    eid: str | None


@dataclass
class TaggedAnimals:
    """The farm's animals by their tags: electronic, visual within the flock, registration."""

    animals: dict[UUID, Weighed] = field(default_factory=dict)
    by_eid: dict[str, UUID] = field(default_factory=dict)
    by_vid: dict[str, set[UUID]] = field(default_factory=dict)
    by_id: dict[str, UUID] = field(default_factory=dict)

    def add(self, kind: str, value: str, animal_id: UUID) -> None:
        """One identifier of an animal; names are not looked for."""
        if kind == "visual":
            self.by_vid.setdefault(value, set()).add(animal_id)
        elif kind == "eid":
            self.by_eid[value] = animal_id
        elif kind == "registration":
            self.by_id[value] = animal_id

    def weighed_days(self, rows: Iterable[tuple[int, Weighing]]) -> set[Day]:
        """Every animal that a tag of a row names, with trait and day of the row."""
        return {(animal, row.trait, row.date) for _, row in rows for animal in self.candidates(row)}

    def candidates(self, tags: Tags) -> set[UUID]:
        """Every animal that any of the tags names."""
        exact = {found for found in (self.by_eid.get(tags.eid), self.by_id.get(tags.id)) if found is not None}
        return exact | self.by_vid.get(tags.vid, set())

    def resolve(self, tags: Tags) -> tuple[Weighed, Finding | None]:
        """The one animal that the tags name, with a warning when its EID did not help.

        Raises:
            Broken: no animal, several, or two different ones.
        """
        found: set[UUID] = set()
        eid, number = self.by_eid.get(tags.eid), self.by_id.get(tags.id)
        found |= {animal for animal in (eid, number) if animal is not None}
        if not found:
            found = self.by_vid.get(tags.vid, set())
        elif tags.vid in self.by_vid and not found & self.by_vid[tags.vid]:
            found = found | self.by_vid[tags.vid]
        if not found:
            raise unknown(tags)
        if len(found) > 1:
            raise several(tags)
        animal = self.animals[next(iter(found))]
        return animal, eid_warning(tags, animal)


def unknown(tags: Tags) -> Broken:
    """No animal has any of the tags."""
    tag = tags.eid or tags.id or tags.vid
    field = "eid" if tags.eid else "id" if tags.id else "vid"
    fix = "register the animal with this tag, then import the row again"
    return broken("unknown_tag", f"no animal has the tag {tag}", fix, field=field, verdict="unknown_tag")


def several(tags: Tags) -> Broken:
    """The tags name more than one animal."""
    names = ", ".join(tag for tag in (tags.eid, tags.id, tags.vid) if tag)
    fix = "correct the tag that is wrong, or give the EID"
    return broken("ambiguous_tag", f"{names}: more than one animal", fix, field="vid", verdict="ambiguous")


def eid_warning(tags: Tags, animal: Weighed) -> Finding | None:
    """The row is taken by another tag: say what is wrong with its EID.

    Raises:
        Broken: the animal has another EID, so one of the two tags belongs to another animal.
    """
    if tags.eid_warning:
        text = "the EID cannot be read; the animal was found by its other tag"
        return Finding("new", tags.eid_warning, text, "export again from the reader", "eid")
    if not tags.eid or tags.eid == animal.eid:
        return None
    if animal.eid:
        raise broken(
            "other_eid",
            f"the animal with this tag has the EID {animal.eid}, not {tags.eid}",
            "correct the tag, or record the new EID first",
            field="eid",
            verdict="ambiguous",
        )
    text = f"the EID {tags.eid} is not registered; the animal was found by its other tag"
    return Finding("new", "eid_not_registered", text, "register the EID", "eid")


def judge(rows: Iterable[tuple[int, Weighing]], animals: TaggedAnimals, ledger: Ledger) -> list[Outcome]:
    """One outcome for each row, in order; accepted weights are in the ledger."""
    return [judge_row(row, weighing, animals, ledger) for row, weighing in rows]


def judge_row(row: int, weighing: Weighing, animals: TaggedAnimals, ledger: Ledger) -> Outcome:
    """One row."""
    try:
        animal, finding = animals.resolve(weighing)
        age = age_at(animal.birth_date, weighing.date)
    except Broken as error:
        return rejected(row, error.finding)
    verdict = ledger.record(animal.id, animal.flock_id, weighing.measurement, row)
    if verdict == "duplicate":
        return rejected(row, DOUBLE, animal.id)
    finding = finding or traits.warning(traits.TRAITS[weighing.trait], weighing.value, age, field="weight")
    return Outcome(row, verdict, animal.id, finding)


def age_at(born: date | None, day: date) -> int | None:
    """Age in days.

    Raises:
        Broken: the day is before the birth.
    """
    if born is None:
        return None
    if day < born:
        text = f"weighed on {day}, born on {born}"
        raise broken("before_birth", text, "correct one of the dates", field="date", verdict="out_of_range")
    return (day - born).days
