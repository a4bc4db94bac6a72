"""What an evaluation sets out to do: traits, variances and options, as plain JSON that a job step can keep."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import sqrt
from typing import NotRequired, Protocol, Self, TypedDict

import numpy as np
from numpy.typing import NDArray

from bellwether.modelling.external_values.values import External, ExternalDocument
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.sheep.traits import TRAITS
from bellwether.sheep.traits.trait import AT_ANY_AGE, LATER, Effect

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
    def farm(self) -> object | None: ...
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

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What a record is corrected for when no model is told."""
        if self.code in TRAITS:
            return TRAITS[self.code].effects
        return LATER if self.reference_age_days else AT_ANY_AGE


class PlanDocument(TypedDict):
    """A plan as plain JSON."""

    flock_id: str
    traits: list[dict[str, object]]
    is_asked: bool
    additive: list[list[float]]
    residual: list[list[float]]
    variance_source: str
    reliability: str
    told: dict[str, object] | None
    further: NotRequired[list[str]]
    is_warm: NotRequired[bool]
    estimates: NotRequired[bool]
    is_genomic: NotRequired[bool]
    external: NotRequired[ExternalDocument | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """`is_asked`: the user named the traits, so that one which cannot be evaluated fails the run.

    `told` is the model that the user gave in place of the default one; `further` are flocks beside the first;
    `is_warm`: it is one of a row of evaluations, of which each begins where the last one ended;
    `estimates`: the variances are estimated from the flock's own records, where there are enough;
    `is_genomic`: there are genotypes, which enter in single step unless the told model says how;
    `external`: breeding values of another service that enter as records.
    """

    flock_id: str
    traits: tuple[TraitPlan, ...]
    is_asked: bool
    additive: list[list[float]]
    residual: list[list[float]]
    variance_source: str
    reliability: str = "auto"
    told: ModelTable | None = None
    further: tuple[str, ...] = ()
    is_warm: bool = False
    estimates: bool = False
    is_genomic: bool = False
    external: External | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The traits by their codes."""
        return tuple(trait.code for trait in self.traits)

    def only(self, codes: Sequence[str]) -> "Plan":
        """The plan for some of its traits."""
        kept = [i for i, code in enumerate(self.codes) if code in codes]
        square = np.ix_(kept, kept)
        return replace(
            self,
            traits=tuple(self.traits[i] for i in kept),
            additive=np.array(self.additive)[square].tolist(),
            residual=np.array(self.residual)[square].tolist(),
        )

    def to_json(self) -> PlanDocument:
        """As plain JSON."""
        return {
            "flock_id": self.flock_id,
            "traits": [asdict(trait) for trait in self.traits],
            "is_asked": self.is_asked,
            "additive": self.additive,
            "residual": self.residual,
            "variance_source": self.variance_source,
            "reliability": self.reliability,
            "told": None if self.told is None else self.told.model_dump(exclude_defaults=True),
            "further": list(self.further),
            "is_warm": self.is_warm,
            "estimates": self.estimates,
            "is_genomic": self.is_genomic,
            "external": None if self.external is None else self.external.to_json(),
        }

    @classmethod
    def from_json(cls, value: PlanDocument) -> Self:
        """Back from plain JSON."""
        return cls(
            flock_id=value["flock_id"],
            traits=tuple(
                TraitPlan(str(t["code"]), int(str(t["reference_age_days"])), bool(t["has_variances"]))
                for t in value["traits"]
            ),
            is_asked=value["is_asked"],
            additive=value["additive"],
            residual=value["residual"],
            variance_source=value["variance_source"],
            reliability=value["reliability"],
            told=None if value["told"] is None else ModelTable.model_validate(value["told"]),
            further=tuple(value.get("further", ())),
            is_warm=value.get("is_warm", False),
            estimates=value.get("estimates", False),
            is_genomic=value.get("is_genomic", False),
            external=None if (external := value.get("external")) is None else External(**external),
        )


def told_plan(flock_id: str, dictionary: Sequence[KnownTrait], told: ModelTable) -> Plan:
    """The plan of a model that somebody gives: its traits, its variances."""
    by_code = {trait.code: trait for trait in dictionary}
    n = len(told.trait_names)
    return Plan(
        flock_id=flock_id,
        traits=tuple(TraitPlan(code, by_code[code].reference_age_days or 0) for code in told.trait_names),
        is_asked=True,
        additive=np.zeros((n, n)).tolist(),
        residual=np.zeros((n, n)).tolist(),
        variance_source="told",
        reliability=told.options.reliability,
        told=told,
    )


def plan_of(flock_id: str, dictionary: Sequence[KnownTrait], asked: Sequence[str] | None, reliability: str) -> Plan:
    """A multi-trait plan with the variances of the dictionary; every trait of it when none was asked for."""
    traits = [trait for trait in dictionary if asked is None or trait.code in asked]
    is_general = all(trait.farm is None for trait in dictionary)
    return Plan(
        flock_id=flock_id,
        traits=tuple(TraitPlan(t.code, t.reference_age_days or 0, t.additive_variance is not None) for t in traits),
        is_asked=asked is not None,
        additive=covariances(traits, "genetic").tolist(),
        residual=covariances(traits, "residual").tolist(),
        variance_source="trait dictionary" if is_general else "trait dictionary and the farm's own values",
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
