"""What an animal should weigh by its own curve (I23)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

OFF, FAR_OFF = 0.10, 0.25
FEWEST_DAYS = 7


class Weighed(Protocol):
    """A weight of a day."""

    @property
    def value(self) -> float:
        """In kg."""

    @property
    def occurred_on(self) -> date:
        """The day."""


def predicted(before: Sequence[Weighed], day: date) -> float | None:
    """By the line through the last weight and the one before it, a week or more apart; None: nobody can say."""
    if not before:
        return None
    last = before[-1]
    earlier = [each for each in before if (last.occurred_on - each.occurred_on).days >= FEWEST_DAYS]
    if not earlier:
        return None
    days = (last.occurred_on - earlier[-1].occurred_on).days
    found = last.value + (last.value - earlier[-1].value) / days * (day - last.occurred_on).days
    return found if found > 0 else None
