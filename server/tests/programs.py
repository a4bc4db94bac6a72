"""PLINK 2, bcftools and Beagle for tests: those of the path, else Debian's packages unpacked into the cache."""

import os
import shutil
from pathlib import Path

import pytest
from bellwether.launch.machine.folders import cache_folder
from bellwether.modelling.programs.finding import NAMES, find
from debian import unpacked


def onto_the_path(patch: pytest.MonkeyPatch) -> None:
    """The three programs stand on the path; Beagle needs a Java of the machine, which is too large to be fetched."""
    if all(find(name) for name in NAMES):
        return
    root = unpacked(cache_folder() / "bioinformatics", ["plink2", "bcftools"], alone=("beagle",))
    libraries = sorted({str(file.parent) for file in root.rglob("*.so*")})
    patch.setenv("LD_LIBRARY_PATH", ":".join(libraries))
    patch.setenv("PATH", f"{root / 'usr/bin'}:{root / 'usr/share/beagle'}:{os.environ['PATH']}")


def empty_path(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A machine without any of them."""
    patch.setenv("PATH", str(folder))


needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Beagle runs on Java, and this machine has none")
