"""Are a flock's records enough to estimate variances of its own from them?"""

from collections import Counter
from collections.abc import Mapping
from math import sqrt

from bellwether.modelling.flocks.flock_data import FlockData, Measurement
from bellwether.modelling.flocks.verdicts import Verdict, verdict
from bellwether.sheep.traits import TRAITS

# own: a heritability of 0.3 that is known to 0.1 is no guess any more
LARGEST_SE = 0.1
USUAL_H2 = 0.25


def expected_se(n_by_sire: Counter[str], heritability: float) -> float:
    """The standard error that a heritability from half sibs would have, for sires with so many offspring each.

    With t = h2/4, s sires and k offspring of each (their harmonic counterpart for unequal families):
    ``4 sqrt(2 (1-t)^2 (1+(k-1)t)^2 / (k (k-1) (s-1)))``.

    References
    ----------
    Robertson 1959, Biometrics 15:469; Falconer and Mackay 1996, Introduction to Quantitative Genetics, chapter 10.
    """
    sizes = [n for n in n_by_sire.values() if n > 1]
    s, total = len(sizes), sum(sizes)
    if s <= 1:
        return float("inf")
    k = (total - sum(n * n for n in sizes) / total) / (s - 1)
    t = heritability / 4
    return 4 * sqrt(2 * (1 - t) ** 2 * (1 + (k - 1) * t) ** 2 / (k * (k - 1) * (s - 1)))


def too_few(data: FlockData, by_trait: Mapping[str, Mapping[str, Measurement]]) -> list[Verdict]:
    """A verdict that names the traits whose records are not enough; none where all are."""
    sire_of = {animal.id: animal.sire_id for animal in data.animals}
    lacking = []
    for code, measured in by_trait.items():
        animals = {m.animal_id for m in measured.values()}
        sires = Counter(sire for animal in animals if (sire := sire_of[animal]) is not None)
        known = TRAITS[code].heritability if code in TRAITS else None
        se = expected_se(sires, known or USUAL_H2)
        if se > LARGEST_SE:
            lacking.append(f"{code} ({sum(sires.values())} offspring of {len(sires)} sires, expected error {se:.2f})")
    message = f"traits whose heritability would have an error above {LARGEST_SE}: the given variances are used"
    return verdict("too_few_for_variances", "warning", message, lacking)
