"""What is to be known of a trait: how it is recorded, what is possible and usual, and how it is evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["linear", "ordinal", "category", "yes_no"]
Effect = Literal["contemporary_group", "age", "weight", "sex", "birth_type", "rear_type", "dam_age"]

# rear type and age say nothing on the day of birth
AT_BIRTH: tuple[Effect, ...] = ("contemporary_group", "sex", "birth_type", "dam_age")
LATER: tuple[Effect, ...] = ("contemporary_group", "age", "sex", "birth_type", "rear_type", "dam_age")
AT_ANY_AGE: tuple[Effect, ...] = ("contemporary_group", "sex", "birth_type", "rear_type", "dam_age")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of life. It is declared by the recorder and never derived from age: the windows overlap."""

    word: str
    window_days: tuple[int, int]
    reference_age_days: int


@dataclass(frozen=True, slots=True)
class Correlation:
    """How a trait goes together with another one, until it is estimated from the platform's own records."""

    genetic: float
    residual: float
    source: str


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait at one stage of life.

    `stage` is a letter of `STAGES`, or "-" for a trait that may be measured at any age; outside of `window_days` a
    measurement gets a warning. `hard` is what is possible, `soft` what is usual. `decimals` are those that it is
    recorded with; its breeding values are shown with one more.

    `effects` are what a record is corrected for when no model is given; of several records of an animal the one
    nearest to `reference_age_days` counts, and age is counted from there. A trait without `heritability` and
    `phenotypic_variance` can be recorded, and is evaluated once a model or a farm gives its variances. `correlations`
    names the other trait; each pair stands with one of its two traits.

    What `is_of_carcass` is told by the abattoir, after the animal left the farm.

    A farm's own trait may have `words` for its values, the first for the lowest; it may be recorded of days from
    `valid_from` to `valid_to`, and by owners alone where it is not `is_open` to whoever asks.

    In a file the trait has columns named by `code` and by each of `aliases`; `date_columns` are where its date may
    stand if it has no column of its own.
    """

    code: str
    stage: str
    name: str
    unit: str
    hard: tuple[float, float]
    soft: tuple[float, float]
    effects: tuple[Effect, ...] = LATER
    kind: Kind = "linear"
    decimals: int = 1
    window_days: tuple[int, int] | None = None
    reference_age_days: int | None = None
    reference_weight_kg: float | None = None
    heritability: float | None = None
    phenotypic_variance: float | None = None
    source: str = "no starting values yet"
    correlations: Mapping[str, Correlation] = field(default_factory=dict)
    is_weight: bool = False
    is_of_carcass: bool = False
    aliases: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    is_open: bool = True

    @property
    def is_at_birth(self) -> bool:
        """Measured on the day of birth, so that the birth date is its date."""
        return self.stage == "B"
