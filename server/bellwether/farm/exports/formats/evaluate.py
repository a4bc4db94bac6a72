"""A flock for `./bellwether evaluate`: pedigree, records and model, as the platform's evaluation makes them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import tomli_w

from bellwether.farm.exports.evaluating.archive import packed
from bellwether.farm.exports.evaluating.dataset import dataset
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.sheep.traits import Known

COMMAND = "./bellwether evaluate --pedigree ped.csv --records rec.csv --model model.toml --out results"


async def write(source: Source, options: Options, path: Path) -> Report:
    """By the default model, with the starting variances of the dictionary."""
    data, keys = await source.evaluable(options.traits), await source.keys()
    known, several = await source.traits(), await source.syndicates()
    await source.progress(0.5, "writing")
    return await asyncio.to_thread(write_all, data, keys, known, several, options, path)


def write_all(
    data: FlockData, keys: Keys, known: Known, several: Sequence[SyndicateRow], options: Options, path: Path
) -> Report:
    """An unknown parent, and a value that was not measured, is an empty cell."""
    report = Report()
    found = dataset(data, keys, options.traits, report, known, several)
    pedigree = dict(zip(("animal", "sire", "dam"), map(list, zip(*found.pedigree, strict=True)), strict=True))
    files = {
        "ped.csv": pl.DataFrame(pedigree).write_csv(),
        "rec.csv": pl.DataFrame(dict(found.records)).write_csv(),
        "model.toml": tomli_w.dumps(found.model.model_dump(exclude_defaults=True)),
        "README.txt": f"Variances are starting values of the trait dictionary.\n\n    {COMMAND}\n",
    }
    packed(path, files, found, report)
    return report


FORMAT = Format(name="evaluate", uses=frozenset({"traits"}), write=write, suffix="zip")
