"""`./bellwether bench`: measurements, each beside a peer or the raw driver in the same run."""

import subprocess
import sys
from pathlib import Path

import typer

from bellwether.commands.options import AsJson, DataDir
from bellwether.launch.machine.folders import REPOSITORY

WHOLE, ENGINE = REPOSITORY / "benchmarks", REPOSITORY / "engine" / "benchmarks"
app = typer.Typer(help="Measure the platform.", no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Measure the platform: ratios against a peer or the raw driver in the same run.

    Example: ./bellwether bench http
    """


@app.command()
def http(
    data: DataDir,
    as_json: AsJson = False,
    seconds: float = typer.Option(6.0, help="Length of each of the three rounds"),
    user_count: int = typer.Option(500, "--users", help="Simultaneous users at the gateway"),
) -> None:
    """Page of animals: requests per second beside bare asyncpg in bare Starlette, then many users at the gateway.

    Example: ./bellwether bench http --users 500
    """
    options = ["--data", str(data), "--seconds", str(seconds), "--users", str(user_count)]
    raise typer.Exit(run("http_page.py", [*options, "--json"] if as_json else options))


@app.command("import")
def import_rows(
    data: DataDir,
    as_json: AsJson = False,
    n_rows: int = typer.Option(200_000, "--rows", help="Weights in the file"),
) -> None:
    """File of weights through the API and the worker: rows per second beside a bare COPY, and time to first progress.

    Example: ./bellwether bench import --rows 50000
    """
    options = ["--data", str(data), "--rows", str(n_rows)]
    raise typer.Exit(run("import_rows.py", [*options, "--json"] if as_json else options))


@app.command()
def farm(
    data: DataDir,
    as_json: AsJson = False,
    only: str = typer.Option("", help="Only the steps with these letters in their name"),
    quick: bool = typer.Option(False, "--quick", help="A tenth of every size"),
) -> None:
    """A farm: imports of animals and weights, the page of a flock, the ancestors of an animal, each beside its target.

    Example: ./bellwether bench farm --only page
    """
    options = ["--data", str(data), "--only", only, *["--quick"] * quick, *["--json"] * as_json]
    raise typer.Exit(run("farm.py", options))


@app.command("genetics-same-day")
def genetics_same_day(
    data: DataDir,
    as_json: AsJson = False,
    quick: bool = typer.Option(False, "--quick", help="A tenth of the animals"),
) -> None:
    """A weight is imported into 20,000 animals with six traits: seconds until the published breeding values know it.

    Example: ./bellwether bench genetics-same-day --quick
    """
    options = ["--data", str(data), *["--quick"] * quick, *["--json"] * as_json]
    raise typer.Exit(run("genetics_same_day.py", options))


@app.command()
def genetics(
    data: DataDir,
    as_json: AsJson = False,
    quick: bool = typer.Option(False, "--quick", help="A third of every size"),
) -> None:
    """Genotypes from PLINK into the database and out of it: an animal, a marker, everything, beside bed-reader.

    Example: ./bellwether bench genetics --quick
    """
    options = ["--data", str(data), *["--quick"] * quick, *["--json"] * as_json]
    raise typer.Exit(run("genetics.py", options))


@app.command()
def users(
    as_json: AsJson = False,
    only: str = typer.Option("", help="Only the steps with these letters in their name"),
    quick: bool = typer.Option(False, "--quick", help="A tenth of every size, a third of the time"),
) -> None:
    """Tokens, sessions, log-ins, chats, sockets and memory of the user services, beside bare libraries and the store.

    Example: ./bellwether bench users --only check
    """
    options = ["--only", only, *["--quick"] * quick, *["--json"] * as_json]
    raise typer.Exit(run("users.py", options))


@app.command()
def engine(
    largest: int = typer.Option(1_000_000, "--to", help="Animals of the largest simulated pedigree"),
    only: str = typer.Option("", help="Only the steps with these letters in their name"),
    quick: bool = typer.Option(False, "--quick", help="Small sizes"),
    as_json: AsJson = False,
) -> None:
    """The engine: seconds, peak memory, targets and the peers that are installed, one line for each step and size.

    Example: ./bellwether bench engine --only AI-REML
    """
    options = ["--to", str(largest), "--only", only]
    options += ["--quick"] * quick + ["--json"] * as_json
    raise typer.Exit(run("everything.py", options, ENGINE))


def run(script: str, options: list[str], folder: Path = WHOLE) -> int:
    """A script of a folder of benchmarks."""
    path = folder / script
    if not path.is_file():
        raise typer.BadParameter(f"{path} is missing: benchmarks need a checkout of the repository")
    return subprocess.run([sys.executable, str(path), *options], check=False).returncode
