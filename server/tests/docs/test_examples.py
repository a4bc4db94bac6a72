"""The pages are true: files that a page shows are written, its commands are run, what they print and leave is compared.

A fence may name its file, as in "csv ped.csv". Once the commands before it have run, a fence with the name of a
result says what is in it, rounded to the digits shown. In what a command prints, `...` stands for anything.
"""

import json
import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from bellwether.cli import COMMANDS, app
from typer.testing import CliRunner

ROOT = Path(__file__).parents[3]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WITH_COMMANDS = [page for page in PAGES if "```console" in (ROOT / page).read_text()]
MODELS = [
    (page, number, body)
    for page in PAGES
    for number, (kind, name, body) in enumerate(FENCE.findall((ROOT / page).read_text()))
    if kind == "toml" and name != "fragment"
]


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_a_page_that_is_typed_in(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind, name, body in FENCE.findall((ROOT / page).read_text()):
        if kind == "console":
            command, *expected = body.splitlines()
            printed = run(command)
            for line in expected:
                pattern = re.escape(line).replace(r"\.\.\.", ".*")
                assert re.search(f"^{pattern}$", printed, re.MULTILINE), f"{line!r} is not in {printed!r}"
        elif name and Path(name).exists():
            assert rounded(Path(name).read_text(), body) == body
        elif name:
            Path(name).write_text(body)


def run(command: str) -> str:
    """What `$ ./bellwether ...` prints, errors included."""
    prompt, program, *words = shlex.split(command)
    assert (prompt, program) == ("$", "./bellwether")
    return CliRunner().invoke(app, words).output


def rounded(found: str, shown: str) -> str:
    """A table with its numbers cut to the digits that the page shows."""
    frame, page = pl.read_csv(found.encode()), pl.read_csv(shown.encode())
    digits = max(len(number) for number in re.findall(r"\.(\d+)", shown))
    floats = [name for name in frame.columns if page[name].dtype.is_float()]
    return frame.with_columns(pl.col(floats).round(digits)).write_csv()


@pytest.mark.parametrize(("page", "number", "body"), MODELS, ids=[f"{page}:{number}" for page, number, _ in MODELS])
def test_a_model_is_one_that_the_command_reads(page: str, number: int, body: str, tmp_path: Path) -> None:
    """Without records of its columns the command has to stop; it stops there, and not at the model."""
    for name, text in {"p.csv": "animal,sire,dam\n1,0,0\n", "r.csv": "animal,nothing\n1,1\n", "m.toml": body}.items():
        (tmp_path / name).write_text(text)
    files = [word for option, name in (("pedigree", "p"), ("records", "r")) for word in (f"--{option}", f"{name}.csv")]
    words = [str(tmp_path / word) if word.endswith(".csv") else word for word in files]
    words += ["--model", str(tmp_path / "m.toml"), "--out", str(tmp_path / "out"), "--json"]
    found = json.loads(CliRunner().invoke(app, ["evaluate", *words]).output)
    assert {error["code"] for error in found["errors"]} == {"missing_column"}


def test_every_page_is_found_from_another_one() -> None:
    """No page that nobody can find, and no link to a page that is not there."""
    sources = [*PAGES, "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
    linked: set[str] = set()
    for source in sources:
        place = (ROOT / source).parent
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (ROOT / source).read_text()):
            if "://" in target:
                continue
            found = (place / target).resolve()
            assert found.exists(), f"{source} links to {target}, which is not there"
            linked.update(p.relative_to(ROOT).as_posix() for p in ([found] if found.is_file() else found.rglob("*.md")))
    assert sorted(set(PAGES) - linked) == []


def test_the_commands_of_the_pages_exist() -> None:
    words = {w for page in PAGES for w in re.findall(r"\./bellwether ([a-z][a-z-]*)", (ROOT / page).read_text())}
    assert words
    assert words <= set(COMMANDS)


ROOTS = ("server/bellwether", "engine/bellwether_engine", ".")
STATIONS = re.findall(
    r"`([\w/]+\.(?:py|ts))(?:: (\w+))?`", (ROOT / "docs" / "explanation" / "the-way-of-a-weight.md").read_text()
)


@pytest.mark.parametrize(("file", "name"), STATIONS, ids=[f"{file}:{name}" for file, name in STATIONS])
def test_a_station_is_where_the_page_says(file: str, name: str) -> None:
    found = [ROOT / root / file for root in ROOTS if (ROOT / root / file).exists()]
    assert len(found) == 1, f"{file} is not there"
    assert not name or re.search(rf"^\s*(async def|def|class) {name}\b", found[0].read_text(), re.MULTILINE), name
