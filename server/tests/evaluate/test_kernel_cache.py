"""A place for compiled kernels on a machine where neither the installation nor the home can be written."""

import os
import stat
from pathlib import Path

import pytest
from bellwether.modelling.kernel_cache import ensure_kernel_cache


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Only what lies below the temporary folder can be written."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda folder, _mode: Path(folder).is_relative_to(tmp_path))
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return tmp_path


def test_a_folder_of_this_user(places, monkeypatch):
    ensure_kernel_cache()
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    assert folder.parent == places
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    ensure_kernel_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)


def test_not_a_folder_that_others_can_write(places):
    folder = places / f"bellwether-kernels-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    ensure_kernel_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]) not in (folder, Path("/nonexistent"))


@pytest.mark.parametrize("chosen", ["by the user", "a home that can be written"])
def test_nothing_is_set_where_numba_finds_a_place(places, monkeypatch, chosen):
    if chosen == "by the user":
        monkeypatch.setenv("NUMBA_CACHE_DIR", "/somewhere")
    else:
        monkeypatch.setenv("HOME", str(places))
    ensure_kernel_cache()
    assert os.environ.get("NUMBA_CACHE_DIR") == ("/somewhere" if chosen == "by the user" else None)
