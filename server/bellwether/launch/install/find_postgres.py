"""Finds a PostgreSQL 15 or later with PostGIS: DATABASE_URL, the system's, or Debian packages of our own."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bellwether.launch.errors import LaunchError
from bellwether.launch.install import apt, debian_packages
from bellwether.launch.machine.account import Account
from bellwether.launch.machine.folders import cache_folder

OLDEST = 15
SYSTEM_PROGRAMS = ("/usr/lib/postgresql/*/bin/postgres", "/usr/pgsql-*/bin/postgres", "/usr/local/pgsql/bin/postgres")
OFFERS_POSTGIS = "select exists (select from pg_available_extensions where name = 'postgis')"
CREATES_ROLES = "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
#: where unpacked packages go when PostgreSQL's user cannot enter the cache
PUBLIC_PLACE = Path("/var/lib/bellwether")


@dataclass(frozen=True)
class Server:
    """Programs of a PostgreSQL, or the address of one that others run."""

    route: str
    version: str
    why: str
    programs: Path | None = None
    library_path: str = ""
    proj: str = ""
    plugins: str = ""
    url: str = ""

    def environment(self) -> list[str]:
        """Words for env(1): the libraries are for the server only, other programs break on a mixture."""
        if not self.library_path:
            return []
        return ["env", f"LD_LIBRARY_PATH={self.library_path}", f"PROJ_LIB={self.proj}", f"PROJ_DATA={self.proj}"]

    def program(self, name: str) -> str:
        assert self.programs is not None
        return str(self.programs / name)


def find(account: Account, say: debian_packages.Say) -> Server:
    """The first of the three routes that works; `why` says what was wrong with the earlier ones."""
    url = os.environ.get("DATABASE_URL", "")
    if url:
        return asyncio.run(external(url))
    server, refused = system_server()
    return server or _unpacked(account, refused, say)


async def external(url: str) -> Server:
    """The server behind DATABASE_URL, or the reason why it will not do."""
    import asyncpg

    host = urlsplit(url).hostname or "?"
    unset = "or unset DATABASE_URL to use a server of our own."
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except Exception as error:
        raise LaunchError(f"DATABASE_URL: no connection to {host}: {error}.", f"Correct it, {unset}") from error
    try:
        number = connection.get_server_version()
        offered = await connection.fetchval(OFFERS_POSTGIS)
        creates = await connection.fetchval(CREATES_ROLES)
    finally:
        await connection.close()
    version = f"{number.major}.{number.micro}"
    if number.major < OLDEST:
        raise LaunchError(f"DATABASE_URL: {host} is PostgreSQL {version}, older than {OLDEST}.", f"Upgrade it, {unset}")
    if not offered:
        raise LaunchError(f"DATABASE_URL: {host} does not offer PostGIS.", f"Install postgis there, {unset}")
    if not creates:
        raise LaunchError(f"DATABASE_URL: this user may not create roles on {host}.", f"Give an administrator, {unset}")
    return Server("DATABASE_URL", version, "DATABASE_URL is set", url=url)


def system_server() -> tuple[Server | None, str]:
    """A PostgreSQL that the system has, or the reason why none will do."""
    found = [path for pattern in SYSTEM_PROGRAMS for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    reasons = []
    for program in found:
        version = program_version(program)
        reason = _unfit(program, version)
        if not reason:
            return Server("system", version, "the system has it with PostGIS", program.parent), ""
        reasons.append(f"{program.parent}: {reason}")
    return None, "; ".join(reasons) or "the system has no PostgreSQL"


def _unfit(program: Path, version: str) -> str:
    if int(version.split(".")[0] or 0) < OLDEST:
        return f"version {version} is older than {OLDEST}"
    extensions = share_folder(program) / "extension"
    absent = [name for name in ("postgis", "pg_trgm", "btree_gist") if not (extensions / f"{name}.control").exists()]
    return f"version {version} without {', '.join(absent)}" if absent else ""


def share_folder(program: Path) -> Path:
    """Where the extensions of a server lie."""
    debian = Path("/usr/share/postgresql") / program.parent.parent.name
    return debian if debian.is_dir() else program.parent.parent / "share"


def program_version(program: Path, prefix: list[str] | None = None) -> str:
    done = subprocess.run(
        [*(prefix or []), str(program), "--version"], capture_output=True, text=True, check=False, cwd="/"
    )
    found = re.search(r"(\d+(\.\d+)*)", done.stdout)
    return found[1] if found else "0"


def _unpacked(account: Account, refused: str, say: debian_packages.Say) -> Server:
    if not apt.is_here():
        raise LaunchError(
            f"No PostgreSQL {OLDEST} with PostGIS was found ({refused}), and this system has no apt to fetch one with.",
            "Set DATABASE_URL to such a server, or use the Compose file.",
        )
    root = debian_packages.unpack(_enterable_cache(account), say)
    library = apt.library_folder()
    programs = root / "usr/lib/postgresql" / debian_packages.MAJOR / "bin"
    bare = Server(
        "packages", "", f"Debian packages of our own, because {refused}", programs,
        library_path=f"{root / 'usr/lib' / library}:{root / 'lib' / library}",
        proj=str(root / "usr/share/proj"), plugins=str(programs.parent / "lib"),
    )  # fmt: skip
    version = program_version(programs / "postgres", bare.environment())
    return Server(**{**bare.__dict__, "version": version})


def _enterable_cache(account: Account) -> Path:
    """The shared cache, or a public place when it lies under a home that PostgreSQL's user cannot enter."""
    cache = cache_folder()
    if account.uid is None:
        return cache
    nearest = next(path for path in (cache, *cache.parents) if path.is_dir())
    return cache if account.can_enter(nearest) else PUBLIC_PLACE / "cache"
