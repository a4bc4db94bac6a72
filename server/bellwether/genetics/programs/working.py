"""What a child process does for a step: its program, run in the folder of the job, and files of what it made."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from bellwether_engine.genotypes import PackedGenotypes
from pydantic import TypeAdapter

from bellwether.genetics.genotypes.exporting.job import CALLS, DEVIATIONS, MAP, SAMPLES, Samples
from bellwether.genetics.genotypes.importing.preparing import read_map
from bellwether.modelling.chips.writing import Given, write_plink, write_vcf
from bellwether.modelling.findings import BadInput
from bellwether.modelling.programs import bcftools, beagle, plink
from bellwether.modelling.programs.finding import needed
from bellwether.modelling.programs.outcome import Counts, Outcome
from bellwether.modelling.programs.panel_imputing import impute_onto_panel
from bellwether.modelling.programs.running import LOG, ProgramFailed, Runner, said

OWN = "program"
PRUNING, IMPUTING = TypeAdapter(plink.Pruning), TypeAdapter(beagle.Imputing)
NORMALISING = TypeAdapter(bcftools.Normalising)
Row = dict[str, str | int | None]


class Sources(NamedTuple):
    """Files that a step reads beside stored genotypes, in the folder of the job."""

    file: str | None
    panel: str | None


class Worked(TypedDict):
    """What came of a step, or what is wrong; names of files are paths."""

    findings: list[Row]
    failure: str | None
    version: str
    program_sha256: str
    arguments: list[list[str]]
    report: Counts
    genetic_map_sha256: str | None
    genotypes: str | None
    files: list[str]
    log: str


def work(folder: str, step: str, program: str, options: dict[str, object], sources: Sources) -> Worked:
    """Run the step in a folder of its own within the job's."""
    place = Path(folder)
    own = place / OWN
    own.mkdir(exist_ok=True)
    worked: Worked = {
        "findings": [], "failure": None, "version": "", "program_sha256": "", "arguments": [], "report": {},
        "genetic_map_sha256": None, "genotypes": None, "files": [], "log": "",
    }  # fmt: skip
    try:
        runner = Runner(needed(program), own)
        worked["version"], worked["program_sha256"] = runner.program.version, runner.program.sha256
        outcome = carried_out(place, runner, step, options, sources)
        worked["genotypes"], worked["files"] = kept(outcome, place)
        genetic_map = own / beagle.GENETIC_MAP
        if genetic_map.is_file():
            worked["genetic_map_sha256"] = hashlib.sha256(genetic_map.read_bytes()).hexdigest()
        worked["arguments"], worked["report"] = runner.arguments, outcome.report
    except BadInput as error:
        worked["findings"] = [
            {"row": None, "field": each.field, "code": each.code, "message": each.message, "fix": each.fix}
            for each in error.findings
        ]
    except ProgramFailed as error:
        worked["failure"] = f"{error.program}: {error.why}"
    worked["log"] = said(own / LOG)
    return worked


def carried_out(place: Path, runner: Runner, step: str, options: dict[str, object], sources: Sources) -> Outcome:
    """The step by its name.

    Raises:
        BadInput, ProgramFailed
    """
    if sources.file is not None:
        (runner.folder / sources.file).hardlink_to(place / sources.file)
        return bcftools.normalise(runner.folder / sources.file, runner, NORMALISING.validate_python(options))
    if step == "prune":
        return plink.prune(given(place), runner, PRUNING.validate_python(options))
    imputing = IMPUTING.validate_python(options)
    panel = None if sources.panel is None else place / sources.panel
    if panel is not None and imputing.markers == "panel":
        return impute_onto_panel(given(place), runner, imputing, panel)
    return beagle.impute(given(place), runner, imputing, panel)


def given(place: Path) -> Given:
    """Stored genotypes as they were extracted."""
    samples: Samples = json.loads((place / SAMPLES).read_text())
    deviations = place / DEVIATIONS
    above = np.load(deviations) if deviations.is_file() else None
    packed = PackedGenotypes(np.load(place / CALLS), len(samples["names"]), above)
    return Given(packed, read_map(place / MAP), samples["names"], samples["fam"])


def kept(outcome: Outcome, place: Path) -> tuple[str | None, list[str]]:
    """The genotype file, by PLINK where all calls are whole, and the other files."""
    files = [str(each) for each in outcome.files]
    for name, table in outcome.tables.items():
        table.write_csv(place / name)
        files.append(str(place / name))
    genotypes = outcome.genotypes
    if isinstance(genotypes, Given):
        whole = genotypes.packed.deviation is None
        path = place / ("genotypes.zip" if whole else "genotypes.vcf.gz")
        (write_plink if whole else write_vcf)(genotypes, path)
        return str(path), files
    return None if genotypes is None else str(genotypes), files
