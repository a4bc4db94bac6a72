"""Effects of a model: what each record column means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from ..arguments import check_fields, instance, many, number, optional, text, whole
from ..errors import ModelError

Kind = Literal["fixed", "covariate", "random", "additive", "maternal", "permanent", "permanent_dam"]
GENETIC: tuple[Kind, ...] = ("additive", "maternal")


@dataclass(frozen=True)
class Legendre:
    """Normalised Legendre polynomials of a record column, for random regression and fixed curves.

    ``phi_j(t) = sqrt((2j + 1) / 2) P_j(t)`` for j = 0 .. `order`, where t is the column scaled from
    [`lower`, `upper`] to [-1, 1] (Kirkpatrick et al. 1990, Genetics 124:979).

    Attributes
    ----------
    order : int
        Highest degree; the effect has ``order + 1`` coefficients per trait.
    on : str
        Record column (float64, in the unit of `lower` and `upper`).
    lower, upper : float
        The range that is scaled to [-1, 1]. Records outside it are refused.

    Raises
    ------
    ModelError
        ``basis_order`` above 10 or below 0; ``basis_range``: it does not rise or is infinite.

    Examples
    --------
    >>> Legendre(order=2, on="dim", lower=4, upper=310).order
    2
    """

    order: int
    on: str
    lower: float
    upper: float

    def __post_init__(self) -> None:
        check_fields(self, "basis", order=whole(low=0, high=10, code="basis_order"), on=text())
        end = number(code="basis_range")
        check_fields(self, "basis", lower=end, upper=end)
        if not (self.lower < self.upper and math.isfinite(self.upper - self.lower)):
            raise ModelError(
                "basis_range",
                "a basis must rise from lower to upper, and be finite",
                fix="Write range = [lowest, highest]",
            )


@dataclass(frozen=True)
class Effect:
    """One effect of the model.

    Attributes
    ----------
    name : str
        Record column that holds the levels or values, and the name in the results. For ``additive`` and ``permanent``
        the column is ``Records.animal`` and the name is a label; for ``maternal`` and ``permanent_dam`` it is the
        column of dams.
    kind : str
        ``fixed`` (classes), ``covariate`` (one slope), ``random`` (classes with a variance, for example the litter),
        ``additive``, ``maternal``, ``permanent`` (environment of the animal) or ``permanent_dam`` (of its dam).
    traits : tuple of str, optional
        The traits it acts on; by default all.
    basis : Legendre, optional
        Turns a covariate into a curve and an additive, permanent or random effect into a random regression.

    Raises
    ------
    ModelError
        For an unknown kind (``effect_kind``) or a basis on a kind that has none (``basis_kind``).

    Examples
    --------
    >>> Effect("sex", "fixed", traits=("WWT",))
    Effect(name='sex', kind='fixed', traits=('WWT',), basis=None)
    """

    name: str
    kind: Kind
    traits: tuple[str, ...] | None = None
    basis: Legendre | None = None

    def __post_init__(self) -> None:
        check_fields(self, "effects", name=text())
        place = f"effects.{self.name}"
        check_fields(self, place, traits=optional(many(text(empty=True))), basis=optional(instance(Legendre)))
        if self.kind not in get_args(Kind):
            known = ", ".join(get_args(Kind))
            raise ModelError("effect_kind", f"there is no kind {self.kind!r}", place=place, fix=f"Use one of {known}")
        if self.basis is not None and self.kind in ("fixed", "maternal"):
            message = f"an effect of kind {self.kind} takes no basis"
            raise ModelError(
                "basis_kind", message, place=place, fix="Use a basis with covariate, additive or permanent"
            )

    @property
    def n_coefficients(self) -> int:
        """Coefficients for each level and trait: 1, or those of the basis."""
        return 1 if self.basis is None else self.basis.order + 1

    def acts_on(self, traits: tuple[str, ...]) -> list[int]:
        """Positions of its traits among those of the model."""
        return [i for i, trait in enumerate(traits) if self.traits is None or trait in self.traits]
