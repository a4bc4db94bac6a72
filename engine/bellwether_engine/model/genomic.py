"""What a genomic model may say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_fields, either, floats, instance, many, number, optional, whole
from ..errors import ModelError
from ..genotypes.packed import PackedGenotypes
from ..pedigree.positions import as_positions

Method = Literal["gblup", "snpblup", "ssgblup", "ssgtblup", "sssnpblup", "apy", "single_step"]
FORM_LIMIT = 5_000


class Habits(NamedTuple):
    """What goes with a method.

    Attributes
    ----------
    blend : float
        Share of A22, by default.
    tune : str
        By default.
    has_ridge : bool
        May a ridge be added to the diagonal of G?
    needs_a22 : bool
        G is not formed, and only a share of A22 gives it an inverse.
    """

    blend: float
    tune: Literal["none", "chen"]
    has_ridge: bool = False
    needs_a22: bool = False


HABITS: dict[Method, Habits] = {
    "gblup": Habits(0.0, "none", has_ridge=True),
    "snpblup": Habits(0.0, "none"),
    "ssgblup": Habits(0.05, "chen", has_ridge=True),
    "ssgtblup": Habits(0.05, "chen", needs_a22=True),
    "sssnpblup": Habits(0.05, "chen", needs_a22=True),
    "apy": Habits(0.05, "chen", has_ridge=True),
    "single_step": Habits(0.05, "chen", needs_a22=True),
}


@dataclass(frozen=True)
class Genomic:
    """How genotypes enter a model.

    Attributes
    ----------
    method : str
        ``gblup``: G among genotyped animals; ``snpblup``: marker effects; ``ssgblup``: pedigree and G together;
        ``ssgtblup`` and ``sssnpblup``: the same without forming G; ``apy``: G-inverse from a core of animals;
        ``single_step``: ssgblup up to 5,000 genotyped animals, sssnpblup above: the answer is the same.
    blend : float, optional
        Share beta of A22 in G, 0 to below 1; by default 0.05 in single-step and 0 in gblup.
    tune : str, optional
        ``chen``: G is shifted and scaled to the mean diagonal and off-diagonal of A22, after blending; ``none``.
        By default ``chen`` in single-step, ``none`` in gblup and with metafounders.
    ridge : float
        Added to the diagonal of G before blending.
    frequencies : str, optional
        ``observed`` (all genotyped animals), ``half`` (0.5), ``base`` (of the founders, by `base_frequencies`) or
        ``given`` (``Genotypes.frequency``). By default ``observed``, with metafounders ``half``, which Gamma refers to.
    relationship : str
        ``vanraden1`` or ``vanraden2``.
    snp_variance : str or float
        ``two_sum_pq``: additive variance divided by 2 sum p(1-p); a number: the variance of one marker effect, in
        squared units of the trait (snpblup with one trait).
    core : int or tuple of int
        For apy: how many animals, drawn with `seed`, or their positions in the pedigree.
    seed : int

    Raises
    ------
    ModelError
        ``bad_option`` for values that do not exist or do not go together.

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414 (gblup, snpblup); Christensen and Lund 2010, Genet Sel Evol 42:2; Chen et al.
    2011, J Anim Sci 89:2673; Vitezica et al. 2011, Genet Res 93:357 (blend and tune); Mantysaari et al. 2017, J Anim
    Sci 95:4728 (ssgtblup); Liu et al. 2014, J Dairy Sci 97:5833 (sssnpblup); Misztal et al. 2014, J Dairy Sci
    97:3943 (apy); Legarra et al. 2015, Genetics 200:455 (metafounders).

    Examples
    --------
    >>> Genomic("ssgblup").blending
    (0.05, 'chen')
    >>> Genomic("gblup", ridge=0.01).blending
    (0.0, 'none')
    """

    method: Method
    blend: float | None = None
    tune: Literal["none", "chen"] | None = None
    ridge: float = 0.0
    frequencies: Literal["observed", "half", "base", "given"] | None = None
    relationship: Literal["vanraden1", "vanraden2"] = "vanraden1"
    snp_variance: Literal["two_sum_pq"] | float = "two_sum_pq"
    core: int | tuple[int, ...] = 5000
    seed: int = 1

    def __post_init__(self) -> None:
        self._one_of("method", self.method, get_args(Method))
        self._one_of("tune", self.tune, ("none", "chen", None))
        self._one_of("frequencies", self.frequencies, ("observed", "half", "base", "given", None))
        self._one_of("relationship", self.relationship, ("vanraden1", "vanraden2"))
        code = "bad_option"
        blend, ridge = optional(number(low=0.0, below=1.0, code=code)), number(low=0.0, code=code)
        check_fields(self, "genomic", blend=blend, ridge=ridge, seed=whole(low=0, code=code))
        beta, tune = self.blending
        if HABITS[self.method].needs_a22 and beta == 0.0:
            raise refuse("blend", f"{self.method} needs a share of A22", "Set blend = 0.05")
        if self.ridge > 0.0 and not HABITS[self.method].has_ridge:
            raise refuse("ridge", f"{self.method} has no ridge", "Use blend, or the method gblup or ssgblup")
        if self.method == "snpblup" and (beta > 0.0 or tune != "none"):
            raise refuse("blend", "snpblup has no blending and tuning", "Use sssnpblup, or leave them out")
        self._check_variance()

    def settled(self, n_genotyped: int, *, with_metafounders: bool = False) -> Genomic:
        """With the method for so many genotyped animals in the place of ``single_step``, and the frequencies and tuning
        that go with a pedigree with or without metafounders.

        Raises
        ------
        ModelError
            ``bad_option``: frequencies other than 0.5 with metafounders, whose Gamma refers to these.

        Examples
        --------
        >>> Genomic("single_step").settled(2_000).method, Genomic("single_step").settled(200_000).method
        ('ssgblup', 'sssnpblup')
        >>> Genomic("ssgblup").settled(2_000, with_metafounders=True).frequencies
        'half'
        """
        method = self.method
        if method == "single_step":
            method = "ssgblup" if n_genotyped <= FORM_LIMIT else "sssnpblup"
        if not with_metafounders:
            return replace(self, method=method, frequencies=self.frequencies or "observed")
        if self.frequencies not in (None, "half"):
            message = "Gamma of metafounders refers to frequencies of 0.5"
            raise refuse("frequencies", message, 'Set frequencies = "half", or leave it out')
        return replace(self, method=method, frequencies="half", tune=self.tune or "none")

    @property
    def blending(self) -> tuple[float, str]:
        """Share of A22 and the tuning, with the defaults of the method."""
        habits = HABITS[self.method]
        return habits.blend if self.blend is None else self.blend, self.tune or habits.tune

    def _check_variance(self) -> None:
        if isinstance(self.snp_variance, str):
            self._one_of("snp_variance", self.snp_variance, ("two_sum_pq",))
        else:
            check_fields(self, "genomic", snp_variance=number(above=0.0, code="bad_option"))
            if self.method != "snpblup":
                message = "a number for snp_variance belongs to snpblup"
                raise refuse("snp_variance", message, 'Use "two_sum_pq"')
        core = either(many(whole(low=0)), whole(low=1, code="bad_option"))
        check_fields(self, "genomic", core=core)

    @staticmethod
    def _one_of(name: str, value: object, known: tuple[object, ...]) -> None:
        if value not in known:
            names = ", ".join(str(k) for k in known if k is not None)
            raise refuse(name, f"there is no {name} {value!r}", f"Use one of {names}")


@dataclass(frozen=True, eq=False)
class Genotypes:
    """Genotyped animals of a pedigree.

    Attributes
    ----------
    packed : PackedGenotypes
    animal : int32, shape (packed.n_animals,)
        Positions in the pedigree, each once.
    frequency : float64, shape (packed.n_markers,), optional
        Of the counted allele, for ``Genomic(frequencies="given")``.

    Raises
    ------
    ModelError
        ``genotype_shape`` (lengths differ) or ``repeated_animal``.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> Genotypes(pack([[0, 1], [2, 1]]), [4, 7]).animal
    array([4, 7], dtype=int32)
    """

    packed: PackedGenotypes
    animal: NDArray[np.int32]
    frequency: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        packed = instance(PackedGenotypes, m="n_markers")
        share = optional(floats("m", low=0.0, high=1.0, code="frequency"))
        check_fields(self, "genotypes", packed=packed, frequency=share)
        animal = as_positions("animal", self.animal, "genotypes", ModelError)
        object.__setattr__(self, "animal", animal)
        if len(animal) != self.packed.n_animals:
            message = f"animal has {len(animal)} positions, packed the genotypes of {self.packed.n_animals}"
            raise ModelError("genotype_shape", message, place="genotypes", fix="Give one animal per genotype")
        _, first, times = np.unique(animal, return_index=True, return_counts=True)
        if (times > 1).any():
            again = tuple(int(animal[i]) for i in first[times > 1][:20])
            fix = "Keep one sample per animal"
            raise ModelError(
                "repeated_animal", "an animal has two genotypes", place="genotypes", fix=fix, positions=again
            )


def refuse(name: str, message: str, fix: str) -> ModelError:
    """A refusal of an option."""
    return ModelError("bad_option", message, place=f"genomic.{name}", fix=fix)
