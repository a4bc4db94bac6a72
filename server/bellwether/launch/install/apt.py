"""The few questions we ask apt, none of which needs root."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bellwether.launch.errors import LaunchError

PROGRESS_SECONDS = 0.5
#: what dpkg and gcc call the machines that Debian builds PostGIS for
ARCHITECTURES = {"x86_64": ("amd64", "x86_64-linux-gnu"), "aarch64": ("arm64", "aarch64-linux-gnu")}


def is_here() -> bool:
    return all(shutil.which(program) for program in ("apt-get", "apt-cache", "dpkg-deb"))


def architecture() -> str:
    return ARCHITECTURES.get(platform.machine(), (platform.machine(), ""))[0]


def library_folder() -> str:
    """The folder name under lib/ for this machine."""
    return ARCHITECTURES.get(platform.machine(), ("", f"{platform.machine()}-linux-gnu"))[1]


def update(cache: Path) -> None:
    """Read the package lists into a folder of our own."""
    lists = cache / "apt" / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    _run(["apt-get", *_own_lists(cache), "update", "-qq"])
    (cache / "apt" / "complete").touch()


def versions(cache: Path, names: list[str]) -> dict[str, list[str]]:
    """The versions that apt offers of each package, best first."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in _run(["apt-cache", *_options(cache), "madison", *names]).splitlines():
        name, version, source = (field.strip() for field in line.split("|"))
        if not source.endswith("Sources"):
            found[name].append(version)
    return found


def lacking(cache: Path, names: list[str]) -> list[str]:
    """These packages and what they depend on, as far as the system does not have it."""
    words = ["install", "--simulate", "-qq", "--no-install-recommends", *names]
    lines = _run(["apt-get", *_options(cache), *words]).splitlines()
    return [line.split()[1] for line in lines if line.startswith("Inst ")]


def uris(cache: Path, empty: Path, wanted: list[str]) -> list[str]:
    """One line per package: address, file name, size and hash. apt leaves out files that lie in the folder."""
    return _run(["apt-get", *_options(cache), "download", "--print-uris", *wanted], empty).splitlines()


def download(cache: Path, folder: Path, wanted: list[str], progress: Callable[[], None]) -> None:
    """Fetch the packages into the folder."""
    if not wanted:
        return
    command = ["apt-get", *_options(cache), "download", "-q", *wanted]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=_env()
    ) as run:
        while True:
            try:
                _, errors = run.communicate(timeout=PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                progress()
    if run.returncode:
        raise _failed(command, errors)


def _options(cache: Path) -> list[str]:
    return _own_lists(cache) if (cache / "apt" / "complete").exists() else _unsandboxed()


def _own_lists(cache: Path) -> list[str]:
    own = cache / "apt"
    return [
        *_unsandboxed(), "-o", f"Dir::State::Lists={own / 'lists'}", "-o", f"Dir::Cache={own}",
        "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
    ]  # fmt: skip


def _unsandboxed() -> list[str]:
    # as root, apt would hand over to a user that cannot enter our folders
    return ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []


def _env() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_env())
    if done.returncode:
        raise _failed(command, done.stderr)
    return done.stdout


def _failed(command: list[str], errors: str) -> LaunchError:
    said = [line for line in errors.splitlines() if line.startswith(("E:", "Err:"))] or errors.splitlines()
    words = next(word for word in command[1:] if word in ("update", "madison", "install", "download"))
    return LaunchError(
        f"apt ({words}) failed: {' '.join(said[:2]) or 'no reason given'}.",
        "Check the network and /etc/apt/sources.list, or set DATABASE_URL to a PostgreSQL 15 or later with PostGIS.",
    )
