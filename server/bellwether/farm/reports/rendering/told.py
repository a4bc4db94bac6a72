"""A report with its answer, before it takes a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bellwether.farm.reports.declaring import Cell, Found, Report
from bellwether.platform.json import JsonObject, JsonValue


@dataclass(frozen=True)
class Told:
    """A report of a farm on one of its days."""

    report: Report
    farm_id: UUID
    farm: str
    today: date
    made_at: datetime
    parameters: Mapping[str, JsonValue]
    found: Found

    @property
    def rows(self) -> list[JsonObject]:
        """As JSON."""
        names = [column.name for column in self.report.columns]
        return [dict(zip(names, map(plain, row), strict=True)) for row in self.found.rows]

    @property
    def plot(self) -> JsonObject:
        """The specification with its data."""
        return {**self.report.chart, "datasets": {"rows": list(self.rows)}}


def plain(cell: Cell) -> JsonValue:
    """A value as JSON has it."""
    return str(cell) if isinstance(cell, date | UUID) else cell
