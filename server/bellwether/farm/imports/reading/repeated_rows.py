"""Two rows of one file with the same key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bellwether.farm.imports.reading.rows import ReadRow
from bellwether.sheep.findings import Finding

R = TypeVar("R")


@dataclass
class FirstRows(Generic[R]):
    """Remembers in which row each key stands first; without `key` a file may say the same as often as it likes."""

    key: Callable[[R], tuple[str, str]] | None
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def check(self, row: ReadRow[R]) -> ReadRow[R]:
        """The row, or its rejection as a duplicate."""
        if row.data is None or self.key is None:
            return row
        scheme, value = self.key(row.data)
        first = self.seen.setdefault((scheme, value), row.row)
        if first == row.row:
            return row
        text = f"row {first} has the same identifier {value}"
        double = Finding("duplicate", "duplicate_row", text, "keep one of them", "id")
        return row._replace(data=None, findings=(double,))
