"""The embedded DynamoDB: one process for the users' table, one for the table of keys."""

from __future__ import annotations

import json
from pathlib import Path

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import probe
from bellwether.launch.machine.folders import USERS, Folders, make_folder
from bellwether.launch.plan import Part, by, dies_with_us

PACKAGE = USERS / "node_modules" / "@dynoxide" / "linux-x64"
FILES = {"dynoxide": "bellwether-user.db", "dynoxide-keys": "bellwether-keys.db"}


def parts(folders: Folders, ports: dict[str, int]) -> list[Part]:
    """Both processes."""
    store = make_folder(folders.data / "dynamodb", 0o700)
    return [_part(name, str(store / file), ports[name]) for name, file in FILES.items()]


def files(folders: Folders) -> list[Path]:
    """The users' table and the table of keys."""
    return [folders.data / "dynamodb" / file for file in FILES.values()]


def _part(name: str, file: str, port: int) -> Part:
    return Part(
        name=name,
        command=dies_with_us(str(_program()), "--db-path", file, "--host", "127.0.0.1", "--port", str(port)),
        ready=by(probe.http(port, "/", below=600)),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        version=package_version(),
        stands_alone=True,
    )


def _program() -> Path:
    program = PACKAGE / "dynoxide"
    if not program.exists():
        raise LaunchError(f"{program} is missing.", "Remove users/node_modules and start again.")
    return program


def package_version() -> str:
    try:
        return str(json.loads((PACKAGE / "package.json").read_text())["version"])
    except (OSError, ValueError, KeyError):
        return ""
