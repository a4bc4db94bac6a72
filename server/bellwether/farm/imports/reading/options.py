"""What the sender of a file says about it, and what its farm is: the answers to all that may be asked."""

from datetime import date
from functools import cached_property
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bellwether.sheep.reading.dates import DateOrder
from bellwether.sheep.traits import Known, Trait

Unit = Literal["kg", "lb"]
CONTEXT = frozenset({"farm_columns", "farm_traits", "farm_unit", "time_zone", "today"})
Word = Annotated[str, Field(max_length=100)]


class Options(BaseModel):
    """How a file is to be read where it does not say so itself.

    `columns` names a field (or `ignore`) for a header, `words` the meaning of a word, `missing` further codes for
    "unknown", `present` codes that are values although they look like such a code. `farm_columns`, `farm_traits`,
    `farm_unit`, `time_zone` and `today` are the farm's; the first counts where a file has such a header, and what the
    sender says counts more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    date_order: DateOrder | None = None
    date_orders: dict[Word, DateOrder] = {}
    trait: Word | None = None
    session_id: UUID | None = None
    unit: Unit | None = None
    decimal: Literal[".", ","] | None = None
    delimiter: Literal[",", ";", "tab", "|"] | None = None
    encoding: Literal["utf-8", "cp1252"] | None = None
    missing: tuple[Word, ...] = ()
    present: tuple[Word, ...] = ()
    columns: dict[Word, Word] = {}
    words: dict[Word, Word] = {}
    sheet: Word | None = None
    on_unknown_parent: Literal["add", "refuse"] = "add"
    on_weaker_parent: Literal["refuse", "keep", "replace"] = "keep"
    on_unknown_tag: Literal["refuse", "keep"] = "refuse"
    rounded_ids: Literal["refuse", "keep"] = "refuse"
    lost_zeros: Literal["refuse", "keep"] = "refuse"
    farm_columns: dict[str, str] = {}
    farm_traits: tuple[Trait, ...] = ()
    farm_unit: Unit = "kg"
    time_zone: str = "UTC"
    today: date | None = None

    @cached_property
    def known(self) -> Known:
        """The traits that the farm can record."""
        return Known(self.farm_traits)

    def sent(self) -> dict[str, object]:
        """What the sender said, as JSON: part of the key of the import."""
        return self.model_dump(mode="json", exclude=set(CONTEXT), exclude_defaults=True)
