"""How to solve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes
    ----------
    inbreeding : bool
        Use inbreeding in A-inverse (and in the reliability). Off reproduces BLUPF90's `add_animal`.
    estimate : str
        ``none``; ``ai-reml``: estimate all (co)variances by restricted maximum likelihood; those given are the start;
        ``mc-reml``: the same by sampling, for problems that are too large to factorise.
    reliability : str
        ``none``; ``exact`` (refused above `EXACT_LIMIT` equations); ``approximate``: for any number of animals, with
        the error on a sample in the solution; ``auto``: exact up to 30,000 equations, none above.
    solver : str
        ``direct``, ``pcg`` or ``auto``: direct where reliabilities are exact or the problem is small.
    tolerance : float
        Largest change of a breeding value over a window of 10 PCG iterations, in genetic standard deviations.
    maximum_iterations : int
        PCG gives up, and raises, after so many.
    threads : int
        Threads of an evaluation; 0: as many as there are cores. The answer has the same bits for any number. BLAS and
        LAPACK have threads of their own, which the environment sets (``OPENBLAS_NUM_THREADS``).
    samples : int
        Of mc-reml, at least 10: n samples leave a Monte Carlo error of 1/sqrt(n) standard errors in the estimates.
    checked : int
        Approximate reliabilities are set beside so many exact ones, at least 10; each costs about as much as a
        solution.
    seed : int
        Of all that is drawn at random: samples of mc-reml, sampled standard errors, the sample of exact reliabilities.
    memory_limit_gib : float, optional
        Refuse an evaluation whose stated memory (`estimate_memory`) is above it; models with genotypes are not stated.

    Examples
    --------
    >>> Options(solver="pcg", reliability="none").tolerance
    1e-06
    """

    inbreeding: bool = True
    estimate: Literal["none", "ai-reml", "mc-reml"] = "none"
    reliability: Literal["none", "exact", "approximate", "auto"] = "auto"
    solver: Literal["direct", "pcg", "auto"] = "auto"
    tolerance: float = 1e-6
    maximum_iterations: int = 5000
    threads: int = 0
    samples: int = 100
    seed: int = 1
    memory_limit_gib: float | None = None
    checked: int = 200
