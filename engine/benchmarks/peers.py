"""Other programs, when they are on the PATH; nothing is ever installed here."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

INSTALL = {
    "plink1.9": "apt-get install plink1.9",
    "plink2": "apt-get install plink2",
    "gemma": "apt-get install gemma",
    "Rscript": "apt-get install r-base-core",
    "pedigreemm": "install.packages('pedigreemm')",
    "nadiv": "install.packages('nadiv')",
    "sommer": "install.packages('sommer')",
}


def missing(name: str) -> str:
    """Why the program `name` cannot be compared and how to install it; empty when it is there."""
    return "" if shutil.which(name) else f"{name} left out: not installed ({INSTALL[name]})"


def missing_in_r(package: str) -> str:
    """Why the R package cannot be compared and how to install it; empty when it is there."""
    if missing("Rscript"):
        return f"R {package} left out: not installed ({INSTALL['Rscript']}; in R: {INSTALL[package]})"
    code = subprocess.run(["Rscript", "-e", f"library({package})"], capture_output=True, check=False).returncode
    return f"R {package} left out: not installed (in R: {INSTALL[package]})" if code else ""


def seconds_of(command: list[str], folder: Path) -> float:
    """Wall seconds of a command in `folder`; its words go into the error when it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{command[0]} exited {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
    return taken
