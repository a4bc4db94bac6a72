"""`./bellwether bench engine`: every benchmark of the engine in one table.

python engine/benchmarks/everything.py [--to 10000000] [--only STEP] [--quick] [--json] [--data ../shared/data]
"""

from __future__ import annotations

import distribution
import genomic
import maternal
import reml
import scale
import start
from rows import Case, Given, main


def cases(given: Given) -> list[Case]:
    """The cases of all scripts, in the order of the table."""
    scripts = (start, scale, maternal, reml, genomic, distribution)
    return [case for script in scripts for case in script.cases(given)]


if __name__ == "__main__":
    main(__doc__, cases)
