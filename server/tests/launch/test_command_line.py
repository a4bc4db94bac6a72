"""The command line: help with an example for everything, exit codes, one sentence and a remedy for errors."""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bellwether.cli import COMMANDS
from bellwether.launch.machine.folders import Folders
from bellwether.launch.watch import platform

OURS = ["up", "down", "status", "doctor", "migrate", "user"]


def call(*words: str, **env: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "bellwether.cli", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120", **env}
    )


def test_help_lists_every_command_quickly() -> None:
    began = time.monotonic()
    done = call("--help")
    assert time.monotonic() - began < 2
    assert done.returncode == 0
    for name in COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize("name", OURS)
def test_each_command_shows_an_example(name: str) -> None:
    done = call(name, "--help")
    assert done.returncode == 0
    assert f"Example: ./bellwether {name}" in done.stdout


def test_an_unknown_command_fails() -> None:
    assert call("graze").returncode == 2


@pytest.mark.parametrize(
    ("words", "code", "instance"),
    [
        (["evaluate", "--json"], "usage", "evaluate"),
        (["evaluate", "--pedigre", "p.csv", "--json"], "usage", "evaluate"),
        (["status", "--json", "--no-such"], "usage", "status"),
        (["graze", "--json"], "usage", ""),
        (["evaluate", "--pedigree", "p.csv", "--out", "--json"], "usage", "evaluate"),
    ],
)
def test_wrong_words_are_a_problem_document_with_json(words: list[str], code: str, instance: str) -> None:
    done = call(*words)
    problem = json.loads(done.stdout)
    assert (done.returncode, problem["code"], problem["instance"]) == (2, code, instance)
    assert "--help" in problem["errors"][0]["fix"]


def test_what_the_launcher_cannot_do_is_a_problem_document_with_json(tmp_path: Path) -> None:
    done = call("dead-letters", "list", "--json", "--data", str(tmp_path))
    problem = json.loads(done.stdout)
    assert done.returncode == 1
    assert (problem["code"], problem["detail"]) == ("cannot_go_on", f"The platform of {tmp_path} is not running.")
    assert problem["errors"][0]["fix"] == f"Start it with ./bellwether up --detach --data {tmp_path}."


def test_status_and_down_where_nothing_runs(tmp_path: Path) -> None:
    found = call("status", "--json", "--data", str(tmp_path))
    assert (found.returncode, json.loads(found.stdout)["state"]) == (3, "stopped")
    assert call("down", "--data", str(tmp_path)).returncode == 0
    refused = call("migrate", BELLWETHER_DATA_DIR=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"bellwether: The platform of {tmp_path} is not running.",
        "Start it with ./bellwether up --detach.",
    ]


def test_a_line_to_type_names_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Field case: `demo --data X` named the command that stops another platform."""
    one = Folders.of(tmp_path / "Höfe & Schafe")
    assert one.command("down") == f"./bellwether down --data '{one.data}'"
    monkeypatch.setenv("BELLWETHER_DATA_DIR", str(one.data))
    assert one.command("down") == "./bellwether down"
    assert call("status", "--data", shlex.split(Folders.of(tmp_path).command("status"))[-1]).returncode == 3


def test_doctor_on_a_folder_without_rights(tmp_path: Path) -> None:
    """Field case: a traceback."""
    closed = tmp_path / "closed"
    (closed / "state").mkdir(parents=True)
    closed.chmod(0)
    command = [sys.executable, "-m", "bellwether.cli", "doctor", "--json", "--data", str(closed / "state")]
    # root may enter everything, unless it is told that it may not
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*plain, *command], capture_output=True, text=True, check=False)
    closed.chmod(0o700)
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.stderr == ""
    assert not found["state folder"]["ok"]
    assert "--data DIR" in found["state folder"]["remedy"]
    assert done.returncode == 1


def test_status_tells_state_address_pid_version_and_uptime(folder: Path) -> None:
    platform.ensure_up(folder, plan="stand_ins:small")
    done = call("status", "--json", "--data", str(folder))
    found = json.loads(done.stdout)
    assert (done.returncode, found["state"]) == (0, "ready")
    part = found["parts"]["services"]
    assert part["state"] == "ready"
    assert part["address"].startswith("http://127.0.0.1:")
    assert Path(f"/proc/{part['pid']}").exists()
    assert part["version"] == "1"
    assert 0 <= part["uptime"] < 60


def test_an_unwritable_state_folder_is_one_sentence() -> None:
    done = call("up", "--detach", "--data", "/proc/no")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "--data DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_checks_everything_in_plain_words(tmp_path: Path) -> None:
    done = call("doctor", "--json", "--data", str(tmp_path))
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert set(found) >= {
        "python",
        "disk",
        "memory",
        "ports",
        "setpriv",
        "postgresql",
        "bun",
        "nats",
        "caddy",
        "dynoxide",
    }
    assert done.returncode == (0 if all(check["ok"] for check in found.values()) else 1)
    broken = call("doctor", "--data", "/proc/no")
    assert broken.returncode == 1
    assert "MISSING" in broken.stdout


def test_an_unknown_role_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    done = call("user", "roles", "ada@example.org", "king", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "There is no role king." in done.stderr
