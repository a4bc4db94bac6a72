"""`evaluation-inputs`: the archive of an evaluation becomes files; what is in the way stays."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import typer
from bellwether.commands.evaluations.inputs import evaluation_inputs, write_inputs
from bellwether.launch.errors import LaunchError
from typer.testing import CliRunner, Result

ID = "0198d2f0-0000-7000-8000-000000000000"


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return out.getvalue()


ZIP = archive(**{"ped.csv": "animal\n", "rec.csv": "animal\n", "model.toml": "", "README.txt": "run", "../evil": "x"})


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/api/v1/auth/login":
        is_right = json.loads(request.content)["password"] == "right"
        problem = {"code": "wrong_password", "detail": "The password is wrong"}
        return httpx.Response(200 if is_right else 401, json={"access_token": "t"} if is_right else problem)
    assert request.headers["Authorization"] == "Bearer t"
    assert request.url.path == f"/api/v1/genetics/evaluations/{ID}/inputs"
    return httpx.Response(200, content=ZIP)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    make = httpx.Client
    monkeypatch.setattr(
        "bellwether.commands.demo.client.httpx.Client",
        lambda **options: make(**options, transport=httpx.MockTransport(answer)),
    )
    single = typer.Typer()
    single.command()(evaluation_inputs)
    return lambda *words: CliRunner().invoke(single, list(words))


def test_the_files_of_the_archive_are_written(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "inputs"
    found = run(ID, "--out", str(out), "--email", "a@b.c", "--password", "right")
    assert found.exit_code == 0, found.output
    assert sorted(path.name for path in out.iterdir()) == ["README.txt", "model.toml", "ped.csv", "rec.csv"]
    assert not (tmp_path / "evil").exists()


def test_a_wrong_password_writes_nothing(run: Callable[..., Result], tmp_path: Path) -> None:
    found = run(ID, "--out", str(tmp_path / "inputs"), "--email", "a@b.c", "--password", "wrong")
    assert isinstance(found.exception, LaunchError)
    assert "The password is wrong" in str(found.exception)
    assert not (tmp_path / "inputs").exists()


def test_no_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "rec.csv").write_text("mine")
    with pytest.raises(LaunchError, match="is there already"):
        write_inputs(ZIP, tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("rec.csv", "mine")]
