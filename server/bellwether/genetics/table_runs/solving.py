"""The tables of a run, evaluated in a child process by the very road of `./bellwether evaluate`. Knows no database."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict, cast

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.problems import EvaluationRefused, counted, rows_of
from bellwether.genetics.evaluations.solving import write_tables
from bellwether.genetics.snapshots.names import START
from bellwether.modelling.findings import BadInput
from bellwether.modelling.from_files import run
from bellwether.modelling.genotypes.upload import readable
from bellwether.modelling.model_file.model_file import read_model
from bellwether.modelling.results.start import TABLES
from bellwether.platform.problems import RowError

Report = Callable[[float, str], None]
READ, SOLVED = 0.05, 0.95


class SolvedTables(TypedDict):
    """What is kept of it."""

    traits: list[str]
    model: dict[str, object]
    variances: dict[str, object]
    input_sha256: str
    engine_version: str
    seed: int | None
    convergence: dict[str, object]
    counts: dict[str, object]
    tables: dict[str, files.Pointer]


def solve_tables(folder: str, inputs: Mapping[str, files.Pointer], *, report: Report) -> SolvedTables:
    """Evaluate the files of a folder; the result tables are packed beside them."""
    place, out = Path(folder), Path(folder) / "out"
    for pointer in inputs.values():
        files.follow(place, pointer)
    start = begin(place, inputs)
    genotypes = genotypes_of(place, inputs)
    paths = place / "pedigree.csv", place / "records.csv", place / "model.json"
    try:
        table = read_model(paths[2]).table
        found = run(
            *paths, genotypes, out, lambda share, step: report(READ + (SOLVED - READ) * share, step), start=start
        )
    except BadInput as error:
        rows = [named(row, place) for row in rows_of(error)]
        raise EvaluationRefused(bare(counted(error), place), errors=rows) from error
    texts = {path.name: path.read_text("utf-8") for path in sorted(out.iterdir())}
    return {
        "traits": list(table.trait_names),
        "model": {"told": table.model_dump(exclude_defaults=True)},
        "variances": {**table.variances.model_dump(exclude_defaults=True), "source": "told"},
        "input_sha256": found["input_sha256"],
        "engine_version": found["engine_version"],
        "seed": found["seed"],
        "convergence": cast(dict[str, object], found["convergence"]),
        "counts": cast(dict[str, object], found["counts"]),
        "tables": write_tables(place, texts),
    }


def genotypes_of(place: Path, inputs: Mapping[str, files.Pointer]) -> str | None:
    """What `--genotypes` would name: dosages that were kept, or what has been stored, unpacked."""
    if "genotypes" in inputs:
        return readable(place / inputs["genotypes"]["name"])
    return str(place / "genotypes.csv") if "genotypes.csv" in inputs else None


def begin(place: Path, inputs: Mapping[str, files.Pointer]) -> Path | None:
    """A folder with the results that the solver begins from."""
    if f"{START}{TABLES[0]}" not in inputs:
        return None
    start = place / "start"
    start.mkdir(exist_ok=True)
    for name in TABLES:
        (start / name).write_bytes((place / f"{START}{name}").read_bytes())
    return start


def bare(text: str, place: Path) -> str:
    """Without the folder, which says nothing to a reader."""
    return text.replace(f"{place}/", "")


def named(row: RowError, place: Path) -> RowError:
    """A finding without the folder."""
    return row.model_copy(update={"message": bare(row.message, place)})
