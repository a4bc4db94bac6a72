"""How well imputation does on calls that were hidden from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, flags, instance, number, optional, whole
from ..errors import ModelError
from ..genotypes.packed import MISSING, PackedGenotypes, pack
from ..genotypes.quality import marker_frequencies
from ..model.genomic import Genotypes
from ..pedigree.pedigree import Pedigree
from .imputation import impute

Floats = NDArray[np.float64]
MAF_CLASSES = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Over hidden calls, by the groups of one kind; NaN where a group has none, or where nothing varies.

    Attributes
    ----------
    n : int64, shape (n_groups,)
        Hidden calls.
    concordance : float64
        Share of most likely genotypes that are the hidden call.
    by_frequency : float64
        The same for guessing the most common genotype of each marker among the calls that stayed.
    correlation : float64
        Of dosages with hidden calls, both as deviations from the mean 2p of the marker.
    """

    n: NDArray[np.int64]
    concordance: Floats
    by_frequency: Floats
    correlation: Floats


@dataclass(frozen=True, eq=False)
class ImputationAccuracy:
    """The same hidden calls, counted four ways.

    Attributes
    ----------
    overall : Accuracy, one group
    by_marker : Accuracy, (n_markers,)
    by_animal : Accuracy, (n_genotyped,)
    by_maf : Accuracy, (7,)
        Classes of the frequency of the rarer allele, from 0 up to 0.01, 0.05, 0.1, 0.2, 0.3, 0.4 and 0.5.
    """

    overall: Accuracy
    by_marker: Accuracy
    by_animal: Accuracy
    by_maf: Accuracy


@checked(
    packed=instance(PackedGenotypes, n="n_animals", m="n_markers"),
    share=number(low=0.0, high=1.0, code="bad_option"),
    seed=whole(low=0),
    animals=optional(flags("n")),
    markers=optional(flags("m")),
)
def hide_calls(
    packed: PackedGenotypes,
    share: float,
    seed: int,
    animals: NDArray[np.bool_] | None = None,
    markers: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Choose calls to hide at random, bool of shape (n_animals, n_markers).

    Parameters
    ----------
    packed : PackedGenotypes
    share : float
        Of the calls of these animals at these markers, 0 to 1. With 1, `animals` have the chip of the other markers.
    seed : int
    animals, markers : bool, optional
        By default all.

    Raises
    ------
    ModelError
        ``bad_option``.

    Examples
    --------
    >>> hide_calls(pack([[0, 2], [1, 3]]), 1.0, seed=1, animals=np.array([False, True]))
    array([[False, False],
           [ True, False]])
    """
    chosen = np.random.default_rng(seed).random((packed.n_animals, packed.n_markers)) < share
    chosen &= packed.unpack() != MISSING
    if animals is not None:
        chosen &= np.asarray(animals, dtype=np.bool_)[:, None]
    if markers is not None:
        chosen &= np.asarray(markers, dtype=np.bool_)
    return np.asarray(chosen, dtype=np.bool_)


@checked(
    genotypes=instance(Genotypes, n="packed.n_animals", m="packed.n_markers"),
    pedigree=instance(Pedigree),
    hidden=flags("n", "m"),
    error_rate=number(above=0.0, below=0.5, code="bad_option"),
)
def imputation_accuracy(
    genotypes: Genotypes, pedigree: Pedigree, hidden: NDArray[np.bool_], *, error_rate: float = 0.01
) -> ImputationAccuracy:
    """Hide calls, impute them from the rest, and compare.

    Parameters
    ----------
    genotypes : Genotypes
    pedigree : Pedigree
    hidden : bool, shape (n_genotyped, n_markers)
        For example `hide_calls`; places without a call do not count.
    error_rate : float
        As in `impute`.

    Raises
    ------
    ModelError
        ``shape``, ``nothing_hidden``, and those of `impute`.

    References
    ----------
    Calus et al. 2014, Animal 8:1743 (measures of the correctness of imputation).

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> haplotypes = rng.integers(0, 2, (2, 2, 300))
    >>> lambs = [haplotypes[0, rng.integers(0, 2, 300), range(300)] + haplotypes[1, rng.integers(0, 2, 300), range(300)]
    ...          for _ in range(10)]
    >>> packed = pack([*haplotypes.sum(axis=1), *lambs])
    >>> pedigree = Pedigree(sire=[-1, -1] + [0] * 10, dam=[-1, -1] + [1] * 10)
    >>> is_ram = np.arange(12) == 0
    >>> found = imputation_accuracy(Genotypes(packed, range(12)), pedigree, hide_calls(packed, 1.0, 1, animals=is_ram))
    >>> found.overall.n, found.overall.concordance.round(2)
    (array([300]), array([0.97]))
    """
    codes = genotypes.packed.unpack()
    hidden = hidden & (codes != MISSING)
    if not hidden.any():
        raise ModelError("nothing_hidden", "no call is hidden", place="imputation", fix="Hide some calls")
    left = pack(np.where(hidden, MISSING, codes).astype(np.uint8))
    imputed = impute(Genotypes(left, genotypes.animal), pedigree, error_rate=error_rate)
    row, marker = np.nonzero(hidden)
    true = codes[row, marker].astype(np.float64)
    at = (genotypes.animal[row], marker)
    mean = 2.0 * np.nan_to_num(marker_frequencies(left), nan=0.5)
    counts = np.stack([(left.unpack() == code).sum(axis=0) for code in range(3)])
    calls = _Calls(
        true - mean[marker],
        imputed.dosage[at].astype(np.float64) - mean[marker],
        imputed.best[at] == true,
        counts.argmax(axis=0)[marker] == true,
    )
    p = marker_frequencies(genotypes.packed)
    maf = np.searchsorted(MAF_CLASSES[1:-1], np.minimum(p, 1.0 - p))
    return ImputationAccuracy(
        calls.by(np.zeros(len(row), dtype=np.int64), 1),
        by_marker=calls.by(marker, len(maf)),
        by_animal=calls.by(row, len(codes)),
        by_maf=calls.by(maf[marker], len(MAF_CLASSES) - 1),
    )


@dataclass(frozen=True, eq=False)
class _Calls:
    true: Floats
    dosage: Floats
    is_right: NDArray[np.bool_]
    is_common: NDArray[np.bool_]

    def by(self, group: NDArray[np.int64], n_groups: int) -> Accuracy:
        def mean(values: NDArray[np.generic]) -> Floats:
            with np.errstate(invalid="ignore"):
                return np.asarray(np.bincount(group, values, n_groups) / n, dtype=np.float64)

        n = np.bincount(group, minlength=n_groups)
        x, y = mean(self.true), mean(self.dosage)
        variances = (mean(self.true**2) - x**2, mean(self.dosage**2) - y**2)
        varies = (variances[0] > 1e-10) & (variances[1] > 1e-10)
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = (mean(self.true * self.dosage) - x * y) / np.sqrt(variances[0] * variances[1])
        return Accuracy(n, mean(self.is_right), mean(self.is_common), np.where(varies, correlation, np.nan))
