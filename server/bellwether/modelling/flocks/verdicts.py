"""What was noticed about the data before the run."""

from dataclasses import dataclass
from typing import Literal

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding: how many records, groups or animals it concerns, and some of them by name."""

    code: str
    level: Literal["warning", "set_aside"]
    message: str
    count: int
    trait: str | None = None
    examples: tuple[str, ...] = ()


def verdict(
    code: str,
    level: Literal["warning", "set_aside"],
    message: str,
    names: list[str],
    *,
    trait: str | None = None,
) -> list[Verdict]:
    """A finding about `names`; none when nothing was found."""
    if not names:
        return []
    return [Verdict(code, level, message, len(names), trait, tuple(names[:SHOWN]))]
