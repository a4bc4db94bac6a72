"""Make the example flock: a Poll Dorset stud, six drops, about 2,000 sheep, with ten faulty rows of different kinds.

    python examples/flock/make_flock.py

Writes `animals.csv` (the columns of a Sheep Genetics submission, with EID and VID beside them), `weights.csv` (a weigh
session of post-weaning weights) and `true_values.csv` (what the simulation knows and a farmer never does).
The seed is fixed, so the files are always the same.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SEED = 20_251
FLOCK_CODE = "161234"
DROPS = range(2019, 2025)
N_EWES, N_RAMS, N_LAMBS = 250, 8, 310
# kg, weaning (WWT) and post-weaning (PWT) weight of a terminal breed
MEAN = np.array([33.0, 49.0])
GENETIC = np.array([[5.0, 6.2], [6.2, 15.0]])
RESIDUAL = np.array([[15.0, 11.0], [11.0, 28.0]])
LITTER = 2.0
SEX_MALE = np.array([2.6, 5.5])
BIRTH_TYPE = {1: 0.0, 2: -2.4, 3: -4.1}
YEAR_SD, GROUP_SD = 2.0, 1.2
GROWTH_PER_DAY = np.array([0.24, 0.16])
COLUMNS = (
    "ID,SIRE,DAM,SEX,DOB,BTYPE,RTYPE,ET,RECIPIENT,BGROUP,BWT,BWTDATE,WWT,WWTDATE,WWTGRP,PWT,PWTDATE,PWTGRP,PEMD,PFAT,"
    "SCANDATE,WEC,WECDATE,DAG,YGFW,YFD,YFLEECEDATE,EID,VID"
).split(",")
SESSION_COLUMNS = ["EID", "VID", "Date", "Time", "Weight", "Draft", "Condition Score", "Note"]


@dataclass
class Sheep:
    """One animal as the simulation knows it."""

    number: int
    birth: date
    is_male: bool
    value: np.ndarray
    sire: "Sheep | None" = None
    dam: "Sheep | None" = None
    birth_type: int = 1
    rear_type: int = 1
    group: int = 1
    weights: dict[str, tuple[float, date]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Flock, birth year and tag in 16 characters."""
        return f"{FLOCK_CODE}{self.birth.year}{self.birth.year % 100:02d}{self.number:04d}"

    @property
    def tag(self) -> str:
        """The number on the visual tag."""
        return self.id[-6:]

    @property
    def eid(self) -> str:
        """A 15-digit electronic identifier."""
        return f"982000{self.birth.year % 100:02d}{self.number:07d}"


def founders(rng: np.random.Generator) -> tuple[list[Sheep], list[Sheep]]:
    """Ewes and rams born before recording started."""
    root = np.linalg.cholesky(GENETIC)
    ewes = [
        Sheep(i + 1, date(2014 + i % 4, 8, 1 + i % 28), False, root @ rng.standard_normal(2)) for i in range(N_EWES)
    ]
    rams = [Sheep(901 + i, date(2017, 7, 20 + i), True, root @ rng.standard_normal(2)) for i in range(N_RAMS)]
    return ewes, rams


def drop(rng: np.random.Generator, year: int, ewes: list[Sheep], rams: list[Sheep]) -> list[Sheep]:
    """The lambs of one year, weighed twice."""
    lambs: list[Sheep] = []
    mendelian = np.linalg.cholesky(GENETIC / 2)
    error = np.linalg.cholesky(RESIDUAL)
    year_effect = rng.normal(0, YEAR_SD, 2)
    group_effect = {group: rng.normal(0, GROUP_SD, 2) for group in (1, 2, 3)}
    for order, dam in enumerate(rng.permutation(np.array(ewes, dtype=object))):
        if len(lambs) >= N_LAMBS:
            break
        sire = rams[order % len(rams)]
        size = int(rng.choice([1, 2, 3], p=[0.56, 0.41, 0.03]))
        born = date(year, 8, 1) + timedelta(days=int(rng.integers(0, 34)))
        litter, group = rng.normal(0, LITTER**0.5), 1 + order % 3
        for _ in range(size):
            value = (sire.value + dam.value) / 2 + mendelian @ rng.standard_normal(2)
            lamb = Sheep(len(lambs) + 1, born, bool(rng.random() < 0.5), value, sire, dam, size, size, group)
            fixed = MEAN + year_effect + group_effect[group] + SEX_MALE * lamb.is_male + BIRTH_TYPE[size]
            weigh(lamb, year, fixed + litter + value + error @ rng.standard_normal(2))
            lambs.append(lamb)
    return lambs


def weigh(lamb: Sheep, year: int, at_reference_age: np.ndarray) -> None:
    """Weights on the two weighing days, corrected from the reference ages of 100 and 225 days."""
    for index, (trait, day, age) in enumerate((("WWT", date(year, 11, 25), 100), ("PWT", date(year + 1, 3, 30), 225))):
        kg = at_reference_age[index] + GROWTH_PER_DAY[index] * ((day - lamb.birth).days - age)
        lamb.weights[trait] = (round(float(kg), 1), day)


def select(
    rng: np.random.Generator, ewes: list[Sheep], rams: list[Sheep], lambs: list[Sheep]
) -> tuple[list[Sheep], list[Sheep]]:
    """Next year's parents: two rams stay, the best young ones join, a fifth of the ewes is replaced."""

    def merit(sheep: Sheep) -> float:
        return float(sheep.value @ np.array([0.5, 0.5]) + rng.normal(0, 2.5))

    young = sorted((s for s in lambs if s.is_male), key=merit, reverse=True)[: N_RAMS - 2]
    maiden = sorted((s for s in lambs if not s.is_male), key=merit, reverse=True)[: N_EWES // 5]
    return sorted(ewes, key=lambda s: s.birth)[len(maiden) :] + maiden, rams[-2:] + young


def simulate() -> list[Sheep]:
    """All sheep, parents before offspring."""
    rng = np.random.default_rng(SEED)
    ewes, rams = founders(rng)
    everyone, waiting = [*ewes, *rams], []
    for year in DROPS:
        lambs = drop(rng, year, ewes, rams)
        everyone += lambs
        # lambs are parents in the year after next: a ewe must be over 200 days old when she lambs
        if waiting:
            ewes, rams = select(rng, ewes, rams, waiting)
        waiting = lambs
    return everyone


def animal_row(sheep: Sheep) -> dict[str, str]:
    """One line of the submission file."""
    row = dict.fromkeys(COLUMNS, "")
    row |= {"ID": sheep.id, "SEX": "1" if sheep.is_male else "2", "DOB": sheep.birth.isoformat(), "ET": "N"}
    row |= {"BTYPE": str(sheep.birth_type), "RTYPE": str(sheep.rear_type), "BGROUP": str(sheep.group)}
    row |= {"EID": sheep.eid, "VID": sheep.tag}
    if sheep.sire is not None and sheep.dam is not None:
        row |= {"SIRE": sheep.sire.id, "DAM": sheep.dam.id}
    if "WWT" in sheep.weights:
        kg, day = sheep.weights["WWT"]
        row |= {"WWT": f"{kg}", "WWTDATE": day.isoformat(), "WWTGRP": str(sheep.group)}
    return row


def session_row(sheep: Sheep, order: int) -> dict[str, str]:
    """One line of the weigh session."""
    kg, day = sheep.weights["PWT"]
    clock = timedelta(hours=8) + timedelta(seconds=11 * order)
    spaced = f"{sheep.eid[:3]} {sheep.eid[3:]}" if order % 97 == 0 else sheep.eid
    return dict.fromkeys(SESSION_COLUMNS, "") | {
        "EID": spaced,
        "VID": sheep.tag,
        "Date": day.strftime("%d/%m/%Y"),
        "Time": f"{clock.seconds // 3600:02d}:{clock.seconds // 60 % 60:02d}:{clock.seconds % 60:02d}",
        "Weight": f"{kg}",
        "Draft": "Left" if kg > 50 else "Right",
    }


def spoil_animals(rows: list[dict[str, str]], sheep: list[Sheep]) -> None:
    """Five rows that the import must refuse, each for another reason; they stand for no animal of the flock."""
    ewe = next(s for s in sheep if not s.is_male)
    ram = next(s for s in sheep if s.is_male)
    lamb = sheep[-1]
    base = dict.fromkeys(COLUMNS, "") | {"SEX": "2", "DOB": "2024-08-20", "BTYPE": "1", "RTYPE": "1", "ET": "N"}
    faults = [
        {"ID": "1612342024248001", "SIRE": ewe.id, "DAM": ewe.id},  # a ewe as sire
        {"ID": "1612342019198002", "SIRE": ram.id, "DAM": lamb.id, "DOB": "2019-08-20"},  # born before its dam
        {"ID": "1612342024248003", "SIRE": ram.id, "DAM": "1612342024248003"},  # its own dam
        {"ID": "1612342024248004", "DOB": "2024-02-31"},  # no such day
        {"ID": "1612342024248005", "SEX": "7"},  # no such sex
    ]
    step = len(rows) // (len(faults) + 1)
    for order, fault in enumerate(faults, start=1):
        rows.insert(order * step, base | fault)


def spoil_weights(rows: list[dict[str, str]]) -> None:
    """Five rows that the import must refuse, each for another reason."""
    base = dict.fromkeys(SESSION_COLUMNS, "") | {
        "Date": "30/03/2024",
        "Time": "15:00:00",
        "Weight": "44.5",
        "Draft": "Left",
    }
    faults = [
        {"EID": "9.82E+14", "Note": "EID damaged by a spreadsheet"},
        {"EID": "982000240000017", "VID": "240017", "Weight": "501", "Note": "unit slip?"},
        {"EID": "982000999999999", "Note": "unknown EID"},
        {"EID": "", "VID": "", "Note": "no tag"},
        {"EID": "98200024000001", "Note": "one digit short"},
    ]
    step = len(rows) // (len(faults) + 1)
    for order, fault in enumerate(faults, start=1):
        rows.insert(order * step, base | fault)


def write(path: Path, columns: list[str], rows: list[dict[str, str]], *, encoding: str = "utf-8") -> None:
    """One CSV file."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write the three files beside this script."""
    folder, sheep = Path(__file__).parent, simulate()
    animals = [animal_row(s) for s in sheep]
    session = [session_row(s, i) for i, s in enumerate(s for s in sheep if "PWT" in s.weights)]
    true_values = [
        {"ID": s.id, "drop": str(s.birth.year), "WWT": f"{s.value[0]:.4f}", "PWT": f"{s.value[1]:.4f}"} for s in sheep
    ]
    spoil_animals(animals, sheep)
    spoil_weights(session)
    write(folder / "animals.csv", COLUMNS, animals)
    # weigh heads write a byte order mark
    write(folder / "weights.csv", SESSION_COLUMNS, session, encoding="utf-8-sig")
    write(folder / "true_values.csv", ["ID", "drop", "WWT", "PWT"], true_values)


if __name__ == "__main__":
    main()
