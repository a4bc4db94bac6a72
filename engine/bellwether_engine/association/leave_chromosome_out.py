"""Genome-wide association with the tested chromosome left out of the relationships."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, instance, integers, optional
from ..errors import ModelError
from ..relationships.centred import Centred
from ..relationships.genomic import genomic_relationship
from .scan import Association, associate, inflation

Matrix = NDArray[np.float64]


@checked(
    z=instance(Centred, n="n_animals", m="n_markers"),
    chromosome=integers("m"),
    y=floats("n"),
    x=optional(floats("n", "c")),
)
def associate_leaving_out(z: Centred, chromosome: ArrayLike, y: ArrayLike, x: ArrayLike | None = None) -> Association:
    """Test each marker as `associate` does, with relationships from the other chromosomes alone (LOCO).

    A marker that is tested beside a relationship matrix with itself and its neighbours in it is tested against itself:
    it loses power.

    Parameters
    ----------
    z : Centred
        Genotypes of the n animals with a record, one record each.
    chromosome : int, shape (n_markers,)
        Markers with the same number are left out together.
    y, x
        As for `associate`.

    Returns
    -------
    Association
        Markers in their order; `inflation` over all of them.

    Raises
    ------
    ModelError
        As `associate`; ``chromosomes``: fewer than two, or a chromosome without which no marker varies.

    References
    ----------
    Yang et al. 2014, Nat Genet 46:100; Lippert et al. 2011, Nat Methods 8:833.

    Examples
    --------
    >>> from bellwether_engine.relationships import centre
    >>> from bellwether_engine.genotypes import pack
    >>> rng = np.random.default_rng(1)
    >>> z = centre(pack(rng.integers(0, 3, (40, 30))))
    >>> found = associate_leaving_out(z, np.arange(30) // 10, rng.normal(size=40))
    >>> found.p.shape, bool((found.p > 0).all())
    ((30,), True)
    """
    code = np.asarray(chromosome)
    if len(np.unique(code)) < 2:
        message = "there is one chromosome: nothing is left when it is left out"
        raise ModelError("chromosomes", message, place="chromosome", fix="Use associate")
    columns = np.full((4, z.n_markers), np.nan)
    for own, relationship in left_out(z, code):
        found = associate(markers_of(z, own), relationship, y, x)
        columns[:, own] = found.effect, found.se, found.p, found.variance_ratio
    effect, se, p, ratio = columns
    return Association(effect, se, p, ratio, z.frequency, inflation(p))


def left_out(z: Centred, chromosome: NDArray[np.generic]) -> Iterator[tuple[NDArray[np.bool_], Matrix]]:
    """For each chromosome its markers, and the relationships of the others with the mean diagonal of all."""
    whole = genomic_relationship(z)
    level = float(np.trace(whole))
    for code in np.unique(chromosome):
        own = chromosome == code
        rest = whole - genomic_relationship(markers_of(z, own))
        left = float(np.trace(rest))
        if left <= 1e-10 * level:
            message = f"no marker outside chromosome {code} varies"
            raise ModelError("chromosomes", message, place="chromosome", fix="Use associate")
        rest *= level / left
        yield own, rest


def markers_of(z: Centred, keep: NDArray[np.bool_]) -> Centred:
    """Some columns of Z, as they are scaled there."""
    return Centred(z.packed.markers(keep), z.frequency[keep], z.scale[keep])
