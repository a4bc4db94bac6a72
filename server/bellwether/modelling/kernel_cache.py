"""Where compiled kernels are kept when neither the installation nor the home can be written."""

from __future__ import annotations

import importlib.util
import os
import stat
import tempfile
from pathlib import Path


def ensure_kernel_cache() -> None:
    """Give numba a folder of this user's when it would find none; without one the engine cannot be loaded."""
    if "NUMBA_CACHE_DIR" in os.environ or any(_is_writable(place) for place in _usual_places()):
        return
    own = Path(tempfile.gettempdir()) / f"bellwether-kernels-{os.getuid()}"
    try:
        own.mkdir(mode=0o700, exist_ok=True)
        found = own.lstat()
        # what lies there is executed: it must be this user's alone
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    except OSError:
        is_ours = False
    os.environ["NUMBA_CACHE_DIR"] = str(own) if is_ours else tempfile.mkdtemp(prefix="bellwether-kernels-")


def _usual_places() -> list[Path]:
    """Beside the engine's sources, then the user's cache."""
    engine = importlib.util.find_spec("bellwether_engine")
    places = [] if engine is None or engine.origin is None else [Path(engine.origin).parent / "__pycache__"]
    return [
        *places,
        Path(os.environ.get("XDG_CACHE_HOME") or f"{os.environ.get('HOME', '/nonexistent')}/.cache") / "numba",
    ]


def _is_writable(folder: Path) -> bool:
    """Can it be written, or be made?"""
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return os.access(there, os.W_OK | os.X_OK)
