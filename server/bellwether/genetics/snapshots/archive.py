"""The inputs of an evaluation as one archive, for `./bellwether evaluate`."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import tomli_w

from bellwether.genetics.snapshots.names import START

#: kept table -> name in the archive
TABLES = {"pedigree.csv": "ped.csv", "records.csv": "rec.csv"}
MODEL, GENOTYPES, GENOTYPES_OF_PLINK = "model.json", "genotypes.csv", "genotypes"
WHEN = (1980, 1, 1, 0, 0, 0)
COMMAND = "./bellwether evaluate --pedigree ped.csv --records rec.csv --model model.toml{} --out results"
THREADS = """
Sums of BLAS and LAPACK depend on how many threads they have: give them as many as the platform (OPENBLAS_NUM_THREADS;
not set, all cores of the machine). With others, or another processor, the last digits differ.
"""
TOO_LARGE = """
The genotypes are too many to be kept with the run: give the genotype file that was named when it was asked for, with
samples under the ids of ped.csv, by --genotypes.
"""


def archive(kept: Mapping[str, bytes], stored: Path | None = None) -> bytes:
    """A ZIP archive of `ped.csv`, `rec.csv`, `model.toml`, the genotypes where they are kept, the results from which a
    run began, and how to run them; `stored` is the file of genotypes that the run took from the database.

    The same tables give the same archive.
    """
    files = {name: kept[table] for table, name in TABLES.items()}
    model = json.loads(kept[MODEL])
    files["model.toml"] = tomli_w.dumps(model).encode()
    options, remark = "", ""
    if GENOTYPES in kept:
        files[GENOTYPES], options = kept[GENOTYPES], f" --genotypes {GENOTYPES}"
    elif stored is not None:
        more = unpacked(stored)
        files |= more
        options = f" --genotypes {GENOTYPES_OF_PLINK if len(more) > 1 else stored.name}"
    elif "genomic" in model:
        options, remark = " --genotypes FILE", TOO_LARGE
    begun = {f"start/{name.removeprefix(START)}": each for name, each in kept.items() if name.startswith(START)}
    if begun:
        files |= begun
        options += " --start start"
    text = f"The same breeding values, to the bit:\n\n    {COMMAND.format(options)}\n{THREADS}{remark}"
    files["README.txt"] = text.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(path: Path) -> dict[str, bytes]:
    """The files of PLINK in an archive, or the one file that it is."""
    if path.suffix != ".zip":
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as held:
        return {name: held.read(name) for name in held.namelist()}
