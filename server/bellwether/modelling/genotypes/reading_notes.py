"""What is told of how genotypes were read."""

from __future__ import annotations

from bellwether.modelling.findings import Warned
from bellwether.modelling.genotypes.source import ReadAs

TOLD = {
    "sites_with_dosage_and_call": "{:,} sites have calls (GT) and dosages (DS): the dosages were used",
    "half_calls": "{:,} calls with one of two alleles count as missing",
    "unnamed_markers": "{:,} markers without a name are named by chromosome and position, or by their number",
    "real_valued_dosages": "{:,} dosages lie between calls: relationships take them as they are, "
    "the quality of the genotypes is that of the nearest calls",
}


def told_reading(read: ReadAs) -> list[Warned]:
    """A warning for each kind of thing that was read in one of several ways, with its count."""
    return [
        Warned(code=name, message=message.format(read[name]), effect="genotypes", level=None)  # type: ignore[literal-required]
        for name, message in TOLD.items()
        if name in read
    ]
