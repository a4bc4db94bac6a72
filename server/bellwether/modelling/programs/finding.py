"""Which programs of others the path has: what each says of its version, and the digest of what is run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bellwether.modelling.findings import BadInput, Finding

NAMES = ("plink2", "bcftools", "beagle")
REMEDIES = {
    "plink2": "apt-get install plink2, or put the program plink2 on the path of the platform and start it again",
    "bcftools": "apt-get install bcftools, or put the program bcftools on the path of the platform and start it again",
    "beagle": "apt-get install beagle default-jre-headless, or put beagle.jar and java on the path of the platform "
    "and start it again",
}
#: where the answer to the question about its version has it
VERSION = {
    "plink2": re.compile(r"PLINK v(2\S+)"),
    "bcftools": re.compile(r"bcftools (\d\S*)"),
    "beagle": re.compile(r"beagle\.(\S+?)\.jar"),
}
ASKED_S = 30
#: what Debian's `plink2` chooses among, in its order: the ending, and what the processor must know for it
KINDS = (
    ("avx2", {"avx2", "bmi1", "bmi2", "abm", "fma"}),
    ("avx", {"avx"}),
    ("sse4.1", {"sse4_1"}),
    ("ssse3", {"ssse3"}),
    ("sse3", {"pni"}),
    ("sse2", {"sse2"}),
)
JAR = re.compile(rb"\S+\.jar")
HEAP = "-Xmx4g"


@dataclass(frozen=True, slots=True)
class Program:
    """A program as it was found: the words that start it, its version, and SHA-256 of its binary or jar."""

    name: str
    command: tuple[str, ...]
    version: str
    sha256: str


def find(name: str) -> Program | None:
    """The program of one of `NAMES` on the path; None where there is none that says its version."""
    found = _place(name)
    if found is None:
        return None
    command, file = found
    state = file.stat()
    return _asked(name, command, file, state.st_mtime_ns, state.st_size)


def needed(name: str) -> Program:
    """The program, or a refusal that says how to get it.

    Raises
    ------
    BadInput
    """
    found = find(name)
    if found is None:
        message = f"the program {name} is not on the path of the platform, or does not tell its version"
        raise BadInput([Finding(name, None, "missing_program", message, REMEDIES[name], "step")])
    return found


def _place(name: str) -> tuple[tuple[str, ...], Path] | None:
    """The words that start it, and the file whose digest tells it from others: what runs, never what only calls it."""
    if name == "beagle":
        jar, java = _jar(), shutil.which("java")
        return None if jar is None or java is None else ((java, HEAP, "-jar", str(jar)), jar)
    told = shutil.which(name)
    if told is None:
        return None
    file = Path(told).resolve()
    if name == "plink2" and _is_script(file):
        file = next(_dispatched(file.parent), file)
    return (str(file),), file


def _jar() -> Path | None:
    """`beagle.jar` or one with its version in the name in a folder of the path, else that of Debian's script."""
    for folder in os.get_exec_path():
        found = sorted(Path(folder).glob("beagle*.jar"))
        if found:
            return found[-1].resolve()
    script = shutil.which("beagle")
    if script is None:
        return None
    named = [Path(os.fsdecode(each)) for each in JAR.findall(Path(script).read_bytes()[:4096])]
    beside = [Path(script).resolve().parents[1] / "share" / "beagle" / each.name for each in named]
    return next((each.resolve() for each in (*named, *beside) if each.is_file()), None)


def _is_script(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(2) == b"#!"


def _dispatched(folder: Path) -> Iterator[Path]:
    """Debian's binaries of PLINK 2 that this processor can run, the fastest first."""
    flags = set(Path("/proc/cpuinfo").read_text().split())
    for ending, needs in KINDS:
        file = folder / f"plink2-{ending}"
        if needs <= flags and os.access(file, os.X_OK):
            yield file


@lru_cache(maxsize=16)
def _asked(name: str, command: tuple[str, ...], file: Path, _changed: int, _size: int) -> Program | None:
    question = () if name == "beagle" else ("--version",)
    try:
        done = subprocess.run(  # noqa: S603 - a word list, of names that we know
            [*command, *question], stdin=subprocess.DEVNULL, capture_output=True, timeout=ASKED_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = VERSION[name].search(done.stdout.decode(errors="replace"))
    if said is None:
        return None
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Program(name, command, said.group(1), sha256)
