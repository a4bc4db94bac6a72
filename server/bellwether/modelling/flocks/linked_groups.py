"""Contemporary groups that no common sire links to the others: their animals are compared on pedigree alone."""

from collections import Counter
from collections.abc import Mapping

from bellwether.modelling.flocks.flock_data import FlockData, Weight
from bellwether.modelling.flocks.verdicts import Verdict, verdict


def unconnected(data: FlockData, code: str, weights: Mapping[str, Weight]) -> list[Verdict]:
    """A warning that names the groups outside the largest set of groups linked by sires."""
    sires = {animal.id: animal.sire_id for animal in data.animals}
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    groups = {f"group {weight.contemporary_group}" for weight in weights.values()}
    for animal_id, weight in weights.items():
        if (sire := sires[animal_id]) is not None:
            parent[root(f"group {weight.contemporary_group}")] = root(f"sire {sire}")
    sets = Counter(root(group) for group in sorted(groups))
    largest = max(sets, key=lambda key: sets[key])
    outside = sorted(group.removeprefix("group ") for group in groups if root(group) != largest)
    return verdict("unconnected_group", "warning", "groups that share no sire with the others", outside, trait=code)
