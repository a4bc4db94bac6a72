"""A server behind a wall: reached through its socket, by nobody through its port, and gone with its wrapper."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bellwether.launch.composition import dynoxide
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import processes, walls
from bellwether.launch.machine.folders import Folders, socket_folder
from bellwether.launch.plan import dies_with_us

PORT = 23_801
#: a server that answers with what it is sent, after a moment
ECHO = """
import socket, sys, threading, time
time.sleep(0.3)
def answer(caller):
    while data := caller.recv(1 << 16): caller.sendall(data)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True: threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
"""
needs_network = pytest.mark.skipif(not walls.own_network(), reason=walls.OPEN)


class Walled:
    """The echo behind a socket."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "echo's söcket"
        program = dies_with_us(sys.executable, "-c", ECHO, str(PORT))
        command = (*walls.own_network(), *dies_with_us(*walls.behind_a_socket(self.path, PORT, *program)))
        self.process = subprocess.Popen(command, start_new_session=True)

    def connected(self) -> socket.socket:
        """A connection, once there is one to be had."""
        until = time.monotonic() + 10
        while True:
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(20)
            try:
                caller.connect(str(self.path))
            except OSError:
                caller.close()
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return caller

    def program(self) -> int:
        """The pid of the server itself."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])


@pytest.fixture
def walled(tmp_path: Path) -> Iterator[Walled]:
    found = Walled(tmp_path)
    yield found
    found.process.kill()
    found.process.wait()


def is_gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while (found := processes.stat(pid)) and found.state != "Z" and time.monotonic() < until:
        time.sleep(0.02)
    return found is None or found.state == "Z"


@needs_network
def test_only_the_socket_leads_to_it(walled: Walled) -> None:
    with walled.connected() as caller:
        caller.sendall(b"baa")
        assert caller.recv(9) == b"baa"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", PORT))
    namespaces = {Path(f"/proc/{pid}/ns/net").readlink() for pid in (walled.process.pid, walled.program())}
    assert len(namespaces) == 1
    assert Path("/proc/self/ns/net").readlink() not in namespaces


def test_a_caller_is_refused_until_the_server_listens(walled: Walled) -> None:
    began = time.monotonic()
    walled.path.touch()  # of an earlier life
    with socket.socket(socket.AF_UNIX) as caller, pytest.raises(ConnectionRefusedError):
        caller.connect(str(walled.path))
    walled.connected().close()
    assert time.monotonic() - began > 0.2


def test_bytes_pass_whole_from_many_callers_at_once(walled: Walled, chance: random.Random) -> None:
    sent = {number: chance.randbytes(chance.randrange(1, 2_000_000)) for number in range(24)}
    got: dict[int, bytes] = {}

    def call(number: int, sizes: random.Random) -> None:
        with walled.connected() as caller:
            threading.Thread(target=in_pieces, args=(caller, sent[number], sizes)).start()
            pieces = bytearray()
            while len(pieces) < len(sent[number]):
                pieces += caller.recv(1 << 16)
            got[number] = bytes(pieces)

    callers = [threading.Thread(target=call, args=(n, random.Random(chance.random()))) for n in sent]
    for each in callers:
        each.start()
    for each in callers:
        each.join(30)
    assert got == sent


def in_pieces(caller: socket.socket, data: bytes, sizes: random.Random) -> None:
    at = 0
    while at < len(data):
        size = sizes.randrange(1, 200_000)
        caller.sendall(data[at : at + size])
        at += size


def test_callers_that_have_left_leave_nothing_behind(walled: Walled) -> None:
    walled.connected().close()
    for _ in range(300):
        with walled.connected() as caller:
            caller.sendall(b"x")
            assert caller.recv(1) == b"x"
    until = time.monotonic() + 5
    while (left := len(list(Path(f"/proc/{walled.process.pid}/fd").iterdir()))) > 20 and time.monotonic() < until:
        time.sleep(0.05)
    assert left <= 20


ENDS: dict[str, tuple[Callable[[Walled], None], int]] = {
    "told to stop": (lambda walled: walled.process.terminate(), 128 + signal.SIGTERM),
    "the server killed": (lambda walled: os.kill(walled.program(), signal.SIGKILL), 128 + signal.SIGKILL),
    "the wrapper killed": (lambda walled: walled.process.kill(), -signal.SIGKILL),
}


@pytest.mark.parametrize("end", ENDS)
def test_both_end_together(walled: Walled, end: str) -> None:
    caller = walled.connected()
    caller.sendall(b"x")
    caller.recv(1)
    program, (do, code) = walled.program(), ENDS[end]
    do(walled)
    assert walled.process.wait(5) == code
    assert is_gone(program)
    with contextlib.suppress(ConnectionResetError):
        assert caller.recv(1) == b""
    with socket.socket(socket.AF_UNIX) as late, pytest.raises(ConnectionRefusedError):
        late.connect(str(walled.path))


def test_where_there_is_no_network_to_be_had_the_port_is_known_as_one(folders: Folders) -> None:
    chosen = {"dynoxide": 23_802, "dynoxide-keys": 23_803}
    assert [part.ports for part in dynoxide.parts(folders, chosen, ())] == [(23_802,), (23_803,)]
    network = ("unshare", "--net")
    for part in dynoxide.parts(folders, {}, network):
        assert (part.ports, part.command[:2]) == ((), network)


def test_a_kernel_that_gives_no_network_is_asked_and_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2; exit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(walls, "PLACES", str(tmp_path))
    assert walls.own_network() == ()
    monkeypatch.setattr(walls, "PLACES", "/nowhere")
    assert walls.own_network() == ()


def test_a_folder_for_sockets_is_short_and_nobody_else_s(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert socket_folder(folders.data / "s", folders, os.geteuid()) == folders.data / "s"
    far = folders.data / ("ö" * 60) / "stores"
    short = socket_folder(far, folders, os.geteuid())
    assert (short.parent, short.stat().st_mode & 0o777) == (tmp_path, 0o700)
    short.chmod(0o755)
    with pytest.raises(LaunchError, match="open to others"):
        socket_folder(far, folders, os.geteuid())
