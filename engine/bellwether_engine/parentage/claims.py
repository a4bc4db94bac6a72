"""What is asked of a parent, and what is said about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..arguments import check_fields, number, whole
from ..errors import ModelError

Side = Literal["sire", "dam"]
Verdict = Literal["accepted", "undecided", "excluded", "no_candidate"]


@dataclass(frozen=True)
class ParentageRules:
    """What is asked of a parent.

    Attributes
    ----------
    error_rate : float
        Probability that a call is wrong, above 0 and below 1/2; each wrong call is as likely.
    p_false : float
        Probability of excluding a true parent by its opposing homozygotes.
    min_lod : float
        Least log10 likelihood ratio of parent against unrelated.
    min_delta : float
        Least log10 likelihood ratio against the best other explanation.
    min_compared : int
        Least number of markers at which both are homozygous.
    min_age_days, max_age_days : float
        Age of a parent at the birth of its offspring.
    most : int
        How many candidates of each sex, the best by themselves, are looked at in pairs.

    Raises
    ------
    ModelError
        ``bad_option``: a number outside its range.

    Examples
    --------
    >>> ParentageRules().error_rate
    0.005
    """

    error_rate: float = 0.005
    p_false: float = 1e-6
    min_lod: float = 3.0
    min_delta: float = 2.0
    min_compared: int = 30
    min_age_days: float = 270.0
    max_age_days: float = 6000.0
    most: int = 5

    def __post_init__(self) -> None:
        code = "bad_option"
        share = number(above=0.0, below=0.5, code=code)
        check_fields(self, "parentage", error_rate=share, p_false=number(above=0.0, below=1.0, code=code))
        check_fields(self, "parentage", min_lod=number(code=code), min_delta=number(code=code))
        check_fields(self, "parentage", min_compared=whole(low=1, code=code), most=whole(low=1, code=code))
        check_fields(self, "parentage", min_age_days=number(code=code), max_age_days=number(code=code))
        if not self.min_age_days <= self.max_age_days:
            message = "min_age_days is above max_age_days"
            raise ModelError("bad_option", message, place="parentage", fix="Use the defaults")


@dataclass(frozen=True)
class ParentClaim:
    """What the genotypes say about one parent of one offspring.

    Attributes
    ----------
    offspring : int
        Row of the genotypes.
    role : str
        ``sire`` or ``dam``.
    candidate : int
        Row of the best candidate, or of the one nearest to it where all are excluded; -1 where there is none.
    verdict : str
        ``accepted``, ``undecided``, ``excluded`` (all candidates) or ``no_candidate`` (of a fitting age).
    reason : str
    lod, delta : float
        log10 likelihood ratio against an unrelated animal and against the best other explanation; NaN where excluded.
    opposing, compared, limit : int
        Opposing homozygotes, markers at which both are homozygous, and the most that errors explain.
    rival : int
        Row of the candidate that fits best after it, where another candidate is the best other explanation; else -1.
    """

    offspring: int
    role: Side
    candidate: int
    verdict: Verdict
    reason: str
    lod: float
    delta: float
    opposing: int
    compared: int
    limit: int
    rival: int = -1

    @property
    def parent(self) -> int:
        """The row of an accepted parent, else -1."""
        return self.candidate if self.verdict == "accepted" else -1
