"""PostgreSQL refuses to run as root: as root, an unprivileged user runs it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.errors import LaunchError


@dataclass(frozen=True)
class Account:
    """The user that a program runs as; None for the ids means: as we are."""

    uid: int | None = None
    gid: int | None = None
    name: str = ""

    def command(self, *words: str, death_signal: str = "") -> list[str]:
        """The command line that runs `words` as this user and, if asked, lets it die with its parent."""
        options = [f"--pdeathsig={death_signal}"] if death_signal else []
        if self.uid is not None:
            options += [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return [setpriv(), *options, *words] if options else list(words)

    def can_enter(self, path: Path) -> bool:
        """True when this user reaches the folder, whatever the modes above it."""
        done = subprocess.run(self.command("test", "-x", str(path)), cwd="/", check=False)
        return done.returncode == 0

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def setpriv() -> str:
    found = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    if not found:
        raise LaunchError("The program setpriv is missing.", "It is part of util-linux: apt-get install util-linux.")
    return found


def for_postgres() -> Account:
    """The user for PostgreSQL: ourselves, or when we are root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, name)
    raise LaunchError("There is no unprivileged user to run PostgreSQL as.", "Type: useradd --system postgres")
