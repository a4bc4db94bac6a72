"""Verdicts on the rows of a weigh session, given the animals that its tags name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from bellwether.farm.imports.judging.outcomes import Outcome, rejected
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
class Tags:
    """Tags of the farm's animals: electronic, visual within the flock, registration."""

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

    def weighed_days(self, rows: Iterable[tuple[int, dict[str, Any]]]) -> set[Day]:
        """Every animal that a tag of a row names, with trait and day of the row."""
        return {
            (animal, data["trait"], date.fromisoformat(data["date"]))
            for _, data in rows
            for animal in self.candidates(data)
        }

    def candidates(self, data: dict[str, Any]) -> set[UUID]:
        """Every animal that any tag of the row names."""
        exact = {found for found in (self.by_eid.get(data["eid"]), self.by_id.get(data["id"])) if found is not None}
        return exact | self.by_vid.get(data["vid"], set())

    def resolve(self, data: dict[str, Any]) -> tuple[Weighed, Finding | None]:
        """The one animal of the row, with a warning when its EID did not help.

        Raises:
            Broken: no animal, several, or two different ones.
        """
        found: set[UUID] = set()
        eid, number = self.by_eid.get(data["eid"]), self.by_id.get(data["id"])
        found |= {animal for animal in (eid, number) if animal is not None}
        if not found:
            found = self.by_vid.get(data["vid"], set())
        elif data["vid"] in self.by_vid and not found & self.by_vid[data["vid"]]:
            found = found | self.by_vid[data["vid"]]
        if not found:
            raise unknown(data)
        if len(found) > 1:
            raise several(data)
        animal = self.animals[next(iter(found))]
        return animal, eid_warning(data, animal)


def unknown(data: dict[str, Any]) -> Broken:
    """No animal has any of the tags."""
    tag = data["eid"] or data["id"] or data["vid"]
    field = "eid" if data["eid"] else "id" if data["id"] else "vid"
    fix = "register the animal with this tag, then import the row again"
    return broken("unknown_tag", f"no animal has the tag {tag}", fix, field=field, verdict="unknown_tag")


def several(data: dict[str, Any]) -> Broken:
    """The tags name more than one animal."""
    tags = ", ".join(tag for tag in (data["eid"], data["id"], data["vid"]) if tag)
    fix = "correct the tag that is wrong, or give the EID"
    return broken("ambiguous_tag", f"{tags}: more than one animal", fix, field="vid", verdict="ambiguous")


def eid_warning(data: dict[str, Any], animal: Weighed) -> Finding | None:
    """The row is taken by another tag: say what is wrong with its EID.

    Raises:
        Broken: the animal has another EID, so one of the two tags belongs to another animal.
    """
    if data["eid_warning"]:
        text = "the EID cannot be read; the animal was found by its other tag"
        return Finding("new", data["eid_warning"], text, "export again from the reader", "eid")
    if not data["eid"] or data["eid"] == animal.eid:
        return None
    if animal.eid:
        raise broken(
            "other_eid",
            f"the animal with this tag has the EID {animal.eid}, not {data['eid']}",
            "correct the tag, or record the new EID first",
            field="eid",
            verdict="ambiguous",
        )
    text = f"the EID {data['eid']} is not registered; the animal was found by its other tag"
    return Finding("new", "eid_not_registered", text, "register the EID", "eid")


def judge(rows: Iterable[tuple[int, dict[str, Any]]], tags: Tags, ledger: Ledger) -> list[Outcome]:
    """One outcome for each row, in order; accepted weights are in the ledger."""
    return [judge_row(row, data, tags, ledger) for row, data in rows]


def judge_row(row: int, data: dict[str, Any], tags: Tags, ledger: Ledger) -> Outcome:
    """One row."""
    try:
        animal, finding = tags.resolve(data)
        age = age_at(animal.birth_date, date.fromisoformat(data["date"]))
    except Broken as error:
        return rejected(row, error.finding)
    verdict = ledger.record(animal.id, animal.flock_id, data, row)
    if verdict == "duplicate":
        return rejected(row, DOUBLE, animal.id)
    finding = finding or traits.warning(traits.TRAITS[data["trait"]], data["value"], age, field="weight")
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
