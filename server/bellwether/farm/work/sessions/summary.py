"""What came of a day: who was recorded, who is missing, and which values somebody should look at (I23)."""

from collections.abc import Iterable, Sequence
from statistics import mean
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.work.sessions.models import MemberRow, RecordRow
from bellwether.farm.work.sessions.schemas import Absent, Unusual
from bellwether.sheep.traits import Known, Trait
from bellwether.sheep.traits.growth import FAR_OFF, OFF, predicted


class Counted(NamedTuple):
    """A day, counted."""

    recorded: int
    expected: int | None
    missing: list[Absent]
    strangers: int
    means: dict[str, float]
    unusual: list[Unusual]


def counted(
    records: Sequence[RecordRow], members: Sequence[MemberRow] | None, before: Iterable[RecordRow], known: Known
) -> Counted:
    """With a mob its animals count, and others are strangers."""
    seen = {record.animal_id for record in records}
    own = None if members is None else {member.animal_id for member in members}
    counts = [record for record in records if own is None or record.animal_id in own]
    missing = [Absent(animal_id=m.animal_id, name=m.name) for m in members or () if m.animal_id not in seen]
    curves: dict[UUID, list[RecordRow]] = {}
    for each in before:
        curves.setdefault(each.animal_id, []).append(each)
    values: dict[str, list[float]] = {}
    for record in counts:
        values.setdefault(record.trait, []).append(record.value)
    return Counted(
        recorded=len({record.animal_id for record in counts}),
        expected=None if own is None else len(own),
        missing=sorted(missing, key=lambda absent: (absent.name, absent.animal_id)),
        strangers=0 if own is None else len(seen - own),
        means={trait: mean(found) for trait, found in sorted(values.items())},
        unusual=[
            found
            for record in records
            if (found := unusual(record, curves.get(record.animal_id, []), known[record.trait])) is not None
        ],
    )


def unusual(record: RecordRow, before: Sequence[RecordRow], trait: Trait) -> Unusual | None:
    """More than a tenth off the animal's own curve, or outside of what is usual for its trait."""
    expected = predicted(before, record.occurred_on) if trait.is_weight else None
    off = abs(record.value - expected) / expected if expected else 0.0
    said = {"animal_id": record.animal_id, "name": record.name, "trait": record.trait, "value": record.value}
    if off > OFF:
        why = "far_off_own_curve" if off > FAR_OFF else "off_own_curve"
        return Unusual.model_validate(said | {"expected": expected, "why": why})
    if not trait.soft[0] <= record.value <= trait.soft[1]:
        return Unusual.model_validate(said | {"expected": expected, "why": "outside_usual_range"})
    return None
