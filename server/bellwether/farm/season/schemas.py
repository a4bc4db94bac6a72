"""A season on the wire."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema


class SeasonRate(Schema):
    """One rate; its value is null where its denominator is 0."""

    name: str
    numerator: int
    denominator: int
    value: float | None
    unit: Literal["%", "lambs per ewe"]
    definition: str
    by: Literal["litter_size", "dam_age"] | None = Field(description="Of what the rate is a part")
    group: str | None


class SeasonCounts(Schema):
    """Of what the rates are made; each animal is counted once."""

    ewes_joined: int
    ewes_scanned: int
    ewes_pregnant: int
    ewes_lambed: int
    foetuses: int
    lambs_born: int
    lambs_born_alive: int
    lambs_marked: int
    lambs_weaned: int
    ewes_dry: int
    ewes_lost: int
    untagged_ewes_joined: int = Field(
        description="Ewes without tags in mobs when these were joined; 0 when a flock is asked for, as they are of none"
    )
    untagged_lambs_marked: int = Field(description="By the tallies of the markings of the drop (stock.marked)")


class SeasonRates(Schema):
    """The rates of a season of a farm, or of one of its flocks."""

    farm_id: UUID
    year: int
    flock_id: UUID | None
    counts: SeasonCounts
    rates: list[SeasonRate]


class SeasonJoining(Schema):
    """A joining, with its due dates."""

    id: UUID
    group_id: UUID | None
    method: str
    started_on: date
    ended_on: date | None
    sire_ids: list[UUID] = Field(description="With those that came later")
    ewes: int = Field(description="In it at its start")
    due_from: date
    due_to: date | None = Field(description="None: the rams are still with the ewes")


class SeasonJoinings(Schema):
    """The joinings of a season, the first one first."""

    items: list[SeasonJoining]


class BookExposure(Schema):
    """To whom a ewe was exposed, and when."""

    since: date
    until: date | None
    sire_id: UUID | None = Field(description="None: to rams that nobody has named")
    donor_id: UUID | None = Field(description="Of an embryo")
    is_known_service: bool


class BookScan(Schema):
    """A scan."""

    event_id: UUID
    occurred_on: date
    result: str
    foetuses: int | None


class BookLamb(Schema):
    """A lamb as it is now."""

    id: UUID
    name: str
    sex: str
    born_on: date
    born: Literal["alive", "dead"]
    reared_by: UUID | None = Field(description="The ewe who had it last; None: by hand")
    rear_type: int | None
    fate: str
    marked: bool
    weaned: bool


class BookLitter(Schema):
    """A litter."""

    event_id: UUID
    occurred_on: date
    ease: str | None
    maternal_score: int | None
    embryo_transfer: bool
    lambs: list[BookLamb]


class BookEwe(Schema):
    """A ewe with her lambs."""

    id: UUID
    name: str
    fate: str
    joining_ids: list[UUID]
    exposures: list[BookExposure]
    due_from: date | None
    due_to: date | None
    scans: list[BookScan]
    litters: list[BookLitter]
    rears: list[UUID] = Field(description="The lambs that she has, or had last")
