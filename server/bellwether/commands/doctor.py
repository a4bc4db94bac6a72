"""`doctor`: what is missing here, and how to get it."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from bellwether.commands import machine_checks
from bellwether.commands.options import AsJson, DataDir
from bellwether.launch.machine.folders import Folders


def doctor(data: DataDir, as_json: AsJson = False) -> None:
    """Say what this machine lacks to run the platform, and the line that mends it. Changes nothing.

    Example: ./bellwether doctor
    """
    found = list(machine_checks.all_checks(Folders.of(data)))
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in found], indent=1))
    else:
        for check in found:
            typer.echo(f"{'ok     ' if check.ok else 'MISSING'}  {check.name:<14} {check.found}")
            if not check.ok:
                typer.echo(f"{'':<25}{check.remedy}")
    raise typer.Exit(0 if all(check.ok for check in found) else 1)
