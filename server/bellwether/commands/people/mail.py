"""`mail`: what the platform wrote to people while it has no mail server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bellwether.commands.options import AsJson, DataDir
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch import mailbox

SHOWN = 20


def mail(
    data: DataDir,
    number: Annotated[int | None, typer.Argument(min=1, help="Which one to read: 1 is the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the messages to people that lie in the state folder, the newest first, or read one.

    Examples: ./bellwether mail; ./bellwether mail 1
    """
    folders = Folders.of(data)
    found = mailbox.letters(folders)[::-1]
    if number is not None and number > len(found):
        raise LaunchError(f"There are {len(found)} messages.", f"{folders.command('mail')} lists them.")
    wanted = list(enumerate(found, 1)) if number is None else [(number, found[number - 1])]
    documents = [_document(at, path, whole=number is not None) for at, path in wanted[:SHOWN]]
    if as_json:
        typer.echo(json.dumps(documents, indent=1))
        return
    for each in documents:
        typer.echo(f"{each['number']}  {each['date']}  {each['to']}  {each['subject']}")
        if number is not None:
            typer.echo(f"\n{each['text']}")
    if not found:
        typer.echo(f"There are no messages in {folders.mail}.")


def _document(number: int, path: Path, *, whole: bool) -> dict[str, object]:
    letter = mailbox.read(path)
    told = {"number": number, **{name.lower(): str(letter[name]) for name in ("Date", "To", "Subject")}}
    return told | ({"text": letter.get_content().rstrip()} if whole else {})
