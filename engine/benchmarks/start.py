"""What a user waits for before the mathematics: compilation, loading, a whole `evaluate` of eight animals.

    python engine/benchmarks/start.py [--only STEP] [--quick] [--json]

Every call is a process of its own, as on the command line, with the bytecode that an installation has.
`evaluate` needs the server package beside the engine.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from peers import missing_in_r
from rows import Case, Given, Row, check, main, timed

PEDIGREE = "animal,sire,dam\n1,0,0\n2,0,0\n3,0,0\n4,1,0\n5,3,2\n6,1,2\n7,4,5\n8,3,6\n"
RECORDS = "animal,sex,WWG\n4,M,4.5\n5,F,2.9\n6,F,3.9\n7,M,3.5\n8,M,5.0\n"
MODEL = """traits = ["WWG"]
effects = [{name = "sex", kind = "fixed"}, {name = "animal", kind = "additive"}]
variances = {additive = 20.0, residual = 40.0}
"""
BYTECODE = tempfile.TemporaryDirectory()
LAST_EBV = 0.18261469


def process(*arguments: str, folder: Path | None = None, cache: Path | None = None) -> None:
    """A Python process, with the usual cache of kernels or another; its bytecode is kept for the next one."""
    env = os.environ | {"PYTHONPYCACHEPREFIX": BYTECODE.name} | ({"NUMBA_CACHE_DIR": str(cache)} if cache else {})
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, *arguments], cwd=folder, env=env, check=True, capture_output=True)


def compilation() -> list[Row]:
    """All kernels into an empty cache, then again from it."""
    with tempfile.TemporaryDirectory() as empty:
        cold, _ = timed(lambda: process("-m", "bellwether_engine.compile", cache=Path(empty)), repeats=1)
        warm, _ = timed(lambda: process("-m", "bellwether_engine.compile", cache=Path(empty)))
        kernels = sum(1 for _ in Path(empty).rglob("*.nbc"))
    return [
        Row("compile ahead", f"{kernels} kernels", cold, remark="once, in the background of the installation"),
        Row("the same from the cache", f"{kernels} kernels", warm, remark="loads and runs all of them"),
    ]


def loading() -> Row:
    """Import of the engine."""
    process("-c", "import bellwether_engine")
    return Row("import of the engine", "", timed(lambda: process("-c", "import bellwether_engine"), 5)[0])


def evaluation() -> Row:
    """The published animal model from files to files."""
    step, size, target = "evaluate, warm start", "8 animals", 2.0
    if importlib.util.find_spec("bellwether") is None:
        return Row(step, size, target=target, remark="left out: the server package is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in {"p.csv": PEDIGREE, "r.csv": RECORDS, "m.toml": MODEL}.items():
            (folder / file).write_text(text)
        options = ["--pedigree", "p.csv", "--records", "r.csv", "--model", "m.toml", "--out", "out"]
        process("-m", "bellwether.commands.evaluate", *options, folder=folder)
        seconds, _ = timed(lambda: process("-m", "bellwether.commands.evaluate", *options, folder=folder), 5, 30.0)
        with (folder / "out" / "breeding_values.csv").open() as table:
            found = [float(row["ebv"]) for row in csv.DictReader(table)]
    check(abs(found[-1] - LAST_EBV) < 1e-6, f"the last breeding value is {found[-1]}, published {LAST_EBV}")
    return Row(step, size, seconds, target=target, remark="whole process, published breeding values")


def r_packages() -> list[Row]:
    """The peers in R, which come from CRAN and not from Debian: named, with how to install them."""
    steps = {"nadiv": "A-inverse, peer", "pedigreemm": "AI-REML, milk, peer", "sommer": "AI-REML, simulated, peer"}
    return [
        Row(step, "", peer=f"R {package}", remark=missing_in_r(package) or "installed, but there is no script for it")
        for package, step in steps.items()
    ]


def cases(given: Given) -> list[Case]:
    """Compilation is left out of the quick ones."""
    slow = [] if given.quick else [Case("compile ahead, the same from the cache", "all kernels", compilation)]
    return [
        *slow,
        Case("import of the engine", "", loading),
        Case("evaluate, warm start", "8 animals", evaluation),
        Case("A-inverse, peer; AI-REML, peer", "R packages", r_packages),
    ]


if __name__ == "__main__":
    main(__doc__, cases)
