"""From the scan to the shears: what is recorded of ewes and their lambs."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from bellwether.farm.animals.schemas import NewIdentifier
from bellwether.farm.events.envelope import AnimalEvent, Born, Other, Payload
from bellwether.farm.events.kinds.joining import EweEvent
from bellwether.farm.schemas import Day, Group, Note, Short
from bellwether.sheep.pedigree import Sex

Weight = Annotated[float, Field(gt=0, lt=2000, allow_inf_nan=False)]
Unit = Annotated[Literal["kg", "lb"] | None, Field(None, description="That of the farm when absent")]
Ease = Literal["unassisted", "easy_assisted", "difficult_assisted", "caesarean", "veterinary"]
Identifiers = Annotated[list[NewIdentifier], Field(max_length=5, default_factory=list)]
COUNTS = {"empty": (0, 0), "single": (1, 1), "multiple": (2, 12)}


class Scan(Payload):
    """What the scanner saw."""

    scan_type: Literal["short", "long"] = Field("short", description="long: foetuses are counted")
    result: Literal["empty", "single", "multiple"]
    count: Annotated[int, Field(ge=0, le=12)] | None = Field(None, description="Foetuses; a long scan needs it")
    foetal_age_days: Annotated[int, Field(ge=15, le=160)] | None = None
    scanner: Short | None = None
    equipment: Short | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def one_result(self) -> "Scan":
        """The count is that of the result."""
        if self.scan_type == "long" and self.count is None:
            raise ValueError("must have a count when the scan is long")
        low, high = COUNTS[self.result]
        if self.count is not None and not low <= self.count <= high:
            raise ValueError(f"must have a count of {low} to {high} when the result is {self.result}")
        return self


class Condition(Payload):
    """A score, never without its scale."""

    score: Annotated[float, Field(ge=1, le=9, multiple_of=0.5)]
    scale: Literal["1-5", "1-9"]
    note: Note | None = None

    @model_validator(mode="after")
    def on_its_scale(self) -> "Condition":
        """Scales are never converted."""
        if self.score > float(self.scale[-1]):
            raise ValueError(f"must have a score on its scale {self.scale}")
        return self


class Lamb(Payload):
    """One lamb of a litter; born dead it becomes an animal that is dead."""

    id: UUID = Field(description="Made by the device")
    sex: Sex = "unknown"
    born: Literal["alive", "dead"] = "alive"
    born_on: Day | None = Field(None, description="Where it is not the day of the lambing")
    weight: Weight | None = Field(None, description="Birth weight, of dead lambs too")
    identifiers: Identifiers
    death_cause: Short | None = None

    @model_validator(mode="after")
    def of_the_dead(self) -> "Lamb":
        """A lamb that dies later has an event of its own."""
        if self.death_cause is not None and self.born == "alive":
            raise ValueError("must be born dead to have a death_cause: animal.died says when a lamb dies later")
        return self


class Lambing(Payload):
    """How it went, and every lamb, live and dead."""

    ease: Ease | None = None
    maternal_score: Annotated[int, Field(ge=1, le=5)] | None = None
    lambs: Annotated[list[Lamb], Field(min_length=1, max_length=12)]
    weight_unit: Unit
    birth_group: Group | None = Field(None, description="How the ewe was run during pregnancy")
    embryo_transfer: bool | None = Field(None, description="Needed where the ewe was joined as well (I8)")
    birth_date_method: Literal["tagged", "distance_record", "drift", "foetal_ageing", "mid_date", "ai_date"] | None = (
        None
    )
    birth_date_confidence: Annotated[str, Field(pattern=r"^[AEU]{3}$")] = "AAA"
    note: Note | None = None

    @model_validator(mode="after")
    def each_once(self) -> "Lambing":
        """Two lambs are two."""
        if len({lamb.id for lamb in self.lambs}) < len(self.lambs):
            raise ValueError("must name each lamb once")
        return self


class Fostering(Payload):
    """Who rears it from now on."""

    to_id: UUID | None = Field(description="The ewe; none: it is reared by hand")
    note: Note | None = None


class Marking(Payload):
    """What was done to a lamb."""

    identifiers: Identifiers
    castrated: bool = False
    docked: bool = False
    dna_sample: Short | None = Field(None, description="Barcode of the sample")
    note: Note | None = None


class Weaning(Payload):
    """A lamb is taken from its dam."""

    rear_type: Annotated[int, Field(ge=1, le=12)] | None = Field(
        None, description="Lambs reared together; counted from the lambs of its rearing dam when absent (I11)"
    )
    weight: Weight | None = Field(None, description="Weaning weight")
    weight_unit: Unit
    subgroup: Group = Field("", description="Contemporary subgroup at weaning")
    reason: Literal["age", "feed", "weight", "condition", "sale", "health"] | None = None
    method: Literal["yards", "paddock", "creep", "natural", "other"] | None = None
    note: Note | None = None


class Shearing(Payload):
    """The fleece."""

    fleece_weight: Weight | None = Field(None, description="Greasy")
    weight_unit: Unit
    stage: Literal["Y", "H", "A"] | None = Field(
        None, description="Yearling, hogget or adult: of which stage the fleece is a measurement; none without it"
    )
    subgroup: Group = Field("", description="Contemporary subgroup of the fleece")
    wool_class: Short | None = None
    note: Note | None = None


class Cull(Payload):
    """Why it is to go."""

    reason: Short
    planned_on: Day | None = None
    note: Note | None = None


class Scanned(EweEvent):
    """A ewe was scanned for pregnancy."""

    kind: Literal["pregscan.recorded"]
    payload: Scan


class Scored(AnimalEvent):
    """The body condition of an animal was scored."""

    needs_presence = True
    kind: Literal["condition.scored"]
    payload: Condition


class Lambed(EweEvent):
    """A ewe lambed: her lambs become animals."""

    kind: Literal["lambing.recorded"]
    payload: Lambing

    @property
    def born(self) -> tuple[Born, ...]:
        """The lambs."""
        return tuple(
            Born(
                lamb.id,
                f"lamb_{lamb.born}",
                f"payload.lambs.{place}.id",
                lamb.born_on or self.occurred_on,
                lamb.sex,
                lamb.born == "alive",
            )
            for place, lamb in enumerate(self.payload.lambs)
        )


class Fostered(AnimalEvent):
    """A lamb is given to another ewe."""

    needs_presence = True
    kind: Literal["lamb.fostered"]
    payload: Fostering

    @property
    def others(self) -> tuple[Other, ...]:
        """The ewe."""
        key = self.payload.to_id
        return () if key is None else (Other(key, "rearing_dam", "payload.to_id", sex="female"),)


class Marked(AnimalEvent):
    """A lamb is marked."""

    needs_presence = True
    kind: Literal["marking.recorded"]
    payload: Marking


class Weaned(AnimalEvent):
    """A lamb is weaned, and goes into a group if one is named."""

    needs_presence = True
    kind: Literal["weaning.recorded"]
    group_id: UUID | None = Field(None, description="The group in which it is afterwards")
    payload: Weaning

    @property
    def group(self) -> UUID | None:
        """The group in which it is afterwards."""
        return self.group_id


class Shorn(AnimalEvent):
    """An animal was shorn; traits of wool need the day of the last shearing."""

    needs_presence = True
    kind: Literal["shearing.recorded"]
    payload: Shearing


class CullMarked(AnimalEvent):
    """An animal is to be culled; `animal.departed` says that it was."""

    needs_presence = True
    kind: Literal["cull.marked"]
    payload: Cull


EVENTS = (Scanned, Scored, Lambed, Fostered, Marked, Weaned, Shorn, CullMarked)
