"""`migrate`: bring the schemas of a running platform up to date."""

from __future__ import annotations

import subprocess

import typer

from bellwether.launch.commands.options import DataDir
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import state as states
from bellwether.launch.machine.folders import Folders
from bellwether.launch.parts import plan


def migrate(data: DataDir) -> None:
    """Create or update schemas, roles, job tables and streams of the running platform; `up` does it too.

    Example: ./bellwether migrate
    """
    folders = Folders.of(data)
    state = states.read(folders)
    if not state.running:
        raise LaunchError("The platform is not running.", "Start it with ./bellwether up --detach.")
    part = plan.migration(folders, state)
    done = subprocess.run(part.command, env=dict(part.env), cwd=part.folder, check=False)
    if done.returncode:
        raise LaunchError("The migration failed.", "The reason stands above.", done.returncode)
    typer.echo("up to date", err=True)
