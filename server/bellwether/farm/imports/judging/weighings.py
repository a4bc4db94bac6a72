"""Verdicts on rows about weights, given the animals that its tags name."""

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.imports.judging.outcomes import Outcome, rejected
from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.measurements.curves import off_own_curve
from bellwether.farm.measurements.groups import Group, Placed, Spans, touched
from bellwether.farm.measurements.ledger import Current, Day, Ledger, Measurement
from bellwether.farm.measurements.models import LastWeight
from bellwether.sheep import damage, traits
from bellwether.sheep.findings import Broken, Finding, Verdict, broken
from bellwether.sheep.identifiers import cited, name_value, spellings
from bellwether.sheep.lives import Stay, check_presence
from bellwether.sheep.traits import Known

DOUBLE = Finding("duplicate", "duplicate_row", "the same weighing stands in an earlier row", "nothing to do", "weight")
NOBODY: frozenset[UUID] = frozenset()
VERDICTS: tuple[Verdict, ...] = ("new", "update", "reweigh", "match", "duplicate")
"""Of a row it is the first of those that its measurements have."""


class Ended(NamedTuple):
    """Until when an identifier was in use, and whether it leads to its animal for ever."""

    day: date
    is_certain: bool


GOES_ON = Ended(date.max, is_certain=True)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is known of an animal that a tag may name."""

    id: UUID
    flock_id: UUID
    birth_date: date | None
    eid: str | None
    placed: Placed
    tag: str = ""
    stays: tuple[Stay, ...] = ()
    ended: Mapping[str, Ended] = field(default_factory=dict)
    """Identifiers whose use on this animal has ended, by value."""
    is_registered: bool = True
    """Otherwise it is known as an ancestor, or by a tag that was weighed."""

    @property
    def described(self) -> str:
        """For a message that asks which of several animals is meant."""
        born = f"born {self.birth_date}" if self.birth_date else ""
        more = ", ".join(part for part in (born, self.eid or "") if part)
        return f"{self.tag or self.id} ({more})" if more else self.tag or str(self.id)


@dataclass
class TaggedAnimals:
    """The farm's animals by all that names them; visual tags within the flock. `by_kind` is for cells of that kind."""

    animals: dict[UUID, Weighed] = field(default_factory=dict)
    by_kind: dict[tuple[str, str], set[UUID]] = field(default_factory=dict)
    by_value: dict[str, set[UUID]] = field(default_factory=dict)
    by_name: dict[str, set[UUID]] = field(default_factory=dict)
    zeros: dict[str, set[str]] = field(default_factory=dict)
    spans: Spans = field(default_factory=Spans)
    curves: dict[UUID, list[LastWeight]] = field(default_factory=dict)
    """Body weights of the animals that are held to their own, the first day first."""
    _candidates: dict[Tags, set[UUID]] = field(default_factory=dict)
    _sure: dict[Tags, tuple[Weighed, Finding | None]] = field(default_factory=dict)

    def add(self, kind: str, value: str, animal_id: UUID) -> None:
        """One identifier of an animal."""
        if kind == "name":
            self.by_name.setdefault(name_value(value), set()).add(animal_id)
            return
        self.by_kind.setdefault((kind, value), set()).add(animal_id)
        self.by_value.setdefault(value, set()).add(animal_id)
        if kind != "eid" and value.isdecimal():
            self.zeros.setdefault(damage.without_zeros(value), set()).add(value)

    def meet(self, kind: str, value: str, animal: Weighed) -> None:
        """An animal that nobody knew until now, by its tag."""
        self.animals[animal.id] = animal
        self.add(kind, value, animal.id)
        self._candidates.clear()

    def touched(self, rows: Iterable[tuple[int, Weighing]], known: Known) -> tuple[set[Day], list[Group]]:
        """Every animal that a tag of a row names, with trait and day of the row; and the contemporary groups of all."""
        days: set[Day] = set()
        kinds: set[tuple[Placed, str, str]] = set()
        for _, weighing in rows:
            for animal, said in product(self.candidates(weighing.tags), weighing.each()):
                days.add((animal, said.trait, said.date))
                kinds.add((self.animals[animal].placed, said.trait, said.group))
        return days, touched(placed.group(known[trait], group) for placed, trait, group in kinds)

    def candidates(self, tags: Tags) -> set[UUID]:
        """Every animal that any of the tags names; what their cells name was looked up before, and stays so."""
        found = self._candidates.get(tags)
        if found is None:
            found = {animal for cell, kind in cells_of(tags) for animal in self.named(cell, kind)}
            self._candidates[tags] = found
        return found

    def named(self, cell: str, kind: str) -> set[UUID] | frozenset[UUID]:
        """The animals that a cell names at any time: by an identifier of its kind, else by any other, else by name."""
        found = self.by_kind.get((kind, cell)) or self.by_value.get(cell)
        if found:
            return found
        for value in spellings(cell):
            if found := self.by_value.get(value):
                return found
        return self.by_name.get(name_value(cell), NOBODY)

    def named_on(self, cell: str, kind: str, day: date) -> tuple[set[UUID] | frozenset[UUID], bool]:
        """Of the animals that a cell names those that it named on this day; and whether it does on every other day.

        A tag that is used again names the first animal until the end of that use, and the next one afterwards. When no
        use goes on, an EID or registration still leads to the animal that had it last.
        """
        found = self.named(cell, kind)
        if not any(self.animals[key].ended for key in found):
            return found, True
        values = (cell, *spellings(cell))
        ends = {key: next(filter(None, map(self.animals[key].ended.get, values)), GOES_ON) for key in found}
        if all(end is GOES_ON for end in ends.values()):
            return found, True
        uses = {key: end for key, end in ends.items() if end.day >= day}
        if uses:
            first = min(end.day for end in uses.values())
            return {key for key, end in uses.items() if end.day == first}, False
        last = max(end.day for end in ends.values())
        return {key for key, end in ends.items() if end.is_certain and end.day == last}, False

    def resolve(self, tags: Tags, day: date) -> tuple[Weighed, Finding | None]:
        """The one animal that the tags name, with a warning when its EID did not help.

        Raises:
            Broken: no animal, several, or two different ones.
        """
        if sure := self._sure.get(tags):
            return sure
        found: set[UUID] | frozenset[UUID] = NOBODY
        are_lasting = True
        for cell, kind in cells_of(tags):
            named, is_lasting = self.named_on(cell, kind, day)
            are_lasting &= is_lasting
            if kind == "visual" and found:
                found = found if not named or found & named else found | named
            else:
                found = found | named
        if not found:
            raise unknown(tags, self)
        is_sure = len(found) == 1 and are_lasting
        if len(found) > 1:
            found = {key for key in found if self.is_born(key, day)} or found
        if len(found) > 1:
            found = {key for key in found if self.animals[key].is_registered} or found
        if len(found) > 1:
            raise several(tags, [self.animals[key] for key in found])
        animal = self.animals[next(iter(found))]
        resolved = animal, eid_warning(tags, animal)
        if is_sure:
            self._sure[tags] = resolved
        return resolved

    def sure(self, tags: Tags) -> Weighed | None:
        """The animal that the tags name on whatever day, when nothing is to be said of them."""
        found = self._sure.get(tags)
        if found is None:
            try:
                self.resolve(tags, date.max)
            except Broken:
                return None
            found = self._sure.get(tags)
        return found[0] if found is not None and found[1] is None else None

    def is_born(self, animal_id: UUID, day: date) -> bool:
        """Whether the animal may have been there that day."""
        born = self.animals[animal_id].birth_date
        return born is None or born <= day


def cells_of(tags: Tags) -> list[tuple[str, str]]:
    """What names the animal, the surest first, with the kind that its column has."""
    cells = ((tags.eid, "eid"), (tags.id, "registration"), (tags.vid, "visual"))
    return [(cell, kind) for cell, kind in cells if cell]


def unknown(tags: Tags, animals: TaggedAnimals) -> Broken:
    """No animal has any of the tags."""
    tag = tags.eid or tags.id or tags.vid
    field = "eid" if tags.eid else "id" if tags.id else "vid"
    for cell, _ in cells_of(tags):
        try:
            cited(cell, field=field)
        except Broken as error:
            return error
        alike = animals.zeros.get(damage.without_zeros(cell), set()) if cell.isdecimal() else set()
        if others := sorted(alike - {cell}):
            message = f"{cell} may be {' or '.join(others[:3])}: a spreadsheet drops zeros before a number"
            return broken("leading_zeros_lost", message, damage.TEXT, field=field, verdict="ambiguous")
    fix = "register the animal with this tag, then import the row again"
    found = Finding("unknown_tag", "unknown_tag", f"no animal has the tag {tag}", fix, field)
    if not tags.eid_warning:
        return Broken(found)
    text, again = "the EID cannot be read either", "export again from the reader, with this column as text"
    return Broken(found, Finding("unknown_tag", tags.eid_warning, text, again, "eid"))


def several(tags: Tags, found: list[Weighed]) -> Broken:
    """The tags name more than one animal."""
    names = ", ".join(tag for tag in (tags.eid, tags.id, tags.vid) if tag)
    whom = "; ".join(sorted(animal.described for animal in found)[:5])
    fix = "correct the tag that is wrong, or give the EID"
    return broken("ambiguous_tag", f"{names}: more than one animal: {whom}", fix, field="vid", verdict="ambiguous")


def eid_warning(tags: Tags, animal: Weighed) -> Finding | None:
    """The row is taken by another tag: say what is wrong with its EID; or of an animal that nobody has registered.

    Raises:
        Broken: the animal has another EID, so one of the two tags belongs to another animal.
    """
    if not animal.is_registered:
        lost = ", and the EID cannot be read" if tags.eid_warning else ""
        text = f"no animal of the farm has the tag {animal.tag}{lost}: the weight is kept on an animal to identify"
        return Finding("new", "to_identify", text, "register the animal, or merge it into the one that it is", "eid")
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
    """One row; of several measurements all are taken, unless each of them stands in an earlier row."""
    try:
        animal, tag_warning = animals.resolve(weighing.tags, weighing.measured.date)
        for measured in weighing.each():
            age_at(animal.birth_date, measured.date)
            if measured.trait not in traits.CARCASS:
                check_presence(animal.tag or str(animal.id), animal.stays, measured.date, field="date")
    except Broken as error:
        return rejected(row, *error.findings)
    fields = ("weight", *(measured.trait.lower() for measured in weighing.beside))
    each = zip(weighing.each(), fields, strict=True)
    recorded = [record(row, animal, measured, field, animals, ledger) for measured, field in each]
    verdict = min((verdict for verdict, _ in recorded), key=VERDICTS.index)
    if verdict == "duplicate":
        return rejected(row, DOUBLE, animal_id=animal.id)
    found = (tag_warning, *(warning for _, warnings in recorded for warning in warnings))
    return Outcome(row, verdict, animal.id, tuple(filter(None, found)))


def record(
    row: int, animal: Weighed, measured: Measurement, field: str, animals: TaggedAnimals, ledger: Ledger
) -> tuple[Verdict, tuple[Finding | None, ...]]:
    """One measurement that can be taken: what it is beside what is known, and what the sender should know of it."""
    day = (animal.id, measured.trait, measured.date)
    before = ledger.current.get(day)
    recorded = ledger.record(animal.id, animal.flock_id, measured, row)
    if recorded.verdict == "duplicate":
        return recorded.verdict, ()
    trait = ledger.traits[measured.trait]
    return recorded.verdict, (
        off_curve(animals.curves[animal.id], measured, before, ledger.current[day])
        if animal.id in animals.curves and trait.is_weight
        else None,
        recorded.warning,
        traits.warning(trait, measured.value, age_at(animal.birth_date, measured.date), field=field),
        animals.spans.add(animal.placed.group(trait, measured.group), measured.date),
    )


def off_curve(weights: list[LastWeight], measured: Measurement, before: Current | None, now: Current) -> Finding | None:
    """Whether a weight is far from what those before it foretell (I23); what counts of its day is one from now on."""
    found = off_own_curve(measured, weights, "value")
    if before is not None and (replaced := LastWeight(measured.date, before.value)) in weights:
        weights.remove(replaced)
    insort(weights, LastWeight(measured.date, now.value))
    return found


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
