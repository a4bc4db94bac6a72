"""The one Caddyfile agrees with the table of services, and Caddy takes it with and without an environment."""

import json
import re
import subprocess
import tempfile

import pytest
from bellwether.catalogue import EDGE, PORTS, SERVICES, Service
from bellwether.launch.composition.gateway import CADDYFILE
from bellwether.launch.plan import program
from bellwether.platform.settings import PlatformSettings

ROUTE = re.compile(r"@(\w+) path (.+)\n\s*reverse_proxy @(\w+) \{\$(\w+)_UPSTREAM:127\.0\.0\.1:(\d+)\} \{")
DEFAULT = re.compile(r"\{\$(\w+):([^}]*)\}")


def adapted(**environment: str) -> str:
    """What Caddy makes of the file; it makes a folder for what it keeps as well."""
    words = [program("caddy"), "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_each_service_has_the_route_that_the_table_gives_it() -> None:
    found = {
        name: (paths.split(), int(port))
        for name, paths, matcher, variable, port in ROUTE.findall(CADDYFILE.read_text())
        if name == matcher == variable.lower()
    }
    assert found == {service.name: (paths_of(service), service.port) for service in (*SERVICES, EDGE)}


def paths_of(service: Service) -> list[str]:
    own = [] if service is EDGE else [service.prefix, f"{service.prefix}/*"]
    return [*own, *service.other_paths]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GATEWAY_HTTP_PORT", PORTS["gateway"]),
        ("GATEWAY_HTTPS_PORT", PORTS["gateway-https"]),
        ("BELLWETHER_BODY_LIMIT", PlatformSettings.model_fields["body_limit"].default),
        ("BELLWETHER_UPLOAD_LIMIT", PlatformSettings.model_fields["upload_limit"].default),
    ],
)
def test_its_defaults_are_those_of_one_machine(variable: str, value: int) -> None:
    assert {default for name, default in DEFAULT.findall(CADDYFILE.read_text()) if name == variable} == {str(value)}


def test_elsewhere_the_environment_says_where_everything_is() -> None:
    found = json.loads(
        adapted(
            GATEWAY_HOST="sheep.example.org",
            GATEWAY_BIND="0.0.0.0 [::]",
            GATEWAY_HTTP_PORT="80",
            GATEWAY_HTTPS_PORT="443",
            GATEWAY_TLS="operator@example.org",
            GATEWAY_STORAGE="/certificates",
            FARM_UPSTREAM="farm:8000",
        )
    )
    assert found["storage"]["root"] == "/certificates"
    listening = {address for server in found["apps"]["http"]["servers"].values() for address in server["listen"]}
    assert listening == {"0.0.0.0:80", "[::]:80", "0.0.0.0:443", "[::]:443"}
    assert '"dial": "farm:8000"' in json.dumps(found)
    policies = json.dumps(found["apps"]["tls"]["automation"]["policies"])
    assert "sheep.example.org" in policies
    assert "operator@example.org" in policies


def test_it_is_formatted() -> None:
    done = subprocess.run([program("caddy"), "fmt", "--diff", str(CADDYFILE)], capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if line.startswith(("+", "-"))] == []
