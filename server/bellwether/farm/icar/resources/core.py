"""What all resources of ICAR ADE 1.3 have: held to the types of the standard, and never a null."""

from collections.abc import Callable
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_serializer
from pydantic.alias_generators import to_camel


class Icar(BaseModel):
    """What the standard defines; what is not known is left out, because it has no nulls."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)

    @model_serializer(mode="wrap")
    def without_nulls(self, plain: Callable[["Icar"], dict[str, object]]) -> dict[str, object]:
        """Only what is known."""
        return {name: value for name, value in plain(self).items() if value is not None}


class IcarIdentifier(Icar):
    """A thing by the number that some scheme has given it."""

    scheme: str
    id: str


class IcarMeta(Icar):
    """Where a resource is from and when it was changed: of a source and sourceId the last one counts."""

    source: str
    source_id: str | None = None
    modified: AwareDatetime
    created: AwareDatetime | None = None
    is_deleted: bool | None = None


class IcarAnimalEvent(Icar):
    """What all events of an animal say."""

    meta: IcarMeta
    location: IcarIdentifier
    id: str
    animal: IcarIdentifier
    event_date_time: AwareDatetime
    trait_label: IcarIdentifier | None = None
    contemporary_group: str | None = None
    remark: str | None = None


class IcarMass(Icar):
    """A weight; kilograms or pounds, as it was read off."""

    measurement: float
    units: Literal["KGM", "LBR"]


class IcarConsignment(Icar):
    """With which papers animals travelled, and from or to where."""

    id: IcarIdentifier | None = None
    origin_location: IcarIdentifier | None = None
    destination_location: IcarIdentifier | None = None
