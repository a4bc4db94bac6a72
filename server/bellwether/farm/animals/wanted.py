"""Which animals of a farm somebody wants to see, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from bellwether.farm.schemas import without_nul
from bellwether.platform.http.pagination import BadCursor, Cursor

Column = Literal[
    "id", "flock_id", "tag", "sex", "fertility", "birth_date", "birth_type", "rear_type", "drop_year", "reference_only",
    "fate", "fate_on", "sire", "dam", "rev", "updated_at",
]  # fmt: skip
Descending = Literal[
    "-id", "-flock_id", "-tag", "-sex", "-fertility", "-birth_date", "-birth_type", "-rear_type", "-drop_year",
    "-reference_only", "-fate", "-fate_on", "-sire", "-dam", "-rev", "-updated_at",
]  # fmt: skip
Order = Column | Descending
Key = str | int | bool | date | datetime | UUID | None


class Kind(NamedTuple):
    """The values of a column: their type in the database, and how a cursor's text becomes one."""

    sql: str
    read: TypeAdapter[Key]


TEXT = Kind("text", TypeAdapter(Annotated[str, AfterValidator(without_nul)]))
SMALL = Kind("int2", TypeAdapter(Annotated[int, Field(ge=-(2**15), lt=2**15)]))
KINDS: Mapping[str, Kind] = {
    "id": Kind("uuid", TypeAdapter(UUID)),
    "flock_id": Kind("uuid", TypeAdapter(UUID)),
    "birth_date": Kind("date", TypeAdapter(date)),
    "fate_on": Kind("date", TypeAdapter(date)),
    "birth_type": SMALL,
    "rear_type": SMALL,
    "drop_year": SMALL,
    "reference_only": Kind("bool", TypeAdapter(bool)),
    "rev": Kind("int8", TypeAdapter(Annotated[int, Field(ge=0, lt=2**63)])),
    "updated_at": Kind("timestamptz", TypeAdapter(datetime)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold of the animals; None does not filter. `text` stands somewhere in the tag or in an identifier."""

    sex: str | None = None
    fertility: str | None = None
    fate: str | None = None
    birth_type: int | None = None
    rear_type: int | None = None
    drop_year: int | None = None
    reference_only: bool | None = None
    to_identify: bool | None = None
    birth_from: date | None = None
    birth_to: date | None = None
    fate_from: date | None = None
    fate_to: date | None = None
    sire_id: UUID | None = None
    dam_id: UUID | None = None
    text: str | None = None
    order: Order = "id"

    @property
    def column(self) -> str:
        """By which the animals are sorted."""
        return self.order.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """The greatest first; animals without a value come last in both orders."""
        return self.order.startswith("-")

    @property
    def given(self) -> dict[str, object]:
        """The filters that are set."""
        names = (field.name for field in fields(self) if field.name != "order")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def is_plain(self) -> bool:
        """All animals in the order of their ids."""
        return self.order == "id" and not self.given


class ByColumn(Cursor):
    """Where a page in the order of a column ended: the value of the last animal there, as text, and its id."""

    order: str
    key: str | None
    id: UUID

    def value(self, wanted: Wanted) -> Key:
        """The value in the type of its column.

        Raises:
            BadCursor: it is of a list in another order.
        """
        if self.order != wanted.order:
            raise BadCursor
        if self.key is None:
            return None
        try:
            return KINDS.get(wanted.column, TEXT).read.validate_strings(self.key)
        except (ValidationError, OverflowError) as error:
            raise BadCursor from error
