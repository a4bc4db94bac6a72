"""Structures of covariance matrices that are estimated: fewer parameters than one for each pair of traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ..arguments import check_fields, optional, whole
from ..errors import ModelError

Form = Literal["unstructured", "reduced_rank", "factor_analytic", "diagonal"]


@dataclass(frozen=True)
class CovarianceStructure:
    """What the covariance matrix of a random effect is made of.

    Attributes
    ----------
    structure : str
        ``unstructured``: a (co)variance for each pair; ``reduced_rank``: ``L L'`` with `factors` columns of loadings;
        ``factor_analytic``: ``L L' + S`` with a specific variance for each row in the diagonal matrix S;
        ``diagonal``: S alone.
    factors : int, optional
        Of a reduced rank and of a factor-analytic structure.

    Raises
    ------
    ModelError
        ``unknown_structure``; ``factors``: they are missing, below 1, or given where there are none.

    References
    ----------
    Kirkpatrick and Meyer 2004, Genetics 168:2295 (reduced rank); Thompson et al. 2003, Aust N Z J Stat 45:445 (factor
    analytic).

    Examples
    --------
    >>> CovarianceStructure("factor_analytic", 2).n_parameters(6)
    17
    """

    structure: Form
    factors: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.structure, str) or self.structure not in get_args(Form):
            fix = f"Use one of {', '.join(get_args(Form))}"
            message = f"there is no structure {self.structure!r}"
            raise ModelError("unknown_structure", message, place="structures", fix=fix)
        check_fields(self, "structures", factors=optional(whole(code="factors")))
        has_factors = self.structure in ("reduced_rank", "factor_analytic")
        if has_factors and self.factors is None:
            message = f"{self.structure} needs a number of factors"
            raise ModelError("factors", message, place="structures", fix="Give factors = 1, or more")
        if not has_factors and self.factors is not None:
            message = f"factors = {self.factors} without a structure that has factors: {self.structure} has none"
            fix = "Remove factors, or use reduced_rank or factor_analytic"
            raise ModelError("factors", message, place="structures", fix=fix)
        if self.factors is not None and self.factors < 1:
            message = f"{self.structure} with factors = {self.factors} is no matrix"
            raise ModelError("factors", message, place="structures", fix="Give factors = 1, or more")

    @property
    def n_factors(self) -> int:
        """Columns of loadings, 0 without."""
        return self.factors or 0

    @property
    def has_specific(self) -> bool:
        """Has each row a variance of its own?"""
        return self.structure in ("factor_analytic", "diagonal")

    def n_parameters(self, size: int) -> int:
        """Parameters of a matrix of `size` rows: loadings less the rotations that change nothing, and specific
        variances; never more than an unstructured matrix has."""
        whole = size * (size + 1) // 2
        if self.structure == "unstructured":
            return whole
        k = self.n_factors
        return min(whole, size * k - k * (k - 1) // 2 + (size if self.has_specific else 0))
