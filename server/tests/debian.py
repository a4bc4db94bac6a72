"""Programs that tests need and a bare machine lacks: Debian's packages, unpacked without root as PostgreSQL's are."""

import tempfile
from pathlib import Path

from bellwether.launch.install import apt
from bellwether.launch.install.debian_packages import extract


def unpacked(root: Path, packages: list[str], alone: tuple[str, ...] = ()) -> Path:
    """The folder `root` with the packages and all that the system lacks for them, fetched once; `alone` come without.

    Raises:
        RuntimeError: they cannot be fetched here.
    """
    if root.is_dir():
        return root
    if not apt.is_here():
        raise RuntimeError(f"Tests need {', '.join(packages)}: install it.")
    cache = root.parent
    cache.mkdir(parents=True, exist_ok=True)
    if not apt.versions(cache, packages):
        apt.update(cache)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        files, half = Path(name) / "files", Path(name) / "half"
        files.mkdir()
        half.mkdir()
        apt.download(cache, files, [*apt.lacking(cache, packages), *alone], lambda: None)
        for file in files.iterdir():
            extract(file, half)
        half.rename(root)
    return root
