"""Flocks with known true values, for tests and teaching: see `simulate_flocks`."""

from .design import FlockDesign, GenomeDesign, TraitDesign
from .flocks import SimulatedFlocks, simulate_flocks
from .genome import GeneMap, gene_drop

__all__ = [
    "FlockDesign", "GeneMap", "GenomeDesign", "SimulatedFlocks", "TraitDesign", "gene_drop", "simulate_flocks",
]  # fmt: skip
