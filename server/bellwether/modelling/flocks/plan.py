"""What an evaluation sets out to do: traits, variances and options, as plain JSON that a job step can keep."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Correlated(Protocol):
    """How a trait goes together with another one."""

    trait: str
    genetic: float
    residual: float


class KnownTrait(Protocol):
    """What the dictionary says of a trait, as far as a plan needs it."""

    @property
    def code(self) -> str: ...
    @property
    def reference_age_days(self) -> int | None: ...
    @property
    def phenotypic_variance(self) -> float | None: ...
    @property
    def additive_variance(self) -> float | None: ...
    @property
    def residual_variance(self) -> float | None: ...
    @property
    def correlations(self) -> Sequence[Correlated]: ...


@dataclass(frozen=True, slots=True)
class TraitPlan:
    """One trait of the plan; without variances it cannot be evaluated."""

    code: str
    reference_age_days: int
    has_variances: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """`is_asked`: the user named the traits, so that one which cannot be evaluated fails the run."""

    flock_id: str
    traits: tuple[TraitPlan, ...]
    is_asked: bool
    additive: list[list[float]]
    residual: list[list[float]]
    variance_source: str
    reliability: str = "auto"

    @property
    def codes(self) -> tuple[str, ...]:
        """The traits by their codes."""
        return tuple(trait.code for trait in self.traits)

    def only(self, codes: Sequence[str]) -> "Plan":
        """The plan for some of its traits."""
        kept = [i for i, code in enumerate(self.codes) if code in codes]
        square = np.ix_(kept, kept)
        return Plan(
            flock_id=self.flock_id,
            traits=tuple(self.traits[i] for i in kept),
            is_asked=self.is_asked,
            additive=np.array(self.additive)[square].tolist(),
            residual=np.array(self.residual)[square].tolist(),
            variance_source=self.variance_source,
            reliability=self.reliability,
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Back from plain JSON."""
        return cls(**{**value, "traits": tuple(TraitPlan(**trait) for trait in value["traits"])})


def plan_of(flock_id: str, dictionary: Sequence[KnownTrait], asked: Sequence[str] | None, reliability: str) -> Plan:
    """A multi-trait plan with the variances of the dictionary; every trait of it when none was asked for."""
    traits = [trait for trait in dictionary if asked is None or trait.code in asked]
    return Plan(
        flock_id=flock_id,
        traits=tuple(TraitPlan(t.code, t.reference_age_days or 0, t.phenotypic_variance is not None) for t in traits),
        is_asked=asked is not None,
        additive=covariances(traits, "genetic").tolist(),
        residual=covariances(traits, "residual").tolist(),
        variance_source="trait dictionary",
        reliability=reliability,
    )


def covariances(traits: Sequence[KnownTrait], kind: str) -> Matrix:
    """The genetic or residual covariance matrix; a pair without a known correlation is taken as uncorrelated."""
    field = "additive_variance" if kind == "genetic" else "residual_variance"
    deviations = np.array([sqrt(getattr(trait, field) or 0.0) for trait in traits])
    correlation = np.eye(len(traits))
    for i, trait in enumerate(traits):
        known = {c.trait: getattr(c, kind) for c in trait.correlations}
        for j, other in enumerate(traits):
            if i != j:
                correlation[i, j] = known.get(other.code, 0.0)
    return np.outer(deviations, deviations) * correlation
