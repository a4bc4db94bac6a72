"""Ports: no two platforms choose the same, and no stranger on a port is taken for the part that should listen there."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from bellwether.launch.machine import listening, ports
from bellwether.launch.machine.reservations import Reservations
from bellwether.launch.machine.state import State
from bellwether.launch.watch import platform

Read = Callable[[Path], State]
Wait = Callable[..., float]
HOLD = """
import subprocess, sys, time
from bellwether.launch.machine.reservations import OURS
print(OURS.take(int(sys.argv[1])), flush=True)
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def held() -> Iterator[Reservations]:
    found = Reservations()
    yield found
    found.keep_only(())


@pytest.fixture
def of_another() -> Iterator[Reservations]:
    found = Reservations()
    yield found
    found.keep_only(())


@pytest.fixture
def port() -> int:
    return next(number for number in range(23500, 24000) if ports.is_free(number))


def test_the_port_of_another_platform_is_left_to_it(
    held: Reservations, of_another: Reservations, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.setitem(ports.PORTS, "nats", port)
    first, moved = ports.choose(["nats"], held=of_another)
    assert (first, moved) == ({"nats": port}, [])
    second, moved = ports.choose(["nats"], held=held)
    assert second["nats"] > port
    assert moved == [f"Port {port} is reserved by another platform of this machine; nats listens on {second['nats']}."]
    of_another.keep_only(())
    assert ports.choose(["nats"], held=held) == ({"nats": port}, [])
    # and the one that is no longer chosen was given back
    assert of_another.take(second["nats"])


def test_a_platform_that_chooses_again_keeps_its_own(held: Reservations, of_another: Reservations, port: int) -> None:
    first, _ = ports.choose(["nats", "worker"], {"nats": port, "worker": port}, held)
    assert ports.choose(["nats", "worker"], first, held)[0] == first
    assert not of_another.take(first["nats"])


def test_a_reservation_ends_with_its_holder_whatever_that_started(of_another: Reservations, port: int) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(port)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    child = int(holder.stdout.readline())
    assert not of_another.take(port)
    holder.kill()
    holder.wait()
    assert Path(f"/proc/{child}").exists()
    assert of_another.take(port)
    os.kill(child, 9)


def test_a_port_that_only_http3_would_miss_is_not_free(port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        assert not ports.is_free(port)
    assert ports.is_free(port)


def test_only_the_process_and_its_session_are_the_part(port: int) -> None:
    assert str(listening.look([port], os.getpid())) == f"port {port} is not listened on yet"
    words = [sys.executable, "-c", LISTEN, str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True) as parent:
        child = int(parent.stdout.readline())
        assert listening.look([port], child) is None
        assert listening.look([port], parent.pid) is None
        assert listening.look([port], os.getpid()) == listening.Doors(stolen=(port,))
        os.kill(child, 9)


#: the child listens, as with a program that is started by a wrapper
LISTEN = """
import os, socket, sys, time
if os.fork(): os.wait(); sys.exit()
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_a_stranger_beside_the_part_is_seen(port: int) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        stranger.bind(("0.0.0.0", port))
        stranger.listen()
        with subprocess.Popen([sys.executable, "-c", BESIDE, str(port)], stdout=subprocess.PIPE) as part:
            part.stdout.readline()
            assert listening.look([port], part.pid) == listening.Doors(stolen=(port,))
            stranger.close()
            assert listening.look([port], part.pid) is None
            part.kill()


BESIDE = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])), reuse_port=True)
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def two_folders(folder: Path) -> Iterator[tuple[Path, Path]]:
    other = folder.with_name("other")
    yield folder, other
    platform.down(other)


def both(folders: tuple[Path, Path], plan: str) -> list[State]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda data: platform.start(data, plan=plan), folders))


@pytest.mark.faults
@pytest.mark.parametrize("plan", ["slow", "sharing"])
def test_two_platforms_that_start_at_once_share_no_port(
    two_folders: tuple[Path, Path], read: Read, wait: Wait, plan: str
) -> None:
    states = both(two_folders, f"stand_ins:{plan}")
    assert not set(states[0].ports.values()) & set(states[1].ports.values())
    # not after a fight, but from the first
    for data in two_folders:
        assert "again" not in (data / "logs/supervisor.log").read_text()
    # a killed supervisor comes back on its own ports although another platform would like them
    moved = max(states, key=lambda state: state.ports["services"])
    for state in (moved, *(each for each in states if each is not moved)):
        state.identity("supervisor").send(9)
        data = Path(state.data)
        wait(lambda data=data, old=state: read(data).phase == "ready" and read(data).supervisor != old.supervisor)
        assert read(data).ports == state.ports


@pytest.mark.faults
def test_two_whole_platforms_answer_for_themselves(two_folders: tuple[Path, Path]) -> None:
    for state in both(two_folders, "stand_ins:plan"):
        for _ in range(20):
            with httpx.Client() as fresh:
                answer = fresh.get(f"{state.public_url}/healthz").json()
            assert answer["pid"] == state.parts["services"].pid


class Thief(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def thief(port: int) -> Iterator[None]:
    """A stranger that answers every question with yes, and listens beside others if they let it."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Thief, bind_and_activate=False)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.server_bind()
    server.server_activate()
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.faults
@pytest.mark.parametrize("plan", ["slow", "sharing"])
def test_a_stranger_that_answers_makes_no_part_look_ready(folder: Path, read: Read, wait: Wait, plan: str) -> None:
    port = platform.start(folder, plan=f"stand_ins:{plan}").ports["users"]
    os.kill(read(folder).parts["users"].pid, 9)
    wait(lambda: read(folder).parts["users"].state == "starting" and read(folder).parts["users"].pid)
    began, seen = time.monotonic(), set()
    with thief(port):
        while read(folder).ports["users"] == port:
            now = read(folder)
            seen.add((now.phase, now.parts["users"].state))
            assert time.monotonic() - began < 15
            time.sleep(0.01)
        wait(lambda: read(folder).phase == "ready")
    print(f"{plan}: other ports after {time.monotonic() - began:.1f} s")
    assert not [each for each in seen if "ready" in each]
    assert httpx.get(f"{read(folder).address('users')}/readyz").json()["name"] == "users"
