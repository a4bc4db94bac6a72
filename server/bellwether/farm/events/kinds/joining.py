"""Ewes and rams are put together, and semen and embryos are brought to ewes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from bellwether.farm.events.envelope import AnimalEvent, NewEvent, Other, Payload
from bellwether.farm.schemas import Day, Note, Short

Method = Literal[
    "natural",
    "hand_mating",
    "ai_fresh_vaginal",
    "ai_fresh_laparoscopic",
    "ai_frozen_vaginal",
    "ai_frozen_laparoscopic",
    "et",
]
Route = Annotated[
    Literal[
        "ai_fresh_vaginal",
        "ai_fresh_laparoscopic",
        "ai_frozen_vaginal",
        "ai_frozen_laparoscopic",
        "ai_fresh",
        "ai_frozen",
    ],
    Field(description="ai_fresh, ai_frozen: nobody has said by which route"),
]
WITH_RAMS: frozenset[Method] = frozenset({"natural", "hand_mating"})
Sires = Annotated[list[UUID], Field(max_length=10, description="More than one: a syndicate (I25)")]
Ewes = Annotated[list[UUID], Field(min_length=1, max_length=5000)]
Cycle = Annotated[int, Field(ge=1, le=6)]


class Joining(Payload):
    """Which ewes are joined to which rams, and how."""

    method: Method = "natural"
    ewe_ids: Ewes | None = Field(None, description="The ewes, where they are no group")
    sire_ids: Sires = Field(default_factory=list)
    ratio: Annotated[float, Field(gt=0, le=1000)] | None = Field(None, description="Ewes to one ram")
    teaser: bool = Field(False, description="A vasectomised ram ran with the ewes before")
    raddle_colours: Annotated[list[Short], Field(max_length=6)] = Field(
        default_factory=list, description="The colour of each cycle, the first one first"
    )
    backup_rams_on: Day | None = Field(None, description="When backup rams go to the ewes")
    planned_end: Day | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def with_rams(self) -> "Joining":
        """A ram that nobody names cannot be with the ewes."""
        if self.method in WITH_RAMS and not self.sire_ids:
            raise ValueError("must name the rams, from 1 to 10, when they run with the ewes")
        return self


class Ended(Payload):
    """Which joining is over."""

    joining_id: UUID = Field(description="The id of joining.started")
    note: Note | None = None


class Replacement(Payload):
    """One ram for another."""

    joining_id: UUID = Field(description="The id of joining.started")
    out_id: UUID | None = Field(None, description="The ram that leaves")
    in_id: UUID | None = Field(None, description="The ram that comes")
    reason: Note | None = None

    @model_validator(mode="after")
    def something(self) -> "Replacement":
        """An event that says nothing is none."""
        if self.out_id is None and self.in_id is None:
            raise ValueError("must name the ram that leaves, the one that comes, or both")
        return self


class Observed(Payload):
    """A ewe was seen to be mated."""

    sire_id: UUID | None = Field(None, description="The ram, where he is known")
    raddle_colour: Short | None = None
    cycle: Cycle | None = None
    hand_mated: bool = Field(False, description="Brought to this ram: the day of the service is known")
    note: Note | None = None

    @model_validator(mode="after")
    def by_whom(self) -> "Observed":
        """A hand mating is to a ram."""
        if self.hand_mated and self.sire_id is None:
            raise ValueError("must name the ram to whom the ewe was brought")
        return self


class Insemination(Payload):
    """Whose semen."""

    sire_id: UUID
    method: Route
    batch: Short | None = Field(None, description="Of the straw")
    collected_on: Day | None = None
    operator: Short | None = None
    note: Note | None = None


class Transfer(Payload):
    """Whose embryo."""

    donor_id: UUID
    sire_id: UUID
    embryo_age_days: Annotated[int, Field(ge=0, le=12)] = Field(6, description="From conception to the transfer")
    batch: Short | None = None
    operator: Short | None = None
    note: Note | None = None


class Started(NewEvent):
    """Rams go to ewes, a group or listed ones; or ewes are put together for insemination or embryo transfer."""

    kind: Literal["joining.started"]
    group_id: UUID | None = Field(None, description="The ewes; who joins the group later is exposed from then on")
    payload: Joining

    @model_validator(mode="after")
    def whose(self) -> "Started":
        """The ewes are named once."""
        if (self.group_id is None) == (self.payload.ewe_ids is None):
            raise ValueError("must name the ewes once: group_id, or payload.ewe_ids")
        return self

    @property
    def group(self) -> UUID | None:
        """The ewes."""
        return self.group_id

    @property
    def others(self) -> tuple[Other, ...]:
        """The ewes that are listed, and the rams."""
        ewes = enumerate(self.payload.ewe_ids or ())
        is_here = self.payload.method in WITH_RAMS
        rams = enumerate(self.payload.sire_ids)
        return (
            *(Other(key, "ewe", f"payload.ewe_ids.{place}", sex="female") for place, key in ewes),
            *(Other(key, "sire", f"payload.sire_ids.{place}", is_here, "male") for place, key in rams),
        )


class JoiningEnded(NewEvent):
    """The rams are taken out."""

    kind: Literal["joining.ended"]
    payload: Ended

    @property
    def refers(self) -> UUID | None:
        """The joining."""
        return self.payload.joining_id


class RamReplaced(NewEvent):
    """A ram leaves a joining, or another one comes."""

    kind: Literal["ram.replaced"]
    payload: Replacement

    @property
    def refers(self) -> UUID | None:
        """The joining."""
        return self.payload.joining_id

    @property
    def others(self) -> tuple[Other, ...]:
        """Both rams; the one that leaves may have died."""
        said = self.payload
        gone = () if said.out_id is None else (Other(said.out_id, "sire_out", "payload.out_id", False, "male"),)
        come = () if said.in_id is None else (Other(said.in_id, "sire", "payload.in_id", True, "male"),)
        return (*gone, *come)


class EweEvent(AnimalEvent):
    """An event of a ewe that is on the farm."""

    needs_presence = True
    of_sex = "female"


class MatingObserved(EweEvent):
    """A ewe was mated, as the raddle on her back or somebody's eyes say."""

    kind: Literal["mating.observed"]
    payload: Observed

    @property
    def others(self) -> tuple[Other, ...]:
        """The ram."""
        sire = self.payload.sire_id
        return () if sire is None else (Other(sire, "sire", "payload.sire_id", True, "male"),)


class Inseminated(EweEvent):
    """A ewe was inseminated."""

    kind: Literal["ai.done"]
    payload: Insemination

    @property
    def others(self) -> tuple[Other, ...]:
        """The ram, who need not be on the farm, nor alive."""
        return (Other(self.payload.sire_id, "sire", "payload.sire_id", False, "male"),)


class EmbryoTransferred(EweEvent):
    """A ewe, the recipient, got an embryo of another one."""

    kind: Literal["embryo.transferred"]
    payload: Transfer

    @property
    def others(self) -> tuple[Other, ...]:
        """Donor and sire; embryos keep as long as semen."""
        donor = Other(self.payload.donor_id, "donor", "payload.donor_id", False, "female")
        return (donor, Other(self.payload.sire_id, "sire", "payload.sire_id", False, "male"))


EVENTS = (Started, JoiningEnded, RamReplaced, MatingObserved, Inseminated, EmbryoTransferred)
