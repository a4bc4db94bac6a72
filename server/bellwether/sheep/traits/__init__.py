"""The trait dictionary: what can be recorded of a sheep, with its ranges, its model and its starting variances."""

from bellwether.sheep.traits.dictionary import STAGES, TRAITS
from bellwether.sheep.traits.known import DICTIONARY, OWN, Known, is_own
from bellwether.sheep.traits.rules import check_hard, check_recordable, kilograms, value_of_word, warning
from bellwether.sheep.traits.search import CARCASS, find, find_weight, named, weights
from bellwether.sheep.traits.trait import Correlation, Effect, Kind, Stage, Trait
from bellwether.sheep.traits.units import converted, units_of

__all__ = [
    "CARCASS", "DICTIONARY", "OWN", "STAGES", "TRAITS", "Correlation", "Effect", "Kind", "Known", "Stage", "Trait",
    "check_hard", "check_recordable", "converted", "find", "find_weight", "is_own", "kilograms", "named", "units_of",
    "value_of_word", "warning", "weights",
]  # fmt: skip
