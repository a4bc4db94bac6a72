"""Damaged, missing and foreign files of a state folder: one plain sentence with the way out, and nothing made anew."""

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bellwether.launch.errors import AlreadyRunning, LaunchError
from bellwether.launch.machine import folders as folders_module
from bellwether.launch.machine import installation, keys
from bellwether.launch.machine.folders import Folders, write_atomically
from bellwether.launch.machine.state import read_state
from bellwether.launch.watch import leftovers, overview, platform

DAMAGE = {
    "empty": b"",
    "cut": b'{"phase": "ready", "parts": {"services": {"pi',
    "another kind": b"[1, 2]",
    "a wrong type": b'{"phase": "ready", "parts": {"services": {"pid": "soon"}}}',
    "no text": b"\xff\x00\xfe",
}


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file takes ten bytes and no more."""

    class Narrow:
        def __init__(self, descriptor: int, _mode: str) -> None:
            self.descriptor = descriptor

        def __enter__(self) -> "Narrow":
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.descriptor)

        def write(self, data: bytes) -> None:
            os.write(self.descriptor, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folders_module.os, "fdopen", Narrow)


def test_a_file_on_a_full_disk_is_the_old_one(tmp_path: Path, full_disk: None) -> None:
    path = tmp_path / "state.json"
    path.write_text("the old content")
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "the new content, which is longer")
    assert path.read_text() == "the old content"
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_on_a_full_disk_is_none(folders: Folders, full_disk: None) -> None:
    with pytest.raises(OSError, match="No space left"):
        keys.key_file(folders, "kek")
    assert list(folders.keys.iterdir()) == []


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_record_is_named_with_the_way_out(folders: Folders, content: bytes) -> None:
    folders.state.write_bytes(content)
    with pytest.raises(LaunchError) as told:
        overview.of(folders)
    assert told.value.problem.startswith(f"{folders.state} is damaged: ")
    assert "down --data" in told.value.remedy
    assert not platform.down(folders.data)
    assert overview.of(folders)["state"] == "stopped"


@pytest.mark.parametrize("how", ["cut", "missing", "missing with the lock"])
def test_down_finds_its_processes_without_the_record(
    folder: Path, processes_of: Callable[[Path], dict[int, str]], how: str
) -> None:
    platform.start(folder, plan="stand_ins:small")
    folders = Folders.of(folder)
    assert len(leftovers.watchers(folders)) == 2
    assert len(leftovers.marked(folders)) >= 2
    if how == "cut":
        folders.state.write_bytes(DAMAGE["cut"])
    else:
        folders.state.unlink()
    if how == "missing with the lock":
        folders.lock.unlink()
        with pytest.raises(AlreadyRunning):
            platform.start(folder, plan="stand_ins:small")
    if how != "cut":
        found = overview.of(folders)
        assert found["state"] == "unrecorded"
        assert "down --data" in found["notes"][-1]
    assert platform.down(folder)
    assert overview.of(folders)["state"] == "stopped"
    assert processes_of(folder) == {}
    assert read_state(folders).phase == "stopped"
    platform.start(folder, plan="stand_ins:small")


@pytest.mark.parametrize("words", [[], ["--data"], ["--data", "/elsewhere"]], ids=len)
def test_a_command_that_names_a_watcher_is_none(folders: Folders, words: list[str]) -> None:
    with stranger(*words):
        assert leftovers.watchers(folders) == []
        assert not platform.down(folders.data)


def test_who_is_not_the_owner_can_name_nobody_to_be_stopped(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger("--data", str(folders.data), "--guardian", str(os.getpid())) as pid:
        assert {found.pid for found in leftovers.watchers(folders)} == {pid, os.getpid()}
        monkeypatch.setattr(leftovers, "_owner", lambda _: os.geteuid() + 1)
        assert leftovers.watchers(folders) == []


@contextlib.contextmanager
def stranger(*words: str) -> Iterator[int]:
    """A process with these words behind the name of a watcher."""
    sleeper = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", leftovers.ROLES[0], *words]
    with subprocess.Popen(sleeper, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def test_down_leaves_the_platform_of_another_folder_alone(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    platform.start(folder, plan="stand_ins:small")
    platform.start(other, plan="stand_ins:small")
    try:
        Folders.of(folder).state.unlink()
        platform.down(folder)
        assert overview.of(Folders.of(other))["state"] == "ready"
    finally:
        platform.down(other)


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 32, b"x" * 33])
def test_a_damaged_key_is_never_replaced(folders: Folders, content: bytes) -> None:
    for name, make in (("kek", keys.key_file), ("service.secret", keys.text_file)):
        path = folders.keys / name
        path.write_bytes(content)
        with pytest.raises(LaunchError) as told:
            make(folders, name)
        assert told.value.problem.startswith(f"{path} is damaged")
        assert "backup" in told.value.remedy
        assert path.read_bytes() == content


@pytest.fixture
def stores(folders: Folders) -> list[Path]:
    """A platform that was ready once."""
    found = [folders.data / "cluster", folders.data / "users.db", folders.data / "keys.db"]
    own = installation.check(folders, found)
    for path in found:
        path.write_text("data")
    for name in ("kek", "operator.secret"):
        keys.key_file(folders, name)
    installation.remember(folders, own, found)
    return found


def test_what_is_whole_is_the_same_platform_again(folders: Folders, stores: list[Path]) -> None:
    own = installation.check(folders, stores)
    assert own == installation.check(folders, stores)
    keys.key_file(folders, "newer-version.secret")
    installation.remember(folders, own, stores)
    found = installation.read(folders)
    assert found is not None
    assert (found.id, len(found.made)) == (own.id, 6)


@pytest.mark.parametrize("lost", ["cluster", "users.db", "keys.db", "keys/kek", "keys/operator.secret"])
def test_a_part_that_is_lost_is_named_and_nothing_is_made_anew(folders: Folders, stores: list[Path], lost: str) -> None:
    (folders.data / lost).unlink()
    before = sorted(folders.data.rglob("*"))
    with pytest.raises(LaunchError) as told:
        installation.check(folders, stores)
    assert str(folders.data / lost) in told.value.problem
    assert "Put it back from a backup" in told.value.remedy
    assert sorted(folders.data.rglob("*")) == before


def test_stores_without_any_key_are_refused(folders: Folders, stores: list[Path]) -> None:
    for path in folders.keys.iterdir():
        path.unlink()
    with pytest.raises(LaunchError, match="are missing beside"):
        installation.check(folders, stores)
    assert list(folders.keys.iterdir()) == []


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_record_of_what_belongs_together_is_refused(
    folders: Folders, stores: list[Path], content: bytes
) -> None:
    installation.place(folders).write_bytes(content)
    with pytest.raises(LaunchError, match="is damaged"):
        installation.check(folders, stores)
    with contextlib.suppress(FileNotFoundError):
        assert installation.place(folders).read_bytes() == content


def test_a_note_beside_the_keys_may_go_again(folders: Folders) -> None:
    keys.key_file(folders, "kek")
    own = installation.check(folders, [])
    note = folders.keys / "kek~"
    note.write_text("an editor's copy")
    installation.remember(folders, own, [])
    note.unlink()
    assert installation.check(folders, []).made == ["keys/kek"]
