"""Two checkouts, the same files in: are the files that come out equal, to the bit or within a tolerance?

python benchmarks/same_results.py capture OLD CASES       every run of `evaluate` in OLD's tests, as files in CASES
python benchmarks/same_results.py compare OLD NEW CASES [--tolerance 1e-12]
"""

import argparse
import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

PLUGIN = """
import itertools, json, os, shutil
from pathlib import Path
import bellwether.evaluate.run as module
CASES, NUMBERS, ORIGINAL = Path(os.environ["CASES"]), itertools.count(), module.run

def run(pedigree, records, model, genotypes, out, tell, scheduler=None):
    folder = CASES / f"{next(NUMBERS):04d}"
    folder.mkdir(parents=True)
    words = []
    for option, given in (("pedigree", pedigree), ("records", records), ("model", model), ("genotypes", genotypes)):
        if given is None:
            continue
        path = Path(given)
        found = [path] if path.is_file() else list(path.parent.glob(path.name + ".*"))
        for each in found:
            shutil.copy(each, folder / f"{option}-{each.name}")
        words += [f"--{option}", f"{option}-{path.name}"]
    (folder / "words.json").write_text(json.dumps(words))
    return ORIGINAL(pedigree, records, model, genotypes, out, tell, scheduler)

module.run = run
"""
REPLAY = """
import json, sys
from pathlib import Path
from typer.testing import CliRunner
from bellwether.cli import app
import os
for folder in sorted(Path(sys.argv[1]).iterdir()):
    os.chdir(folder)
    words = json.loads((folder / "words.json").read_text())
    found = CliRunner().invoke(app, ["evaluate", *words, "--out", sys.argv[2]])
    (folder / f"{sys.argv[2]}.txt").write_text(f"{found.exit_code}\\n{found.output}")
"""
#: what a report says of this run and not of the data
PASSING = {"seconds", "peak_mib", "steps", "stated_mib", "memory", "started_at", "finished_at"}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(required=True, dest="action")
    capture_words = actions.add_parser("capture")
    compare_words = actions.add_parser("compare")
    capture_words.add_argument("old", type=Path)
    compare_words.add_argument("old", type=Path)
    compare_words.add_argument("new", type=Path)
    for each in (capture_words, compare_words):
        each.add_argument("cases", type=Path)
    compare_words.add_argument("--tolerance", type=float, default=0.0)
    given = parser.parse_args()
    if given.action == "capture":
        return capture(given.old.resolve(), given.cases.resolve())
    cases = given.cases.resolve()
    for checkout, name in ((given.old, "old"), (given.new, "new")):
        replay(checkout.resolve(), cases, name)
    return report(cases, given.tolerance)


def capture(checkout: Path, cases: Path) -> int:
    """Run the tests of `evaluate` with a plugin that keeps what goes in."""
    cases.mkdir(parents=True)
    (cases.parent / "capture_evaluate.py").write_text(PLUGIN)
    environment = os.environ | {"PYTHONPATH": str(cases.parent), "CASES": str(cases)}
    words = ["-m", "pytest", "-q", "-p", "capture_evaluate", "server/tests/evaluate"]
    return subprocess.run(
        [checkout / ".venv/bin/python", *words], cwd=checkout, env=environment, check=False
    ).returncode


def replay(checkout: Path, cases: Path, name: str) -> None:
    """Every case through `./bellwether evaluate` of a checkout."""
    if not any(cases.glob(f"*/{name}.txt")) or name == "new":
        words: list[str | Path] = [checkout / ".venv/bin/python", "-c", REPLAY, cases, name]
        subprocess.run(words, check=True)


def report(cases: Path, tolerance: float) -> int:
    """One line for each case that differs, then the sum."""
    different = n_files = 0
    for folder in sorted(cases.iterdir()):
        faults = []
        if (folder / "old.txt").read_text().split("\n")[0] != (folder / "new.txt").read_text().split("\n")[0]:
            faults.append("exit code")
        old, new = folder / "old", folder / "new"
        names = sorted({path.name for side in (old, new) if side.is_dir() for path in side.iterdir()})
        n_files += len(names)
        for name in names:
            if not (old / name).exists() or not (new / name).exists():
                faults.append(f"{name} on one side alone")
            elif name.endswith(".json"):
                faults += [f"{name}: {f}" for f in differences(load(old / name), load(new / name), "", tolerance)]
            else:
                faults += [f"{name}: {f}" for f in table_differences(old / name, new / name, tolerance)]
        different += bool(faults)
        if faults:
            print(folder.name, "; ".join(faults[:4]))
    print(f"{len(list(cases.iterdir()))} cases, {n_files} files, {different} cases differ (tolerance {tolerance})")
    return 1 if different else 0


def load(path: Path) -> object:
    """A JSON file."""
    return json.loads(path.read_text())


def differences(old: object, new: object, place: str, tolerance: float) -> list[str]:
    """Where two reports differ, what belongs to the run alone left out."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted((old.keys() | new.keys()) - PASSING)
        return [d for k in keys for d in differences(old.get(k), new.get(k), f"{place}.{k}", tolerance)]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            d
            for i, (a, b) in enumerate(zip(old, new, strict=True))
            for d in differences(a, b, f"{place}[{i}]", tolerance)
        ]
    return [] if old == new or close(old, new, tolerance) else [f"{place}: {str(old)[:60]} and {str(new)[:60]}"]


def table_differences(old: Path, new: Path, tolerance: float) -> list[str]:
    """Where two tables differ."""
    if old.read_bytes() == new.read_bytes():
        return []
    with old.open() as first, new.open() as second:
        a, b = list(csv.reader(first)), list(csv.reader(second))
    if len(a) != len(b):
        return [f"{len(a)} and {len(b)} lines"]
    return [
        f"line {i + 1}: {x} and {y}"
        for i, (row, other) in enumerate(zip(a, b, strict=True))
        for x, y in zip(row, other, strict=True)
        if x != y and not close(x, y, tolerance)
    ]


def close(old: object, new: object, tolerance: float) -> bool:
    """Whether two numbers agree, relative to 1 or their size."""
    try:
        a, b = float(str(old)), float(str(new))
    except ValueError:
        return False
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


if __name__ == "__main__":
    sys.exit(main())
