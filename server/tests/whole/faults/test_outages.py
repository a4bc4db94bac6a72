"""`kill -9` of each part under a mixed load, and every other end of PostgreSQL: nobody is told that something broke.

What a caller gets meanwhile is the answer, or 503 with Retry-After as a problem document; then everything is answered
again, after ten seconds at the latest (the long form looks at the clock), and every acknowledged write is there once.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import pytest
from patience import PATIENCE_S
from whole.conftest import Platform
from whole.faults.mixed_load import KINDS, READS, Answer, Load
from whole.flock import make_flock, sheep_file, weights_file

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
RECOVERY_S = 10.0
#: what was on its way when the gateway died is told by its connection a moment later
LINGER_S = 1.0
N_SHEEP = 60


@dataclass(frozen=True)
class Fault:
    """An end of a part: who gets which signal."""

    part: str
    number: signal.Signals = signal.SIGKILL
    #: PostgreSQL answers the death of a child by ending all connections and recovering; a store's wall ends with it
    to_a_child: bool = False

    def __str__(self) -> str:
        return f"{self.number.name} to {'a child of ' if self.to_a_child else ''}{self.part}"


KILLS = [
    Fault(part) for part in ("postgres", "dynoxide", "dynoxide-keys", "nats", "users", "services", "worker", "gateway")
]
WATCHERS = [Fault("supervisor"), Fault("guardian")]
RESTARTS = [
    Fault("postgres", signal.SIGINT),  # a fast shutdown
    Fault("postgres", signal.SIGQUIT),  # an immediate one: it recovers at the next start
    Fault("postgres", to_a_child=True),
    Fault("dynoxide", to_a_child=True),
]


@pytest.fixture(scope="module")
def load(start: Callable[..., Platform], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """People at work on a platform, for all faults of this file."""
    platform, folder = start(), tmp_path_factory.mktemp("outages")
    flock = make_flock(platform.user("farmer"))
    flock.load(sheep_file(folder, flock.code, N_SHEEP), "flock")
    flock.load(weights_file(folder, "weights.csv", N_SHEEP, ["01/02/2024"]), "weights", trait="PWT", date_order="dmy")
    found = Load(platform, flock)
    found.start()
    recovered_within(found, lambda: True, PATIENCE_S)
    yield found
    found.stop()


@pytest.mark.parametrize("fault", KILLS + RESTARTS + WATCHERS, ids=str)
def test_a_fault_is_told_as_an_outage_and_passes(load: Load, fault: Fault) -> None:
    is_outage_that_passes(load, fault)


def test_what_was_acknowledged_is_there_once(load: Load) -> None:
    all_is_there_once(load)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_many_faults_in_any_order(load: Load, chance: random.Random) -> None:
    for _ in range(80):
        took = is_outage_that_passes(load, chance.choice(KILLS + RESTARTS + WATCHERS))
        # others on the machine take their share of the time
        assert took < RECOVERY_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        time.sleep(chance.random() * 3)
    all_is_there_once(load)


def is_outage_that_passes(load: Load, fault: Fault) -> float:
    """A fault costs callers time, and nothing else: how long it took."""
    first, began, before = len(load.record.answers), time.monotonic(), load.platform.state
    took = suffer(load, fault)
    answers = load.record.answers[first:]
    print(f"{fault}: {took:.1f} s, {summary(answers)}")
    assert [answer.says for answer in answers if is_lost(answer, fault, began, began + took)] == []
    assert [why for answer in answers if answer.status and (why := answer.fault())] == []
    if fault in WATCHERS:
        assert load.platform.state.processes() == before.processes()
        assert {answer.status // 100 for answer in answers} == {2}
    return took


def all_is_there_once(load: Load) -> None:
    """Every acknowledged write is stored, none twice, and nothing else but what was in flight at the end."""
    load.stop()
    shepherd, starter, talker, geneticist = map(load.as_actor, ("shepherd", "starter", "talker", "geneticist"))
    animals = shepherd.items("/api/v1/farm/animals", flock_id=load.flock.id, farm_id=load.flock.farm_id)
    is_once([animal["id"] for animal in animals if animal["tag"] is None], load.animals.made)
    is_once([chat["id"] for chat in starter.items("/api/v1/chats")], load.chats.made)
    messages = [message["id"] for message in talker.items(f"/api/v1/chats/{load.chat_id}/messages")]
    is_once(messages, load.messages)
    assert talker.get(f"/api/v1/chats/{load.chat_id}")["n_messages"] == len(messages)
    runs = geneticist.items("/api/v1/genetics/evaluations", flock_id=load.flock.id)
    is_once([run["id"] for run in runs], load.evaluations.made)
    for job_id in load.evaluations.made:
        job = geneticist.wait({"service": "genetics", "id": job_id, "state": "queued"}, lambda _: None)
        assert job["state"] == "succeeded", job


def is_once(stored: list[str], acknowledged: list[str]) -> None:
    """Each once; the last of all may have been stored before anybody waited for its answer."""
    assert len(stored) == len(set(stored)) > 1
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= set(stored)
    assert len(stored) - len(acknowledged) in (0, 1)


def suffer(load: Load, fault: Fault) -> float:
    """Send the signal and wait until all is well; the seconds that it took."""
    pid = load.platform.pid_of(fault.part)
    assert pid
    victim = next(iter(psutil.Process(pid).children())) if fault.to_a_child else psutil.Process(pid)
    os.kill(victim.pid, fault.number)

    def is_replaced() -> bool:
        now = load.platform.state
        return now.phase == "ready" and (fault.to_a_child or load.platform.pid_of(fault.part) not in (pid, None))

    return recovered_within(load, is_replaced, PATIENCE_S)


def recovered_within(load: Load, is_there: Callable[[], bool], seconds: float) -> float:
    """Seconds until what failed is there and each kind of request, begun after that, has gone well."""
    began = since = time.monotonic()
    while (missing := {*KINDS, *READS} - load.record.good_since(since)) or not is_there():
        since = since if is_there() else time.monotonic()
        assert time.monotonic() < began + seconds, f"not well: {missing}, {load.last(missing)}"
        time.sleep(0.05)
    return time.monotonic() - began


def is_lost(answer: Answer, fault: Fault, began: float, ended: float) -> bool:
    """Whether nothing came back, although the gateway was there."""
    is_dead = fault.part == "gateway" and answer.began < ended + LINGER_S and answer.ended > began
    return answer.status == 0 and not is_dead


def summary(answers: list[Answer]) -> str:
    counts: dict[int, int] = {}
    for answer in answers:
        counts[answer.status] = counts.get(answer.status, 0) + 1
    return ", ".join(f"{n} x {status or 'nothing'}" for status, n in sorted(counts.items()))
