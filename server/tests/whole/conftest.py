"""The whole platform, started as a user starts it, on ports and in a folder of its own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bellwether.catalogue import process_of
from bellwether.commands.demo.client import Client
from bellwether.commands.people.user import set_roles
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import REPOSITORY, Folders
from bellwether.launch.machine.state import State, read_state
from bellwether.launch.watch import overview
from bellwether.launch.watch.platform import down, ensure_up, wait_ready
from patience import PATIENCE_S

KEPT_LOGS = REPOSITORY / ".bellwether" / "test-logs"
PASSWORD = "correct horse battery staple 7"


@dataclass
class Platform:
    """A running platform and what a test does with it."""

    data: Path
    split: bool = False

    @property
    def folders(self) -> Folders:
        return Folders.of(self.data)

    @property
    def state(self) -> State:
        return read_state(self.folders)

    @property
    def url(self) -> str:
        return self.state.public_url

    def status(self) -> dict[str, Any]:
        return overview.of(self.folders)

    def pid_of(self, name: str) -> int | None:
        """The process of a part, of the supervisor or of the guardian."""
        if name not in ("supervisor", "guardian"):
            return self.state.parts[name].pid
        identity = self.state.identity(name)
        return identity and identity.pid

    def wait_ready(self, seconds: float = PATIENCE_S) -> None:
        wait_ready(self.folders, seconds=seconds)

    def service_url(self, name: str) -> str:
        """The address of a service's own port."""
        return self.state.address(process_of(name, self.state.split))

    def user(self, *roles: str, email: str = "") -> Client:
        """A new user with these roles, logged in."""
        email = email or f"u{uuid4().hex[:12]}@example.org"
        client = Client(self.url)
        client.post("/api/v1/auth/register", {"email": email, "password": PASSWORD, "name": "A Person"})
        if roles:
            set_roles(self.folders, self.state, email, list(roles))
        answer = client.login(email, PASSWORD)
        client.user_id = answer["user"]["id"]  # type: ignore[attr-defined]
        return client

    def admin_dsn(self) -> str:
        """The database as its administrator sees it, for counting what is stored."""
        port = self.state.ports["postgres"]
        return f"postgresql://postgres:{keys.password(self.folders, 'postgres')}@127.0.0.1:{port}/bellwether"


@contextmanager
def platforms(kept: Path) -> Iterator[Callable[..., Platform]]:
    """A function that starts one after another; all are stopped at the end, and their logs kept."""
    running: list[Platform] = []
    place = tempfile.TemporaryDirectory(prefix="bw-whole-", dir="/tmp", ignore_cleanup_errors=True)
    Path(place.name).chmod(0o711)

    def make(*, split: bool = False) -> Platform:
        platform = Platform(Path(place.name) / f"Schäfer's data {len(running)}", split)
        # a test never touches a database that somebody else has pointed to
        os.environ.pop("DATABASE_URL", None)
        with pytest.MonkeyPatch.context() as environment:
            # a load of minutes makes more than a person does in years
            for what in ("CHATS_OF_USER", "MESSAGES_OF_CHAT"):
                environment.setenv(f"BELLWETHER_QUOTA_{what}", "1000000")
            ensure_up(platform.data, split)
        running.append(platform)
        return platform

    yield make
    shutil.rmtree(kept, ignore_errors=True)
    for platform in running:
        down(platform.data)
        shutil.copytree(platform.folders.logs, kept / platform.data.name)
    place.cleanup()


@pytest.fixture(scope="module")
def start(request: pytest.FixtureRequest) -> Iterator[Callable[..., Platform]]:
    """`start(split=False)`: a platform of the module's own, for one that idles takes a tenth of a core."""
    with platforms(KEPT_LOGS / request.path.stem) as make:
        yield make


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """The platform in embedded mode."""
    # beside a suite that keeps its own
    with platforms(KEPT_LOGS / request.session.items[0].path.parent.name) as make:
        yield make()
