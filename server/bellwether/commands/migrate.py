"""`migrate`: bring the schemas of a running platform up to date."""

from __future__ import annotations

import subprocess

import typer

from bellwether.commands.options import DataDir
from bellwether.launch.composition import platform_plan
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import running_state


def migrate(data: DataDir) -> None:
    """Create or update schemas, roles, job tables and streams of the running platform; `up` does it too.

    Example: ./bellwether migrate
    """
    folders = Folders.of(data)
    state = running_state(folders)
    part = platform_plan.migration(folders, state)
    done = subprocess.run(part.command, env=dict(part.env), cwd=part.folder, check=False)
    if done.returncode:
        raise LaunchError("The migration failed.", "The reason stands above.", done.returncode)
    typer.echo("up to date", err=True)
