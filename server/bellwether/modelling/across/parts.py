"""What of an evaluation across farms is a farm's own to see: its animals, their records, and the shared sires."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bellwether.modelling.across.identity import Number
from bellwether.modelling.across.merging import FarmRecords, Together

ANOTHER = "another farm's"


@dataclass(frozen=True, slots=True)
class SharedSire:
    """A sire with progeny or own records on several farms: the numbers by which they know it, and on how many."""

    id: str
    numbers: tuple[Number, ...]
    n_farms: int
    n_progeny: int
    #: the farm's own animal, of each farm that has one
    of_farm: Mapping[str, str]


def shared_sires(found: Together, farms: Sequence[FarmRecords]) -> list[SharedSire]:
    """The sires that link farms, by id."""
    farms_of: defaultdict[str, set[str]] = defaultdict(set)
    progeny: defaultdict[str, set[str]] = defaultdict(set)
    for farm_id, data in found.brought.items():
        for animal in data.animals:
            if animal.sire_id is not None:
                sire = found.one(animal.sire_id)
                farms_of[sire].add(farm_id)
                progeny[sire].add(found.one(animal.id))
    for m in found.data.measurements:
        if m.animal_id in progeny:
            farms_of[m.animal_id].add(found.farm_of_measurement[m.id])
    numbers = {farm.farm_id: farm.numbers for farm in farms}
    sires = []
    for sire in sorted(progeny):
        members = found.identity.members.get(sire, ())
        if len(farms_of[sire]) < 2 or not members:
            continue
        told: defaultdict[Number, int] = defaultdict(int)
        for member in members:
            for number in numbers[member.farm_id].get(member.id, frozenset()):
                told[number] += 1
        common = tuple(sorted(number for number, n in told.items() if n > 1))
        of_farm = {member.farm_id: member.id for member in members}
        sires.append(SharedSire(sire, common, len(farms_of[sire]), len(progeny[sire]), of_farm))
    return sires


def pedigree_part(text: str, mine: Mapping[str, str]) -> str:
    """The rows of a farm's animals under its own ids; parents that it does not have are unknown.

    `mine`: id in the common tables -> the farm's own. Names that are no animals, as those of groups, stay.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    everybody = {row["animal"] for row in rows}

    def own(name: str) -> str:
        return mine.get(name, "") if name in everybody else name

    kept = [{**row, "animal": mine[row["animal"]], "sire": own(row["sire"]), "dam": own(row["dam"])}
            for row in rows if row["animal"] in mine]  # fmt: skip
    return written(kept, rows)


def records_part(text: str, mine: Mapping[str, str], foreign: Collection[str], farm_id: str) -> str:
    """The rows of a farm's animals under its own ids, but for those that another farm has measured too (`foreign`)."""
    rows = list(csv.DictReader(io.StringIO(text)))
    kept = []
    for row in rows:
        if row["animal"] in mine and row["animal"] not in foreign:
            cells = {name: cell.removeprefix(f"{farm_id}/") for name, cell in row.items()}
            kept.append(
                cells
                | {"animal": mine[row["animal"]], "sire": mine.get(row["sire"], ""), "dam": mine.get(row["dam"], "")}
            )
    return written(kept, rows)


def written(kept: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table with the columns of all of them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    return out.getvalue()


def measured_elsewhere(found: Together, farm_id: str) -> set[str]:
    """Animals of the common data with a measurement of another farm."""
    return {m.animal_id for m in found.data.measurements if found.farm_of_measurement[m.id] != farm_id}


def told_to(farm_id: str, farm_ids: Collection[str], names: Iterable[str]) -> list[str]:
    """Names as a farm may read them: its own without its id, none that bears the id of another."""
    others = [other for other in farm_ids if other != farm_id]
    return [name.replace(f"{farm_id}/", "") for name in names if not any(other in name for other in others)]
