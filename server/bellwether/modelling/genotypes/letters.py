"""Calls as letters: reports of GenomeStudio, and tables of calls, long or wide."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine import ModelError
from bellwether_engine.genotypes import Markers, count_half_calls, from_alleles
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse
from bellwether.modelling.genotypes.source import ReadGenotypes, digest, occurred, read_bytes
from bellwether.sheep.reading.encoding import decode
from bellwether.sheep.reading.refusal import FileRefused

#: headers in lower case, without blanks
SAMPLE = {"sampleid", "sample", "sample_id", "samplename", "animal"}
MARKER = {"snpname", "snp", "marker", "snp_name", "name"}
ALLELE = re.compile(r"allele([12])(?:-?(\w+))?")
BOTH = re.compile(r"([ACGTDI0-])[/|]?([ACGTDI0-])", re.IGNORECASE)
MISSING = {"", "-", "0", ".", "N", "?", "NA"}
ONE_LETTER = re.compile(r"[ACGTDI]", re.IGNORECASE)
HEAD, HEAD_BYTES = 30, 1 << 22
TEXTS = (".csv", ".txt", ".tsv")
FIX = "Write A, C, G, T, or D and I; - where a call is missing"
Columns = tuple[list[str], list[str], list[str], list[str]]


def is_letters(path: Path) -> bool:
    """Is it a report of GenomeStudio, a table of a call in each line, or one whose first calls are two letters?"""
    if path.suffix.lower() not in TEXTS:
        return False
    try:
        with path.open("rb") as file:
            lines = [line.strip() for line in _text(path, file.read(HEAD_BYTES)).splitlines()[:HEAD]]
    except (OSError, BadInput):
        return False
    if any(line.lower() in ("[header]", "[data]") for line in lines):
        return True
    rows = [cells for cells in csv.reader(lines, delimiter=_separator(lines)) if cells]
    if len(rows) < 2:
        return False
    header = [_word(cell) for cell in rows[0]]
    if set(header) & MARKER and any(ALLELE.fullmatch(cell) for cell in header):
        return True
    calls = [cell.strip() for row in rows[1:] for cell in row[1:]]
    return any(_is_pair(cell) for cell in calls)


def _is_pair(cell: str) -> bool:
    found = BOTH.fullmatch(cell)
    return found is not None and bool(set(found[1] + found[2]) & set("ACGTacgtDIdi"))


def read_letters(path: Path) -> ReadGenotypes:
    """The rarer allele is counted; a marker without calls has no alleles.

    Raises
    ------
    BadInput
        ``no_header``, ``ragged_line``, ``not_an_allele``, ``several_strands``, ``repeated_call``, ``many_alleles``,
        ``incomplete_report``.
    """
    lines = _text(path, read_bytes(path)).splitlines()
    start = next((i + 1 for i, line in enumerate(lines) if line.strip().lower() == "[data]"), 0)
    if start >= len(lines):
        raise refuse(path, None, "empty_file", "the file has no calls", "Write the report again")
    separator = _separator(lines[start : start + HEAD])
    header = [_word(cell) for cell in next(csv.reader([lines[start]], delimiter=separator))]
    rows = _rows(path, lines, start, separator, len(header))
    is_long = any(ALLELE.fullmatch(cell) for cell in header)
    samples, markers, first, second = (
        _long(path, header, rows) if is_long else _wide(path, lines[start], rows, separator)
    )
    _refuse_incomplete(path, lines[:start], samples, markers)
    return _genotypes(path, samples, markers, first, second)


def _text(path: Path, content: bytes) -> str:
    """Of any encoding that its bytes show."""
    try:
        return decode(content).text
    except FileRefused as error:
        raise refuse(path, None, "not_text", str(error), "Write the report as text", "genotypes") from error


def _refuse_incomplete(path: Path, head: list[str], samples: list[str], markers: list[str]) -> None:
    """A report that says how much it holds holds as much: what is lost at its end would be missing calls."""
    told = {
        _word(cells[0]): cells[1].strip() for cells in (re.split(r"[\t,;]", line) for line in head) if len(cells) > 1
    }
    numbers = [int(told[name]) if told.get(name, "").isdigit() else 0 for name in ("numsnps", "numsamples")]
    found = (len(set(markers)), len(set(samples)))
    is_short = len(samples) < numbers[0] * numbers[1]
    if is_short or any(have < said for have, said in zip(found, numbers, strict=True)):
        message = (
            f"the header says {numbers[0]:,} SNPs and {numbers[1]:,} samples, "
            f"and {len(samples):,} calls of {found[0]:,} SNPs and {found[1]:,} samples follow"
        )
        fix = "Ask for the whole report; where some was taken out on purpose, take its header out too"
        raise refuse(path, None, "incomplete_report", message, fix, "genotypes")


def _genotypes(
    path: Path, samples: list[str], markers: list[str], first: list[str], second: list[str]
) -> ReadGenotypes:
    ids, names = list(dict.fromkeys(samples)), list(dict.fromkeys(markers))
    row = {name: i for i, name in enumerate(ids)}
    column = {name: j for j, name in enumerate(names)}
    place = np.array([row[s] * len(names) + column[m] for s, m in zip(samples, markers, strict=True)], dtype=np.int64)
    if len(np.unique(place)) < len(place):
        values, counts = np.unique(place, return_counts=True)
        again = int(values[counts > 1][0])
        who, what = ids[again // len(names)], names[again % len(names)]
        message = f"sample {who} has two calls of marker {what}"
        raise refuse(path, None, "repeated_call", message, "Keep one call of each sample and marker", who)
    cells = [_table(each, place, len(ids), len(names)) for each in (first, second)]
    try:
        packed, counted, other = from_alleles(cells[0], cells[1])
    except ModelError as error:
        name = names[error.positions[0]]
        raise refuse(path, None, error.code, f"marker {name}: {error.message}", error.fix, name) from error
    nothing = [0] * len(names)
    return ReadGenotypes(
        packed,
        ids=pl.Series("id", ids),
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", counted.tolist()),
        kind="letters",
        map=Markers.of(names, ["0"] * len(names), nothing, counted, other),
        animal_file=path,
        marker_file=path,
        line=lambda _row: None,
        digests=[digest(path)],
        read_as=occurred(half_calls=count_half_calls(cells[0], cells[1])),
    )


def _table(cells: list[str], place: NDArray[np.int64], n: int, m: int) -> NDArray[np.str_]:
    """Animals by markers; a call that no line gives is missing."""
    out = np.full(n * m, "0", dtype="<U1")
    out[place] = cells
    return out.reshape(n, m)


def _rows(path: Path, lines: list[str], start: int, separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
    table = csv.reader(io.StringIO("\n".join(lines[start + 1 :])), delimiter=separator)
    for number, cells in enumerate(table, start + 2):
        if not cells or not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            message = f"the line has {len(cells):,} cells instead of {width:,}"
            raise refuse(path, number, "ragged_line", message, "Write the report again")
        yield number, [cell.strip() for cell in cells]


def _long(path: Path, header: list[str], rows: Iterator[tuple[int, list[str]]]) -> Columns:
    """A call in each line, of the one strand that the file gives."""
    sample = next((i for i, cell in enumerate(header) if cell in SAMPLE), None)
    marker = next((i for i, cell in enumerate(header) if cell in MARKER), None)
    if sample is None or marker is None:
        message = "the header has no column for the sample, or none for the marker"
        raise refuse(path, None, "no_header", message, "Name the columns Sample ID and SNP Name")
    one, two = _strand(path, header)
    found: Columns = ([], [], [], [])
    wrong: list[Finding] = []
    for number, cells in rows:
        pair = _allele(cells[one]), _allele(cells[two])
        if None in pair:
            message = f"{cells[one][:9]} {cells[two][:9]} of {cells[sample][:40]} is no call"
            wrong.append(Finding(str(path), number, "not_an_allele", message, FIX, cells[marker]))
            continue
        for column, cell in zip(found, (cells[sample], cells[marker], *pair), strict=True):
            column.append(str(cell))
    _stop(wrong)
    return found


def _strand(path: Path, header: list[str]) -> tuple[int, int]:
    """The columns of both alleles; A and B alone are no letters, and two strands could be read in two ways."""
    found: dict[str, dict[str, int]] = {}
    for i, cell in enumerate(header):
        match = ALLELE.fullmatch(cell)
        if match is not None:
            found.setdefault(match[2] or "", {})[match[1]] = i
    letters = {strand: each for strand, each in found.items() if strand != "ab" and len(each) == 2}
    if not letters:
        message = "the file has no letters of both alleles"
        raise refuse(path, None, "no_alleles", message, "Write the report with Allele1 - Top and Allele2 - Top")
    if len(letters) > 1:
        message = f"the file gives alleles of several strands: {', '.join(letters)}"
        raise refuse(path, None, "several_strands", message, "Keep the columns of one strand, that of the chip's map")
    pair = next(iter(letters.values()))
    return pair["1"], pair["2"]


def _wide(path: Path, top: str, rows: Iterator[tuple[int, list[str]]], separator: str) -> Columns:
    """A sample in each line, a marker in each column."""
    names = [cell.strip() for cell in next(csv.reader([top], delimiter=separator))][1:]
    found: Columns = ([], [], [], [])
    wrong: list[Finding] = []
    for number, cells in rows:
        for name, cell in zip(names, cells[1:], strict=True):
            match = BOTH.fullmatch(cell)
            pair: Sequence[str | None] = ("0", "0") if cell.upper() in MISSING else (None, None)
            if match is not None:
                pair = _allele(match[1]), _allele(match[2])
            if None in pair:
                message = f"{cell[:9]!r} of {cells[0][:40]} is no call"
                wrong.append(Finding(str(path), number, "not_an_allele", message, FIX, name))
                continue
            for column, value in zip(found, (cells[0], name, *pair), strict=True):
                column.append(str(value))
    _stop(wrong)
    return found


def _allele(cell: str) -> str | None:
    """A letter, 0 where it is missing; None where it is neither."""
    if cell.upper() in MISSING:
        return "0"
    return cell.upper() if ONE_LETTER.fullmatch(cell) else None


def _stop(wrong: list[Finding]) -> None:
    if wrong:
        raise BadInput(wrong[:SHOWN], {"not_an_allele": len(wrong)})


def _word(cell: str) -> str:
    return cell.strip().lower().replace(" ", "")


def _separator(lines: list[str]) -> str:
    first = next((line for line in lines if line.strip() and not line.strip().startswith("[")), "")
    return max(("\t", ",", ";"), key=first.count)
