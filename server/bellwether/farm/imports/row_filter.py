"""Which rows of an import somebody wants to see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of an import are wanted; None does not filter."""

    verdict: str | None = None
    accepted: bool | None = None
    code: str | None = None
    has_warning: bool | None = None

    @property
    def takes_new(self) -> bool:
        """Whether accepted rows are among them that are new and of which nothing is said."""
        return (
            self.verdict in (None, "new") and self.accepted is not False and self.code is None and not self.has_warning
        )
