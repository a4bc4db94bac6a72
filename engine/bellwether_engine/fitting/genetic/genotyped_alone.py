"""Models that know no animal but the genotyped ones."""

from __future__ import annotations

import numpy as np

from ...equations.blocks import RandomBlock
from ...errors import ModelError
from ...model.genomic import Genotypes
from ..given import Given
from .block import Matrix


def refuse_metafounders(given: Given) -> None:
    """Refuse metafounders, which stand behind a pedigree.

    Raises
    ------
    ModelError
        ``not_available``
    """
    (genomic, _), pedigree = given.genotyped, given.pedigree
    if pedigree.groups is not None and pedigree.groups.is_random:
        message = f"{genomic.method} takes all relationships from genotypes: metafounders have no place in it"
        fix = "Use a single-step method, or leave the metafounders out"
        raise ModelError("not_available", message, place="genomic.method", fix=fix)


def refuse_ungenotyped(given: Given, random: list[RandomBlock]) -> None:
    """Refuse records of animals (or dams, with maternal effects) without genotype.

    Raises
    ------
    ModelError
        ``not_genotyped``
    """
    (genomic, genotypes), pedigree = given.genotyped, given.pedigree
    has_genotype = np.zeros(pedigree.n_animals + 1, dtype=bool)
    has_genotype[[*genotypes.animal, -1]] = True
    for member in random[0].members:
        has_trait = np.isfinite(given.records.values[:, member.trait])
        wrong = np.flatnonzero(has_trait & ~has_genotype[member.level])
        if wrong.size:
            needs = "needs a genotype of every animal in the records (and dam, with maternal effects)"
            fix, rows, n = "Use ssgblup, or leave these records out", tuple(wrong[:20].tolist()), len(wrong)
            message = f"{genomic.method} {needs}"
            raise ModelError("not_genotyped", message, place="records", fix=fix, positions=rows, total=n)


def among_all(own: Matrix, genotypes: Genotypes, n_animals: int) -> Matrix:
    """Numbers of the genotyped animals (n_genotyped, k) among all animals; NaN for those without genotype."""
    everyone = np.full((n_animals, own.shape[1]), np.nan)
    everyone[genotypes.animal] = own
    return everyone
