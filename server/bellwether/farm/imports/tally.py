"""Counting rows: what a user sees of an import always adds up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bellwether.farm.imports.models import Batch, JudgedRow, Totals


@dataclass
class Tally:
    """Rows by verdict; and how many rows have each code, as a fault of a refused row or a warning on a taken one."""

    rows_in: int = 0
    rows_accepted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, batch: Batch) -> "Tally":
        """As it stands in the database."""
        counts = (Counter(batch.verdicts), Counter(batch.faults), Counter(batch.warnings))
        return cls(batch.rows_in, batch.rows_accepted, *counts)

    @property
    def rows_rejected(self) -> int:
        """All that were not taken."""
        return self.rows_in - self.rows_accepted

    def add(self, rows: Iterable[JudgedRow], sign: int = 1) -> None:
        """Count rows; with `sign` -1 those that will be judged again."""
        for row in rows:
            self.rows_in += sign
            self.verdicts[row.verdict] += sign
            self.rows_accepted += sign * row.is_accepted
            if row.findings:
                counts = self.warnings if row.is_accepted else self.faults
                for code in {finding["code"] for finding in row.findings}:
                    counts[code] += sign

    def add_new(self, n_rows: int) -> None:
        """Count rows that are new and of which nothing is said."""
        self.rows_in += n_rows
        self.rows_accepted += n_rows
        self.verdicts["new"] += n_rows

    def shown(self) -> dict[str, dict[str, int]]:
        """The counts that are not zero, in order of their size."""
        named = {"verdicts": self.verdicts, "faults": self.faults, "warnings": self.warnings}
        return {name: {code: n for code, n in counts.most_common() if n} for name, counts in named.items()}


def totals(batch: Batch) -> Totals:
    """Of an import."""
    return Totals(
        import_id=str(batch.id),
        state=batch.state,
        rows_in=batch.rows_in,
        rows_accepted=batch.rows_accepted,
        rows_rejected=batch.rows_rejected,
        verdicts=batch.verdicts,
        faults=batch.faults,
        warnings=batch.warnings,
    )


def told(counts: dict[str, int]) -> str:
    """`3 unknown_tag, 1 blank`."""
    return ", ".join(f"{n} {code}" for code, n in counts.items()) or "none"
