"""The trait dictionary: what can be recorded of a sheep, with its ranges, its model and its starting variances."""

from bellwether.sheep.traits.dictionary import STAGES, TRAITS
from bellwether.sheep.traits.rules import check_hard, kilograms, warning
from bellwether.sheep.traits.search import find, find_weight, named, weights
from bellwether.sheep.traits.trait import Correlation, Effect, Kind, Stage, Trait
from bellwether.sheep.traits.units import converted, units_of

__all__ = [
    "STAGES", "TRAITS", "Correlation", "Effect", "Kind", "Stage", "Trait",
    "check_hard", "converted", "find", "find_weight", "kilograms", "named", "units_of", "warning", "weights",
]  # fmt: skip
