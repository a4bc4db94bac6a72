"""The sex that the X chromosome shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, flags, instance, integers, number, whole
from ..errors import ModelError
from .packed import PackedGenotypes, count_animals, count_markers
from .quality import animal_quality

FEMALE, MALE, UNKNOWN = 0, 1, -1
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SexCheck:
    """By animal, each of shape (n_animals,).

    Attributes
    ----------
    f : float64
        Excess of homozygotes on X, about 1 in males and 0 in females; NaN without calls that vary.
    shown : int8
        1 male, 0 female, -1 where F lies between the limits or there are too few calls.
    is_conflict : bool
        The genotypes show one sex and the register has the other.
    """

    f: Floats
    shown: NDArray[np.int8]
    is_conflict: NDArray[np.bool_]


@checked(
    packed=instance(PackedGenotypes, n="n_animals", m="n_markers"),
    on_x=flags("m"),
    sex=integers("n"),
    female_below=number(low=-1.0, high=1.0),
    male_above=number(low=-1.0, high=1.0),
    min_calls=whole(low=1),
)
def check_sex(
    packed: PackedGenotypes,
    on_x: NDArray[np.bool_],
    sex: ArrayLike,
    *,
    female_below: float = 0.2,
    male_above: float = 0.8,
    min_calls: int = 20,
) -> SexCheck:
    """Compare the sex of the register with the homozygosity of X, of which a male has one copy.

    In the allele frequencies a male of the register counts once, and not where it is called heterozygous.

    Parameters
    ----------
    packed : PackedGenotypes
    on_x : bool, shape (n_markers,)
        Markers of X outside the pseudo-autosomal regions: see `is_on_x`.
    sex : int, shape (n_animals,)
        1 male, 0 female, -1 unknown.
    female_below, male_above : float
        F below the first shows a female, above the second a male.
    min_calls : int
        With fewer calls at markers that vary, no sex is shown.

    Raises
    ------
    ModelError
        ``shape``, ``sex_code`` or ``bad_option``.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (``--check-sex``).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> packed = pack([[1, 0, 1, 1], [0, 1, 1, 0], [2, 2, 0, 2]])
    >>> check_sex(packed, np.ones(4, dtype=bool), [0, 0, 0], min_calls=3).is_conflict
    array([False, False,  True])
    """
    use, known = np.asarray(on_x, dtype=np.bool_), np.asarray(sex)
    _check(known, female_below, male_above)
    limits = (female_below, male_above)
    if not use.any():
        return _judge(np.full(packed.n_animals, np.nan), np.zeros(packed.n_animals, np.int64), known, limits, min_calls)
    part = packed.markers(use)
    frequency = _frequency(part, known == MALE)
    varies = (frequency > 0.0) & (frequency < 1.0)
    f = animal_quality(part, frequency=np.where(varies, frequency, 0.0)).f
    return _judge(f, count_animals(part, varies)[:, :3].sum(axis=1), known, limits, min_calls)


def _frequency(packed: PackedGenotypes, is_male: NDArray[np.bool_]) -> Floats:
    """Of the counted allele, a male having one copy; 0 without calls."""
    copies, alleles = np.zeros(packed.n_markers), np.zeros(packed.n_markers)
    for group, one, two in ((is_male, 0.0, 1.0), (~is_male, 1.0, 2.0)):
        if group.any():
            counts = count_markers(packed.animals(np.flatnonzero(group)))
            copies += one * counts[:, 1] + two * counts[:, 2]
            alleles += two * (counts[:, 0] + counts[:, 2] + one * counts[:, 1])
    return np.divide(copies, alleles, out=np.zeros(packed.n_markers), where=alleles > 0)


def _judge(
    f: Floats, calls: NDArray[np.int64], sex: NDArray[np.int64], limits: tuple[float, float], least: int
) -> SexCheck:
    shown = np.full(len(f), UNKNOWN, dtype=np.int8)
    enough = calls >= least
    with np.errstate(invalid="ignore"):
        shown[enough & (f < limits[0])] = FEMALE
        shown[enough & (f > limits[1])] = MALE
    return SexCheck(f, shown, is_conflict=(shown >= 0) & (sex >= 0) & (shown != sex))


def _check(sex: NDArray[np.int64], low: float, high: float) -> None:
    if not np.isin(sex, (FEMALE, MALE, UNKNOWN)).all():
        raise ModelError("sex_code", "a sex is not 1, 0 or -1", place="genotypes", fix="1 male, 0 female, -1 unknown")
    if not -1.0 <= low <= high <= 1.0:
        message = "female_below is not below male_above, between -1 and 1"
        raise ModelError("bad_option", message, place="sex", fix="Use 0.2 and 0.8")
