"""Where things lie: the repository, the state folder and what is in it."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.errors import LaunchError

REPOSITORY = Path(__file__).resolve().parents[4]
USERS = REPOSITORY / "users"
CONSOLE = REPOSITORY / "console"
#: the kernel takes 107 bytes for the path of a socket, its name included
LONGEST_SOCKET_FOLDER = 80


def default_data() -> Path:
    """The state folder: BELLWETHER_DATA_DIR, or .bellwether/ in the repository."""
    return Path(os.environ.get("BELLWETHER_DATA_DIR") or REPOSITORY / ".bellwether")


def cache_folder() -> Path:
    """Where unpacked packages are shared by all state folders of this checkout."""
    return Path(os.environ.get("BELLWETHER_CACHE_DIR") or REPOSITORY / ".bellwether" / "cache").absolute()


@dataclass(frozen=True)
class Folders:
    """The layout of one state folder."""

    data: Path

    @classmethod
    def of(cls, data: Path | str) -> Folders:
        return cls(Path(os.path.realpath(data)))

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def mail(self) -> Path:
        """Where messages to people lie while there is no mail server."""
        return self.data / "mail"

    @property
    def state(self) -> Path:
        return self.data / "state.json"

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def digest(self) -> str:
        """Names this state folder in places outside of it."""
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:10]

    def command(self, words: str) -> str:
        """The line that somebody types for this state folder: `./bellwether down --data DIR`."""
        is_default = self == Folders.of(default_data())
        return f"./bellwether {words}" if is_default else f"./bellwether {words} --data {shlex.quote(str(self.data))}"

    def make(self) -> None:
        """Create the folders; the state folder may be passed through by PostgreSQL's user, and read by nobody else."""
        try:
            make_folder(self.data, 0o711)
            make_folder(self.logs, 0o700)
            make_folder(self.keys, 0o700)
            self._close()
        except OSError as error:
            raise LaunchError(
                f"The state folder {self.data} cannot be written: {error.strerror}.",
                "Choose another one with --data DIR.",
            ) from error

    def _close(self) -> None:
        """Close what is open to others, as a backup may have left it; packages are for PostgreSQL's user too."""
        packages = self.data / cache_folder().name
        for path, others in ((self.data, 0o066), *((path, 0o077) for path in self.data.iterdir() if path != packages)):
            mode = path.lstat().st_mode
            if mode & others and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~others)


def make_folder(path: Path, mode: int) -> Path:
    """Create a folder with exactly this mode; leave an existing one as it is."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    return path


def private(path: str, flags: int) -> int:
    """Opener of a file that only its user may read."""
    return os.open(path, flags, 0o600)


def socket_folder(place: Path, folders: Folders, owner: int) -> Path:
    """A folder for sockets that only its owner enters: the place itself, or where its path is too long, a short one.

    Raises:
        LaunchError: somebody else has made it before us.
    """
    if len(os.fsencode(place)) > LONGEST_SOCKET_FOLDER:
        place = Path(tempfile.gettempdir()) / f"bellwether-{folders.digest}-{place.name}"
    make_folder(place, 0o700)
    found = place.lstat()
    if found.st_uid not in (owner, os.geteuid()) or found.st_mode & 0o077:
        raise LaunchError(f"{place} belongs to another user, or is open to others.", "Remove it, or set TMPDIR.")
    return place


def write_atomically(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace a file so that a reader sees the old or the new content, never half of it, even after a power cut.

    Raises:
        OSError: it could not be written, on a full disk for example; the old content stands.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_whole(temporary, content.encode() if isinstance(content, str) else content, mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes, mode: int) -> None:
    """A new file with all of these bytes on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
