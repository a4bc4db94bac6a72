"""The genotypes of a run: read by their kind, checked against the pedigree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine import Genotypes, Model
from bellwether_engine.genotypes import Markers
from numpy.typing import NDArray

from bellwether.modelling.column_names import name_columns
from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse
from bellwether.modelling.genotypes.blupf90 import is_blupf90, read_blupf90
from bellwether.modelling.genotypes.dosages import read_dosages
from bellwether.modelling.genotypes.letters import is_letters, read_letters
from bellwether.modelling.genotypes.plink import read_bed, read_ped
from bellwether.modelling.genotypes.source import FileDigest, ReadAs, ReadGenotypes
from bellwether.modelling.genotypes.vcf import VCF_ENDINGS, read_vcf
from bellwether.modelling.model_file.genomic_table import BY_NAME, GenomicTable
from bellwether.modelling.tables.pedigree import Animals, match
from bellwether.modelling.tables.records import like_a_known_one
from bellwether.modelling.text_table import read_table


@dataclass(frozen=True)
class Samples:
    """Genotypes for the engine, the names of markers and counted alleles, and the files that they came from."""

    path: Path
    genotypes: Genotypes
    markers: pl.Series
    alleles: pl.Series
    digests: list[FileDigest]
    kind: str
    map: Markers | None
    left_out: tuple[str, ...] = ()
    read_as: ReadAs = field(default_factory=ReadAs)


def read_genotypes(name: str, animals: Animals) -> Samples:
    """Read a VCF or BCF file, `name`.bed, .bim and .fam or `name`.ped and .map where they are, else the table `name`.

    Raises
    ------
    BadInput
        Files that are missing or do not fit together, an animal that is not in the pedigree or has two samples, a call
        that is not 0, 1, 2 or missing.
    """
    return samples_of(read_file(name), animals, Path(name))


def samples_of(read: ReadGenotypes, animals: Animals, path: Path) -> Samples:
    """The samples as animals of the pedigree.

    Raises
    ------
    BadInput
        A marker that appears twice, an animal that is not in the pedigree or has two samples.
    """
    _refuse_repeated_markers(read)
    positions = animals.positions(read.ids)
    fix = "Add it to the pedigree"
    if (positions < 0).any():
        fix += like_a_known_one(str(read.ids[int(np.flatnonzero(positions < 0)[0])]), animals.ids)
    _refuse_rows(read, positions < 0, "unknown_animal", "is not in the pedigree", fix)
    again = (~read.ids.is_first_distinct()).to_numpy()
    _refuse_rows(read, again, "repeated_animal", "has a genotype already", "Keep one sample per animal")
    genotypes = Genotypes(read.packed, positions)
    return Samples(
        path, genotypes, read.markers, read.alleles, read.digests, read.kind, read.map, read.left_out, read.read_as
    )


def read_file(name: str) -> ReadGenotypes:
    """The samples as the file names them: a VCF, a PLINK prefix, or else a table."""
    if name.lower().endswith(VCF_ENDINGS):
        return read_vcf(Path(name))
    for endings, reader in (((".bed", ".bim", ".fam"), read_bed), ((".ped", ".map"), read_ped)):
        prefix = next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), name)
        if prefix != name or Path(f"{prefix}{endings[0]}").exists():
            return reader(prefix)
    if is_blupf90(Path(name)):
        return read_blupf90(Path(name))
    if is_letters(Path(name)):
        return read_letters(Path(name))
    return read_dosages(name_columns(read_table(Path(name), "genotypes"), "genotypes"))


def by_tag(read: ReadGenotypes, tags: Mapping[str, str | None]) -> ReadGenotypes:
    """The same genotypes, samples that name an animal by its tag under its id; `tags` gives the tag of each animal.

    Raises
    ------
    BadInput
        A tag that several animals have.
    """
    counts = Counter(tag for tag in tags.values() if tag)
    animal_of = {tag: animal for animal, tag in tags.items() if tag and counts[tag] == 1}
    ids = read.ids.to_list()
    ambiguous = np.array([name not in tags and counts[name] > 1 for name in ids], dtype=bool)
    _refuse_rows(read, ambiguous, "ambiguous_tag", "is a tag of several animals", "Name the sample by the animal's id")
    named = [name if name in tags else animal_of.get(name, name) for name in ids]
    return replace(read, ids=pl.Series("id", named, dtype=pl.String))


def with_samples(
    table: GenomicTable, model: Model, samples: Samples, animals: Animals, path: Path
) -> tuple[Model, Samples]:
    """Fill in what the table says by name: the core's animals, and the file of frequencies beside the model file.

    Raises
    ------
    BadInput
        A core animal that is not in the pedigree, or a file of frequencies that cannot be used.
    """
    if isinstance(table.core, list) and model.genomic is not None:
        names = pl.Series("id", [str(name) for name in table.core], dtype=pl.String)
        core = animals.positions(names)
        unknown = np.flatnonzero(core < 0)
        if unknown.size:
            message = f"core animal {names[int(unknown[0])]} is not in the pedigree"
            raise refuse(path, None, "unknown_animal", message, "Name genotyped animals", "genomic.core")
        model = replace(model, genomic=replace(model.genomic, core=tuple(int(i) for i in core)))
    if table.frequencies is not None and table.frequencies not in BY_NAME:
        frequency = read_frequencies(path.parent / table.frequencies, samples.markers)
        samples = replace(samples, genotypes=replace(samples.genotypes, frequency=frequency))
    return model, samples


def read_frequencies(path: Path, markers: pl.Series) -> NDArray[np.float64]:
    """Frequencies of the counted alleles from a table with the columns `marker` and `p`."""
    table = read_table(path)
    place = match(markers, table.column("marker"))
    missing = np.flatnonzero(place < 0)
    if missing.size:
        message = f"marker {markers[int(missing[0])]} has no frequency ({missing.size} markers have none)"
        raise refuse(path, None, "missing_marker", message, "Give every marker of the genotypes a row", "marker")
    p = table.column("p").cast(pl.Float64, strict=False)
    wrong = ~((p >= 0) & (p <= 1)).fill_null(False).to_numpy()
    fix = "Give a number from 0 to 1, of the counted allele"
    table.refuse_rows(wrong, "frequency", "{} is not a frequency", fix, "p")
    return np.asarray(p.to_numpy()[place], dtype=np.float64)


def _refuse_repeated_markers(read: ReadGenotypes) -> None:
    again = (~read.markers.is_first_distinct()).to_numpy()
    if again.any():
        name = read.markers[int(np.flatnonzero(again)[0])]
        message = f"marker {name} appears twice"
        raise refuse(read.marker_file, None, "repeated_marker", message, "Give every marker its own name")


def _refuse_rows(read: ReadGenotypes, wrong: NDArray[np.bool_], code: str, rule: str, fix: str) -> None:
    found = np.flatnonzero(wrong)
    if found.size:
        listed, shown = str(read.animal_file), found[:SHOWN].tolist()
        findings = [Finding(listed, read.line(i), code, f"animal {read.ids[i]} {rule}", fix, "animal") for i in shown]
        raise BadInput(findings, {code: len(found)})
