"""`down`: stop the platform."""

from __future__ import annotations

import typer

from bellwether.commands.options import DataDir
from bellwether.launch.watch import platform


def down(data: DataDir) -> None:
    """Stop every part that `up` has started for this state folder, and wait until all have ended.

    Example: ./bellwether down
    """
    typer.echo("stopped" if platform.down(data) else "nothing was running", err=True)
