"""The first stage: refuse what cannot be computed, and settle which kind of genetic block the model has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..equations.checks import (
    check_effects,
    check_inbreeding,
    check_options,
    check_positions,
    check_traits,
    constant_traits,
)
from ..equations.structures import check_structures
from ..errors import ModelError
from ..model.model import Model
from ..model.records import Records
from ..pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from ..threshold.ordinal import check_ordinal
from .genetic.block import GeneticBlock
from .genetic.kinds import kind_of
from .given import Given
from .memory import check_memory


def choose(given: Given) -> tuple[Given, type[GeneticBlock]]:
    """What was given, its genomic part settled, and the kind of block.

    Raises
    ------
    ModelError
        What is wrong with the model, the records or the options; nothing has been computed.
    """
    model, records, pedigree = given.model, given.records, given.pedigree
    if (model.genomic is None) != (given.genotypes is None):
        message = "genotypes and the genomic part of the model belong together"
        raise ModelError("genotypes", message, place="genomic", fix="Give both, or neither")
    check_options(model.options)
    check_traits(model.traits, records)
    check_effects(model.effects, model.traits)
    check_estimation(model, records)
    check_structures(model)
    check_approximation(model)
    check_certain(given)
    check_ordinal(model.traits, model.ordinal, model.variances.residual, records)
    check_positions(records.animal, pedigree.n_animals, "records", lowest=0)
    if pedigree.groups is not None and pedigree.groups.is_random and not model.options.inbreeding:
        message = "metafounders make founders inbred: inbreeding cannot be left out"
        raise ModelError("metafounders_inbreeding", message, place="options.inbreeding", fix="Set inbreeding = true")
    if given.start is not None and (model.genomic is not None or model.ordinal):
        message = "an earlier solution is a start for models of linear traits without genotypes"
        raise ModelError("start", message, place="start", fix="Leave start out")
    if given.inbreeding is not None:
        inbreeding = np.ascontiguousarray(given.inbreeding, dtype=np.float64)
        check_inbreeding(inbreeding, pedigree)
        given = replace(given, inbreeding=inbreeding)
    given = replace(given, model=settled(given))
    if model.genomic is None:
        check_memory(model, records, pedigree)
    return given, kind_of(given.model)


def settled(given: Given) -> Model:
    """The model, with the genomic method for so many genotyped animals and the frequencies that go with the groups."""
    if given.model.genomic is None:
        return given.model
    (genomic, genotypes), groups = given.genotyped, given.pedigree.groups
    with_metafounders = groups is not None and groups.is_random
    return replace(given.model, genomic=genomic.settled(len(genotypes.animal), with_metafounders=with_metafounders))


def check_estimation(model: Model, records: Records) -> None:
    """Refuse to estimate the variances of a threshold model, of residual classes, or of records that are all equal."""
    if model.options.estimate == "none":
        return
    for trait in constant_traits(model.traits, records):
        message = f"all records of {trait} are equal: there is no variance to estimate"
        raise ModelError("no_variation", message, place="traits", fix="Drop the trait, or check its column")
    why = ""
    if model.ordinal:
        why = "the likelihood of an ordinal trait has no closed form, and approximations are biased for rare categories"
    elif model.variances.residual.ndim == 3:
        why = "one residual matrix is estimated, not one for each residual class"
    if why:
        message = f"variances cannot be estimated in this version: {why}"
        fix = 'Estimate them without, then give them with estimate = "none"'
        raise ModelError("not_available", message, place="options.estimate", fix=fix)


def check_certain(given: Given) -> None:
    """Refuse candidate sires where only pedigrees that are certain have an answer."""
    if not isinstance(given.pedigree, UncertainPedigree):
        return
    options = given.model.options
    without = {
        "genotypes": given.model.genomic is not None,
        'estimate = "mc-reml"': options.estimate == "mc-reml",
        'reliability = "approximate"': options.reliability == "approximate",
        "inbreeding that is given": given.inbreeding is not None,
    }
    wrong = [name for name, is_there in without.items() if is_there]
    if wrong:
        message = f"{wrong[0]} beside candidate sires is not available in this version"
        fix = "Keep the likeliest sire of each animal, or leave its sire unknown"
        raise ModelError("not_available", message, place="pedigree", fix=fix)


def check_approximation(model: Model) -> None:
    """Refuse approximate reliabilities of models that have none."""
    without = {"genotypes": model.genomic is not None, "ordinal traits": bool(model.ordinal)}
    wrong = [name for name, is_there in without.items() if is_there]
    if model.options.reliability == "approximate" and wrong:
        message = f"reliabilities with {wrong[0]} are not approximated in this version"
        fix = 'Use reliability = "exact" or "none"'
        raise ModelError("not_available", message, place="options.reliability", fix=fix)
