"""Kills for real: each part, the supervisor, the guardian, both; whatever is killed comes back by itself."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from bellwether.launch.errors import AlreadyRunning, LaunchError
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from bellwether.launch.watch import leftovers, platform

pytestmark = pytest.mark.faults

Read = Callable[[Path], State]
Wait = Callable[..., float]
Find = Callable[[Path], dict[int, str]]
PARTS = ("postgres", "dynoxide", "dynoxide-keys", "nats", "users", "services", "worker", "gateway")


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_comes_back(running: Path, read: Read, wait: Wait, name: str) -> None:
    before = read(running)
    os.kill(before.parts[name].pid, signal.SIGKILL)

    def back() -> bool:
        now = read(running)
        return now.phase == "ready" and now.parts[name].pid != before.parts[name].pid

    print(f"{name} back after {wait(back):.2f} s")
    now = read(running)
    assert now.parts[name].restarts == before.parts[name].restarts + 1
    assert now.parts[name].address == before.parts[name].address
    others = [other for other in PARTS if other != name]
    assert [now.parts[other].pid for other in others] == [before.parts[other].pid for other in others]


def test_a_killed_supervisor_is_replaced_while_the_parts_go_on(running: Path, read: Read, wait: Wait) -> None:
    before = read(running)
    took = kill_the_supervisor(running, read, wait)
    print(f"supervisor back after {took:.2f} s")
    now = read(running)
    assert now.ports == before.ports
    assert now.processes() == before.processes()
    assert [part.restarts for part in now.parts.values()] == [part.restarts for part in before.parts.values()]
    # and the new supervisor does its work, with the exit codes of parts that are not its own children
    for name in ("services", "postgres"):
        os.kill(now.parts[name].pid, signal.SIGKILL)
        wait(lambda name=name: read(running).parts[name].pid not in (now.parts[name].pid, None))
        wait(lambda: read(running).phase == "ready")
    assert "was ended by SIGKILL" in Folders.of(running).logs.joinpath("supervisor.log").read_text()


def kill_the_supervisor(running: Path, read: Read, wait: Wait) -> float:
    """Seconds until there is another one, and everything is ready."""
    before = read(running)
    before.identity("supervisor").send(signal.SIGKILL)
    return wait(lambda: read(running).phase == "ready" and read(running).supervisor != before.supervisor)


def test_a_part_that_dies_without_a_supervisor_is_started_by_the_next_one(
    running: Path, read: Read, wait: Wait
) -> None:
    before = read(running)
    before.identity("supervisor").send(signal.SIGKILL)
    os.kill(before.parts["nats"].pid, signal.SIGKILL)
    wait(lambda: read(running).phase == "ready" and read(running).parts["nats"].pid != before.parts["nats"].pid)
    others = [name for name in PARTS if name != "nats"]
    assert [read(running).parts[name].pid for name in others] == [before.parts[name].pid for name in others]


def test_a_killed_guardian_is_replaced_while_the_parts_go_on(running: Path, read: Read, wait: Wait) -> None:
    before = read(running)
    before.identity("guardian").send(signal.SIGKILL)
    wait(lambda: read(running).guardian != before.guardian and read(running).identity("guardian").alive)
    assert read(running).processes() == before.processes()
    # and the new guardian does its work
    kill_the_supervisor(running, read, wait)
    assert read(running).processes() == before.processes()


def test_without_the_holder_everything_is_started_again(running: Path, read: Read, wait: Wait) -> None:
    before = read(running)
    (holder,) = leftovers.holders(Folders.of(running))
    holder.send(signal.SIGKILL)
    took = wait(lambda: read(running).phase == "ready" and read(running).supervisor != before.supervisor)
    print(f"all back after {took:.2f} s")
    assert not [each for each in before.processes() if each.alive]
    assert read(running).ports == before.ports


def test_a_holder_that_does_not_answer_is_replaced(folder: Path, read: Read, wait: Wait) -> None:
    before = platform.ensure_up(folder, plan="stand_ins:small")
    (holder,) = leftovers.holders(Folders.of(folder))
    holder.send(signal.SIGSTOP)
    os.kill(before.parts["services"].pid, signal.SIGKILL)
    took = wait(lambda: read(folder).phase == "ready" and read(folder).supervisor != before.supervisor)
    print(f"all back after {took:.2f} s")
    assert not holder.alive
    assert not [each for each in before.processes() if each.alive]
    assert read(folder).ports == before.ports


def test_a_step_that_is_new_in_the_plan_is_taken_by_the_next_supervisor(
    folder: Path, read: Read, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_VERSION", str(folder / "version"))
    folder.mkdir()
    (folder / "version").write_text("1")
    before = platform.ensure_up(folder, plan="stand_ins:growing")
    (folder / "version").write_text("2")
    kill_the_supervisor(folder, read, wait)
    assert read(folder).parts["step"].state == "done"
    assert read(folder).parts["users"].pid == before.parts["users"].pid


async def test_postgres_comes_back_although_a_back_end_is_busy(running: Path, read: Read, wait: Wait) -> None:
    before = read(running)
    password = keys.password(Folders.of(running), "postgres")
    address = {"host": "127.0.0.1", "port": before.ports["postgres"], "user": "postgres", "password": password}
    connection = await asyncpg.connect(**address, database="bellwether")
    busy = asyncio.create_task(connection.execute("do 'begin loop end loop; end'"))
    await asyncio.sleep(0.2)
    os.kill(before.parts["postgres"].pid, signal.SIGKILL)
    wait(lambda: read(running).phase == "ready" and read(running).parts["postgres"].pid != before.parts["postgres"].pid)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy
    again = await asyncpg.connect(**address, database="bellwether")
    assert await again.fetchval("select current_setting('data_checksums')") == "on"
    assert await again.fetchval("select count(*) from pg_available_extensions where name = 'postgis'") == 1
    await again.close()


def test_a_stopped_upstream_costs_a_reader_no_error(running: Path, read: Read, wait: Wait) -> None:
    state, statuses, done = read(running), [], threading.Event()

    def load() -> None:
        while not done.is_set():
            with urllib.request.urlopen(f"{state.public_url}/api/v1/farm/animals", timeout=10) as answer:
                statuses.append(answer.status)

    readers = [threading.Thread(target=load) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        pid = read(running).parts["services"].pid
        os.kill(pid, signal.SIGKILL)
        wait(lambda pid=pid: read(running).phase == "ready" and read(running).parts["services"].pid != pid)
        time.sleep(0.3)
    done.set()
    for reader in readers:
        reader.join()
    assert len(statuses) > 30
    assert set(statuses) == {200}


def test_a_second_up_is_refused(running: Path) -> None:
    with pytest.raises(AlreadyRunning, match="running already"):
        platform.start(running, plan="stand_ins:plan")
    done = subprocess.run(
        [sys.executable, "-m", "bellwether.cli", "up", "--data", str(running)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "running already" in done.stderr


def test_down_leaves_no_process_and_up_again_finds_the_data(running: Path, read: Read, processes_of: Find) -> None:
    assert len(processes_of(running)) > len(PARTS)
    began = time.monotonic()
    assert platform.down(running)
    print(f"down after {time.monotonic() - began:.2f} s")
    assert processes_of(running) == {}
    assert not platform.down(running)
    began = time.monotonic()
    platform.ensure_up(running, plan="stand_ins:plan")
    took = time.monotonic() - began
    print(f"warm start {took:.2f} s")
    assert took < 10


@pytest.mark.parametrize("which", ["small", "breeding", "plan"])
def test_killing_supervisor_and_guardian_at_once_leaves_no_part(
    folder: Path, wait: Wait, processes_of: Find, which: str
) -> None:
    state = platform.ensure_up(folder, plan=f"stand_ins:{which}")
    state.identity("guardian").send(signal.SIGKILL)
    state.identity("supervisor").send(signal.SIGKILL)
    wait(lambda: processes_of(folder) == {})
    assert platform.ensure_up(folder, plan=f"stand_ins:{which}").phase == "ready"


def test_a_start_right_after_both_were_killed_waits_for_the_parts_to_end(folder: Path) -> None:
    state = platform.ensure_up(folder, plan="stand_ins:small")
    state.identity("guardian").send(signal.SIGKILL)
    state.identity("supervisor").send(signal.SIGKILL)
    again = platform.start(folder, plan="stand_ins:small")
    assert again.phase == "ready"
    assert not [each for each in state.processes() if each.alive]


def test_what_is_no_longer_the_plans_is_not_taken_over(
    folder: Path, read: Read, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_VERSION", str(folder / "version"))
    folder.mkdir()
    (folder / "version").write_text("1")
    before = platform.ensure_up(folder, plan="stand_ins:versioned")
    (folder / "version").write_text("2")
    kill_the_supervisor(folder, read, wait)
    now = read(folder)
    assert now.parts["services"].pid != before.parts["services"].pid
    assert now.parts["users"].pid == before.parts["users"].pid
    assert now.ports == before.ports


def test_parts_of_another_version_are_stopped_and_all_starts_anew(
    folder: Path, read: Read, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_VERSION", str(folder / "version"))
    folder.mkdir()
    (folder / "version").write_text("1")
    before = platform.ensure_up(folder, plan="stand_ins:older")
    (holder,) = leftovers.holders(Folders.of(folder))
    (folder / "version").write_text("2")
    took = kill_the_supervisor(folder, read, wait)
    print(f"started anew after {took:.2f} s")
    now = read(folder)
    assert not {part.pid for part in now.parts.values()} & {part.pid for part in before.parts.values()}
    assert (now.ports, now.guardian) == (before.ports, before.guardian)
    assert holder not in leftovers.holders(Folders.of(folder))
    log = Folders.of(folder).logs / "supervisor.log"
    lines = [line for line in log.read_text().splitlines() if "another version" in line or "Error" in line]
    assert [line.partition(" ")[2] for line in lines] == [
        "another version of the platform has started the parts: they are stopped, and all starts anew"
    ]
    kill_the_supervisor(folder, read, wait)
    assert read(folder).processes() == now.processes()


def test_down_ends_a_holder_that_does_not_end_by_itself(
    folder: Path, processes_of: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = platform.ensure_up(folder, plan="stand_ins:small")
    (holder,) = leftovers.holders(Folders.of(folder))
    state.identity("guardian").send(signal.SIGKILL)
    holder.send(signal.SIGSTOP)
    state.identity("supervisor").send(signal.SIGKILL)
    assert platform.down(folder)
    assert processes_of(folder) == {}


@pytest.mark.parametrize("words", [["--detach"], []], ids=["in the background", "in the foreground"])
def test_down_ends_at_once_who_still_fetches(folder: Path, wait: Wait, processes_of: Find, words: list[str]) -> None:
    command = [sys.executable, "-c", "import stand_ins; stand_ins.command_that_fetches()", "up", *words]
    with subprocess.Popen([*command, "--data", str(folder)], stderr=subprocess.PIPE, text=True) as up:
        wait(lambda: sum("sleep" in words for words in processes_of(folder).values()) == 2)
        with pytest.raises(AlreadyRunning):
            platform.start(folder, plan="stand_ins:small")
        began = time.monotonic()
        assert platform.down(folder)
        assert time.monotonic() - began < 5
        said = up.communicate(timeout=5)[1].splitlines()
    assert (up.returncode, said[-1]) == (
        1,
        "bellwether: The platform was told to stop while it still fetched what it needs.",
    )
    assert len(said) == 2
    assert processes_of(folder) == {}
    assert platform.ensure_up(folder, plan="stand_ins:small").phase == "ready"


def test_what_a_killed_part_forked_ends_too(folder: Path, read: Read, wait: Wait, processes_of: Find) -> None:
    state = platform.ensure_up(folder, plan="stand_ins:breeding")
    sleepers = [pid for pid, words in processes_of(folder).items() if "sleep 300" in words]
    assert len(sleepers) == 1
    os.kill(state.parts["services"].pid, signal.SIGKILL)
    wait(lambda: read(folder).phase == "ready" and read(folder).parts["services"].restarts == 1)
    assert sleepers[0] not in processes_of(folder)
    platform.down(folder)
    assert processes_of(folder) == {}


def test_what_parts_that_were_taken_over_forked_ends_with_them(
    folder: Path, read: Read, wait: Wait, processes_of: Find
) -> None:
    before = platform.ensure_up(folder, plan="stand_ins:breeding")
    old = {pid for pid, words in processes_of(folder).items() if "sleep 30" in words}
    kill_the_supervisor(folder, read, wait)
    assert len(old) == 2
    assert old <= processes_of(folder).keys()
    os.kill(before.parts["services"].pid, signal.SIGKILL)
    wait(lambda: read(folder).phase == "ready" and read(folder).parts["services"].restarts == 1)
    assert not old & processes_of(folder).keys()


def test_a_taken_port_moves_and_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free = platform.ensure_up(folder, plan="stand_ins:small").ports["services"]
        platform.down(folder)
        taken.bind(("127.0.0.1", free))
        taken.listen()
        state = platform.ensure_up(folder, plan="stand_ins:small")
        assert free < state.ports["services"] < 32768
        assert any(f"services listens on {state.ports['services']}" in note for note in state.notes)


def test_a_port_taken_from_a_dead_part_is_given_up(folder: Path, read: Read, wait: Wait) -> None:
    state = platform.ensure_up(folder, plan="stand_ins:small")
    port = state.ports["users"]
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(state.parts["users"].pid, signal.SIGKILL)
        wait(lambda: steals(thief, port))
        wait(lambda: read(folder).phase == "ready" and read(folder).ports["users"] != port)


def steals(thief: socket.socket, port: int) -> bool:
    try:
        thief.bind(("127.0.0.1", port))
        thief.listen()
    except OSError:
        return False
    return True


def test_a_part_that_cannot_start_is_named_with_its_last_words(folder: Path, processes_of: Find) -> None:
    with pytest.raises(LaunchError, match=r"broken ended with exit code 7(.|\n)*the disk is upside down"):
        platform.ensure_up(folder, plan="stand_ins:failing")
    assert processes_of(folder) == {}


def test_the_terminal_is_the_guardian_of_a_foreground_start(
    folder: Path, read: Read, wait: Wait, processes_of: Find
) -> None:
    words = (
        "from pathlib import Path; import sys; from bellwether.launch.watch import leftovers, platform; "
        "sys.exit(platform.in_foreground("
    )
    words += f"Path({str(folder)!r}), False, say=print, watch=lambda s: None, plan='stand_ins:small'))"
    terminal = subprocess.Popen([sys.executable, "-c", words])
    wait(lambda: read(folder).phase == "ready")
    assert read(folder).guardian["pid"] == terminal.pid
    terminal.send_signal(signal.SIGINT)
    assert terminal.wait(20) == 0
    assert processes_of(folder) == {}
