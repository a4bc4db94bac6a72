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
        ``none``; ``ai-reml``: estimate all (co)variances by restricted maximum likelihood; those given are the start.
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
        Threads of the PCG; 0: as many as there are cores. The answer has the same bits for any number.
    seed : int
        Of whatever is drawn at random.
    """

    inbreeding: bool = True
    estimate: Literal["none", "ai-reml"] = "none"
    reliability: Literal["none", "exact", "approximate", "auto"] = "auto"
    solver: Literal["direct", "pcg", "auto"] = "auto"
    tolerance: float = 1e-6
    maximum_iterations: int = 5000
    threads: int = 0
    seed: int = 1
