"""The Python side: migrations, services and the worker."""

from __future__ import annotations

import sys
from importlib.metadata import version

from bellwether.catalogue import EDGE, HOSTS, PYTHON_SERVICES
from bellwether.launch.composition import environment
from bellwether.launch.composition.environment import Wiring
from bellwether.launch.machine import probe
from bellwether.launch.plan import Part, by, dies_with_us


def migrate_part(wiring: Wiring) -> Part:
    """Schemas, roles, job tables and streams."""
    return Part(
        name="migrate",
        command=_python("migrate"),
        env=environment.for_migrate(wiring),
        needs=("postgres", "nats"),
        version=version("bellwether"),
        once=True,
    )


def parts(wiring: Wiring, needs: tuple[str, ...]) -> list[Part]:
    """One process with the services, or one each; and the worker."""
    all_of_them = (*PYTHON_SERVICES, EDGE.name)
    groups = {name: (name,) for name in all_of_them} if wiring.split else {HOSTS["python"]: all_of_them}
    hosts = [_serve(wiring, name, hosted, needs) for name, hosted in groups.items()]
    return [*hosts, _worker(wiring, needs)]


def _serve(wiring: Wiring, name: str, hosted: tuple[str, ...], needs: tuple[str, ...]) -> Part:
    command = _python("serve", ",".join(hosted), "--port", str(wiring.ports[name]))
    return _listening(name, command, environment.for_services(wiring, hosted), needs, wiring.ports[name])


def _worker(wiring: Wiring, needs: tuple[str, ...]) -> Part:
    port = wiring.ports["worker"]
    return _listening("worker", _python("work", "--port", str(port)), environment.for_worker(wiring), needs, port)


def _listening(name: str, command: tuple[str, ...], env: dict[str, str], needs: tuple[str, ...], port: int) -> Part:
    return Part(
        name=name,
        command=command,
        env=env,
        needs=needs,
        # the edge is ready when all services are, and may not hold up the others' start
        ready=by(probe.http(port, "/healthz" if name == EDGE.name else "/readyz")),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        version=version("bellwether"),
    )


def _python(module: str, *words: str) -> tuple[str, ...]:
    return dies_with_us(sys.executable, "-m", f"bellwether.launch.entry.{module}", *words)
