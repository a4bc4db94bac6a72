"""The records of a flock and the pedigree behind them, as they come from the farm's published views."""

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import orjson

from bellwether.modelling.external_values.values import ExternalValue

MOST_RAMS, ROUNDED = 10, 1e-6


@dataclass(frozen=True, slots=True)
class Animal:
    """One animal of the pedigree; `candidates` are rams that may be its sire, with probabilities."""

    id: str
    flock_id: str
    sex: str
    birth_type: int | None = None
    rear_type: int | None = None
    sire_id: str | None = None
    dam_id: str | None = None
    drop_year: int | None = None
    reference_only: bool = False
    tag: str | None = None
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of one animal, in the unit of its trait."""

    id: str
    animal_id: str
    trait: str
    value: float
    occurred_on: str
    age_days: int | None = None
    contemporary_group: str | None = None


@dataclass(frozen=True)
class FlockData:
    """Animals and measurements, each ordered by id, so that the same data always give the same arrays.

    `further` are flocks that are evaluated together with the first; `external` are breeding values of another service.
    """

    flock_id: str
    animals: tuple[Animal, ...]
    measurements: tuple[Measurement, ...]
    further: tuple[str, ...] = ()
    external: tuple[ExternalValue, ...] = ()

    def digest(self) -> str:
        """SHA-256 of everything in it."""
        sha = hashlib.sha256(",".join((self.flock_id, *self.further)).encode())
        for animal in self.animals:
            said = astuple(animal)
            sha.update(orjson.dumps(said if animal.candidates else said[:-1]) + b"\n")
        for measurement in self.measurements:
            sha.update(orjson.dumps(astuple(measurement)) + b"\n")
        for value in self.external:
            sha.update(orjson.dumps(astuple(value)) + b"\n")
        return sha.hexdigest()

    def is_own(self, animal: Animal) -> bool:
        """Is it one of the flocks, and not only an ancestor?"""
        return animal.flock_id in (self.flock_id, *self.further) and not animal.reference_only


def select_flock(
    flock_id: str,
    animals: Iterable[Animal],
    measurements: Iterable[Measurement],
    *,
    also: Collection[str] = (),
    further: Sequence[str] = (),
    external: Sequence[ExternalValue] = (),
) -> FlockData:
    """The animals of the flock and of `further` flocks, those measured in them, those of `also` (by id), those with
    `external` values, and the ancestors of all of them."""
    flocks = {flock_id, *further}
    known = {animal.id: animal for animal in animals}
    kept_measurements = sorted((m for m in measurements if m.animal_id in known), key=lambda m: m.id)
    waiting = [animal.id for animal in known.values() if animal.flock_id in flocks]
    waiting += [m.animal_id for m in kept_measurements]
    waiting += [animal_id for animal_id in also if animal_id in known]
    told = sorted((v for v in external if v.animal_id in known), key=lambda v: (v.animal_id, v.trait))
    waiting += [value.animal_id for value in told]
    kept: set[str] = set()
    while waiting:
        animal_id = waiting.pop()
        if animal_id in kept:
            continue
        kept.add(animal_id)
        parents = (known[animal_id].sire_id, known[animal_id].dam_id, *(ram for ram, _ in known[animal_id].candidates))
        waiting += [parent for parent in parents if parent is not None and parent in known]
    chosen = tuple(known[animal_id] for animal_id in sorted(kept))
    return FlockData(flock_id, chosen, tuple(kept_measurements), tuple(further), tuple(told))


def read_animals(path: Path) -> Iterator[Animal]:
    """From the CSV that COPY writes, columns in the order of `Animal`."""
    for row in rows_of(path):
        yield Animal(
            id=row[0],
            flock_id=row[1],
            sex=row[2],
            birth_type=whole(row[3]),
            rear_type=whole(row[4]),
            sire_id=row[5] or None,
            dam_id=row[6] or None,
            drop_year=whole(row[7]),
            reference_only=row[8] == "t",
            tag=row[9] or None,
        )


def with_candidates(animals: Iterable[Animal], path: Path) -> Iterator[Animal]:
    """Animals without a sire with the rams that may be it, from the CSV that COPY writes.

    Where a probability is not known, they sum to more than 1, or there are more than the engine takes, the sire stays
    unknown.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for animal_id, ram, probability in rows_of(path):
        found.setdefault(animal_id, []).append((ram, probability))
    for animal in animals:
        rams = found.get(animal.id, [])
        shares = [float(probability or "nan") for _, probability in rams]
        is_usable = len(rams) <= MOST_RAMS and all(share > 0 for share in shares) and sum(shares) <= 1.0 + ROUNDED
        if rams and animal.sire_id is None and is_usable:
            told = zip((ram for ram, _ in rams), shares, strict=True)
            yield replace(animal, candidates=tuple(told))
        else:
            yield animal


def read_measurements(path: Path) -> Iterator[Measurement]:
    """From the CSV that COPY writes, columns in the order of `Measurement`."""
    for row in rows_of(path):
        yield Measurement(
            id=row[0],
            animal_id=row[1],
            trait=row[2],
            value=float(row[3]),
            occurred_on=row[4],
            age_days=whole(row[5]),
            contemporary_group=row[6] or None,
        )


def rows_of(path: Path) -> Iterator[list[str]]:
    """Lines of a CSV file without a header."""
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.reader(file)


def whole(text: str) -> int | None:
    """A whole number, or nothing."""
    return int(text) if text else None
