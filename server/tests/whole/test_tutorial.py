"""The tutorials are typed in, against a platform that runs already; what they show is compared."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bellwether.launch.machine.folders import REPOSITORY, cache_folder
from debian import unpacked

from .conftest import Platform

PAGES = REPOSITORY / "docs" / "tutorials"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def typed_in(page: str, platform: Platform) -> Iterator[str]:
    """The page as one script: files are written, commands run, each shown output is printed after a mark of its own."""
    yield "set -euo pipefail"
    for number, (kind, name, body) in enumerate(FENCE.findall(page)):
        if kind == "sh":
            commands = body.replace("./bellwether up --detach\n", "").replace("http://localhost:8080", platform.url)
            for path in ("bellwether user roles", "examples/"):
                commands = re.sub(rf"(\./)?{path}", f"{shlex.quote(str(REPOSITORY))}/{path}", commands)
            yield f"echo '== {number}'\n{commands}"
        elif name:
            yield f"cat > {name} <<'END OF FILE'\n{body}END OF FILE"


def environment(platform: Platform) -> dict[str, str]:
    """With curl, which a bare machine may lack."""
    found = os.environ | {"BELLWETHER_DATA_DIR": str(platform.data)}
    if shutil.which("curl") is None:
        root = unpacked(cache_folder() / "curl", ["curl"])
        libraries = sorted({str(file.parent) for file in root.rglob("*.so*")})
        found |= {"PATH": f"{root}/usr/bin:{found['PATH']}", "LD_LIBRARY_PATH": ":".join(libraries)}
    return found


@pytest.mark.parametrize("name", ["five-minutes", "a-season", "from-genotypes-to-rams"])
def test_the_tutorial_holds_what_it_says(whole: Platform, tmp_path: Path, name: str) -> None:
    page = (PAGES / f"{name}.md").read_text()
    script = "\n".join(typed_in(page, whole))
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment(whole), capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    parts = dict(part.split("\n", 1) for part in ran.stdout.split("== ")[1:])
    fences = FENCE.findall(page)
    shown = [(number - 1, body) for number, (kind, _, body) in enumerate(fences) if kind == "text"]
    assert len(shown) >= 3
    for number, body in shown:
        for line in body.splitlines():
            pattern = re.escape(line).replace(r"\.\.\.", ".*")
            assert re.search(f"^{pattern}$", parts[str(number)], re.MULTILINE), (
                f"{line!r} is not in {parts[str(number)]!r}"
            )
