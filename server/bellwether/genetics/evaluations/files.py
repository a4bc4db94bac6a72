"""Files between the steps of a run: too big for the job's record, named by a digest, removed at the end."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from bellwether.genetics.evaluations.problems import WorkFilesLost


class Pointer(TypedDict):
    """A file of the run's folder and what it must hold."""

    name: str
    sha256: str


def folder_of(data_dir: Path, run_id: object) -> Path:
    """Where a run keeps its files."""
    return data_dir / "work" / "genetics" / str(run_id)


def make(folder: Path) -> None:
    """The folder of a run."""
    folder.mkdir(parents=True, exist_ok=True)


def remove(data_dir: Path, run_id: object) -> None:
    """Forget the files of a run."""
    shutil.rmtree(folder_of(data_dir, run_id), ignore_errors=True)


def point_to(path: Path) -> Pointer:
    """A pointer to a file that is complete."""
    return {"name": path.name, "sha256": sha256_of(path)}


def are_whole(folder: Path, pointers: Mapping[str, Pointer]) -> bool:
    """Is every file there with what it must hold?"""
    try:
        return all(follow(folder, pointer) for pointer in pointers.values())
    except WorkFilesLost:
        return False


def follow(folder: Path, pointer: Pointer) -> Path:
    """The file behind a pointer.

    Raises:
        WorkFilesLost: it has gone or holds something else.
    """
    path = folder / pointer["name"]
    if not path.is_file() or sha256_of(path) != pointer["sha256"]:
        raise WorkFilesLost
    return path


def sha256_of(path: Path) -> str:
    """Digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
