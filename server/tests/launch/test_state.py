"""The record of what runs, and that only what it names is ever ended."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bellwether.catalogue import PORTS
from bellwether.launch.composition.environment import Wiring, for_migrate, for_services, for_setup, for_worker
from bellwether.launch.errors import AlreadyRunning
from bellwether.launch.machine import keys, lock, ports, processes
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import Identity
from bellwether.launch.machine.reservations import Reservations
from bellwether.launch.machine.state import PartState, State, read_state, write_state
from bellwether.launch.plan import Part
from bellwether.launch.watch import leftovers, logs, overview
from bellwether.launch.watch.keeper import layers


@pytest.fixture
def sleeper() -> subprocess.Popen:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as running:
        yield running
        running.kill()


def recorded(pid: int, start: int) -> State:
    return State(phase="ready", boot=processes.boot_id(), parts={"it": PartState(state="ready", pid=pid, start=start)})


def test_a_recorded_process_is_ended(
    folders: Folders, sleeper: subprocess.Popen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "GRACE_SECONDS", 0.1)
    identity = Identity.of(sleeper.pid)
    assert leftovers.end(folders, recorded(identity.pid, identity.start)) == 1
    assert sleeper.wait(5) == -signal.SIGKILL


def test_a_process_that_only_has_the_same_pid_is_left_alone(folders: Folders, sleeper: subprocess.Popen) -> None:
    identity = Identity.of(sleeper.pid)
    assert leftovers.end(folders, recorded(identity.pid, identity.start - 1)) == 0
    other_boot = recorded(identity.pid, identity.start)
    other_boot.boot = "another"
    assert leftovers.end(folders, other_boot) == 0
    assert not Identity(identity.pid, identity.start - 1, identity.boot).send(signal.SIGKILL)
    assert sleeper.poll() is None


def test_a_reader_never_sees_half_a_state(folders: Folders) -> None:
    big = State(phase="ready", parts={f"part{i}": PartState(reason="x" * 500) for i in range(50)})
    write_state(folders, big)
    writer = subprocess.Popen([sys.executable, "-c", REWRITE, str(folders.data)])
    until = time.monotonic() + 1
    while time.monotonic() < until:
        assert len(json.loads(folders.state.read_text())["parts"]) == 50
    assert writer.poll() is None, "it wrote all the while"
    writer.kill()
    writer.wait()
    assert len(read_state(folders).parts) == 50


REWRITE = """
import sys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import read_state, write_state
folders = Folders.of(sys.argv[1]); found = read_state(folders)
while True: write_state(folders, found)
"""


def test_the_lock_ends_with_its_holder(folders: Folders) -> None:
    hold = (
        "import sys,time; from bellwether.launch.machine import lock; "
        "from bellwether.launch.machine.folders import Folders; "
    )
    hold += "lock.take(Folders.of(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(folders.data)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning):
        lock.take(folders)
    holder.kill()
    holder.wait()
    os.close(lock.take(folders))


def test_secrets_are_made_once_and_for_us_alone(folders: Folders) -> None:
    first = keys.password(folders, "nats-farm")
    assert keys.password(folders, "nats-farm") == first != keys.password(folders, "nats-genetics")
    assert len(keys.key_file(folders, "kek").read_bytes()) == 32
    assert {path.stat().st_mode & 0o777 for path in folders.keys.iterdir()} == {0o600}
    assert folders.keys.stat().st_mode & 0o777 == 0o700


def test_what_is_open_to_others_is_closed_at_the_next_start(folders: Folders) -> None:
    store, packages = folders.data / "dynamodb", folders.data / "cache"
    for place in (folders.data, folders.keys, folders.logs, store, packages):
        place.mkdir(exist_ok=True)
        place.chmod(0o777)
    record = folders.data / "postgres.json"
    record.touch(0o644)
    (folders.data / "link").symlink_to("/etc/hostname")
    folders.make()
    modes = {path.name: path.stat().st_mode & 0o777 for path in folders.data.iterdir() if path.name != "link"}
    assert modes == {"keys": 0o700, "logs": 0o700, "dynamodb": 0o700, "cache": 0o777, "postgres.json": 0o600}
    assert folders.data.stat().st_mode & 0o777 == 0o711
    assert Path("/etc/hostname").stat().st_mode & 0o044


def test_logs_are_kept_below_a_size(folders: Folders) -> None:
    log = folders.logs / "part.log"
    for number in range(5):
        log.write_text(f"{number}" * 200)
        assert logs.rotate(folders.logs, largest=100) == ["part.log"]
    assert log.stat().st_size == 0
    kept = sorted(path.name for path in folders.logs.iterdir())
    assert kept == ["part.log", "part.log.1", "part.log.2", "part.log.3"]
    assert (folders.logs / "part.log.1").read_text().startswith("4")


def test_default_ports_lie_below_the_ephemeral_range() -> None:
    assert max(PORTS.values()) < ports.CEILING
    chosen, moved = ports.choose(["dynoxide", "dynoxide-keys"], {"dynoxide": 23900, "dynoxide-keys": 23900})
    assert chosen["dynoxide"] != chosen["dynoxide-keys"]
    assert len(moved) == 2


def test_a_moved_port_does_not_take_the_default_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone(Reservations):
        """On a machine with no other platform, whatever else runs beside the test."""

        def take(self, port: int) -> bool:
            return True

    monkeypatch.setattr(ports, "is_free", lambda port: port != 18000)
    chosen, moved = ports.choose(["dynoxide", "dynoxide-keys"], held=Alone())
    assert chosen == {"dynoxide": 18002, "dynoxide-keys": 18001}
    assert moved == ["Port 18000 is taken; dynoxide listens on 18002."]


def test_what_is_needed_starts_first() -> None:
    parts = (Part("a", ()), Part("b", ()), Part("c", (), needs=("a", "b")), Part("d", (), needs=("c",)))
    assert [[part.name for part in layer] for layer in layers(parts)] == [["a", "b"], ["c"], ["d"]]


def wiring(folders: Folders, split: bool) -> Wiring:
    chosen = dict(PORTS)
    return Wiring(
        folders,
        chosen,
        split,
        "postgresql://admin@db.example:5432/bellwether?sslmode=require",
        "secret",
        "one-platform",
    )


def test_each_service_knows_its_own_secrets_only(folders: Folders) -> None:
    split = wiring(folders, True)
    farm = for_services(split, ["farm"])
    assert farm["FARM_DATABASE_URL"] == "postgresql://farm_app@db.example:5432/bellwether?sslmode=require"
    shared = {"BELLWETHER_SERVICE_SECRET_FILE", "BELLWETHER_METRICS_SECRET_FILE"}
    assert secrets_of(farm) == {"FARM_DATABASE_PASSWORD", "FARM_NATS_PASSWORD", *shared}
    assert secrets_of(for_services(split, ["edge"])) == shared
    assert "AUTH_OPERATOR_SECRET_FILE" in for_services(split, ["auth"])
    assert "AUTH_OPERATOR_SECRET_FILE" not in for_services(split, ["chats"])
    assert not [name for name in for_setup(split) if "DATABASE" in name]
    assert for_migrate(split)["MIGRATE_DATABASE_PASSWORD"] == "secret"
    assert "MIGRATE_DATABASE_URL" not in for_worker(split)
    urls = json.loads(for_services(split, ["edge"])["BELLWETHER_SERVICE_URLS"])
    assert (len(urls), urls["genetics"]) == (8, "http://127.0.0.1:18102")


def test_quotas_of_the_operator_reach_every_service(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLWETHER_QUOTA_CHATS_OF_USER", "7")
    monkeypatch.setenv("BELLWETHER_SOMETHING_ELSE", "7")
    for service in ("farm", "chats"):
        told = for_services(wiring(folders, True), [service])
        assert {name for name, value in told.items() if value == "7"} == {"BELLWETHER_QUOTA_CHATS_OF_USER"}


def secrets_of(env: dict[str, str]) -> set[str]:
    return {name for name in env if "PASSWORD" in name or "SECRET" in name}


def test_one_process_gets_the_union_of_its_services(folders: Folders) -> None:
    embedded = wiring(folders, False)
    services = for_services(embedded, ["farm", "genetics"])
    assert {"FARM_DATABASE_PASSWORD", "GENETICS_DATABASE_PASSWORD"} < secrets_of(services)
    assert services["BELLWETHER_AUTH_URL"] == "http://127.0.0.1:18201"


def test_status_believes_processes_more_than_the_record(folders: Folders) -> None:
    write_state(folders, recorded(os.getpid(), 1))
    found = overview.of(folders)
    assert (found["state"], found["parts"]["it"]["state"], found["parts"]["it"]["pid"]) == ("stopped", "stopped", None)
