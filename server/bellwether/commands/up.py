"""`up`: start the platform."""

from __future__ import annotations

from typing import Annotated

import typer

from bellwether.commands.options import DataDir
from bellwether.commands.start_progress import Progress
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import read_state
from bellwether.launch.watch import platform


def up(
    data: DataDir,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready.")] = False,
    split: Annotated[bool, typer.Option("--split", help="Each of the eight services as a process of its own.")] = False,
) -> None:
    """Start the whole platform: databases, broker, services, worker, gateway.

    Without --detach it runs until Ctrl-C.

    Example: ./bellwether up --detach
    """
    progress = Progress()
    if detach:
        platform.start(data, split, say=progress.say, watch=progress.watch)
        return
    code = platform.in_foreground(data, split, say=progress.say, watch=progress.watch)
    if code:
        raise LaunchError(f"The platform did not start: {read_state(Folders.of(data)).failure}")
