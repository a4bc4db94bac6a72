"""Variables on the wire."""

from typing import Literal

from bellwether.platform.brapi.wire import Wire
from bellwether.sheep import CROP


class BrapiTrait(Wire):
    """What is measured, at whatever age."""

    trait_db_id: str
    trait_name: str
    main_abbreviation: str
    trait_class: str
    entity: str = CROP
    attribute: str
    alternative_abbreviations: list[str] | None


class BrapiMethod(Wire):
    """How it is measured."""

    method_db_id: str
    method_name: str
    method_class: str
    description: str


class Category(Wire):
    """A word, and the value that stands for it."""

    label: str
    value: str


class ValidValues(Wire):
    """What is possible."""

    minimum_value: str
    maximum_value: str
    categories: list[Category] | None = None


class BrapiScale(Wire):
    """In what it is measured, and what is possible."""

    scale_db_id: str
    scale_name: str
    data_type: Literal["Numerical", "Ordinal", "Nominal"]
    decimal_places: int
    units: str
    valid_values: ValidValues


class Variable(Wire):
    """A trait at a stage of life, as it is recorded and evaluated."""

    observation_variable_db_id: str
    observation_variable_name: str
    common_crop_name: str = CROP
    growth_stage: str | None
    synonyms: list[str]
    trait: BrapiTrait
    method: BrapiMethod
    scale: BrapiScale
    additional_info: dict[str, str]
