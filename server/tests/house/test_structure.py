"""The shape of the house: folders that can be overseen, functions that fit on a screen, names that say something.

Imports are checked beside it: contracts in `pyproject.toml` for Python, `users/architecture.test.ts` for TypeScript.
"""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES_IN_A_FOLDER = 15
LINES_OF_A_FUNCTION = 50
NAMES_OF_NOTHING = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?|stuff|tools?)(\.(py|ts|tsx)|/)")


def sources() -> list[str]:
    """Python and TypeScript that git knows or would take, without tests, examples and generated files."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.ts", "*.tsx")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    passed_over = re.compile(r"(^|/)tests?/|\.test\.ts|\.gen\.|^examples/")
    return sorted(name for name in found if not passed_over.search(name) and (ROOT / name).exists())


SOURCES = sources()
PYTHON = [name for name in SOURCES if name.endswith(".py")]


def test_no_private_key_stands_beside_the_sources() -> None:
    """One that a program has left in the tree was committed once."""
    command = ("git", "grep", "-lE", "--untracked", "BEGIN [A-Z ]*PRIVATE KEY")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (1, "")


def test_a_folder_holds_no_more_files_than_one_can_oversee() -> None:
    counts = Counter(str(Path(name).parent) for name in SOURCES if not name.endswith("__init__.py"))
    assert len(counts) > 50
    assert {folder: n for folder, n in counts.items() if n > FILES_IN_A_FOLDER} == {}


def test_no_name_of_nothing() -> None:
    assert [name for name in SOURCES if NAMES_OF_NOTHING.search(name)] == []


@pytest.mark.parametrize("part", ["engine", "server", "benchmarks"])
def test_a_function_fits_on_a_screen(part: str) -> None:
    """Kernels are exempt: numba compiles a loop as a whole. Docstrings do not count."""
    names = [name for name in PYTHON if name.startswith(f"{part}/")]
    long = {
        f"{name}:{function.lineno} {function.name}": length(function)
        for name in names
        for function in functions(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if length(function) > LINES_OF_A_FUNCTION and not is_kernel(function)
    }
    assert names
    assert long == {}


def test_an_import_contract_holds_every_slice() -> None:
    """A folder with routes and a service is a slice."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (held,) = [each["containers"] for each in settings["contracts"] if each.get("layers", [""])[0] == "routes"]
    folders = {str(Path(name).parent) for name in PYTHON if name.endswith("/routes.py")}
    slices = {folder for folder in folders if f"{folder}/service.py" in PYTHON}
    assert {folder.removeprefix("server/").replace("/", ".") for folder in slices} == set(held)


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> list[Function]:
    """Every function and method, however deep."""
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    is_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def is_kernel(function: Function) -> bool:
    """Whether numba compiles it."""
    return any("jit" in ast.unparse(decorator) for decorator in function.decorator_list)
