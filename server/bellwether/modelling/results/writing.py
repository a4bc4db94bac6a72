"""The result files, written to a folder beside and then moved: all of them or none."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from bellwether.modelling.findings import refuse
from bellwether.modelling.results.sections import Report

NAMES = (
    "breeding_values.csv",
    "fixed_effects.csv",
    "random_effects.csv",
    "marker_effects.csv",
    "variances.csv",
    "loadings.csv",
    "report.json",
)
UNFINISHED = ".bellwether-unfinished"
PREFIX, OLD_S = ".bellwether-", 3600.0


def check_folder(out: Path, inputs: Sequence[Path]) -> None:
    """Refuse a folder that cannot be written, or where results would replace somebody's files, before anything is
    computed.

    Raises
    ------
    BadInput
        Its place is a file or belongs to others, a folder has the name of a result; a result would replace an input, or
        a file that no earlier run has written.
    """
    there = next(each for each in (out, *out.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        reason = "cannot be written" if there.is_dir() else "is a file"
        fix = "Choose a folder that you may write to"
        raise refuse(out, None, "unwritable_folder", f"the results cannot be written: {there} {reason}", fix)
    taken = next((name for name in NAMES if (out / name).is_dir()), None)
    if taken is not None:
        message = f"the results cannot be written: {out / taken} is a folder"
        raise refuse(out, None, "unwritable_folder", message, "Choose another folder, or remove this one in it")
    results = {(out / name).resolve() for name in NAMES}
    read = next((path for path in inputs if path.resolve() in results), None)
    if read is not None:
        message, fix = f"the results would replace the input {read}", "Choose another folder for the results"
        raise refuse(out, None, "replaces_input", message, fix)
    foreign = [name for name in NAMES if (out / name).exists()]
    if foreign and not _has_results(out):
        message = f"the results would replace {out / foreign[0]}, which no earlier run has written"
        raise refuse(out, None, "replaces_file", message, "Choose another folder, or move the file away")


def _has_results(out: Path) -> bool:
    """Are there the results of an earlier run, or of one that was ended while it moved them in?"""
    if (out / UNFINISHED).exists():
        return True
    try:
        return "engine_version" in json.loads((out / "report.json").read_text())
    except (OSError, ValueError, TypeError):
        return False


def write(out: Path, tables: Mapping[str, pl.DataFrame], report: Report) -> None:
    """Write all files to a folder on the same disk, then move them in; what an earlier run left is replaced or removed.

    Raises
    ------
    BadInput
        The folder cannot be written.
    """
    try:
        # inside the folder where there is one: its neighbourhood may be another disk, or not writable
        beside = out if out.is_dir() else out.parent
        beside.mkdir(parents=True, exist_ok=True)
        _remove_left(beside)
        _remove_left(out.parent)
        with tempfile.TemporaryDirectory(dir=beside, prefix=f"{PREFIX}{_machine()}-{os.getpid()}-") as temporary:
            folder = Path(temporary)
            for name, table in tables.items():
                table.write_csv(folder / name)
            (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
            out.mkdir(exist_ok=True)
            _move_in(folder, out)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fix = "Choose a folder that you may write to, with space on its disk"
        raise refuse(out, None, "unwritable_folder", f"the results cannot be written: {reason}", fix) from error


def write_pages(out: Path, pages: Mapping[str, str]) -> None:
    """Write the pages of statistics, in the place of earlier ones.

    Raises
    ------
    BadInput
        The folder cannot be written, or a page would replace a file that no earlier run has written.
    """
    foreign = next((name for name in pages if (out / name).exists()), None)
    if foreign is not None and not _has_pages(out):
        message = f"the statistics would replace {out / foreign}, which no earlier run has written"
        raise refuse(out, None, "replaces_file", message, "Choose another folder, or move the file away")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            with tempfile.NamedTemporaryFile("w", dir=out, delete=False, encoding="utf-8") as file:
                file.write(text)
            Path(file.name).chmod(0o644)
            Path(file.name).replace(out / name)
    except OSError as error:
        fix = "Choose a folder that you may write to, with space on its disk"
        raise refuse(
            out, None, "unwritable_folder", f"the statistics cannot be written: {error.strerror}", fix
        ) from error


def _has_pages(out: Path) -> bool:
    try:
        return "statistics" in json.loads((out / "statistics.json").read_text())
    except (OSError, ValueError, TypeError):
        return False


def _machine() -> str:
    """This machine in a name: a process number of another one says nothing here."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _remove_left(beside: Path) -> None:
    """The hidden folders of runs that were killed while they wrote; those of running ones stay."""
    for left in beside.glob(f"{PREFIX}*"):
        if left.is_dir() and not left.is_symlink() and _is_left(left):
            shutil.rmtree(left, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Does it hold result files alone, and has its process ended (or does nobody know it, and it is old)?"""
    try:
        if {path.name for path in folder.iterdir()} - set(NAMES):
            return False
        machine, process, *_ = (*folder.name.removeprefix(PREFIX).split("-"), "", "")
        if machine == _machine() and process.isdigit():
            return not _is_running(int(process))
        return time.time() - folder.stat().st_mtime > OLD_S
    except OSError:
        return False


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _move_in(folder: Path, out: Path) -> None:
    """By renames on one disk, the report last: a folder with a report is whole."""
    (out / UNFINISHED).touch()
    (out / "report.json").unlink(missing_ok=True)
    for name in NAMES:
        if (folder / name).exists():
            (folder / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)
    (out / UNFINISHED).unlink()
