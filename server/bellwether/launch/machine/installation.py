"""What belongs together: the keys, the users' tables and the cluster of one platform, and that none is made anew.

The record is made at the first start and completed when all is ready. What it names and what is gone since was lost:
making that anew in silence would leave the other stores without what they rest on.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bellwether.launch.errors import LaunchError
from bellwether.launch.machine.folders import Folders, write_atomically
from bellwether.platform.json import json_text


@dataclass
class Installation:
    """The platform id, which each store carries too, and what was made: paths, those in the state folder from it."""

    id: str
    made: list[str] = field(default_factory=list)


RECORD = TypeAdapter(Installation)
SECRETS = (".password", ".secret")


def place(folders: Folders) -> Path:
    """Where the record lies: with the keys, for it is worth as much."""
    return folders.keys / "installation.json"


def read(folders: Folders) -> Installation | None:
    """The record; None where no platform has been ready yet.

    Raises:
        LaunchError: it is damaged.
    """
    path = place(folders)
    try:
        return RECORD.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise LaunchError(f"{path} is damaged: {error.errors()[0]['msg']}.", from_a_backup(folders)) from error


def check(folders: Folders, stores: list[Path]) -> Installation:
    """The installation of this state folder, a new one where there is nothing yet.

    Raises:
        LaunchError: a part of it is missing beside the others.
    """
    found = read(folders)
    kept = [path for path in stores if path.exists()]
    if found is None:
        if kept and not (folders.keys / "kek").exists():
            problem = f"The keys in {folders.keys} are missing beside {kept[0]}, which cannot be read without them."
            raise LaunchError(problem, from_a_backup(folders))
        # before any store has it: a start that is broken off goes on under the same id
        return _written(folders, Installation(str(uuid.uuid4())))
    lost = [path for path in map(folders.data.joinpath, found.made) if not path.exists()]
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        problem = f"{lost[0]}{more}, part of the platform {found.id}, is missing beside the rest of it."
        raise LaunchError(problem, from_a_backup(folders))
    return found


def remember(folders: Folders, installation: Installation, stores: list[Path]) -> None:
    """Write down what there is now."""
    # what else lies there, an editor's copy or a note, is nobody's loss
    keys = [path for path in folders.keys.iterdir() if path.name == "kek" or path.suffix in SECRETS]
    there = sorted(_name(folders, path) for path in (*keys, *stores) if path.exists())
    if there != installation.made:
        installation.made = there
        _written(folders, installation)


def _written(folders: Folders, installation: Installation) -> Installation:
    write_atomically(place(folders), json_text(asdict(installation)) + "\n")
    return installation


def from_a_backup(folders: Folders) -> str:
    """The way out."""
    return f"Put it back from a backup; to begin anew without the old data, remove the whole folder {folders.data}."


def _name(folders: Folders, path: Path) -> str:
    return str(path.relative_to(folders.data)) if path.is_relative_to(folders.data) else str(path)
