"""The command itself, with the services' own consumers and kinds."""

import json
import re
import signal
import time
from urllib.request import Request, urlopen

from bellwether.launch.entry.work import worker_modules
from patience import PATIENCE_S

GAUGES = {"outbox_rows", "outbox_oldest_seconds", "jobs", "job_oldest_seconds", "dead_letters"}


def gauges(port: int, scraping: dict[str, str]) -> set[str]:
    """The platform's own, without their prefix."""
    with urlopen(Request(f"http://127.0.0.1:{port}/metrics", headers=scraping), timeout=PATIENCE_S) as answer:
        return set(re.findall(r"^bellwether_(\w+)", answer.read().decode(), re.MULTILINE))


def test_the_command_starts_and_stops(worker_process, worker_environment, scraping) -> None:
    worker = worker_process(worker_environment, "-m", "bellwether.launch.entry.work")
    print(f"ready after {worker.ready_s:.2f} s")
    # a database that answers late leaves its gauges out of one look
    end = time.monotonic() + PATIENCE_S
    while missing := GAUGES - gauges(worker.port, scraping):
        assert time.monotonic() < end, missing
        time.sleep(0.2)
    time.sleep(6)
    lines = [json.loads(line) for line in worker.log.read_text().splitlines()]
    complaints = [line for line in lines if line["level"] != "info"]
    # the user services, which are not there, are missed once by each timer that asks them
    away = [line["what"] for line in complaints if line["event"] == "outage" and "ConnectError" in line["error"]]
    assert len(set(away)) == len(away) == len(complaints), "an idle worker has nothing else to complain of"
    assert len(lines) - len(away) < 10
    worker.kill(signal.SIGTERM)
    assert worker.process.returncode == 0
    assert "loop_broke" not in worker.log.read_text()


def test_every_service_s_kinds_and_consumers_are_its_own() -> None:
    for module in worker_modules():
        service = module.__name__.split(".")[1]
        assert {kind.service for kind in module.kinds()} <= {service}
        assert {consumer.service for consumer in module.consumers()} <= {service}
