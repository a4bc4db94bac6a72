"""What PostgreSQL may use of the machine that it finds itself on."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from bellwether.launch.composition.postgres import Cluster, wal_megabytes
from bellwether.launch.install.find_postgres import Server
from bellwether.launch.machine.account import Account

GB = 1024


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """A cluster that was never made."""
    return Cluster(Server("system", "16.4", ""), Account(), tmp_path, "")


@pytest.mark.parametrize(
    ("free_mb", "written_mb", "expected_mb"),
    [
        (200 * GB, 0, 2 * GB),
        (200 * GB, 2 * GB, 2 * GB),
        (4 * GB, 0, GB),
        (600, 0, 150),
        (536, 64, 150),
        (10, 0, 64),
        (0, 0, 64),
    ],
)
def test_the_log_of_changes_fits_the_disk(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, free_mb: int, written_mb: int, expected_mb: int
) -> None:
    """A quarter of the space that is left, its own segments among it, within what serves at all and what is enough."""
    log = cluster.data / "pg_wal"
    log.mkdir(parents=True)
    for number in range(written_mb // 16):
        with (log / f"0000000100000000{number:08X}").open("wb") as segment:
            segment.truncate(16 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb << 20))
    assert wal_megabytes(cluster) == expected_mb


def test_a_log_that_is_not_there_yet_takes_none(cluster: Cluster) -> None:
    assert 64 <= wal_megabytes(cluster) <= 2 * GB
