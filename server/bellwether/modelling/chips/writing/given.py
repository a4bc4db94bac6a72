"""What every format is written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bellwether_engine.genotypes import PackedGenotypes

from bellwether.modelling.chips.marker_map import MarkerMap


@dataclass(frozen=True, eq=False)
class Given:
    """Genotypes in the order of a map, and their samples.

    `fam` are family, father, mother, sex and phenotype of each sample, as a `.fam` file has them.
    """

    packed: PackedGenotypes
    map: MarkerMap
    names: Sequence[str]
    fam: Sequence[Sequence[str]]

    def in_file_order(self) -> PackedGenotypes:
        """The markers as they stood in the file of the map."""
        return self.packed.markers(np.asarray(self.map.in_file_order))
