"""bcftools: a VCF or BCF made ready for an import: sites of several alleles split, poor and repeated ones out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bellwether.modelling.programs.outcome import Outcome
from bellwether.modelling.programs.running import Runner

OUT = "normalised.vcf.gz"


@dataclass(frozen=True, slots=True)
class Normalising:
    """What is done to sites; quality and missing calls only where a bound is told."""

    splits_alleles: bool = True
    drops_repeated: bool = True
    only_passed: bool = False
    min_quality: float | None = None
    max_missing: float | None = None
    names_unnamed: bool = True


def normalise(path: Path, runner: Runner, options: Normalising) -> Outcome:
    """The file with these changes, compressed by blocks, and how many sites went where.

    Raises
    ------
    ProgramFailed
    """
    steps = [["view", "--no-version", *chosen_sites(options)]]
    if options.splits_alleles:
        steps.append(["norm", "--no-version", "--multiallelics", "-any"])
    if options.drops_repeated:
        steps.append(["norm", "--no-version", "--rm-dup", "exact"])
    if options.names_unnamed:
        steps.append(["annotate", "--no-version", "--set-id", "+%CHROM:%POS:%REF:%FIRST_ALT"])
    now = path.name
    for number, words in enumerate(steps):
        is_last = number == len(steps) - 1
        made = OUT if is_last else f"step{number}.bcf"
        runner.run(*words, "--output-type", "z" if is_last else "u", "--output", made, now)
        now = made
    before, after = n_sites(runner, path.name, "before"), n_sites(runner, OUT, "after")
    return Outcome(runner.folder / OUT, {"n_sites_before": before, "n_sites": after})


def chosen_sites(options: Normalising) -> list[str]:
    """Words of `view` that leave sites out."""
    words = ["--apply-filters", "PASS,."] if options.only_passed else []
    bounds = [] if options.min_quality is None else [f"QUAL>={options.min_quality!r}"]
    bounds += [] if options.max_missing is None else [f"F_MISSING<={options.max_missing!r}"]
    return [*words, "--include", " && ".join(bounds)] if bounds else words


def n_sites(runner: Runner, name: str, out: str) -> int:
    """How many records a file has."""
    runner.run("query", "--format", "%POS\\n", "--output", out, name)
    with (runner.folder / out).open("rb") as file:
        return sum(1 for _ in file)
