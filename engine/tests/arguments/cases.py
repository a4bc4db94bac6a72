"""Every public function and every class that a caller fills in, with right arguments.

A case says what is done with the arguments, the right ones, what else is wrong (`more`) and what is right after all
(`fine`: argument and kind of `wrong.wrong_values`).
"""

from .of_genotypes import GENOTYPE_CASES
from .of_models import NAMED
from .of_selection import POPULATION_CASES, USE_CASES

CASES = NAMED | GENOTYPE_CASES | USE_CASES | POPULATION_CASES
