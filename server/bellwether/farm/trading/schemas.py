"""Consignments, files and money on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.health.schemas import Until
from bellwether.farm.schemas import Day, Name, Tag
from bellwether.farm.trading.layouts import Column, Format
from bellwether.platform.http.schemas import Schema

Kind = Annotated[
    Literal["arrival", "departure", "agistment_in", "agistment_out"],
    Field(description="Stock on agistment stays its owner's: a kind of its own, and no paddock of a name"),
]
Amount = Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, lt=1e9, allow_inf_nan=False)]


class NewConsignment(Schema):
    """Stock that comes or goes under one declaration."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "number": "NVD 4711",
                    "kind": "departure",
                    "moved_on": "2025-03-14",
                    "from_location": "QABC1234",
                    "to_location": "NXYZ9876",
                }
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    number: Tag = Field(description="Of the vendor declaration; events name it as payload.consignment")
    kind: Kind
    moved_on: Day
    from_location: Tag | None = Field(None, description="PIC, CPH, NAIT number or name")
    to_location: Tag | None = None
    carrier: Name | None = None
    note: Name | None = None


class ConsignmentChange(Schema):
    """What is to be changed; what is absent stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"carrier": "Smith Haulage"}]})

    number: Tag | None = None
    moved_on: Day | None = None
    from_location: Tag | None = None
    to_location: Tag | None = None
    carrier: Name | None = None
    note: Name | None = None


class Consignment(Schema):
    """A consignment, with the stock of the events that name its number."""

    id: UUID
    farm_id: UUID
    number: str
    kind: Kind
    moved_on: date
    from_location: str | None
    to_location: str | None
    carrier: str | None
    note: str | None
    tagged: int = Field(description="Animals whose arrival or departure names the number")
    untagged: dict[str, int] = Field(description="Head without tags by stock class")
    rev: int
    created_at: datetime
    updated_at: datetime


class Listed(Schema):
    """A consignment in a list."""

    id: UUID
    farm_id: UUID
    number: str
    kind: Kind
    moved_on: date
    from_location: str | None
    to_location: str | None
    carrier: str | None
    note: str | None
    rev: int
    created_at: datetime
    updated_at: datetime


class Declared(Schema):
    """An animal, as a declaration names it."""

    animal_id: UUID
    eid: str | None
    visual: str | None
    here_since: date | None = Field(description="Since when it was on the farm; None: nobody has said")
    is_withheld: bool = Field(description="It went although it was withheld from meat or export that day")
    meat: Until = Field(description="As it stood on the day on which it left: whoever gets it must wait as long")
    export: Until


class Declaration(Schema):
    """All that a vendor declaration asks for, ready to be copied."""

    consignment: Consignment
    items: list[Declared]
    missing: list[str] = Field(description="What is still to be said before it can be signed")


class File(Schema):
    """One file to be sent to an authority."""

    name: str
    rows: int
    text: str


class Files(Schema):
    """The rows of a consignment in files of the length that the authority takes."""

    format: Format
    is_verified: bool = Field(description="false: the order of the columns was confirmed by nobody; see file-layouts")
    files: list[File]
    without_number: list[UUID] = Field(description="Animals without the number that the file needs: in no file")


class NewLayout(Schema):
    """The columns of a file in their order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"header": False, "columns": ["eid", "from_location", "to_location", "moved_on", "empty"]}]
        }
    )

    header: bool = True
    columns: Annotated[list[Column], Field(min_length=1, max_length=50)]


class FileLayout(Schema):
    """The columns of a file."""

    format: Format
    is_usual: bool = Field(description="The farm has set none of its own; the usual ones are verified by nobody")
    header: bool
    columns: list[Column]


class Money(Schema):
    """What a consignment brought, or cost; seen by owners of the farm alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"price": 4.2, "per": "kg", "weight_kg": 5600}]})

    price: Amount
    per: Literal["head", "kg"]
    weight_kg: Weight | None = Field(None, description="Of the whole consignment")
    costs: Amount = Field(0, description="Freight, commission, levies: of the whole consignment")


class BatchCost(Schema):
    """What a batch cost; seen by owners of the farm alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 480.0}]})

    amount: Amount


class MobMargin(Schema):
    """Of one mob; group None: of no mob, or of the farm as a whole."""

    group_id: UUID | None
    name: str | None
    income: float
    purchases: float
    products: float = Field(description="What was used of batches whose cost is known")
    costs: float = Field(description="cost.recorded")
    margin: float


class Margins(Schema):
    """Income less purchases, products and costs, by mob."""

    first: date
    last: date
    items: list[MobMargin]
    total: float
    without_price: int = Field(description="Head that came or went for money in the period and have no price yet")
