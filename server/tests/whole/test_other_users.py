"""Another user of the machine can read or change nothing: every door, file and process is tried as somebody else."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from bellwether.catalogue import PYTHON_SERVICES, SERVICES
from bellwether.launch.composition import dynoxide, postgres
from bellwether.launch.machine import walls
from bellwether.launch.watch import leftovers
from whole import stranger
from whole.conftest import Platform
from whole.stranger import as_another_user

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
#: what everybody gets at the gateway, whose port is for everybody
PUBLIC = {"gateway", "gateway-https"}
LOOPBACK = {"127.0.0.1", "::1"}
#: names of our ports, bound so that no other platform of this machine takes them; nothing is read from them
RESERVED = "@bellwether-port/"
HIDDEN = (
    ("GET", "/metrics"),
    ("POST", "/api/v1/auth/operator/roles"),
    ("POST", "/api/v1/auth/operator/addresses"),
    ("GET", "/api/v1/auth/internal/revocations"),
    ("GET", "/api/v1/auth/internal/addresses/somebody"),
    ("GET", "/api/v1/auth/internal/accounts/somebody"),
)
ID = "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a34"


@pytest.fixture(scope="module")
def pids(whole: Platform) -> set[int]:
    """Every process of the platform: parts, what they started, and who watches them."""
    known = {identity.pid for identity in (*leftovers.marked(whole.folders), *leftovers.watchers(whole.folders))}
    return known | {child.pid for pid in known for child in psutil.Process(pid).children(recursive=True)}


@pytest.fixture(scope="module")
def secrets(whole: Platform) -> list[str]:
    return [path.read_bytes().decode("latin-1").strip() for path in whole.folders.keys.iterdir()]


def doors(pids: set[int]) -> set[tuple[str, int]]:
    """Address and port of whatever they listen on."""
    found = psutil.net_connections("inet")
    return {tuple(each.laddr) for each in found if each.pid in pids and each.status in ("LISTEN", "NONE")}


@pytest.mark.skipif(not walls.own_network(), reason=walls.OPEN)
def test_nothing_listens_but_what_is_known(whole: Platform, pids: set[int]) -> None:
    found = doors(pids)
    assert {address for address, _ in found} <= LOOPBACK
    assert {port for _, port in found} == set(whole.state.ports.values())
    assert set(whole.state.ports) == {*PUBLIC, "postgres", "nats", "users", "services", "worker"}


def requests_of(whole: Platform, services: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every operation of these services that needs a token."""
    document = httpx.get(f"{whole.url}/openapi.json", timeout=60).json()
    for path, operations in document["paths"].items():
        if path.split("/")[3:4] and path.split("/")[3] in services:
            for method, operation in operations.items():
                if operation.get("security", document.get("security")):
                    yield method.upper(), filled(path)


def filled(path: str) -> str:
    return "/".join(ID if word.startswith("{") else word for word in path.split("/"))


def test_services_give_nothing_without_a_secret(whole: Platform) -> None:
    bun = tuple(service.name for service in SERVICES if service.runtime == "bun")
    asked = {
        "users": [*HIDDEN, *requests_of(whole, bun)],
        "services": [("GET", "/metrics"), ("POST", "/graphql"), *requests_of(whole, PYTHON_SERVICES)],
        "worker": [("GET", "/metrics")],
    }
    assert len(asked["users"]) > 20
    assert len(asked["services"]) > 60
    for name, requests in asked.items():
        port = whole.state.ports[name]
        assert as_another_user(lambda port=port, requests=requests: stranger.http_port(port, requests)) == []


def test_the_database_takes_nobody_without_a_password(whole: Platform) -> None:
    roles = ["postgres", "jobs_app", *(f"{name}_{kind}" for name in PYTHON_SERVICES for kind in ("app", "owner"))]
    databases = ("postgres", "template1", "bellwether", "bellwether_jobs")
    port = whole.state.ports["postgres"]
    assert as_another_user(lambda: stranger.postgres_port(port, roles, databases)) == []


def test_the_broker_takes_nobody_without_a_password(whole: Platform) -> None:
    users = ["worker", "launcher", *(service.name for service in SERVICES)]
    logins = [{}, *({"user": user, "pass": guess} for user in users for guess in ("", "guessed"))]
    port = whole.state.ports["nats"]
    assert as_another_user(lambda: stranger.nats_port(port, logins)) == []


def folders_of(whole: Platform) -> set[Path]:
    """The state folder, and what had to lie elsewhere."""
    stores = dynoxide.socket(whole.folders, "dynoxide").parent
    return {whole.data, stores, *(path.parent for path in postgres.places(whole.folders))}


def test_unix_sockets_are_for_our_user(whole: Platform, pids: set[int]) -> None:
    found = {path for folder in folders_of(whole) for path in folder.rglob("*") if path.is_socket()}
    assert {path.name for path in found} > {"dynoxide.sock", "dynoxide-keys.sock"}
    assert as_another_user(lambda: stranger.sockets(sorted(map(str, found)))) == []
    connections = [each for each in psutil.net_connections("unix") if each.pid in pids]
    without_a_folder = {each.laddr for each in connections if each.laddr.startswith("@")}
    assert {name for name in without_a_folder if not name.startswith(RESERVED)} == set()


def held(pids: set[int]) -> set[Path]:
    """The files that the processes hold open or in memory."""
    found: set[str] = set()
    for pid in pids:
        process = psutil.Process(pid)
        found |= {*(each.path for each in process.open_files()), *(each.path for each in process.memory_maps())}
    return {path for path in map(Path, found) if path.is_absolute() and path.is_file()}


def test_files_are_for_our_user(whole: Platform, pids: set[int]) -> None:
    folders = folders_of(whole)
    found = {*folders, *(path for folder in folders for path in folder.rglob("*") if not path.is_symlink())}
    found |= {path for path in held(pids) if path.is_relative_to("/dev/shm")}
    assert len(found) > 500
    assert as_another_user(lambda: stranger.files(sorted(found))) == []


def test_programs_are_changed_by_nobody_else(pids: set[int]) -> None:
    found = {path for path in held(pids) if not path.is_relative_to("/dev") and not path.is_relative_to("/sys")}
    assert len(found) > 50
    assert as_another_user(lambda: stranger.programs(sorted(found))) == []


def test_modes_would_keep_others_out_of_an_open_folder_too(whole: Platform) -> None:
    """The folders are the wall; that files have modes of their own is the second one."""
    sockets = [path for path in whole.data.rglob("*") if path.is_socket()]
    assert len(sockets) >= 3
    modes = {path: path.lstat().st_mode for path in whole.data.rglob("*") if path not in sockets}
    assert [path for path, mode in modes.items() if mode & 0o077 and not stat.S_ISLNK(mode)] == []


def test_processes_are_closed_and_show_no_secret(pids: set[int], secrets: list[str]) -> None:
    assert len(pids) > 10
    assert as_another_user(lambda: stranger.processes(sorted(pids), secrets)) == []


def test_the_stranger_would_see_an_open_door(whole: Platform, pids: set[int]) -> None:
    """Each of the tries finds something where nothing is guarded."""
    place = Path("/tmp") / f"bellwether-open-{os.getpid()}"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    try:
        (place / "file").write_text("x")
        (place / "file").chmod(0o666)
        assert len(as_another_user(lambda: stranger.files([place, place / "file"]))) == 4
    finally:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
    port = whole.state.ports["services"]
    assert as_another_user(lambda: stranger.http_port(port, [("GET", "/healthz")]))
    words = Path(f"/proc/{min(pids)}/cmdline").read_text().split("\0")[0]
    assert as_another_user(lambda: stranger.processes([min(pids)], [words])) != []
