"""The flock of the tutorial is made by its script, bit for bit, so nobody need trust the files beside it."""

import runpy
import shutil
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "rams"


def test_the_script_repeats_its_files(tmp_path: Path) -> None:
    script = shutil.copy(EXAMPLE / "make_rams.py", tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    kept = {path.name: path.read_bytes() for path in EXAMPLE.iterdir() if path.is_file()}
    assert made.keys() == kept.keys()
    assert [name for name in kept if made[name] != kept[name]] == []
