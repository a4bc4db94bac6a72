"""Which kind of genetic block belongs to a model."""

from __future__ import annotations

from ...model.effect import GENETIC
from ...model.genomic import Method
from ...model.model import Model
from .apy import Apy
from .block import GeneticBlock
from .gblup import Gblup
from .genomic import GenomicBlock, Genotyped
from .none import NoGeneticBlock
from .pedigree import PedigreeBlock
from .snpblup import Snpblup
from .ssgblup import SsGblup
from .ssgtblup import SsGtblup
from .sssnpblup import SsSnpblup

#: `single_step` is settled to one of these before
GENOMIC: dict[Method, type[GenomicBlock]] = {
    "gblup": Gblup,
    "snpblup": Snpblup,
    "ssgblup": SsGblup,
    "ssgtblup": SsGtblup,
    "sssnpblup": SsSnpblup,
    "apy": Apy,
}


def kind_of(model: Model) -> type[GeneticBlock]:
    """The kind of block for a model whose genomic part is settled."""
    if model.genomic is not None:
        return GENOMIC[model.genomic.method]
    return pedigree_kind(model)


def pedigree_kind(model: Model) -> type[PedigreeBlock]:
    """The kind of block for a model whose genotypes, if it has some, are left out."""
    return PedigreeBlock if any(effect.kind in GENETIC for effect in model.effects) else NoGeneticBlock


def genomic_block(genotyped: Genotyped) -> GenomicBlock:
    """The block of the method that is asked for."""
    return GENOMIC[genotyped.genomic.method].of(genotyped)
