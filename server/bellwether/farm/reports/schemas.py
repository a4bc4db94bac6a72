"""Reports on the wire."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from bellwether.farm.reports.declaring import Kind
from bellwether.platform.http.schemas import Schema

Format = Literal["json", "csv", "xlsx", "svg", "png", "pdf"]


class ColumnSaid(Schema):
    """A column of a report."""

    name: str
    title: str
    definition: str
    kind: Kind
    unit: str
    of: list[str] | None = Field(description="The columns that a percentage is made of: numerator, denominator")


class ParameterSaid(Schema):
    """A parameter of a report."""

    name: str
    description: str
    required: bool


class ReportSaid(Schema):
    """A report that may be asked for."""

    name: str
    title: str
    says: str
    address: str
    formats: list[Format]
    owners_only: bool = Field(description="It is of money")
    parameters: list[ParameterSaid]
    columns: list[ColumnSaid]


class ReportIndex(Schema):
    """Every report of a farm."""

    items: list[ReportSaid]


class ReportAnswer(Schema):
    """A report: its rows, what they mean, and a plot of them."""

    name: str
    title: str
    says: str
    farm_id: UUID
    farm: str
    today: date = Field(description="The day on the farm")
    made_at: datetime
    parameters: dict[str, object]
    columns: list[ColumnSaid]
    rows: list[dict[str, object]]
    left_out: dict[str, int] = Field(description="What the rows do not hold, counted by the reason")
    vega_lite: dict[str, object] = Field(description="A plot; `datasets.rows` are the rows")
