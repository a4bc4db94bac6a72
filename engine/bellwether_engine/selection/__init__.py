"""Choosing rams, ewes and matings, each answer with a proof that none is better.

`optimal_contributions` gives the most gain within a limit on coancestry, `frontier` what each limit costs,
`mating_numbers` whole numbers; `allocate_mates` says which ewe goes to which ram.
"""

from .allocation import MatePlan, allocate_mates
from .candidates import Candidates
from .contributions import MinimumCoancestry, OptimalContributions, minimum_coancestry, optimal_contributions
from .frontier import Frontier, frontier
from .mating_numbers import MatingNumbers, mating_numbers
from .rules import MatingRules

__all__ = [
    "Candidates", "Frontier", "MatePlan", "MatingNumbers", "MatingRules", "MinimumCoancestry", "OptimalContributions",
    "allocate_mates", "frontier", "mating_numbers", "minimum_coancestry", "optimal_contributions",
]  # fmt: skip
