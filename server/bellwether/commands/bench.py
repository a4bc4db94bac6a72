"""`./bellwether bench`: measurements, each beside a peer or the raw driver in the same run."""

import subprocess
import sys
from pathlib import Path

import typer

from bellwether.commands.suites import ROOT
from bellwether.launch.commands.options import AsJson, DataDir

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


def run(script: str, options: list[str]) -> int:
    """A script of `benchmarks/`."""
    path = ROOT / "benchmarks" / script
    if not path.is_file():
        raise typer.BadParameter(f"{path} is missing: benchmarks need a checkout of the repository")
    return subprocess.run([sys.executable, str(Path(path)), *options], check=False).returncode  # noqa: S603
