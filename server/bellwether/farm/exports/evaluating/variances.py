"""The starting variances of the trait dictionary, as a plan asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bellwether.sheep.traits import TRAITS, Known, Trait


@dataclass(slots=True)
class Pair:
    """How a trait goes together with another one."""

    trait: str
    genetic: float
    residual: float


@dataclass(frozen=True, slots=True)
class Start:
    """A trait with the values that it starts from."""

    code: str
    reference_age_days: int | None
    additive_variance: float | None
    residual_variance: float | None
    correlations: Sequence[Pair]
    farm: object | None = None


def dictionary(traits: Known) -> list[Start]:
    """Every trait of the farm."""
    return [known(trait) for trait in traits.values()]


def known(trait: Trait) -> Start:
    """One of them; a pair of traits counts from both sides."""
    pairs = {code: Pair(code, pair.genetic, pair.residual) for code, pair in trait.correlations.items()}
    for other in TRAITS.values():
        if pair := other.correlations.get(trait.code):
            pairs[other.code] = Pair(other.code, pair.genetic, pair.residual)
    h2, variance = trait.heritability, trait.phenotypic_variance
    has_both = h2 is not None and variance is not None
    additive = h2 * variance if h2 is not None and variance is not None else None
    residual = (1 - (h2 or 0)) * (variance or 0) if has_both else None
    return Start(trait.code, trait.reference_age_days, additive, residual, list(pairs.values()))
