"""`status`: what runs, where, since when."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bellwether.commands.options import AsJson, DataDir
from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch import overview

HEADINGS = ("part", "state", "address", "pid", "version", "uptime", "restarts")
#: exit codes that a script can tell apart
CODES = {"ready": 0, "stopped": 3}


def status(
    data: DataDir,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the exit code: 0 ready, 3 stopped, 1 else.")] = False,
) -> None:
    """Show the state, address, pid, version and uptime of each part, and the dead letters.

    Example: ./bellwether status --json
    """
    found = overview.of(Folders.of(data))
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    elif not quiet:
        _print(found)
    raise typer.Exit(CODES.get(found["state"], 1))


def _print(found: dict[str, Any]) -> None:
    typer.echo(f"{found['state']}  {found['public_url']}  ({found['data']})")
    rows = [HEADINGS, *(_row(name, part) for name, part in found["parts"].items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows if found["parts"] else []:
        typer.echo("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
    for sentence in filter(None, (*found["notes"], found["failure"])):
        typer.echo(sentence)
    letters = found["dead_letters"]
    if letters and letters["count"]:
        typer.echo(f"{letters['count']} dead letters, the oldest of {letters['oldest']}")
    mail = found["mail"]
    if mail["count"]:
        typer.echo(f"{mail['count']} messages to people in {mail['folder']}, the last: {'; '.join(mail['last'])}")


def _row(name: str, part: dict[str, Any]) -> tuple[str, ...]:
    words = (part["state"], part["address"], part["pid"], part["version"], _uptime(part["uptime"]), part["restarts"])
    return (name, *("" if word is None else str(word) for word in words))


def _uptime(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
