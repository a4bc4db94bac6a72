"""What the tables of a run are called."""

import hashlib
from collections.abc import Mapping

from bellwether.modelling.results.start import TABLES as RESULTS

START = "start_"
#: stored genotypes by their digests, in place of the calls, which are never changed
SAMPLES = "samples.csv"
#: of a farm's share of a joint run: its animals that other farms have too
SHARED = "shared.csv"
#: what a run reads; with the same inputs another one gives the same bits
INPUTS = (
    "pedigree.csv", "records.csv", "model.json", "genotypes.csv", SAMPLES,
    *(f"{START}{name}" for name in RESULTS),
)  # fmt: skip


def snapshot_sha256(digests: Mapping[str, str]) -> str:
    """One digest of all inputs, from those of the tables by their names."""
    lines = [f"{name} {digests[name]}\n" for name in INPUTS if name in digests]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
