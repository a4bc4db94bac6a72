"""Withdrawals on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Day
from bellwether.platform.http.schemas import Schema

Market = Literal["meat", "export", "milk"]


class Until(Schema):
    """One market: under withdrawal as long as `clear_on` lies ahead."""

    clear_on: date | None = Field(description="The first day on which it may go there; None with is_known: it may now")
    days: int | None = Field(description="Days to clear; 0: it is clear; None: nobody knows")
    is_known: bool = Field(description="false: no label says for how long, and nobody else has")


class Withheld(Schema):
    """An animal that is withheld from a market."""

    animal_id: UUID
    name: str
    meat: Until
    export: Until
    milk: Until
    days_to_clear: int | None = Field(description="Of the market that was asked for, or of meat and export")


class WithheldMob(Schema):
    """Head without tags that are withheld from a market: they are told apart from each other by nothing."""

    group_id: UUID
    name: str
    untagged: int = Field(description="Head without tags in it today")
    meat: Until
    export: Until
    milk: Until
    days_to_clear: int | None = Field(description="Of the market that was asked for, or of meat and export")


class Board(Schema):
    """A page of the board; next is None on the last one."""

    on: date = Field(description="Today, on the farm")
    items: list[Withheld]
    mobs: list[WithheldMob] = Field(description="Mobs with head without tags, on the first page")
    next: str | None


class Got(Schema):
    """A treatment, or introduced feed, that an animal got."""

    event_id: UUID
    kind: str
    product_id: UUID | None
    product_name: str | None
    batch_id: UUID | None
    lot: str | None
    group_id: UUID | None = Field(description="The group with which it got it")
    first_on: date
    last_on: date
    meat: Until
    export: Until
    milk: Until


class Card(Schema):
    """All that one animal got, the last first, and the latest end for each market."""

    animal_id: UUID
    on: date
    meat: Until
    export: Until
    milk: Until
    items: list[Got]


class Selling(Schema):
    """Animals that might be sold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"animal_ids": ["0198c0de-0000-7000-8000-000000000003"], "on": "2025-03-14"}]}
    )

    animal_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    on: Day | None = Field(None, description="The day of the sale; today when absent")


class Chance(Until):
    """Whether an animal may be sold to one market that day."""

    may_be_sold: bool


class Checked(Schema):
    """One animal that might be sold."""

    animal_id: UUID
    name: str
    fate: str = Field(description="Only what is alive is on the farm")
    meat: Chance
    export: Chance
    milk: Chance


class CheckedHead(Schema):
    """Head without tags of a mob that might be sold."""

    group_id: UUID
    head: int
    meat: Chance
    export: Chance
    milk: Chance


class SaleCheck(Schema):
    """Who may be sold to which market, and when the others may."""

    on: date
    may_be_sold: int = Field(description="How many of these may go to each of meat and export that day")
    items: list[Checked]
    untagged: CheckedHead | None = Field(
        None, description="Head without tags of the group, on the first page: all of them, or none, may be sold"
    )
    unknown: list[UUID] = Field(description="Ids of no animal of the farm")
    next: str | None


class WithheldSale(Schema):
    """A sale of an animal that was withheld, or its place on a list for sale."""

    event_id: UUID
    kind: str
    animal_id: UUID
    name: str
    group_id: UUID | None
    occurred_on: date
    market: str | None
    meat_until: date | None
    export_until: date | None
    reason: str | None = Field(description="Of whoever overrode it; None: it became known later")
    recorded_by: UUID | None
    recorded_at: datetime
