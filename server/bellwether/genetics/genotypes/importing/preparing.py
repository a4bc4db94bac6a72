"""What a child process does with a file: read it, fit it to the chip, name its animals, judge it, pack its rows."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

import numpy as np
import polars as pl
from bellwether_engine.genotypes import Markers, PackedGenotypes
from numpy.typing import NDArray

from bellwether.genetics.genotypes.importing.naming import Named, Options, name_samples
from bellwether.modelling.chips.blocks import cut
from bellwether.modelling.chips.checks import CheckReport, Kin, SampleReport, check
from bellwether.modelling.chips.fitting import FitRules, fit_to_map, of_samples
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.genotypes.upload import read_upload

Report = Callable[[float, str], object]
MAP, ANIMALS, SAMPLES, KIN, KIN_CALLS = "map.ipc", "animals.ipc", "samples.ipc", "kin.json", "kin.npy"
CALLS, DEVIATIONS, NAMED = "calls.npy", "deviations.npy", "samples.json"
SEXES = {"male": 1, "wether": 1, "female": 0}


class NamedSample(TypedDict):
    """A sample of the file with its animal; `sample_id` and `version` of one that is kept already."""

    sample: str
    animal_id: str
    sample_id: str | None
    version: int
    fam: list[str] | None


class Prepared(TypedDict):
    """What is told of the samples whose rows lie in files, or what is wrong."""

    findings: list[dict[str, str | int | None]]
    has_dosages: bool
    told: dict[str, int]
    left_out: dict[str, list[str]]
    left_out_counts: dict[str, int]
    samples: list[SampleReport]
    digests: list[str]
    checks: CheckReport | None


def write_map(path: Path, found: MarkerMap) -> None:
    """The map, for the child."""
    marker = found.markers
    columns = {
        "name": marker.name, "chromosome": marker.chromosome, "position": marker.position_bp,
        "counted": marker.counted, "other": marker.other, "ordinal": found.ordinal,
    }  # fmt: skip
    frame = {key: pl.Series(key, column.tolist()) for key, column in columns.items()}
    pl.DataFrame(frame).with_columns(written=pl.Series(list(found.written)), cm=pl.Series(list(found.cm))).write_ipc(
        path
    )


def read_map(path: Path) -> MarkerMap:
    """The map as the parent wrote it."""
    frame = pl.read_ipc(path)
    text = {key: np.array(frame[key].to_list(), dtype=np.str_) for key in ("name", "counted", "other")}
    markers = Markers(
        text["name"],
        frame["chromosome"].to_numpy().astype(np.int32),
        frame["position"].to_numpy().astype(np.int64),
        counted=text["counted"],
        other=text["other"],
    )
    return MarkerMap(
        markers, frame["written"].to_list(), frame["cm"].to_list(), frame["ordinal"].to_numpy().astype(np.int32)
    )


def prepare(
    folder: str,
    file: str,
    options: Options,
    reading: Future[ReadGenotypes] | None = None,
    *,
    report: Report = lambda _share, _step: None,
) -> Prepared:
    """Read `file` unless somebody is `reading` it, leave rows of its samples in the folder, `NAMED` last, and judge."""
    place = Path(folder)
    try:
        report(0.1, "reading the file")
        read = read_upload(place / file) if reading is None else reading.result()
        chip = read_map(place / MAP)
        animals = pl.read_ipc(place / ANIMALS)
        kept = pl.read_ipc(place / SAMPLES)
        named = name_samples(read, animals, kept, options)
        report(0.3, "fitting it to the chip")
        rules = FitRules(options["strand"], options["foreign_markers"], options["positions"], options["counts"])
        mine = of_samples(read, named.rows)
        fitted = fit_to_map(mine, chip, rules)
    except BadInput as error:
        return refused(error)
    rows = rows_of(fitted.packed, chip)
    write(place, mine, fitted.packed, rows, named, kept)
    report(0.45, "judging it")
    kin = kin_of(place, mine.ids.to_list(), named.animals, animals, chip)
    with ThreadPoolExecutor(1) as beside:
        digests = beside.submit(digests_of, rows, fitted.packed)
        judged = check(fitted.packed, chip.markers, kin, options["min_call_rate"])
    return {
        "findings": [],
        "has_dosages": fitted.packed.deviation is not None,
        "told": fitted.told | {key: int(n) for key, n in read.read_as.items() if isinstance(n, int)},
        "left_out": {key: names[:1000] for key, names in named.left_out.items()} | sites(read),
        "left_out_counts": {key: len(names) for key, names in named.left_out.items()},
        "samples": judged.samples,
        "digests": digests.result(),
        "checks": judged.report,
    }


def sites(read: ReadGenotypes) -> dict[str, list[str]]:
    """Sites of several alternative alleles."""
    return {"multi_allelic": list(read.left_out[:1000])} if read.left_out else {}


def refused(error: BadInput) -> Prepared:
    """What is wrong, as rows of a problem."""
    rows: list[dict[str, str | int | None]] = [
        {"row": each.line, "field": each.field, "code": each.code, "message": each.message, "fix": each.fix}
        for each in error.findings
    ]
    return {
        "findings": rows,
        "has_dosages": False,
        "told": {},
        "left_out": {},
        "left_out_counts": {},
        "samples": [],
        "digests": [],
        "checks": None,
    }


def kin_of(place: Path, names: list[str], animal: list[str], animals: pl.DataFrame, chip: MarkerMap) -> Kin:
    """The samples with their parents, in the file or kept before."""
    behind = json.loads((place / KIN).read_text())
    packed = np.load(place / KIN_CALLS)
    in_file = set(animal)
    use = [i for i, key in enumerate(behind["animals"]) if key not in in_file]
    row_of = {key: i for i, key in enumerate(animal)} | {
        behind["animals"][i]: len(names) + k for k, i in enumerate(use)
    }
    about = {row["id"]: row for row in animals.iter_rows(named=True)}
    everybody = [*animal, *(behind["animals"][i] for i in use)]
    parents = {
        role: np.array([row_of.get(about[key][role], -1) for key in everybody], dtype=np.int32)
        for role in ("sire_id", "dam_id")
    }
    # of those behind, nothing is judged: they are parents only
    for rows in parents.values():
        rows[len(names) :] = -1
        own = np.arange(len(rows)) == rows
        rows[own] = -1
    sex = np.array([SEXES.get(about[key]["sex"], -1) for key in everybody], dtype=np.int8)
    codes = np.full((len(use), len(chip)), 3, dtype=np.uint8)
    first = 0
    shifts = np.array([0, 2, 4, 6], dtype=np.uint8)
    for block in chip.blocks:
        part = packed[use, first : first + block.n_bytes]
        calls = ((part[:, :, None] >> shifts) & np.uint8(3)).reshape(len(use), 4 * block.n_bytes)
        codes[:, block.first : block.last] = calls[:, : block.n_markers]
        first += block.n_bytes
    everyone = [*names, *(behind["names"][i] for i in use)]
    return Kin(everyone, codes, parents["sire_id"], parents["dam_id"], sex)


def rows_of(packed: PackedGenotypes, chip: MarkerMap) -> NDArray[np.uint8]:
    """The calls of each sample, blocks side by side."""
    return np.concatenate([cut(packed.data, packed.n_animals, block) for block in chip.blocks], axis=1)


def digests_of(rows: NDArray[np.uint8], packed: PackedGenotypes) -> list[str]:
    """SHA-256 of each sample's calls, and of what its dosages are above them."""
    found = []
    for i, row in enumerate(rows):
        digest = hashlib.sha256(row)
        if packed.deviation is not None:
            digest.update(packed.deviation[i].tobytes())
        found.append(digest.hexdigest())
    return found


def write(
    place: Path, read: ReadGenotypes, packed: PackedGenotypes, rows: NDArray[np.uint8], named: Named, kept: pl.DataFrame
) -> None:
    """Rows of calls, then whose they are: where that file is, the others are whole."""
    np.save(place / CALLS, rows)
    if packed.deviation is not None:
        np.save(place / DEVIATIONS, packed.deviation)
    before = {row["name"]: row for row in kept.iter_rows(named=True)}
    samples: list[NamedSample] = []
    for i, (name, animal) in enumerate(zip(read.ids.to_list(), named.animals, strict=True)):
        earlier = before.get(name)
        samples.append(
            {
                "sample": name,
                "animal_id": animal,
                "sample_id": None if earlier is None else earlier["id"],
                "version": 1 if earlier is None else (earlier["version"] or 0) + 1,
                "fam": list(read.fam[i]) if read.fam else None,
            }
        )
    written = place / f"{NAMED}.part"
    written.write_text(json.dumps(samples))
    written.rename(place / NAMED)
