"""The flocks of several farms as the data of one evaluation."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bellwether.modelling.across.identity import Doubt, Identity, Known, Number, same_animals
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement, select_flock

Value = TypeVar("Value", int, str)
OTHER_FACT = "farms say of one animal in two ways what its {} is: it counts as unknown"


@dataclass(frozen=True)
class FarmRecords:
    """What a farm brings: its flocks, all of its animals, what was measured, the official identifiers of its animals,
    and those of them that are disputed."""

    farm_id: str
    flock_ids: tuple[str, ...]
    animals: Sequence[Animal]
    measurements: Sequence[Measurement]
    numbers: Mapping[str, frozenset[Number]]
    disputed: Mapping[str, frozenset[Number]]


@dataclass(frozen=True)
class Together:
    """The data of all farms; which animals each farm brought; who stands for whom; whose each measurement is."""

    data: FlockData
    brought: Mapping[str, FlockData]
    identity: Identity
    doubts: tuple[Doubt, ...]
    farm_of_measurement: Mapping[str, str]

    def one(self, animal_id: str) -> str:
        """The animal in the common data that an animal of a farm is."""
        return self.identity.stands_for.get(animal_id, animal_id)


def together(farms: Sequence[FarmRecords]) -> Together:
    """One pedigree and one set of records of all farms.

    Animals that are one by an official identifier stand once, with all of their measurements; contemporary groups and
    tags bear the id of their farm, so that no two farms have one in common. A fact of such an animal that two farms
    tell differently counts as unknown, and is told as a doubt.
    """
    brought = {farm.farm_id: select_flock(farm.flock_ids[0], farm.animals, farm.measurements,
                                          further=farm.flock_ids[1:]) for farm in farms}  # fmt: skip
    identity = same_animals([known for farm in farms for known in known_of(farm, brought[farm.farm_id])])
    doubts: list[Doubt] = list(identity.doubts)
    by_animal: defaultdict[str, list[tuple[str, Animal]]] = defaultdict(list)
    for farm_id, data in brought.items():
        for animal in data.animals:
            by_animal[identity.stands_for.get(animal.id, animal.id)].append((farm_id, animal))
    flocks = sorted(flock for farm in farms for flock in farm.flock_ids)
    animals = [merged(of, identity, set(flocks), doubts) for of in by_animal.values()]
    measurements, farm_of = [], {}
    for farm_id, data in brought.items():
        for m in data.measurements:
            group = None if m.contemporary_group is None else f"{farm_id}/{m.contemporary_group}"
            animal_id = identity.stands_for.get(m.animal_id, m.animal_id)
            measurements.append(replace(m, animal_id=animal_id, contemporary_group=group))
            farm_of[m.id] = farm_id
    data = FlockData(
        flocks[0],
        tuple(sorted(animals, key=lambda animal: animal.id)),
        tuple(sorted(measurements, key=lambda m: m.id)),
        tuple(flocks[1:]),
    )
    return Together(data, brought, identity, tuple(doubts), farm_of)


def known_of(farm: FarmRecords, data: FlockData) -> Iterable[Known]:
    """The animals that a farm brings, as far as it matters who they are."""
    nothing: frozenset[Number] = frozenset()
    for animal in data.animals:
        yield Known(
            farm.farm_id, animal.id, animal.sex, animal.drop_year, animal.reference_only,
            farm.numbers.get(animal.id, nothing), farm.disputed.get(animal.id, nothing),
        )  # fmt: skip


def merged(of: Sequence[tuple[str, Animal]], identity: Identity, flocks: set[str], doubts: list[Doubt]) -> Animal:
    """The one animal that some animals of farms are, of the flock that knew it first among those that take part."""
    home, first = min(of, key=lambda each: (each[1].reference_only, each[1].flock_id not in flocks, each[1].id))
    ids = tuple(sorted(animal.id for _, animal in of))

    def one(parent: str | None) -> str | None:
        return None if parent is None else identity.stands_for.get(parent, parent)

    def agreed(name: str, get: Callable[[Animal], Value | None]) -> Value | None:
        told = {value for _, animal in of if (value := get(animal)) is not None}
        if len(told) > 1:
            doubts.append(Doubt(f"other_{name}", OTHER_FACT.format(name.replace("_", " ")), ids))
        return told.pop() if len(told) == 1 else None

    return Animal(
        id=identity.stands_for.get(first.id, first.id),
        flock_id=first.flock_id,
        sex=next((animal.sex for _, animal in of if animal.sex != "unknown"), "unknown"),
        birth_type=agreed("birth_type", lambda animal: animal.birth_type),
        rear_type=agreed("rear_type", lambda animal: animal.rear_type),
        sire_id=agreed("sire", lambda animal: one(animal.sire_id)),
        dam_id=agreed("dam", lambda animal: one(animal.dam_id)),
        drop_year=agreed("drop_year", lambda animal: animal.drop_year),
        reference_only=all(animal.reference_only for _, animal in of),
        tag=f"{home}/{first.tag or first.id}",
    )
