"""Half an hour of everyday work, all of it at once: what each process keeps in memory is level in the second half.

What is measured is memory of the process's own (`Pss_Anon`): pages of files and of PostgreSQL's shared buffers fill up
to limits that are settings, and are the kernel's to take back.
"""

import contextlib
import itertools
import re
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from bellwether.edge.graph.example import EXAMPLE
from bellwether.platform.ids import new_id
from whole.conftest import PASSWORD, Platform
from whole.flock import Flock, make_flock, sheep_file, until, weights_file

pytestmark = pytest.mark.long
SOAK_S = 1_800.0
LOOK_EVERY_S = 5.0
LOGIN_EVERY_S = 200.0
"""Within the life of a token."""
N_SHEEP, N_DAYS = 400, 600
MAY_GROW_MB, MAY_GROW = 6.0, 0.04
"""From the third quarter to the last, 7.5 minutes later; caches of a store that grows are still filling."""
ANON = re.compile(rb"Pss_Anon: +([0-9]+) kB")


class Person(threading.Thread):
    """A farmer with a flock who does one thing again and again, and counts what was answered."""

    def __init__(self, platform: Platform, folder: Path, pause_s: float) -> None:
        super().__init__(daemon=True, name=type(self).__name__)
        self.platform, self.folder, self.pause_s = platform, folder, pause_s
        self.email = f"u{uuid4().hex[:12]}@example.org"
        self.owner = platform.user("farmer", email=self.email)
        self.flock: Flock = make_flock(self.owner)
        self.flock.load(sheep_file(folder, self.flock.code, N_SHEEP), "sg")
        self.answers: Counter[int | str] = Counter()
        self.is_over = threading.Event()
        self.owner._http.event_hooks["response"] = [lambda answer: self.answers.update([answer.status_code])]

    def run(self) -> None:
        logged_in = 0.0
        for number in itertools.count():
            if self.is_over.wait(self.pause_s):
                return
            try:
                if time.monotonic() - logged_in > LOGIN_EVERY_S:
                    self.owner.login(self.email, PASSWORD)
                    logged_in = time.monotonic()
                self.act(number)
            except httpx.HTTPError as error:
                self.answers[repr(error)] += 1
            except Exception as error:
                self.answers[f"{type(error).__name__}: {error}"[:60]] += 1

    def act(self, number: int) -> None:
        """One round."""
        raise NotImplementedError


class Importer(Person):
    """Weighs the flock every day and sends the file."""

    def act(self, number: int) -> None:
        day = f"{date(2024, 1, 1) + timedelta(days=number % N_DAYS):%d/%m/%Y}"
        path = weights_file(self.folder, f"{self.flock.code}.csv", N_SHEEP, [day])
        self.flock.load(path, "weights", trait="AWT", date_order="dmy")


class Recorder(Person):
    """Records single weights."""

    def act(self, number: int) -> None:
        animals = self.owner.get("/api/v1/farm/animals", farm_id=self.flock.farm_id, limit=1000)["items"]
        day, first = date(2024, 1, 1) + timedelta(days=number % N_DAYS), number // N_DAYS * 20
        weights = [
            {"id": str(new_id()), "animal_id": animal["id"], "trait": "AWT", "weight": 60.5, "unit": "kg",
             "occurred_on": day.isoformat()}
            for animal in animals[first : first + 20]
        ]  # fmt: skip
        body = {"farm_id": self.flock.farm_id, "weights": weights}
        self.owner.post("/api/v1/farm/weights", body, headers={"Idempotency-Key": str(new_id())})


class Breeder(Person):
    """Has the flock evaluated and reads the values."""

    def act(self, number: int) -> None:
        if number == 0:
            days = [f"{1 + day:02d}/08/2024" for day in range(2)]
            path = weights_file(self.folder, f"{self.flock.code}.csv", N_SHEEP, days)
            self.flock.load(path, "weights", trait="AWT", date_order="dmy")
        job = self.owner.post("/api/v1/genetics/evaluations", {"flock_id": self.flock.id})
        self.owner.wait(job, lambda _: None, every_s=1)


class Reader(Person):
    """Turns pages, of lists and of the graph."""

    def act(self, number: int) -> None:
        self.owner.get("/api/v1/farm/animals", farm_id=self.flock.farm_id, limit=400)
        self.owner.get("/api/v1/processing/batches", farm_id=self.flock.farm_id)
        self.owner.post("/graphql", {"query": EXAMPLE, "variables": {"id": self.flock.id}})


class Comer(Person):
    """Logs in, looks, logs out."""

    def act(self, number: int) -> None:
        self.owner.login(self.email, PASSWORD)
        self.owner.get("/api/v1/profiles/me")
        self.owner.get("/api/v1/sessions")
        self.owner.post("/api/v1/auth/logout-all")
        self.owner.login(self.email, PASSWORD)


class Talker(Person):
    """Starts chats, writes, reads, deletes."""

    def act(self, number: int) -> None:
        chat = self.owner.post("/api/v1/chats", {"title": f"Chat {number}"})
        messages = f"/api/v1/chats/{chat['id']}/messages"
        for n in range(5):
            ulid = f"01JP7KWZ8X{n:016d}"
            self.owner.post(messages, {"id": ulid, "role": "user", "content": "Which ram? " * 50})
        self.owner.get(messages)
        self.owner.call("DELETE", f"/api/v1/chats/{chat['id']}")


PEOPLE: tuple[tuple[Callable[..., Person], float], ...] = (
    (Importer, 2.0),
    (Recorder, 0.5),
    (Breeder, 5.0),
    (Reader, 0.3),
    (Comer, 2.0),
    (Talker, 2.0),
)


@contextlib.contextmanager
def work(platform: Platform, folder: Path) -> Iterator[list[Person]]:
    """Everybody at work."""
    people = [kind(platform, folder, pause_s) for kind, pause_s in PEOPLE]
    for person in people:
        person.start()
    try:
        yield people
    finally:
        for person in people:
            person.is_over.set()
        for person in people:
            person.join(120)


def memory_of(platform: Platform) -> dict[str, float]:
    """Megabytes of its own that each part holds; PostgreSQL with its back-ends."""
    state = platform.state
    pids = {name: part.pid for name, part in state.parts.items() if part.pid}
    found = {name: own_mb(pid) for name, pid in pids.items()}
    found["postgres"] += sum(map(own_mb, children(pids["postgres"])))
    for role in ("supervisor", "guardian"):
        identity = state.identity(role)
        assert identity is not None
        found[role] = own_mb(identity.pid)
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def own_mb(pid: int) -> float:
    """Megabytes of one process; a back-end may end between two looks."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        match = ANON.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes())
        return int(match[1]) / 1024 if match else 0.0
    return 0.0


@pytest.mark.timeout(SOAK_S + 600)
def test_memory_is_level_in_the_second_half(whole: Platform, tmp_path: Path) -> None:
    seen: dict[str, list[float]] = defaultdict(list)
    with work(whole, tmp_path) as people:
        begun = {name: part.pid for name, part in whole.state.parts.items()}
        ends = time.monotonic() + SOAK_S
        while time.monotonic() < ends:
            for name, megabytes in memory_of(whole).items():
                seen[name].append(megabytes)
            time.sleep(LOOK_EVERY_S)
        answers = {person.name: dict(person.answers) for person in people}
    print("\n".join(f"{name}: {counted}" for name, counted in answers.items()))
    grown = [name for name, values in sorted(seen.items()) if told_growth(name, values)]
    until(lambda: whole.status()["state"] == "ready", seconds=60)
    assert {name: part.pid for name, part in whole.state.parts.items()} == begun, "a part was started again"
    assert all(set(counted) <= {200, 201, 202, 204} for counted in answers.values()), answers
    assert all(sum(counted.values()) > SOAK_S / 60 for counted in answers.values()), answers
    assert not grown


def told_growth(name: str, values: list[float]) -> bool:
    """Whether a process still grew in the second half; the medians of all quarters are printed."""
    size = len(values) // 4
    quarters = [statistics.median(values[at * size : (at + 1) * size]) for at in range(4)]
    print(f"{name:>16}: " + "  ".join(f"{megabytes:7.1f}" for megabytes in quarters) + " MB, medians of quarters")
    return quarters[3] - quarters[2] > max(MAY_GROW_MB, MAY_GROW * quarters[2])
