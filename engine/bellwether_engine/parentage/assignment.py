"""Assignment of parents: exclusion, then likelihood ratios against every other explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, instance, integers, optional
from ..genotypes.packed import PackedGenotypes
from ..genotypes.pairs import genotype_bits
from ..genotypes.quality import marker_frequencies
from .candidates import Candidate, compare_candidates
from .claims import ParentageRules, ParentClaim, Side, Verdict
from .likelihood import TRIOS, Role, opposing_rate, trio_scores

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
SIDES: tuple[Side, Side] = ("sire", "dam")
NOTHING = (float("nan"), float("nan"), 0, 0, 0)
BOTH = TRIOS.index((Role.PARENT, Role.PARENT))
RELATIVES = {
    Role.SECOND_DEGREE: "a half sib, grandparent or full sib of the parent",
    Role.THIRD_DEGREE: "a more distant relative",
    Role.FULL_SIB: "a full sib",
}


@dataclass(frozen=True)
class _Family:
    offspring: int
    sires: list[Candidate]
    dams: list[Candidate]

    def of(self, side: Side) -> list[Candidate]:
        return self.sires if side == "sire" else self.dams


@dataclass(frozen=True)
class _World:
    """An explanation: which candidate plays which role on each side, and its log10 likelihood ratio against none."""

    score: float
    sire: tuple[int, Role] | None = None
    dam: tuple[int, Role] | None = None

    def parent(self, side: Side) -> int:
        played = self.sire if side == "sire" else self.dam
        return played[0] if played and played[1] is Role.PARENT else -1

    def explains(self, side: Side) -> str:
        """In words, as the alternative to a candidate of that side."""
        played = self.sire if side == "sire" else self.dam
        if played is None:
            return "an unrelated animal"
        return "another candidate" if played[1] is Role.PARENT else RELATIVES[played[1]]


@checked(
    packed=instance(PackedGenotypes, n="n_animals", m="n_markers"),
    offspring=integers("k", low=0, high="n", empty=True),
    sires=integers("s", low=0, high="n", empty=True),
    dams=integers("d", low=0, high="n", empty=True),
    birth_day=optional(floats("n", missing=True)),
    frequency=optional(floats("m", low=0.0, high=1.0)),
    rules=optional(instance(ParentageRules)),
)
def assign_parents(
    packed: PackedGenotypes,
    offspring: ArrayLike,
    sires: ArrayLike,
    dams: ArrayLike,
    *,
    birth_day: ArrayLike | None = None,
    frequency: Floats | None = None,
    rules: ParentageRules | None = None,
) -> tuple[ParentClaim, ...]:
    """Find sire and dam of each offspring among candidates, or say why there is none.

    Candidates with more opposing homozygotes than errors explain are excluded. The likelihood of each other one as a
    parent, alone and with each possible mate, is compared with that of all other explanations: another candidate, no
    relationship, a full sib, a relative that shares half of one gamete (half sib, grandparent, full sib of the parent)
    or a quarter of it. So the best of bad candidates is never accepted, nor the sire's brother in his place.
    Likelihoods multiply over markers as if they were unlinked: a few hundred spread ones decide as safely as a dense
    chip.

    Parameters
    ----------
    packed : PackedGenotypes
        Autosomes.
    offspring, sires, dams : int32, shapes (n_offspring,), (n_sires,), (n_dams,)
        Rows of the genotypes; an animal is never its own candidate.
    birth_day : float, shape (n_animals,), optional
        Days from any origin, NaN unknown. Candidates of unknown age are all allowed: without birth days an animal's
        own offspring passes for its parent.
    frequency : float64, shape (n_markers,), optional
        Of the counted allele in the population; by default that of all animals given.
    rules : ParentageRules, optional

    Returns
    -------
    tuple of ParentClaim
        Two for each offspring, its sire's and its dam's, in the order of `offspring`.

    Raises
    ------
    ModelError
        ``unknown_position``, ``shape`` or ``bad_option``.

    References
    ----------
    Marshall et al. 1998, Mol Ecol 7:639 (LOD, delta); Huisman 2017, Mol Ecol Resour 17:1009 (other relationships);
    Hayes 2011, J Dairy Sci 94:2114 (opposing homozygotes).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> rng = np.random.default_rng(3)
    >>> p = rng.uniform(0.3, 0.7, 600)
    >>> flock = (rng.random((20, 2, 600)) < p).astype(np.uint8)
    >>> lamb = flock[4, 0] + flock[11, 1]
    >>> claims = assign_parents(pack([*flock.sum(axis=1), lamb]), [20], range(10), range(10, 20))
    >>> [(claim.role, claim.parent, claim.verdict) for claim in claims]
    [('sire', 4, 'accepted'), ('dam', 11, 'accepted')]
    """
    rules = rules or ParentageRules()
    rows = [np.ascontiguousarray(given, dtype=np.int32) for given in (offspring, sires, dams)]
    born = np.full(packed.n_animals, np.nan) if birth_day is None else np.asarray(birth_day, dtype=np.float64)
    p = _frequency(packed) if frequency is None else np.asarray(frequency, dtype=np.float64)
    bits, rate = genotype_bits(packed), opposing_rate(p, rules.error_rate)
    found = [compare_candidates(bits, rows[0], candidates, born, rate, rules) for candidates in rows[1:]]
    families = [_Family(animal, found[0][k], found[1][k]) for k, animal in enumerate(rows[0].tolist())]
    worlds = _worlds(packed, p, families, rules)
    return tuple(
        _claim(family, side, known, rules) for family, known in zip(families, worlds, strict=True) for side in SIDES
    )


def _frequency(packed: PackedGenotypes) -> Floats:
    """Without calls a half, which nobody asks for."""
    return np.nan_to_num(marker_frequencies(packed), nan=0.5)


def _worlds(packed: PackedGenotypes, p: Floats, families: list[_Family], rules: ParentageRules) -> list[list[_World]]:
    """All explanations of each offspring by the candidates that are not excluded, alone and two by two."""
    alone = [
        (k, side, candidate.row)
        for k, family in enumerate(families)
        for side in SIDES
        for candidate in family.of(side)
        if not candidate.is_excluded
    ]
    worlds = [[_World(0.0)] for _ in families]
    best: list[dict[Side, list[tuple[float, int]]]] = [{"sire": [], "dam": []} for _ in families]
    trios = [(families[k].offspring, *((row, -1) if side == "sire" else (-1, row))) for k, side, row in alone]
    for (k, side, row), score in zip(alone, _scores(packed, p, trios, rules), strict=True):
        best[k][side].append((-float(score[BOTH]), row))
        for roles, value in zip(TRIOS, score.tolist(), strict=True):
            mine, other = roles if side == "sire" else roles[::-1]
            if other is Role.PARENT:
                worlds[k].append(_World(value, **{side: (row, mine)}))
    pairs = [
        (k, sire, dam)
        for k, sides in enumerate(best)
        for _, sire in sorted(sides["sire"])[: rules.most]
        for _, dam in sorted(sides["dam"])[: rules.most]
        if sire != dam
    ]
    trios = [(families[k].offspring, sire, dam) for k, sire, dam in pairs]
    for (k, sire, dam), score in zip(pairs, _scores(packed, p, trios, rules), strict=True):
        for roles, value in zip(TRIOS, score.tolist(), strict=True):
            worlds[k].append(_World(value, sire=(sire, roles[0]), dam=(dam, roles[1])))
    return worlds


def _scores(packed: PackedGenotypes, p: Floats, trios: Sequence[tuple[int, ...]], rules: ParentageRules) -> Floats:
    return trio_scores(packed, p, rules.error_rate, np.array(trios, dtype=np.int32).reshape(-1, 3))


def _claim(family: _Family, side: Side, worlds: list[_World], rules: ParentageRules) -> ParentClaim:
    """The best candidate of one side against the best world in which it is not the parent."""
    candidates = family.of(side)
    if not candidates:
        return ParentClaim(family.offspring, side, -1, "no_candidate", "no candidate of a fitting age", *NOTHING)
    if candidates[0].is_excluded:
        c = candidates[0]
        reason = f"all candidates are excluded; the nearest has {_opposing(c)}"
        return ParentClaim(
            family.offspring, side, c.row, "excluded", reason, np.nan, np.nan, c.opposing, c.compared, c.limit
        )
    best = max((world for world in worlds if world.parent(side) >= 0), key=lambda world: world.score)
    row = best.parent(side)
    other = max((world for world in worlds if world.parent(side) != row), key=lambda world: world.score)
    unrelated = max(world.score for world in worlds if getattr(world, side) is None)
    lod, delta = best.score - unrelated, best.score - other.score
    chosen = next(candidate for candidate in candidates if candidate.row == row)
    verdict, reason = _verdict(chosen, lod, delta, other.explains(side), rules)
    return ParentClaim(
        family.offspring,
        side,
        row,
        verdict,
        reason,
        lod,
        delta,
        chosen.opposing,
        chosen.compared,
        chosen.limit,
        other.parent(side),
    )


def _verdict(c: Candidate, lod: float, delta: float, other: str, rules: ParentageRules) -> tuple[Verdict, str]:
    if c.compared < rules.min_compared:
        return "undecided", f"both are homozygous at {c.compared} markers only, {rules.min_compared} are needed"
    if lod < rules.min_lod:
        return "undecided", f"LOD {lod:.1f} against an unrelated animal is below {rules.min_lod:g}"
    if delta < 0.0:
        return "undecided", f"{other} explains the genotypes better, by a LOD of {-delta:.1f}"
    if delta < rules.min_delta:
        return (
            "undecided",
            f"{other} explains the genotypes nearly as well: delta {delta:.1f} is below {rules.min_delta:g}",
        )
    return "accepted", f"{_opposing(c)}; LOD {lod:.1f}; the next explanation, {other}, is {delta:.1f} behind"


def _opposing(c: Candidate) -> str:
    return f"{c.opposing} opposing homozygotes of {c.compared}, errors explain {c.limit}"
