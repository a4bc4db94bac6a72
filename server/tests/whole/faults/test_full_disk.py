"""A platform on a small volume that fills up: reads go on, writes say why not, and freed space mends it by itself."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from bellwether.commands.demo.client import Refused
from bellwether.launch.watch.platform import down, ensure_up
from whole.conftest import PASSWORD, Platform
from whole.flock import Flock, make_flock, sheep_file, until, weights_file

pytestmark = pytest.mark.long
VOLUME_MB = 700
N_SHEEP = 1_500
READS = ("farm/flocks", "farm/animals", "genetics/evaluations", "profiles/me", "auth/me", "sessions")


@pytest.fixture(scope="module")
def volume() -> Iterator[Path]:
    """A file system of its own, in a file."""
    with tempfile.TemporaryDirectory(prefix="bw-volume-", dir="/tmp") as place:
        image, folder = Path(place) / "image", Path(place) / "volume"
        with image.open("wb") as file:
            file.truncate(VOLUME_MB << 20)
        folder.mkdir()
        Path(place).chmod(0o711)
        for words in (["mkfs.ext4", "-q", "-F", "-m", "0", image], ["mount", "-o", "loop", image, folder]):
            done = subprocess.run(["/usr/bin/env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *map(str, words)], check=False)
            if done.returncode:
                pytest.skip(f"this user cannot make a volume: {words[0]}")
        folder.chmod(0o711)
        yield folder
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def platform(volume: Path) -> Iterator[Platform]:
    """A platform whose state lies on the volume."""
    found = Platform(volume / "state", split=False)
    ensure_up(found.data)
    yield found
    down(found.data)


class Hog:
    """Files that take all the space of a volume."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, list[Path]()

    def fill(self) -> None:
        """Until not one block is left."""
        for size in (1 << 24, 1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    self.files.append(self.folder / f"hog{len(self.files)}")
                    self.files[-1].write_bytes(b"x" * size)

    def leave(self) -> None:
        """Give all of it back."""
        for path in self.files:
            path.unlink(missing_ok=True)
        self.files.clear()


def writes(flock: Flock, http: httpx.Client, email: str) -> dict[str, int]:
    """The status of a write into each store; each answer is what was asked for, or a problem document."""
    asked = {
        "farm": ("farm/farms", {"name": f"Farm {uuid4().hex}"}),
        "evaluation": ("genetics/evaluations", {"flock_id": flock.id}),
        "chat": ("chats", {"title": "A chat"}),
        "log-in": ("auth/login", {"email": email, "password": PASSWORD}),
    }
    found = {}
    for name, (path, body) in asked.items():
        answer = http.post(path, json=body)
        found[name] = answer.status_code
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json"), answer.text[:300]
    return found


def test_a_full_disk_keeps_reads_says_why_and_is_mended_by_free_space(platform: Platform, volume: Path) -> None:
    email = f"u{uuid4().hex[:12]}@example.org"
    owner = platform.user("farmer", email=email)
    flock = make_flock(owner)
    flock.load(sheep_file(volume.parent, flock.code, N_SHEEP), "sg")
    days = [f"{1 + day:02d}/{1 + month:02d}/2025" for month in range(5) for day in range(4)]
    weights = weights_file(volume.parent, "weights.csv", N_SHEEP, days)
    http = httpx.Client(base_url=f"{platform.url}/api/v1/", timeout=60, headers=owner._http.headers)
    hog = Hog(volume)
    try:
        job = flock.upload(weights, "weights", trait="AWT", date_order="dmy")
        until(lambda: owner.get(f"/api/v1/farm/imports/{job['import_id']}")["rows_in"] > 0, seconds=120)
        for _ in range(6):
            hog.fill()
            check_while_full(platform, flock, http, email)
            time.sleep(5)
    finally:
        hog.leave()
    freed = time.monotonic()
    ready = until(lambda: is_whole(platform, flock, http, email), seconds=60, every=1)
    print(f"whole again {time.monotonic() - freed:.0f} s after space was freed")
    assert ready
    done = ended(owner, job)
    assert done["rows_in"] == done["rows_accepted"] + done["rows_rejected"] == N_SHEEP * len(days)


def check_while_full(platform: Platform, flock: Flock, http: httpx.Client, email: str) -> None:
    """Reads are answered, writes are taken or refused as problems, `status` names the disk."""
    for path in READS:
        params = {"farm_id": flock.farm_id} if path == "farm/animals" else None
        answer = http.get(path, params=params)
        assert answer.status_code in (200, 503), f"{path}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code == 200 or "retry-after" in answer.headers, path
    assert set(writes(flock, http, email).values()) <= {200, 201, 202, 503, 507}
    status = platform.status()
    assert status["disk"]["is_full"]
    assert any(f"The disk of {platform.folders.data} is full" in note for note in status["notes"])


def is_whole(platform: Platform, flock: Flock, http: httpx.Client, email: str) -> bool:
    """Every part is ready and every store takes what it is given."""
    if platform.status()["state"] != "ready" or platform.status()["disk"]["is_full"]:
        return False
    try:
        found = writes(flock, http, email)
    except httpx.HTTPError:
        return False
    return all(status < 300 for status in found.values())


def ended(owner: Any, job: dict[str, Any]) -> dict[str, Any]:
    """The import, taken up again if it broke off."""
    path = f"/api/v1/farm/jobs/{job['id']}"
    for _ in range(3):
        state = until(lambda: owner.get(path)["state"] in ("succeeded", "failed") and owner.get(path), seconds=300)
        if state["state"] == "succeeded":
            break
        with contextlib.suppress(Refused):
            owner.post(f"{path}/retry")
    found: dict[str, Any] = owner.get(f"/api/v1/farm/imports/{job['import_id']}")
    assert found["state"] == "committed", found
    return found
