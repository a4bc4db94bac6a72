"""A flock for ASReml: pedigree, data, and a job file to begin with."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bellwether.farm.exports.evaluating.archive import packed, quoted
from bellwether.farm.exports.evaluating.dataset import Dataset, dataset
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.sheep.traits import Known

MISSING, NONE = "NA", "0"


async def write(source: Source, options: Options, path: Path) -> Report:
    """By the default model, with the starting variances of the dictionary."""
    data, keys = await source.evaluable(options.traits), await source.keys()
    known, several = await source.traits(), await source.syndicates()
    await source.progress(0.5, "writing")
    return await asyncio.to_thread(write_all, data, keys, known, several, options, path)


def write_all(
    data: FlockData, keys: Keys, known: Known, several: Sequence[SyndicateRow], options: Options, path: Path
) -> Report:
    """A value or group that is not there is NA, an unknown parent 0."""
    report = Report()
    found = dataset(data, keys, options.traits, report, known, several)
    report.notes.append(f"missing values and groups are {MISSING}, unknown parents {NONE}")
    columns = list(found.records)
    rows = [",".join(quoted(found.records[name][n] or MISSING) for name in columns) for n in range(found.n_records)]
    pedigree = [",".join((animal, sire or NONE, dam or NONE)) for animal, sire, dam in found.pedigree]
    files = {
        "flock.ped": "\n".join(["animal,sire,dam", *pedigree]) + "\n",
        "flock.csv": "\n".join([",".join(columns), *rows]) + "\n",
        "flock.as": job(found, columns),
    }
    packed(path, files, found, report)
    return report


def job(found: Dataset, columns: list[str]) -> str:
    """One trait after the other: what goes together is added by whoever knows the data."""
    numbers = {*found.traits, *(effect.name for effect in found.effects("covariate"))}
    fields = "\n".join(f" {name} {'!P' if name == 'animal' else '' if name in numbers else '!A'}" for name in columns)
    head = "Flock of bellwether # written to begin with: check it against your release of ASReml"
    models = [model(found, code, n) for n, code in enumerate(found.traits)]
    files = "flock.ped !SKIP 1 !ALPHA\nflock.csv !SKIP 1 !MAXIT 30 !DOPART $1"
    return "\n".join([head, *[line.rstrip() for line in fields.splitlines()], files, *models]) + "\n"


def model(found: Dataset, code: str, n: int) -> str:
    """A part of the job, with the starting ratio of the two variances."""
    terms = [
        each.name
        for kind in ("fixed", "covariate")
        for each in found.effects(kind)
        if each.traits is None or code in each.traits
    ]
    additive, residual = found.plan.additive[n][n], found.plan.residual[n][n]
    ratio = f"{additive / residual:.4f}" if residual else "0.3"
    return f"!PART {n + 1}\n{code} ~ mu {' '.join(terms)} !r nrm(animal) {ratio}"


FORMAT = Format(name="asreml", uses=frozenset({"traits"}), write=write, suffix="zip")
