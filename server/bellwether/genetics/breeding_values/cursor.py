"""Where a page of a ranking ended."""

from dataclasses import dataclass
from uuid import UUID

from bellwether.platform.http.pagination import BadCursor, Cursor

KEYS = ("run_id", "value", "animal_id")


@dataclass(frozen=True, slots=True)
class Position:
    """The last animal of a page. It holds the run too: a newer run must not slip in between two pages."""

    run_id: UUID
    value: float
    animal_id: UUID

    @classmethod
    def decode(cls, text: str | None) -> "Position | None":
        """From the cursor of a request; None stays None.

        Raises:
            BadCursor
        """
        after = Cursor.decode(text, n_keys=len(KEYS))
        try:
            return None if after is None else cls(UUID(after.keys[0]), float(after.keys[1]), UUID(after.keys[2]))
        except (TypeError, ValueError, AttributeError) as error:
            raise BadCursor from error
