"""Runs that end early: folders in the way, a full disk, Ctrl-C, no memory; what was there stays."""

import os

import polars as pl
import pytest

from .conftest import RECORDS


def test_a_folder_in_the_place_of_a_result(evaluate, tmp_path):
    (tmp_path / "out" / "report.json").mkdir(parents=True)
    answer = evaluate(arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "unwritable_folder")
    assert [path.name for path in answer.out.iterdir()] == ["report.json"]


def test_a_folder_of_ours_in_one_of_others(evaluate, tmp_path, monkeypatch):
    """Only `out` can be written, as a mounted volume: nothing is made beside it."""
    (tmp_path / "out").mkdir()
    make = os.mkdir

    def only_in_out(path, *rest, **more):
        if os.fspath(path).startswith(f"{tmp_path}/."):
            raise PermissionError(13, "Permission denied")
        make(path, *rest, **more)

    monkeypatch.setattr("os.mkdir", only_in_out)
    answer = evaluate(arguments=["--json"])
    assert answer.exit_code == 0
    assert sorted(path.suffix for path in answer.out.iterdir()) == [".csv", ".csv", ".csv", ".json"]


def test_a_full_disk_leaves_the_earlier_results(evaluate, monkeypatch):
    before = {path.name: path.read_bytes() for path in evaluate().out.iterdir()}
    write = pl.DataFrame.write_csv

    def full(frame, path):
        if path.name == "fixed_effects.csv":
            raise OSError("No space left on device (os error 28)")
        write(frame, path)

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    answer = evaluate(records=RECORDS.replace("4.5", "5.5"), arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (2, "unwritable_folder")
    assert "No space left" in answer.problem["detail"]
    assert {path.name: path.read_bytes() for path in answer.out.iterdir()} == before


def compiled():
    """What numba does with Ctrl-C."""
    raise SystemError("returned a result with an exception set") from KeyboardInterrupt()


@pytest.mark.parametrize(
    ("error", "code", "exit_code"), [(KeyboardInterrupt, "interrupted", 130), (MemoryError, "memory", 2)]
)
def test_a_run_that_is_ended(evaluate, monkeypatch, error, code, exit_code):
    def fit(*_, **__):
        raise error

    monkeypatch.setattr("bellwether.modelling.evaluation.fit", fit)
    answer = evaluate(arguments=["--json"])
    assert (answer.exit_code, answer.problem["code"]) == (exit_code, code)
    assert not answer.out.exists()


def test_a_compiled_function_that_is_interrupted(evaluate, monkeypatch):
    monkeypatch.setattr("bellwether.modelling.evaluation.fit", lambda *_, **__: compiled())
    assert evaluate(arguments=["--json"]).exit_code == 130
