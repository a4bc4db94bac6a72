"""The worker: jobs, outbox relays, event consumers and the dead-letter mover in one process.

python -m bellwether.launch.entry.work --port 18109
"""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from types import ModuleType

import uvicorn
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bellwether.catalogue import PYTHON_SERVICES
from bellwether.launch.entry.collector import spare_collector
from bellwether.platform.database.transactions import url_of
from bellwether.platform.events.facts import Consumer
from bellwether.platform.http.connection.patient_protocol import PatientProtocol
from bellwether.platform.jobs.child_process import GIVES_WAY
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.telemetry import configure_logs, configure_traces
from bellwether.platform.worker.health import health_app
from bellwether.platform.worker.timers import Timer
from bellwether.platform.worker.worker import Worker

STOP_S = 2.0
TURN_S = 0.0005
"""After how long a thread that computes lets the loop go on, which waits so long after each answer of the database."""


class WorkerSettings(BaseSettings):
    """What the worker has for itself (prefix WORKER_)."""

    model_config = SettingsConfigDict(env_prefix="WORKER_", frozen=True)

    jobs_database_url: str
    jobs_database_password: SecretStr = SecretStr("")
    jobs_at_once: int = 2

    @property
    def jobs_url(self) -> str:
        """Where DBOS keeps its tables, for psycopg."""
        password = self.jobs_database_password.get_secret_value()
        return url_of(self.jobs_database_url, password, "postgresql").render_as_string(hide_password=False)


def worker_modules() -> list[ModuleType]:
    """`bellwether.<service>.worker` of each service that has one; one that is there and breaks is an error."""
    found = []
    for service in PYTHON_SERVICES:
        name = f"bellwether.{service}.worker"
        try:
            found.append(import_module(name))
        except ModuleNotFoundError as error:
            if error.name not in (name, f"bellwether.{service}"):
                raise
    return found


def build(
    platform: PlatformSettings, consumers: list[Consumer], kinds: list[JobKind], timers: Sequence[Timer]
) -> Worker:
    """The worker from the environment."""
    settings = WorkerSettings()
    services = {name: ServiceSettings.of(name) for name in PYTHON_SERVICES}
    at_once = settings.jobs_at_once
    return Worker(platform, services, consumers, kinds, settings.jobs_url, jobs_at_once=at_once, timers=timers)


class Server(uvicorn.Server):
    """Uvicorn that returns after SIGTERM instead of raising the signal again, so that the worker can stop in order."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Stop on the usual signals."""
        loop = asyncio.get_running_loop()
        for number in uvicorn.server.HANDLED_SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(worker: Worker, port: int) -> None:
    """Work until SIGTERM; health answers from the first moment."""
    options = uvicorn.Config(
        health_app(worker),
        host="127.0.0.1",
        port=port,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    async with running(worker):
        await Server(options).serve()


@contextlib.asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    """The worker beside its health server."""
    worker.start()
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await worker.stop()


async def work(
    platform: PlatformSettings,
    consumers: list[Consumer],
    kinds: list[JobKind],
    port: int,
    timers: Sequence[Timer] = (),
) -> None:
    """Serve, then leave without waiting for threads and running jobs: those go on in the next worker."""
    await serve(build(platform, consumers, kinds, timers), port)
    os._exit(0)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bellwether.launch.entry.work", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where /healthz, /readyz and /metrics answer")
    arguments = parser.parse_args()
    platform = PlatformSettings()
    configure_logs(platform.log_level)
    configure_traces("worker", platform.otlp_endpoint)
    modules = worker_modules()
    consumers = [consumer for module in modules for consumer in module.consumers()]
    kinds = [kind for module in modules for kind in module.kinds()]
    # most services do nothing by the clock
    timers = [timer for module in modules if hasattr(module, "timers") for timer in module.timers()]
    spare_collector()
    sys.setswitchinterval(TURN_S)
    os.nice(GIVES_WAY)
    asyncio.run(work(platform, consumers, kinds, arguments.port, timers))


if __name__ == "__main__":
    main()
