"""The embedded DynamoDB: one process for the users' table, one for the table of keys, each behind a Unix socket."""

from __future__ import annotations

import json
import os
from pathlib import Path

from bellwether.catalogue import PORTS
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import probe
from bellwether.launch.machine.folders import USERS, Folders, make_folder, socket_folder
from bellwether.launch.machine.walls import behind_a_socket
from bellwether.launch.plan import Part, by, dies_with_us

PACKAGE = USERS / "node_modules" / "@dynoxide" / "linux-x64"
FILES = {"dynoxide": "bellwether-user.db", "dynoxide-keys": "bellwether-keys.db"}


def parts(folders: Folders, ports: dict[str, int], network: tuple[str, ...]) -> list[Part]:
    """Both processes; with `network`, the words that give each a network of its own, no port of them is reachable."""
    make_folder(folders.data / "dynamodb", 0o700)
    return [_part(folders, name, ports, network) for name in FILES]


def socket(folders: Folders, name: str) -> Path:
    """Where the store of that name is reached."""
    return socket_folder(folders.data / "stores", folders, os.geteuid()) / f"{name}.sock"


def files(folders: Folders) -> list[Path]:
    """The users' table and the table of keys."""
    return [folders.data / "dynamodb" / file for file in FILES.values()]


def _part(folders: Folders, name: str, ports: dict[str, int], network: tuple[str, ...]) -> Part:
    port, door = ports.get(name, PORTS[name]), socket(folders, name)
    file = folders.data / "dynamodb" / FILES[name]
    server = (str(_program()), "--db-path", str(file), "--host", "127.0.0.1", "--port", str(port))
    return Part(
        name=name,
        command=(*network, *dies_with_us(*behind_a_socket(door, port, *dies_with_us(*server)))),
        ready=by(probe.http(door, "/", below=600)),
        ports=() if network else (port,),
        address=f"unix:{door}",
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
