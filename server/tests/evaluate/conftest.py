"""The command line, run in this process, on small files."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from bellwether.commands.evaluate import app
from typer.testing import CliRunner

REPOSITORY = Path(__file__).parents[3]
SHARED = REPOSITORY.parent / "shared" / "data"
REFERENCE = REPOSITORY / "engine" / "tests" / "reference"

PEDIGREE = "animal,sire,dam\n1,0,0\n2,,\n3,0,0\n4,1,0\n5,3,2\n6,1,2\n7,4,5\n8,3,6\n"
RECORDS = "animal,sex,WWG\n4,M,4.5\n5,F,2.9\n6,F,3.9\n7,M,3.5\n8,M,5.0\n"
FIELD = Path(__file__).parent / "field"
MODEL = """traits = ["WWG"]

[[effects]]
name = "sex"
kind = "fixed"

[[effects]]
name = "animal"
kind = "additive"

[variances]
additive = [[20.0]]
residual = [[40.0]]
"""


@dataclass
class Answer:
    """What a run left behind."""

    exit_code: int
    stdout: str
    stderr: str
    out: Path

    def table(self, name="breeding_values"):
        return pl.read_csv(self.out / f"{name}.csv", schema_overrides={"animal": pl.String, "level": pl.String})

    @property
    def report(self):
        return json.loads((self.out / "report.json").read_text())

    @property
    def problem(self):
        return json.loads(self.stdout)


@pytest.fixture
def evaluate(tmp_path):
    """Write the files (text or bytes) and run the command; None leaves a file and its option out."""

    def run(pedigree=PEDIGREE, records=RECORDS, model=MODEL, names=None, arguments=()):
        names = {"pedigree": "pedigree.csv", "records": "records.csv", "model": "model.toml"} | (names or {})
        given = {"pedigree": pedigree, "records": records, "model": model}
        options = ["--out", str(tmp_path / "out")]
        for option, content in given.items():
            if content is None:
                continue
            path = content if isinstance(content, Path) else tmp_path / names[option]
            if not isinstance(content, Path):
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            options += [f"--{option}", str(path)]
        result = CliRunner().invoke(app, [*options, *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr, tmp_path / "out")

    return run


@pytest.fixture
def case():
    """A published case by name."""
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())


@pytest.fixture
def shared():
    """A file of the data sets that are not shipped, or the test is skipped."""

    def find(path):
        if not (SHARED / path).exists():
            pytest.skip(f"../shared/data/{path} is not there")
        return SHARED / path

    return find


def codes_of(answer):
    return [warning["code"] for warning in answer.report["warnings"]]


def message_of(answer, code):
    return next(warning["message"] for warning in answer.report["warnings"] if warning["code"] == code)
