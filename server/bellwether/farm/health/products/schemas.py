"""Products and batches on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Day, Name, Tag
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.quantities import Unit

Quantity = Annotated[float, Field(gt=0, lt=1e9, allow_inf_nan=False)]


class Period(Schema):
    """As the label says it; hours count as whole days, rounded up."""

    value: int = Field(ge=0, le=3650)
    unit: Literal["days", "hours"] = "days"


class NewProduct(Schema):
    """A remedy, as its label says. A label that changes is corrected here only if it was read wrongly."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "name": "Drench A",
                    "actives": ["abamectin"],
                    "route": "oral",
                    "unit": "ml",
                    "label_dose": "1 mL per 5 kg",
                    "meat_whp": {"value": 14},
                    "esi": {"value": 28},
                }
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    name: Name
    actives: Annotated[list[Tag], Field(max_length=20)] = Field(default_factory=list)
    route: Tag | None = None
    unit: Unit = Field(description="In which doses and stock are counted")
    label_dose: Name | None = None
    meat_whp: Period = Field(description="Withholding period for meat; 0 when the label says nil")
    esi: Period | None = Field(None, description="Export slaughter interval; None: none is set, and nobody knows one")
    milk_whp: Period | None = Field(None, description="None: not for animals in milk")


class ProductChange(Schema):
    """What is to be changed; what is absent stays. All treatments with it follow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"esi": {"value": 42}}]})

    name: Name | None = None
    actives: Annotated[list[Tag], Field(max_length=20)] | None = None
    route: Tag | None = None
    label_dose: Name | None = None
    meat_whp: Period | None = None
    esi: Period | None = None
    milk_whp: Period | None = None


class Product(Schema):
    """A remedy."""

    id: UUID
    farm_id: UUID
    name: str
    actives: list[str]
    route: str | None
    unit: Unit
    label_dose: str | None
    meat_whp: Period
    esi: Period | None
    milk_whp: Period | None
    meat_days: int = Field(description="Days that count for meat")
    export_days: int | None = Field(description="Days that count for export")
    milk_days: int | None = Field(description="Days that count for milk")
    rev: int
    created_at: datetime
    updated_at: datetime


class NewBatch(Schema):
    """What was bought in one lot."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lot": "L2207", "expires_on": "2027-06-30", "quantity": 5000}]}
    )

    id: UUID | None = None
    lot: Tag
    expires_on: Day | None = None
    bought_on: Day | None = None
    quantity: Quantity = Field(description="In the unit of the product")


class BatchChange(Schema):
    """What is to be changed; what is absent stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quantity": 4800}]})

    lot: Tag | None = None
    expires_on: Day | None = None
    bought_on: Day | None = None
    quantity: Quantity | None = None


class Batch(Schema):
    """A batch of a product, and what is left of it."""

    id: UUID
    farm_id: UUID
    product_id: UUID
    lot: str
    expires_on: date | None
    bought_on: date | None
    quantity: float
    unit: Unit
    used: float = Field(description="By treatments: what was measured, or dose by dose for all that were treated")
    on_hand: float = Field(description="Below 0: more was given than bought, as the treatments were told")
    rev: int
    created_at: datetime
    updated_at: datetime
