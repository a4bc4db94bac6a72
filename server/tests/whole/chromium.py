"""Debian's Chromium: the system's, or packages of our own, unpacked without root as PostgreSQL's are."""

import os
import shutil
from dataclasses import dataclass

from bellwether.launch.machine.folders import cache_folder
from debian import unpacked

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
    root = unpacked(cache_folder() / "chromium", PACKAGES)
    libraries = sorted({str(file.parent) for file in root.rglob("*.so*")})
    env = {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}
    if (root / "etc/fonts").is_dir():
        env["FONTCONFIG_SYSROOT"] = str(root)
    own = str(root / "usr/lib/chromium/chromium"), str(root / "usr/bin/chromedriver")
    return Chromium(browser or own[0], driver or own[1], env)
