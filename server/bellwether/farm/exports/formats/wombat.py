"""A flock for WOMBAT: everything as numbers, with the file that says what they stand for, and a parameter file."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from bellwether.farm.exports.evaluating.archive import lines, packed, quoted
from bellwether.farm.exports.evaluating.dataset import Dataset, dataset
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.modelling.flocks.flock_data import FlockData
from bellwether.sheep.traits import Known

NONE = "0"
Codes = Mapping[str, Mapping[str, int]]


async def write(source: Source, options: Options, path: Path) -> Report:
    """By the default model, with the starting variances of the dictionary."""
    data, keys = await source.evaluable(options.traits), await source.keys()
    known, several = await source.traits(), await source.syndicates()
    await source.progress(0.5, "writing")
    return await asyncio.to_thread(write_all, data, keys, known, several, options, path)


def write_all(
    data: FlockData, keys: Keys, known: Known, several: Sequence[SyndicateRow], options: Options, path: Path
) -> Report:
    """A line for each value that was measured; an animal's number is higher than those of its parents."""
    report = Report()
    found = dataset(data, keys, options.traits, report, known, several)
    report.notes.append(f"only values that were measured have a line; an unknown parent is {NONE}")
    codes = coded(found)
    pedigree = [[str(codes["animal"].get(each, 0)) for each in row] for row in found.pedigree]
    key = [f"{name},{number},{quoted(word)}" for name, words in codes.items() for word, number in words.items()]
    files = {
        "flock.ped": lines(pedigree),
        "flock.dat": lines(rows_of(found, codes)),
        "wombat.par": parameters(found, codes),
        "codes.csv": "\n".join(["column,number,means", *key]) + "\n",
    }
    packed(path, files, found, report)
    return report


def coded(found: Dataset) -> Codes:
    """Column -> word -> number. Animals are numbered in the order of the pedigree."""
    codes = {"animal": {row[0]: number for number, row in enumerate(found.pedigree, 1)}}
    for effect in found.effects("fixed"):
        words = sorted(set(found.records[effect.name]) - {""})
        codes[effect.name] = {word: number for number, word in enumerate(words, 1)}
    return codes


def rows_of(found: Dataset, codes: Codes) -> list[list[str]]:
    """Sorted by animal, then by trait: trait, animal, effects, value."""
    names = columns(found)
    rows = []
    for number, code in enumerate(found.traits, 1):
        for place, value in enumerate(found.records[code]):
            if value:
                animal = codes["animal"][found.records["animal"][place]]
                cells = [cell(name, found.records[name][place], codes) for name in names]
                rows.append((animal, number, [str(number), str(animal), *cells, value]))
    return [cells for *_, cells in sorted(rows)]


def cell(name: str, text: str, codes: Codes) -> str:
    """A level by its number, a covariate as it is; 0 where the trait of the line has no such effect."""
    return str(codes[name].get(text, NONE)) if name in codes else text or NONE


def columns(found: Dataset) -> list[str]:
    """The effects, fixed ones first."""
    return [each.name for kind in ("fixed", "covariate") for each in found.effects(kind)]


def parameters(found: Dataset, codes: Codes) -> str:
    """To begin with: names of effects and starting variances."""
    n = len(found.traits)
    names = columns(found)
    width = [f"  {name} {len(codes[name])}" if name in codes else f"  {name}" for name in names]
    fields = ["  traitno 1" if n == 1 else f"  traitno {n}", f"  animal {len(found.pedigree)}", *width, "  value"]
    numbers = " ".join(str(number) for number in range(1, n + 1))
    fixed = [f"  FIX {each.name}{of_traits(each.traits, found)}" for each in found.effects("fixed")]
    linear = [f"  COV {each.name}(1){of_traits(each.traits, found)}" for each in found.effects("covariate")]
    return "\n".join([
        "# written to begin with: check it against the manual of your release of WOMBAT",
        "COMMENT a flock of bellwether",
        "ANALYSIS UNI" if n == 1 else f"ANALYSIS MUV {n}",
        "PEDS flock.ped",
        "DATA flock.dat GRP" if n > 1 else "DATA flock.dat",
        *([f"  TRNOS {numbers}"] if n > 1 else []),
        *fields,
        "END DATA",
        "MODEL",
        *fixed,
        *linear,
        "  RAN animal NRM",
        *[f"  TRAIT {code} {number}" for number, code in enumerate(found.traits, 1)],
        "END MODEL",
        f"VARIANCE animal {n}",
        *triangle(found.plan.additive),
        f"VARIANCE residual {n}",
        *triangle(found.plan.residual),
        "",
    ])  # fmt: skip


def of_traits(traits: Sequence[str] | None, found: Dataset) -> str:
    """The numbers of the traits that have the effect, where not all do."""
    if traits is None or set(traits) == set(found.traits):
        return ""
    return " " + " ".join(str(found.traits.index(code) + 1) for code in traits)


def triangle(rows: Sequence[Sequence[float]]) -> list[str]:
    """The upper one, by rows."""
    return ["  " + " ".join(f"{value:.6g}" for value in row[place:]) for place, row in enumerate(rows)]


FORMAT = Format(name="wombat", uses=frozenset({"traits"}), write=write, suffix="zip")
