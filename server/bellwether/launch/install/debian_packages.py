"""PostgreSQL with PostGIS from Debian packages, unpacked without root into a folder of our own."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.errors import LaunchError
from bellwether.launch.install import apt
from bellwether.launch.machine.folders import private

PINS = Path(__file__).with_name("pins.txt")
MAJOR = "15"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """One file to fetch."""

    name: str
    version: str
    file: str
    size: int
    sha256: str


def pins() -> list[Pin]:
    """The packages, versions and hashes this release was tested with (amd64)."""
    return [Pin(*line.split()) for line in PINS.read_text().splitlines() if line]


def digest() -> str:
    return hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]


def unpack(cache: Path, say: Say) -> Path:
    """The root of the unpacked packages in the cache, fetched and unpacked when not there yet."""
    root = cache / f"postgresql-{MAJOR}-{digest()}"
    if root.is_dir():
        return root
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LaunchError(
            f"The package cache {cache} cannot be written: {error.strerror}.", "Set BELLWETHER_CACHE_DIR."
        ) from error
    with open(cache / "unpack.lock", "w", opener=private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            _unpack_files(_fetch(cache, say), root, say)
    return root


def _fetch(cache: Path, say: Say) -> list[Path]:
    folder = cache / "packages"
    folder.mkdir(exist_ok=True)
    pinned = [folder / file_name(pin.name, pin.version) for pin in pins()]
    if all(intact(path, pin.sha256) for path, pin in zip(pinned, pins(), strict=True)):
        return pinned
    say("PostgreSQL with PostGIS: asking apt for the packages")
    plan = _plan(cache, say)
    missing = [package for package in plan if not intact(folder / package.file, package.sha256)]
    for package in missing:
        # a half download of an earlier attempt
        (folder / package.file).unlink(missing_ok=True)
    megabytes = sum(package.size for package in missing) / 1e6
    say(f"PostgreSQL with PostGIS: fetching {len(missing)} of {len(plan)} packages, {megabytes:.0f} MB")
    apt.download(cache, folder, [f"{p.name}={p.version}" for p in missing], lambda: _progress(folder, missing, say))
    broken = [package.name for package in plan if not intact(folder / package.file, package.sha256)]
    if broken:
        raise LaunchError(
            f"These packages did not arrive whole: {' '.join(broken)}.", "Try again; what arrived is kept."
        )
    return [folder / package.file for package in plan]


def _progress(folder: Path, missing: list[Package], say: Say) -> None:
    sizes = [(folder / p.file).stat().st_size if (folder / p.file).exists() else 0 for p in missing]
    done = sum(size >= package.size for size, package in zip(sizes, missing, strict=True))
    say(f"PostgreSQL with PostGIS: {done} of {len(missing)} packages, {sum(sizes) / 1e6:.0f} MB")


def _plan(cache: Path, say: Say) -> list[Package]:
    """The files to fetch: the pinned versions, or apt's candidate where the mirror has moved on."""
    known = apt.versions(cache, [pin.name for pin in pins()])
    if not known.get("postgresql-15-postgis-3"):
        say("PostgreSQL with PostGIS: reading package lists into a folder of our own")
        apt.update(cache)
        known = apt.versions(cache, [pin.name for pin in pins()])
    absent = [pin.name for pin in pins() if not known.get(pin.name)]
    if absent:
        raise LaunchError(
            f"apt does not offer {' '.join(absent[:3])}{' ...' if absent[3:] else ''}, packages of Debian 12.",
            "Set DATABASE_URL to a PostgreSQL 15 or later with PostGIS, or use the Compose file.",
        )
    wanted = []
    for pin in pins():
        version = pin.version if pin.version in known[pin.name] else known[pin.name][0]
        if version != pin.version:
            say(f"PostgreSQL with PostGIS: {pin.name} {pin.version} is gone from the mirror, taking {version}")
        wanted.append(f"{pin.name}={version}")
    with tempfile.TemporaryDirectory() as empty:
        plan = [_parse(line) for line in apt.uris(cache, Path(empty), wanted)]
    _refuse_forged(plan)
    return plan


def _refuse_forged(plan: list[Package]) -> None:
    trusted = {(pin.name, pin.version): pin.sha256 for pin in pins()}
    if apt.architecture() != "amd64":
        return
    for package in plan:
        if trusted.get((package.name, package.version), package.sha256) != package.sha256:
            raise LaunchError(
                f"The mirror's {package.name} {package.version} is not the file that this release was tested with.",
                "Check the entries in /etc/apt/sources.list.",
            )


def _parse(line: str) -> Package:
    found = re.fullmatch(r"'[^']+' (\S+) (\d+) SHA256:([0-9a-f]{64})", line)
    if not found:
        raise LaunchError(f"apt answered in an unknown form: {line[:120]}.", "Set DATABASE_URL instead.")
    name, version, _ = found[1].removesuffix(".deb").split("_")
    return Package(name, urllib.parse.unquote(version), found[1], int(found[2]), found[3])


def file_name(name: str, version: str) -> str:
    """How apt names the file of a package."""
    return f"{name}_{version.replace(':', '%3a')}_{apt.architecture()}.deb"


def intact(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _unpack_files(files: list[Path], root: Path, say: Say) -> None:
    say(f"PostgreSQL with PostGIS: unpacking {len(files)} packages")
    half = root.with_name(f".{root.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o755)
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda file: extract(file, half), files))
    # Debian's post-install script does this otherwise
    extensions = half / "usr/share/postgresql" / MAJOR / "extension"
    shutil.copyfile(extensions / "postgis-3.control", extensions / "postgis.control")
    half.chmod(0o755)
    half.rename(root)


def extract(file: Path, into: Path) -> None:
    """Unpack one package, without running its scripts."""
    done = subprocess.run(["dpkg-deb", "-x", str(file), str(into)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchError(f"{file.name} cannot be unpacked: {done.stderr.strip()}.", f"Remove {file} and try again.")
