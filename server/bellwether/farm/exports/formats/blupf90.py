"""A flock for BLUPF90: data and pedigree as renumf90 reads them, and a parameter file for it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bellwether.farm.exports.evaluating.archive import lines, packed
from bellwether.farm.exports.evaluating.dataset import Dataset, dataset
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.modelling.model_file.schema import EffectTable
from bellwether.sheep.traits import Known

MISSING, NONE = "-999", "0"


async def write(source: Source, options: Options, path: Path) -> Report:
    """By the default model, with the starting variances of the dictionary."""
    data, keys = await source.evaluable(options.traits), await source.keys()
    known, several = await source.traits(), await source.syndicates()
    await source.progress(0.5, "writing")
    return await asyncio.to_thread(write_all, data, keys, known, several, options, path)


def write_all(
    data: FlockData, keys: Keys, known: Known, several: Sequence[SyndicateRow], options: Options, path: Path
) -> Report:
    """A value that was not measured is -999, an unknown parent or group 0."""
    report = Report()
    found = dataset(data, keys, options.traits, report, known, several)
    report.notes.append(f"missing values are {MISSING} (OPTION missing), unknown parents and groups {NONE}")
    columns = list(found.records)
    rows = [[cell(name, found, place) for name in columns] for place in range(found.n_records)]
    pedigree = [[animal, sire or NONE, dam or NONE] for animal, sire, dam in found.pedigree]
    files = {"data.txt": lines(rows), "pedigree.txt": lines(pedigree), "renum.par": parameters(found, columns)}
    packed(path, files, found, report)
    return report


def cell(name: str, found: Dataset, place: int) -> str:
    """One word; renumf90 knows no empty ones."""
    text = "".join(found.records[name][place].split())
    return text or (MISSING if name in found.traits else NONE)


def parameters(found: Dataset, columns: Sequence[str]) -> str:
    """For renumf90; what follows from it goes to blupf90 as it is."""
    at = {name: str(place) for place, name in enumerate(columns, 1)}
    parts = [
        "# columns of data.txt: " + " ".join(f"{place}={name}" for name, place in at.items()),
        "DATAFILE\ndata.txt",
        "TRAITS\n" + " ".join(at[code] for code in found.traits),
        "FIELDS_PASSED TO OUTPUT\n",
        "WEIGHT(S)\n",
        "RESIDUAL_VARIANCE\n" + matrix(found.plan.residual),
    ]
    parts += [effect(each, at, found.traits, "cross alpha") for each in found.effects("fixed")]
    parts += [effect(each, at, found.traits, "cov") for each in found.effects("covariate")]
    animal = " ".join(at["animal"] for _ in found.traits)
    parts.append(f"# the animal\nEFFECT\n{animal} cross alpha\nRANDOM\nanimal\nFILE\npedigree.txt\nFILE_POS\n1 2 3 0 0")
    parts.append("(CO)VARIANCES\n" + matrix(found.plan.additive))
    parts.append(f"OPTION missing {MISSING}")
    return "\n".join(parts) + "\n"


def effect(each: EffectTable, at: dict[str, str], traits: Sequence[str], kind: str) -> str:
    """The column of each trait; 0 for a trait that has no such effect."""
    places = [at[each.name] if each.traits is None or code in each.traits else NONE for code in traits]
    return f"# {each.name}\nEFFECT\n{' '.join(places)} {kind}"


def matrix(rows: Sequence[Sequence[float]]) -> str:
    """One line for each row."""
    return "\n".join(" ".join(f"{value:.6g}" for value in row) for row in rows)


FORMAT = Format(name="blupf90", uses=frozenset({"traits"}), write=write, suffix="zip")
