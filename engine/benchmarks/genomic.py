"""Genomic models: relationships beside PLINK 2, association beside GEMMA, single-step, products on packed genotypes.

    python engine/benchmarks/genomic.py [--only STEP] [--quick] [--json]

Genotypes are dropped through a simulated flock book (26 chromosomes, linkage disequilibrium); a first call on a small
problem loads the compiled kernels and is not counted. The peers read the same genotypes from PLINK files and their
answers are compared before the clock is believed.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from bellwether_engine import Effect, Genomic, Genotypes, Model, Options, Pedigree, Records, Solution, Variances, fit
from bellwether_engine.association import associate
from bellwether_engine.genotypes import PackedGenotypes, to_bed
from bellwether_engine.model.genomic import Method
from bellwether_engine.relationships import allele_frequencies, centre, genomic_relationship
from genes import CHROMOSOMES, drop_genes
from numpy.typing import NDArray
from peers import missing, seconds_of
from rows import Case, Given, Row, check, main, peak_mib, timed
from scale import flock_book

SEED = 1
Values = NDArray[np.float64]
RECENT = 4


def genotyped(n_animals: int, n_genotyped: int, n_markers: int) -> tuple[Pedigree, Genotypes, Values]:
    """A flock book, genotypes of animals from its last four of 20 generations, true breeding values."""
    pedigree = flock_book(n_animals)
    recent = np.arange(n_animals - RECENT * (n_animals // 20), n_animals)
    animals = np.sort(np.random.default_rng(SEED).choice(recent, n_genotyped, replace=False)).astype(np.int32)
    packed, values = drop_genes(pedigree, animals, n_markers)
    return pedigree, Genotypes(packed, animals), values


def write_plink(folder: Path, packed: PackedGenotypes, y: Values) -> None:
    """PLINK 1 files `all`, with the record as phenotype."""
    (folder / "all.bed").write_bytes(to_bed(packed))
    chromosome = np.arange(packed.n_markers) * CHROMOSOMES // packed.n_markers + 1
    lines = [f"{chromosome[j]} m{j} 0 {j + 1} A C\n" for j in range(packed.n_markers)]
    (folder / "all.bim").write_text("".join(lines))
    (folder / "all.fam").write_text("".join(f"0 a{i} 0 0 1 {value:.17g}\n" for i, value in enumerate(y)))


def relationships(n: int, n_markers: int) -> Row:
    """G by VanRaden's second method, which is PLINK's but for markers that do not vary: PLINK counts them."""
    genomic_relationship(centre(genotyped(1_000, 50, 200)[1].packed))
    _, genotypes, values = genotyped(10 * n, n, n_markers)
    seconds, g = timed(lambda: genomic_relationship(centre(genotypes.packed, relationship="vanraden2")), limit=30.0)
    row = Row("genomic relationships", f"{n:,} x {n_markers:,}", seconds, peak_mib(), peer="PLINK 2")
    if missing("plink2"):
        return replace(row, remark=missing("plink2"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plink(folder, genotypes.packed, values[genotypes.animal])
        command = ["plink2", "--bfile", "all", "--chr-set", str(CHROMOSOMES), "--out", "g", "--bad-freqs"]
        taken = seconds_of([*command, "--make-rel", "meanimpute", "bin", "square"], folder)
        theirs = np.fromfile(folder / "g.rel.bin").reshape(n, n)
    frequency = allele_frequencies(genotypes.packed)
    theirs *= n_markers / np.count_nonzero(frequency * (1.0 - frequency))
    difference = float(np.abs(g - theirs).max())
    check(difference < 1e-5, f"the largest difference to PLINK 2 is {difference:.1e}")
    return replace(row, peer_seconds=taken, target=taken, remark=f"largest difference {difference:.0e}")


def association(n: int, n_markers: int) -> Row:
    """Relationships and the exact mixed model for every marker."""
    _, small, value = genotyped(1_000, 50, 200)
    z = centre(small.packed)
    associate(z, genomic_relationship(z), value[small.animal])
    _, genotypes, values = genotyped(10 * n, n, n_markers)
    y = values[genotypes.animal] + 1.5 * np.random.default_rng(SEED).normal(size=n)
    z = centre(genotypes.packed)
    seconds, found = timed(lambda: associate(z, genomic_relationship(z), y))
    row = Row("association", f"{n:,} x {n_markers:,}", seconds, peak_mib(), 5.0, peer="GEMMA")
    remark = f"lambda {found.inflation:.2f}"
    if missing("gemma"):
        return replace(row, remark=f"{remark}; {missing('gemma')}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plink(folder, genotypes.packed, y)
        common = ["gemma", "-bfile", "all", "-maf", "0", "-miss", "1"]
        taken = seconds_of([*common, "-gk", "1", "-o", "k"], folder)
        taken += seconds_of([*common, "-lmm", "1", "-k", "output/k.cXX.txt", "-o", "lmm"], folder)
        lines = (folder / "output" / "lmm.assoc.txt").read_text().splitlines()
    header = lines[0].split("\t")
    theirs = {line.split("\t")[1]: float(line.split("\t")[header.index("p_wald")]) for line in lines[1:]}
    p = np.array([theirs.get(f"m{j}", np.nan) for j in range(n_markers)])
    tested = np.isfinite(found.p)
    both = np.isfinite(p) & tested
    difference = float(np.abs(np.log10(p[both]) - np.log10(found.p[both])).max())
    check(both.sum() > 0.99 * tested.sum(), f"GEMMA tested {both.sum()} of {tested.sum()} markers")
    check(difference < 0.01, f"p-values differ by {difference:.2g} on the log10 scale")
    return replace(row, peer_seconds=taken, remark=f"{remark}; log10 p differs by up to {difference:.0e}")


def single_step(method: Method, n_animals: int, n_genotyped: int, n_markers: int) -> Row:
    """A single-trait model: all animals but the oldest have a record."""
    _fit(method, 1_000, 50, 200)
    solution, seconds, accuracy = _fit(method, n_animals, n_genotyped, n_markers)
    c = solution.convergence
    check(c.converged and c.largest_change < 1e-6 and c.relative_residual < 1e-8, "it did not converge")
    check(accuracy > 0.5, f"the correlation with true breeding values is {accuracy:.2f}")
    remark = f"{c.iterations} iterations, fresh residual {c.relative_residual:.0e}, accuracy {accuracy:.2f}"
    size = f"{n_animals:,}; {n_genotyped:,} x {n_markers:,}"
    target = 180.0 if n_genotyped == 10_000 else None
    return Row(f"single-step, {method}", size, seconds, peak_mib(), target, remark=remark, n=n_animals)


def _fit(method: Method, n_animals: int, n_genotyped: int, n_markers: int) -> tuple[Solution, float, float]:
    pedigree, genotypes, values = genotyped(n_animals, n_genotyped, n_markers)
    rng, animal = np.random.default_rng(SEED), np.arange(n_animals // 20, n_animals)
    columns = {"group": animal // 40, "sex": rng.integers(0, 2, len(animal)), "age": rng.uniform(90, 110, len(animal))}
    y = values[animal] + 1.5 * rng.normal(size=len(animal)) + columns["sex"] + 0.1 * columns["age"]
    effects = (
        Effect("group", "fixed"), Effect("sex", "fixed"), Effect("age", "covariate"), Effect("animal", "additive"),
    )  # fmt: skip
    options = Options(solver="pcg", reliability="none")
    model = Model(("y",), effects, Variances(2.25, additive=1.0), options, genomic=Genomic(method))
    records = Records(animal, y, columns)
    seconds, solution = timed(lambda: fit(model, records, pedigree, genotypes=genotypes), repeats=1)
    found = np.corrcoef(solution.ebv[genotypes.animal, 0], values[genotypes.animal])[0, 1]
    return solution, seconds, float(found)


def products(n: int, n_markers: int) -> list[Row]:
    """Z v and Z' u on packed genotypes, beside numpy on the same Z in float32 (16 times the memory)."""
    genotypes = genotyped(10 * n, n, n_markers)[1]
    z, rng = centre(genotypes.packed), np.random.default_rng(SEED)
    v, u = rng.normal(size=n_markers), rng.normal(size=n)
    z.product(v), z.transposed_product(u)
    forward, product = timed(lambda: z.product(v))
    backward, transposed = timed(lambda: z.transposed_product(u))
    peak = peak_mib()
    full = np.asarray(z.decode(0, n_markers, np.float32))
    single, single_u = v.astype(np.float32), u.astype(np.float32)
    dense, expected = timed(lambda: full @ single)
    across, expected_across = timed(lambda: full.T @ single_u)
    check(np.allclose(product, expected, atol=1e-3 * np.abs(expected).max()), "Z v is not that of numpy")
    check(np.allclose(transposed, expected_across, atol=1e-3 * np.abs(transposed).max()), "Z'u is not that of numpy")
    size, share = f"{n:,} x {n_markers:,}", genotypes.packed.data.nbytes / full.nbytes
    return [
        Row(step, size, own, peak, peer="numpy float32", peer_seconds=peer,
            remark=f"{n * n_markers / own / 1e9:.1f} G calls/s, {share:.1%} of numpy's memory")
        for step, own, peer in (("packed product", forward, dense), ("packed transposed product", backward, across))
    ]  # fmt: skip


def national(n: int, n_markers: int) -> Row:
    """Z v and Z' u, what an iteration of ssSNPBLUP computes, on random calls; numpy would need 16 times the memory."""
    rng = np.random.default_rng(SEED)
    packed = PackedGenotypes(rng.integers(0, 256, (n_markers, n // 4), dtype=np.uint8), n)
    z, v, u = centre(packed), rng.normal(size=n_markers), rng.normal(size=n)
    small = centre(packed.markers(np.arange(10)))
    small.product(v[:10]), small.transposed_product(u)
    seconds, (product, transposed) = timed(lambda: (z.product(v), z.transposed_product(u)), limit=30.0)
    check(bool(np.isclose(u @ product, v @ transposed, rtol=1e-6)), "u'Zv differs when it is computed from Z'u")
    remark = f"genotypes {packed.data.nbytes / 2**20:,.0f} MiB, {2 * n * n_markers / seconds / 1e9:.1f} G calls/s"
    return Row("iteration of sssnpblup, Z v and Z'u", f"{n:,} x {n_markers:,}", seconds, peak_mib(), 10.0, 24 * 1024.0,
               remark=remark)  # fmt: skip


def cases(given: Given) -> list[Case]:
    """Sizes of the targets, or a tenth of them."""
    k = 10 if given.quick else 1
    g, tests, flock = (5_000 // k, 50_000 // k), (1_800 // k, 10_000 // k), (200_000 // k, 10_000 // k, 50_000 // k)
    nation = (200_000 // k, 50_000 // k)
    steps: tuple[Method, ...] = ("single_step", "ssgblup")
    return [
        Case("genomic relationships", f"{g[0]:,} x {g[1]:,}", relationships, g),
        Case("association", f"{tests[0]:,} x {tests[1]:,}", association, tests),
        *(
            Case(f"single-step, {m}", f"{flock[0]:,}; {flock[1]:,} x {flock[2]:,}", single_step, (m, *flock))
            for m in steps
        ),
        Case("packed product", f"{g[0]:,} x {g[1]:,}", products, g),
        Case("iteration of sssnpblup", f"{nation[0]:,} x {nation[1]:,}", national, nation),
    ]


if __name__ == "__main__":
    main(__doc__, cases)
