"""Which rows of an import somebody wants to see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of an import are wanted; None does not filter."""

    verdict: str | None = None
    accepted: bool | None = None
    code: str | None = None
    has_warning: bool | None = None
