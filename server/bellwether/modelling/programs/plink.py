"""PLINK 2: which animals and markers are good enough, markers that say little beside others, principal components.

PLINK decides, and knows markers and animals by their numbers alone: the files are ours, before it and after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine.genotypes import PackedGenotypes, is_autosomal, to_bed
from numpy.typing import NDArray

from bellwether.modelling.chips.writing.given import Given
from bellwether.modelling.findings import BadInput, Finding
from bellwether.modelling.programs.outcome import Outcome, chosen, marker_table
from bellwether.modelling.programs.running import Runner

#: below, PLINK itself asks whether correlations and frequencies of so few are meant
FEW = 50
INPUT = ("--bfile", "in", "--chr-set", "26", "--threads", "2", "--memory", "4000")


@dataclass(frozen=True, slots=True)
class Pruning:
    """Thresholds. `r2` None prunes nothing; a share is of calls that are missing."""

    max_missing_animal: float = 0.1
    max_missing_marker: float = 0.1
    min_frequency: float = 0.01
    hardy_weinberg: float = 0.0
    window_markers: int = 50
    step_markers: int = 5
    r2: float | None = 0.5
    n_components: int = 0
    takes_few: bool = False


def prune(given: Given, runner: Runner, options: Pruning) -> Outcome:
    """Genotypes of the animals and autosomal markers that stay; a table of all markers with the reason, one of animals.

    Raises
    ------
    BadInput
        Nothing is left, or there are too few animals for what is asked.
    ProgramFailed
    """
    found = given.map.markers
    autosomal = np.flatnonzero(is_autosomal(found.chromosome))
    write_input(given, autosomal, runner.folder)
    few = ("--bad-freqs",) if options.takes_few else ()
    runner.run(*INPUT, "--mind", str(options.max_missing_animal), "--write-samples", "--out", "animals")
    animals = numbers(runner.folder / "animals.id", "animal")
    if len(animals) < FEW and not options.takes_few:
        message = f"{len(animals)} animals are left: correlations and frequencies of fewer than {FEW} say little"
        raise refused("too_few_animals", message, "Take more animals, or set takes_few")
    filters = [
        ("call_rate", "--geno", str(options.max_missing_marker)),
        ("frequency", "--maf", str(options.min_frequency)),
        ("hardy_weinberg", "--hwe", str(options.hardy_weinberg)),
    ]
    reason = np.full(len(found.name), "not_autosomal", dtype="<U16")
    left, words = autosomal, ["--keep", "animals.id"]
    for name, flag, value in filters:
        words += [flag, value]
        runner.run(*INPUT, *words, *few, "--write-snplist", "--out", name)
        left = settle(reason, left, numbers(runner.folder / f"{name}.snplist", "marker"), name)
    kept_list = "hardy_weinberg.snplist"
    if options.r2 is not None:
        window = (str(options.window_markers), str(options.step_markers), str(options.r2))
        is_meant = ("--bad-ld",) if options.takes_few else ()
        chosen_of = ("--keep", "animals.id", "--extract", kept_list)
        runner.run(*INPUT, *chosen_of, *few, *is_meant, "--indep-pairwise", *window, "--out", "linked")
        kept_list = "linked.prune.in"
        left = settle(reason, left, numbers(runner.folder / kept_list, "marker"), "linked")
    reason[left] = ""
    tables = {"markers.csv": pl.DataFrame({**marker_table(given), "left_out": pl.Series(reason.tolist())})}
    is_kept = np.isin(np.arange(len(given.names)), animals)
    tables["animals.csv"] = pl.DataFrame(
        {"sample": list(given.names), "left_out": np.where(is_kept, "", "call_rate").tolist()}
    )
    if options.n_components:
        tables |= components(given, runner, options, kept_list, few)
    counts = {f"markers_{name}": int((reason == name).sum()) for name in dict.fromkeys(reason.tolist()) if name}
    report = {"n_animals": len(animals), "n_markers": len(left), **counts}
    return Outcome(chosen(given, animals, left), report, tables)


def components(
    given: Given, runner: Runner, options: Pruning, kept_list: str, few: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """Principal components of the relationships by the markers that stay: of each animal, and their eigenvalues."""
    words = ("--keep", "animals.id", "--extract", kept_list, *few)
    runner.run(*INPUT, *words, "--pca", str(options.n_components), "--out", "pca")
    table = pl.read_csv(runner.folder / "pca.eigenvec", separator="\t")
    names = [given.names[int(str(each).removeprefix("a"))] for each in table["IID"].to_list()]
    columns = [f"PC{i + 1}" for i in range(options.n_components)]
    values = np.loadtxt(runner.folder / "pca.eigenval", ndmin=1)
    return {
        "components.csv": pl.DataFrame({"sample": names}).hstack(table.select(columns)),
        "eigenvalues.csv": pl.DataFrame({"component": columns, "eigenvalue": values}),
    }


def write_input(given: Given, markers: NDArray[np.int64], folder: Path) -> None:
    """The `.bed`, `.bim` and `.fam` that PLINK reads, in the order of the map.

    Raises
    ------
    BadInput
        No marker lies on an autosome.
    """
    if not len(markers):
        raise refused("no_autosomal_markers", "no marker of the chip lies on an autosome", "Take another chip")
    found, packed = given.map.markers, given.packed
    calls = PackedGenotypes(np.ascontiguousarray(packed.data[markers]), packed.n_animals)
    (folder / "in.bed").write_bytes(to_bed(calls))
    lines = [
        f"{found.chromosome[i]}\tm{i}\t0\t{found.position_bp[i]}\t{found.counted[i] or '0'}\t{found.other[i] or '0'}\n"
        for i in markers.tolist()
    ]
    (folder / "in.bim").write_text("".join(lines))
    sexes = (fam[3] if fam[3] in ("1", "2") else "0" for fam in given.fam)
    (folder / "in.fam").write_text("".join(f"0\ta{i}\t0\t0\t{sex}\t-9\n" for i, sex in enumerate(sexes)))


def numbers(path: Path, what: str) -> NDArray[np.int64]:
    """The numbers of what PLINK lists, one to a line; the id stands last.

    Raises
    ------
    BadInput
        It lists nothing.
    """
    lines = path.read_text().splitlines() if path.is_file() else []
    found = [int(line.split()[-1][1:]) for line in lines if line and not line.startswith("#")]
    if not found:
        raise refused("nothing_left", f"no {what} is left", "Set the thresholds lower")
    return np.array(sorted(found), dtype=np.int64)


def settle(
    reason: NDArray[np.str_], before: NDArray[np.int64], after: NDArray[np.int64], name: str
) -> NDArray[np.int64]:
    """Those that stay; the others are told why they go."""
    reason[np.setdiff1d(before, after)] = name
    return after


def refused(code: str, message: str, fix: str) -> BadInput:
    """What PLINK would have ended with, in our words."""
    return BadInput([Finding("plink2", None, code, message, fix, "options")])
