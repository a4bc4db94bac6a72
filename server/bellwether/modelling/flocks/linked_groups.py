"""Contemporary groups that no common sire links to the others: their animals are compared on pedigree alone."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from bellwether_engine import Pedigree
from bellwether_engine.populations.flock_graph import flock_links

from bellwether.modelling.flocks.flock_data import FlockData, Measurement
from bellwether.modelling.flocks.verdicts import Verdict, verdict


def unconnected(data: FlockData, code: str, measured: Mapping[str, Measurement]) -> list[Verdict]:
    """A warning that names the groups outside the largest set of groups linked by sires; sets count by their groups.

    The graph is the engine's, with a row for each measurement: an animal may be measured in several groups.
    """
    found = [m for m in measured.values() if m.contemporary_group is not None]
    groups = sorted({str(m.contemporary_group) for m in found})
    if not groups:
        return []
    sire_of = {animal.id: animal.sire_id for animal in data.animals}
    sires = sorted({sire for m in found if (sire := sire_of[m.animal_id]) is not None})
    place = {sire: len(found) + i for i, sire in enumerate(sires)}
    number = {group: i for i, group in enumerate(groups)}
    n = len(found) + len(sires)
    parent, group = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for i, measurement in enumerate(found):
        parent[i] = place.get(sire_of[measurement.animal_id] or "", -1)
        group[i] = number[str(measurement.contemporary_group)]
    component = flock_links(Pedigree(parent, np.full(n, -1, np.int32)), group).component.tolist()
    sets = Counter(component)
    largest = max(sets, key=lambda key: sets[key])
    outside = [name for name, each in zip(groups, component, strict=True) if each != largest]
    return verdict("unconnected_group", "warning", "groups that share no sire with the others", outside, trait=code)
