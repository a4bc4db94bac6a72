"""Our own PostgreSQL cluster: where it lies, how it is made, how it is started."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bellwether.launch.errors import LaunchError
from bellwether.launch.install.find_postgres import PUBLIC_PLACE, Server
from bellwether.launch.machine import installation, keys
from bellwether.launch.machine.account import Account
from bellwether.launch.machine.folders import Folders, make_folder, private, socket_folder, write_atomically

DATABASE = "bellwether"
RECORD = "postgres.json"
BALLAST_BYTES = 64 << 20
WAL_MB = (64, 2048)
"""Least and most that the log of changes may grow to between two checkpoints."""
WAL_SHARE = 4
"""It takes at most this part of the space that is left for it."""


@dataclass(frozen=True)
class Cluster:
    """A cluster on disk and the server that runs it."""

    server: Server
    account: Account
    home: Path
    password: str

    @property
    def data(self) -> Path:
        return self.home / "cluster"

    def command(self, *words: str, death_signal: str = "") -> list[str]:
        return self.account.command(*self.server.environment(), *words, death_signal=death_signal)

    def start_command(self) -> tuple[str, ...]:
        # QUIT makes the postmaster end its back-ends at once; KILL would leave them behind
        return tuple(self.command(self.server.program("postgres"), "-D", str(self.data), death_signal="QUIT"))


def prepare(folders: Folders, server: Server, account: Account) -> Cluster:
    """The cluster of this state folder, made on first use."""
    home = _home(folders, account)
    cluster = Cluster(server, account, home, keys.password(folders, "postgres"))
    if not cluster.data.exists():
        _make(cluster)
    _check_version(cluster)
    keep_ballast(cluster)
    return cluster


def _home(folders: Folders, account: Account) -> Path:
    """The folder that PostgreSQL's user owns; elsewhere when it cannot enter the state folder."""
    record = folders.data / RECORD
    home = _recorded_home(folders)
    if home and home.is_dir():
        return home
    home = folders.data / "postgres"
    if account.uid is not None and not account.can_enter(folders.data):
        forget_elsewhere(folders)
        home = PUBLIC_PLACE / f"{folders.digest}-{secrets.token_hex(4)}"
    make_folder(home, 0o700)
    account.own(home)
    write_atomically(record, json.dumps({"home": str(home), "user": account.name or None}) + "\n")
    return home


def _recorded_home(folders: Folders) -> Path | None:
    record = folders.data / RECORD
    try:
        return Path(json.loads(record.read_text())["home"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise LaunchError(f"{record} is damaged.", installation.from_a_backup(folders)) from error


def places(folders: Folders) -> list[Path]:
    """The cluster, and the record of where it lies."""
    home = _recorded_home(folders)
    return [folders.data / RECORD, home / "cluster"] if home else []


def forget_elsewhere(folders: Folders) -> None:
    """Remove clusters that a deleted state folder left elsewhere: deleting it is a full reset."""
    for stale in PUBLIC_PLACE.glob(f"{folders.digest}-*"):
        shutil.rmtree(stale, ignore_errors=True)


def _make(cluster: Cluster) -> None:
    """initdb and the empty database, under a temporary name: a cluster that exists is a whole one."""
    half = cluster.home / "cluster.half"
    shutil.rmtree(half, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=cluster.home, prefix="password.") as file:
        file.write(cluster.password)
        file.flush()
        cluster.account.own(Path(file.name))
        initdb = [
            "initdb",
            "-D",
            str(half),
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            f"--pwfile={file.name}",
            "-k",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        _run(cluster, initdb)
    with (half / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'bellwether.conf'\n")
    _write_conf(cluster, half, "")
    _run(cluster, ["postgres", "--single", "-D", str(half), "postgres"], f"create database {DATABASE}\n")
    _run(cluster, ["initdb", "--sync-only", "-D", str(half)])
    half.rename(cluster.data)


def _run(cluster: Cluster, words: list[str], send: str = "") -> None:
    command = cluster.command(cluster.server.program(words[0]), *words[1:])
    done = subprocess.run(command, cwd="/", input=send, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise LaunchError(f"{words[0]} failed: {' / '.join(last)}.", "See ./bellwether doctor.")


def _check_version(cluster: Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    if made_by != cluster.server.version.split(".")[0]:
        raise LaunchError(
            f"The data were made by PostgreSQL {made_by}, but PostgreSQL {cluster.server.version} was found.",
            f"Install PostgreSQL {made_by} with PostGIS, or start afresh with another --data folder.",
        )


def configure(cluster: Cluster, folders: Folders, port: int) -> None:
    """Write the settings of this start."""
    sockets = _socket_folder(cluster, folders)
    _write_conf(cluster, cluster.data, _settings(cluster, port, sockets))


def wal_megabytes(cluster: Cluster) -> int:
    """How large the log of changes may become on this disk: what it has now counts as free."""
    least, most = WAL_MB
    segments = (path.stat().st_size for path in (cluster.data / "pg_wal").glob("0*"))
    room = shutil.disk_usage(cluster.home).free + sum(segments)
    return min(most, max(least, (room >> 20) // WAL_SHARE))


def _settings(cluster: Cluster, port: int, sockets: Path) -> str:
    wal = wal_megabytes(cluster)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    buffers = min(1024, max(64, memory // 16))
    lines = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": sockets, "max_connections": 200,
        "password_encryption": "scram-sha-256", "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "wal_level": "logical", "max_slot_wal_keep_size": f"{2 * wal}MB", "max_wal_size": f"{wal}MB",
        "min_wal_size": f"{min(wal, 80)}MB", "synchronous_commit": "on", "fsync": "on", "full_page_writes": "on",
        "jit": "off", "random_page_cost": 1.1,
        "default_toast_compression": "lz4", "timezone": "UTC", "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ", "logging_collector": "off",
        "shared_preload_libraries": "pg_stat_statements",
    }  # fmt: skip
    if cluster.server.plugins:
        lines["dynamic_library_path"] = cluster.server.plugins
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in lines.items())


def _quoted(value: object) -> str:
    """A value of postgresql.conf; a folder's name may hold a quote."""
    return "'" + str(value).replace("'", "''") + "'"


def _write_conf(cluster: Cluster, data: Path, text: str) -> None:
    path = data / "bellwether.conf"
    write_atomically(path, text)
    cluster.account.own(path)


def _socket_folder(cluster: Cluster, folders: Folders) -> Path:
    owner = cluster.account.uid if cluster.account.uid is not None else os.geteuid()
    folder = socket_folder(cluster.home / "socket", folders, owner)
    cluster.account.own(folder)
    return folder


def keep_ballast(cluster: Cluster) -> None:
    """64 MB that can be freed on a full disk, where PostgreSQL could not even start."""
    ballast = cluster.home / "ballast"
    free = shutil.disk_usage(cluster.home).free
    if ballast.exists() and free < BALLAST_BYTES // 4:
        ballast.unlink()
    elif not ballast.exists() and free > 8 * BALLAST_BYTES:
        # somebody else may fill the disk meanwhile
        with contextlib.suppress(OSError), open(ballast, "wb", opener=private) as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)


def is_ready(cluster: Cluster, pid: int | None) -> str | None:
    """None when the postmaster of that pid takes connections: the same question that pg_ctl asks."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return "starting"
    if len(lines) < 8 or lines[0].strip() != str(pid):
        return "starting"
    return None if lines[7].strip() == "ready" else lines[7].strip()


def postmaster(cluster: Cluster) -> int | None:
    """The pid that the cluster's lock file names."""
    try:
        return abs(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None
