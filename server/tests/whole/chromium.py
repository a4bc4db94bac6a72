"""Debian's Chromium: the system's, or packages of our own, unpacked without root as PostgreSQL's are."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.install import apt
from bellwether.launch.install.debian_packages import extract
from bellwether.launch.machine.folders import cache_folder

PACKAGES = ["chromium", "chromium-driver"]


@dataclass(frozen=True)
class Chromium:
    """Where the programs lie, and what they need to find their libraries and fonts."""

    browser: str
    driver: str
    env: dict[str, str]


def find() -> Chromium:
    """The programs, fetched when they are missing.

    Raises:
        RuntimeError: they cannot be fetched here.
    """
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser and driver:
        return Chromium(browser, driver, dict(os.environ))
    if not apt.is_here():
        raise RuntimeError("The pages are tested in Chromium. Install it with its driver: chromium, chromedriver.")
    root = cache_folder() / "chromium"
    if not root.is_dir():
        fetch(root)
    libraries = sorted({str(file.parent) for file in root.rglob("*.so*")})
    env = {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}
    if (root / "etc/fonts").is_dir():
        env["FONTCONFIG_SYSROOT"] = str(root)
    own = str(root / "usr/lib/chromium/chromium"), str(root / "usr/bin/chromedriver")
    return Chromium(browser or own[0], driver or own[1], env)


def fetch(root: Path) -> None:
    """Fetch and unpack the packages and all that the system lacks for them."""
    cache = root.parent
    cache.mkdir(parents=True, exist_ok=True)
    if not apt.versions(cache, PACKAGES):
        apt.update(cache)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        files, half = Path(name) / "files", Path(name) / "half"
        files.mkdir()
        half.mkdir()
        apt.download(cache, files, apt.lacking(cache, PACKAGES), lambda: None)
        for file in files.iterdir():
            extract(file, half)
        half.rename(root)
