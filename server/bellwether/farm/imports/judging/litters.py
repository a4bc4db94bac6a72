"""The lambs of one ewe beside each other: what rows, each of them right alone, cannot say together."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.sheep import Sheep
from bellwether.sheep import traits
from bellwether.sheep.findings import Finding, warning

DAYS_OF_A_LITTER = 2
SHORTEST_GESTATION = 120
BEARERS = ("dam", "et_recipient_dam")


def warnings(animal: Sheep, herd: Herd) -> Iterator[Finding]:
    """I10 and I12: litter mates are born together, share their birth type, and are no more than it says."""
    born, birth_type = animal.facts.birth_date, animal.facts.birth_type
    if born is None or (dam := bearer(animal.id, herd)) is None:
        return
    others = {child: day for child, day in born_of(dam, herd) if child != animal.id}
    mates = {child for child, day in others.items() if abs((born - day).days) <= DAYS_OF_A_LITTER}
    apart = [day for day in others.values() if DAYS_OF_A_LITTER < abs((born - day).days) < SHORTEST_GESTATION]
    if apart:
        text = f"{herd.name(dam)} has a lamb of {born} and one of {min(apart)}, too far apart for one litter"
        yield warning("litter_apart", f"{text} and too near for two", "correct a birth date or the dam", field="dam")
    known = {child: herd.sheep[child].facts.birth_type for child in mates if child in herd.sheep}
    others_type = {child for child, said in known.items() if None not in (said, birth_type) and said != birth_type}
    if (other := next(iter(others_type), None)) is not None:
        text = f"born as one of {birth_type}, its litter mate {herd.name(other)} as one of {known[other]}"
        yield warning("birth_types_differ", text, "correct one of them, or the dam", field="birth_type")
    elif birth_type is not None and len(mates) + 1 > birth_type:
        text = f"born as one of {birth_type}, and {herd.name(dam)} has {len(mates) + 1} lambs of that litter"
        yield warning("litter_too_large", text, "correct the birth type or the dam", field="birth_type")


def bearer(child: UUID, herd: Herd) -> UUID | None:
    """The ewe who bore it: the recipient of an embryo, or the dam."""
    claims = (herd.claims.get((child, slot)) for slot in ("et_recipient_dam", "dam"))
    return next((claim.parent_id for claim in claims if claim is not None and claim.role in BEARERS), None)


def born_of(dam: UUID, herd: Herd) -> Iterable[tuple[UUID, date]]:
    """The lambs that a ewe bore, with their days of birth."""
    offspring = herd.offspring.get(dam)
    births = offspring.births.items() if offspring else ()
    return [(child, day) for (child, role), day in births if role in BEARERS and day is not None]


def not_reared(animal: Sheep, data: AnimalRow) -> Iterator[Finding]:
    """A rear type of 0 says that a lamb did not live, and a list cannot say when it died."""
    if data.rear_type != 0 or (animal.stays and animal.stays[-1].left_on is not None):
        return
    later = sorted(m.trait for m in data.measurements if (found := traits.named(m.trait)) and not found.is_at_birth)
    text = "a rear type of 0 says that it did not survive"
    if later:
        fix = "correct the rear type, or take the measurement away"
        yield warning("measured_after_loss", f"{text}, and it has a {later[0]}", fix, field="rear_type")
    else:
        text, fix = f"{text}; it counts as alive until its death is recorded", "record animal.died with its day"
        yield warning("death_not_recorded", text, fix, field="rear_type")
