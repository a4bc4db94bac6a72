"""A mixed model: traits, effects, variances, options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..arguments import check_fields, instance, many, named, optional, text
from .effect import Effect
from .genomic import Genomic
from .options import Options
from .structure import CovarianceStructure
from .variances import Variances


@dataclass(frozen=True, eq=False)
class Model:
    """Traits, effects in the order of the output, variances and options.

    A trait without a fixed class effect gets an overall mean (effect ``mean``). A trait in `ordinal` has ordered
    categories (any rising numbers) and a threshold model: all solutions are on the scale of the liability, in residual
    standard deviations, the residual variance is 1, and the first threshold is 0. With `genomic` the relationships
    come from genotypes. With `structures`, by the names of the variances (``additive``, ``random.litter``), matrices
    that are estimated have fewer parameters than pairs of traits.

    Examples
    --------
    >>> model = Model(
    ...     traits=("WWG",),
    ...     effects=(Effect("sex", "fixed"), Effect("animal", "additive")),
    ...     variances=Variances(additive=20.0, residual=40.0),
    ... )
    >>> [effect.kind for effect in model.effects]
    ['fixed', 'additive']
    """

    traits: tuple[str, ...]
    effects: tuple[Effect, ...]
    variances: Variances
    options: Options = field(default_factory=Options)
    ordinal: tuple[str, ...] = ()
    genomic: Genomic | None = None
    structures: Mapping[str, CovarianceStructure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = many(text())
        check_fields(self, "model", traits=names, effects=many(instance(Effect)), variances=instance(Variances))
        check_fields(self, "model", options=instance(Options), ordinal=names, genomic=optional(instance(Genomic)))
        check_fields(self, "model", structures=named(instance(CovarianceStructure)))
