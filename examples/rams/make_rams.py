"""Make the small flock of the tutorial about genotypes: four drops of 3 rams and 40 ewes, two of them genotyped.

    python examples/rams/make_rams.py

Writes `flock.csv` (the animals), `weaning.csv` and `post_weaning.csv` (weigh sessions) and `genotypes.bed`, `.bim` and
`.fam` (312 markers, as PLINK writes them). The flock is simulated and nobody's; the seed is fixed, so the files are
always the same.
"""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from bellwether_engine.genotypes import pack, to_bed
from bellwether_engine.simulation import FlockDesign, GenomeDesign, SimulatedFlocks, TraitDesign, simulate_flocks

SEED = 12
FIRST_DROP = 2021
DESIGN = FlockDesign(
    n_flocks=1, ewes_per_flock=40, rams_per_flock=3, n_years=4, litter_size=(0.6, 0.4), n_link_rams=0, link_share=0.0
)
# kg, weaning and post-weaning weight
TRAITS = TraitDesign(
    ("WWT", "PWT"),
    genetic=np.array([[5.0, 6.2], [6.2, 15.0]]),
    residual=np.array([[15.0, 11.0], [11.0, 28.0]]),
    mean=np.array([33.0, 49.0]),
    group_sd=np.array([1.5, 1.5]),
    male=np.array([2.6, 5.5]),
    twin=np.array([-2.4, -2.0]),
    per_day=np.array([0.24, 0.16]),
)
GENOME = GenomeDesign(markers=12, qtl=4, n_ancestors=8)
MISSING, SPOILED = 0.01, 0.4
ALLELES = ("A\tG", "C\tT")
BASES_PER_MORGAN = 1_000_000


def main() -> None:
    """Write the files beside this script."""
    folder, flock = Path(__file__).parent, simulate_flocks(DESIGN, TRAITS, genome=GENOME, seed=SEED)
    year = FIRST_DROP + flock.birth_year
    tags = tags_of(flock)
    weighed = dict(zip(flock.records.animal.tolist(), range(len(flock.records.animal)), strict=True))
    keep = [i for i in range(len(year)) if flock.birth_year[i] < 0 or i in weighed]
    age = np.round(flock.records.columns["age_days"]).astype(int)
    reared = flock.records.columns["reared"]
    births = {i: date(int(year[i]), 8, 1) for i in keep} | {
        i: date(int(year[i]), 11, 20) - timedelta(days=int(age[row])) for i, row in weighed.items()
    }
    pedigree = flock.pedigree
    rows = [
        [
            tags[i],
            tags[pedigree.sire[i]] if pedigree.sire[i] >= 0 else "",
            tags[pedigree.dam[i]] if pedigree.dam[i] >= 0 else "",
            "ram" if flock.is_male[i] else "ewe",
            births[i].isoformat(),
            int(reared[weighed[i]]) if i in weighed else 1,
        ]
        for i in keep
    ]
    write(folder / "flock.csv", ["Tag", "Sire", "Dam", "Sex", "Date of birth", "Birth type"], rows)
    for column, name, days in ((0, "weaning", 0), (1, "post_weaning", 125)):
        sessions = [
            [tags[i], (date(int(year[i]), 11, 20) + timedelta(days=days)).isoformat(), f"{kg:.1f}"]
            for i, kg in zip(flock.records.animal.tolist(), flock.records.values[:, column].tolist(), strict=True)
        ]
        write(folder / f"{name}.csv", ["VID", "Date", "Weight"], sessions)
    write_genotypes(folder, flock, tags, [i for i in keep if is_genotyped(flock, i)])


def tags_of(flock: SimulatedFlocks) -> list[str]:
    """Year of birth and number; founders are R1, E01 and so on."""
    n_rams, drops = DESIGN.rams_per_flock, flock.birth_year.tolist()
    first = {drop: drops.index(drop) for drop in set(drops)}
    founders = [f"R{i + 1}" if i < n_rams else f"E{i - n_rams + 1:02d}" for i in range(len(drops))]
    lambs = [f"{(FIRST_DROP + drop) % 100}{i - first[drop] + 1:03d}" for i, drop in enumerate(drops)]
    return [lamb if drop >= 0 else founder for founder, lamb, drop in zip(founders, lambs, drops, strict=True)]


def is_genotyped(flock: SimulatedFlocks, i: int) -> bool:
    """Lambs of the last two drops, and all that were sires."""
    return bool(flock.birth_year[i] >= DESIGN.n_years - 2 or i in set(flock.pedigree.sire.tolist()))


def write_genotypes(folder: Path, flock: SimulatedFlocks, tags: list[str], animals: list[int]) -> None:
    """PLINK's three files; a call in a hundred is missing, and the last sample was spoiled in the post."""
    rng = np.random.default_rng(SEED)
    assert flock.genotypes is not None
    assert flock.genes is not None
    codes = flock.genotypes.unpack()[animals]
    share = np.full((len(animals), 1), MISSING)
    share[-1] = SPOILED
    codes[rng.random(codes.shape) < share] = 3
    (folder / "genotypes.bed").write_bytes(to_bed(pack(codes)))
    at = ~flock.genes.is_qtl
    chromosomes, places = flock.genes.chromosome[at], flock.genes.position[at]
    lines = [
        f"{chromosome}\ts{i + 1:03d}\t0\t{1 + round(place * BASES_PER_MORGAN)}\t{ALLELES[i % 2]}"
        for i, (chromosome, place) in enumerate(zip(chromosomes, places, strict=True))
    ]
    (folder / "genotypes.bim").write_text("\n".join(lines) + "\n")
    fam = [f"0 {tags[i]} 0 0 {1 if flock.is_male[i] else 2} -9" for i in animals]
    (folder / "genotypes.fam").write_text("\n".join(fam) + "\n")


def write(path: Path, columns: list[str], rows: Iterable[list[str | int]]) -> None:
    """One CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
