"""A network of its own for a server that asks nobody for a secret."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

WALLED = Path(__file__).parents[1] / "entry" / "walled.py"
#: as root; as anybody else, who becomes root of a user namespace first and may then have a network
KINDS = (("--net",), ("--map-root-user", "--net"))
PLACES = "/usr/bin:/bin"
OPEN = (
    "This machine gives no network namespace to us, so its other users can reach the store of the user services. "
    "Let nobody else log in, or allow unprivileged user namespaces, and start again."
)


def own_network() -> tuple[str, ...]:
    """The words that start a command in a network of its own; none where the kernel does not allow that."""
    program = shutil.which("unshare", path=PLACES)
    found = ((program, *kind) for kind in KINDS if program)
    return next((words for words in found if _works(words)), ())


def behind_a_socket(path: Path, port: int, *words: str) -> tuple[str, ...]:
    """The command that runs `words`, a server on that port, and leads there what comes to the socket."""
    # without site-packages it starts at once and stays small
    return (sys.executable, "-I", "-S", str(WALLED), str(path), str(port), *words)


def _works(words: tuple[str, ...]) -> bool:
    command = (*words, sys.executable, "-I", "-S", str(WALLED))
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
