"""Whose the samples of a file are: as the request says, as it was before, by id, by tag."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Finding
from bellwether.modelling.genotypes.source import ReadGenotypes


class Options(TypedDict):
    """What an import was asked for, as plain JSON."""

    strand: Literal["same", "either", "either_but_palindromic"]
    foreign_markers: Literal["refuse", "leave_out"]
    positions: Literal["refuse", "of_map"]
    counts: Literal["counted", "other"] | None
    unknown_animals: Literal["refuse", "leave_out"]
    existing: Literal["refuse", "leave_out", "correct"]
    min_call_rate: float
    samples: dict[str, str]


@dataclass(frozen=True)
class Named:
    """Samples that are kept, as rows of the file, with their animals."""

    rows: NDArray[np.int64]
    animals: list[str]
    left_out: dict[str, list[str]]


def name_samples(read: ReadGenotypes, animals: pl.DataFrame, kept: pl.DataFrame, options: Options) -> Named:
    """The animal of each sample: as the request says, as it was before, by its id, by its tag.

    Raises
    ------
    BadInput
        ``repeated_sample``, ``ambiguous_tag``, ``unknown_animal``, ``sample_exists``, ``other_animal``: by name.
    """
    ids = read.ids.to_list()
    findings: list[tuple[int, str, str, str]] = []
    counts = Counter(ids)
    tags = Counter(tag for tag in animals["tag"].to_list() if tag)
    by_tag = {tag: key for key, tag in zip(animals["id"].to_list(), animals["tag"].to_list(), strict=True) if tag}
    known = set(animals["id"].to_list())
    before = {row["name"]: row for row in kept.iter_rows(named=True)}
    rows, found = [], []
    left_out: dict[str, list[str]] = {"unknown_animal": [], "exists": []}
    for i, name in enumerate(ids):
        told = options["samples"].get(name)
        asked = told if told is not None else name
        earlier = before.get(name)
        animal = asked if asked in known else by_tag.get(asked)
        if counts[name] > 1:
            findings.append((i, "repeated_sample", "stands twice in the file", "Keep one of them, or rename it"))
            continue
        if told is None and earlier is not None:
            animal = earlier["animal_id"]
        elif asked not in known and tags[asked] > 1:
            fix = "Name its animal by the id, in samples"
            findings.append((i, "ambiguous_tag", "has a tag that several animals have", fix))
            continue
        if animal is None or animal not in known:
            if options["unknown_animals"] == "leave_out":
                left_out["unknown_animal"].append(name)
                continue
            fix = "Name it by the id or the tag of an animal, give its animal in samples, or set unknown_animals"
            findings.append((i, "unknown_animal", "is no animal of the farm", fix))
            continue
        if earlier is not None and earlier["animal_id"] != animal:
            fix = "Correct the animal of the sample first, or rename the sample"
            findings.append((i, "other_animal", "belongs to another animal already", fix))
            continue
        if earlier is not None and earlier["is_there"] and options["existing"] != "correct":
            if options["existing"] == "leave_out":
                left_out["exists"].append(name)
                continue
            fix = "Set existing to leave_out, or to correct if these calls are the right ones"
            findings.append((i, "sample_exists", "has genotypes of this chip already", fix))
            continue
        rows.append(i)
        found.append(animal)
    if findings:
        raise told_samples(read, findings)
    if not rows:
        finding = Finding(str(read.animal_file), None, "no_samples", "no sample is left to take", "See the report")
        raise BadInput([finding])
    return Named(np.array(rows, dtype=np.int64), found, {key: names for key, names in left_out.items() if names})


def told_samples(read: ReadGenotypes, findings: list[tuple[int, str, str, str]]) -> BadInput:
    """The refusal of samples by their names."""
    rows = [
        Finding(str(read.animal_file.name), read.line(i), code, f"sample {read.ids[i]} {rule}", fix, str(read.ids[i]))
        for i, code, rule, fix in findings
    ]
    return BadInput(rows[:SHOWN], Counter(row.code for row in rows))
