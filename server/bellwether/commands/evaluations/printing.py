"""What a command prints, where somebody may have stopped reading or the disk behind it is full."""

from __future__ import annotations

import errno
import os
import sys

import typer

CANNOT_PRINT = 74  # EX_IOERR of sysexits.h


def say(text: str, otherwise: str = "") -> None:
    """Print; a reader who has gone (`| head`) ends nothing, a full disk ends the command with one line."""
    try:
        typer.echo(text)
        sys.stdout.flush()
    except OSError as error:
        # else the interpreter tries again when it ends, and says so in its own words
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if error.errno == errno.EPIPE:
            return
        typer.echo(
            f"bellwether: the answer cannot be printed: {error.strerror}{otherwise and f'; {otherwise}'}", err=True
        )
        raise typer.Exit(CANNOT_PRINT) from error
