"""`./bellwether bench`: measurements, each beside a peer or the raw driver in the same run."""

import subprocess
import sys
from pathlib import Path

import typer

from bellwether.commands.suites import ROOT
from bellwether.launch.commands.options import AsJson, DataDir

WHOLE, ENGINE = ROOT / "benchmarks", ROOT / "engine" / "benchmarks"
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


@app.command()
def engine(
    largest: int = typer.Option(1_000_000, "--to", help="Animals of the largest simulated pedigree"),
) -> None:
    """Seconds and memory of the engine: AI-REML, exact reliabilities, and growth with the number of animals.

    Example: ./bellwether bench engine --to 100000
    """
    codes = [run("reml.py", [], ENGINE), run("scale.py", ["--to", str(largest)], ENGINE)]
    raise typer.Exit(max(codes))


def run(script: str, options: list[str], folder: Path = WHOLE) -> int:
    """A script of a folder of benchmarks."""
    path = folder / script
    if not path.is_file():
        raise typer.BadParameter(f"{path} is missing: benchmarks need a checkout of the repository")
    return subprocess.run([sys.executable, str(path), *options], check=False).returncode  # noqa: S603
