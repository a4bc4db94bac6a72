"""Two rows of one animal list with the same identifier."""

from dataclasses import dataclass, field, replace

from bellwether.farm.imports.reading.rows import ReadRow
from bellwether.sheep.findings import Finding


@dataclass
class FirstRows:
    """Remembers in which row each animal stands first."""

    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def check(self, row: ReadRow) -> ReadRow:
        """The row, or its rejection as a duplicate. Weights may name an animal as often as they like."""
        if row.data is None or "identifiers" not in row.data:
            return row
        scheme, value, kind, _ = row.data["identifiers"][0]
        if kind == "visual":
            value = f"{value} {row.data['drop_year']}"
        first = self.seen.setdefault((scheme, value), row.row)
        if first == row.row:
            return row
        text = f"row {first} has the same identifier {value}"
        return replace(row, data=None, finding=Finding("duplicate", "duplicate_row", text, "keep one of them", "id"))
