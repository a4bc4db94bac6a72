"""The one table of services. Launch, gateway, streams, roles, contracts and the Bun side take names, ports and
addresses from here, so a service that is added or renamed is added or renamed in one place.

It imports nothing of ours, so that everything may import it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Runtime = Literal["python", "bun"]
MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Service:
    """What the others have to know of one service."""

    name: str
    title: str
    runtime: Runtime
    #: where it listens when it has a process of its own
    port: int
    #: the JetStream stream of its facts, and with it the first word of their subjects
    stream: str = ""
    #: its schema in PostgreSQL; the services on Bun keep their data in DynamoDB
    schema: str = ""
    #: what the gateway sends to it beside its own prefix; of two that fit the longer one counts
    other_paths: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """Under which all its addresses lie."""
        return f"/api/v1/{self.name}"

    @property
    def migrations(self) -> Path:
        """Where its SQL files lie."""
        return Path(__file__).parent / self.name / "migrations"


#: what BrAPI asks of genotypes; the rest of it is farm's
GENOTYPING = (
    "allelematrix", "calls", "callsets", "references", "referencesets", "samples", "variants", "variantsets",
)  # fmt: skip

#: in the order in which people read them, and in which the migrations depend on each other
SERVICES = (
    Service(
        "farm",
        "Farm Management",
        "python",
        18101,
        "FARM",
        "farm",
        other_paths=("/brapi/v2/*", "/locations", "/locations/*", "/batches/locations/*"),
    ),
    Service(
        "genetics",
        "Genetic Data",
        "python",
        18102,
        "GENETICS",
        "genetics",
        other_paths=tuple(
            f"/brapi/v2/{name}{rest}"
            for name in (*GENOTYPING, *(f"search/{name}" for name in GENOTYPING))
            for rest in ("", "/*")
        ),
    ),
    Service("research", "Research Analysis", "python", 18103, "RESEARCH", "research"),
    Service("processing", "Data Processing", "python", 18104, "PROCESSING", "processing"),
    Service(
        "auth", "User Authentication", "bun", 18201, "USERS", other_paths=("/.well-known/*", "/oidc/*", "/account/*")
    ),
    Service("sessions", "Sessions", "bun", 18202, "USERS"),
    Service("profiles", "User Profiles", "bun", 18203, "USERS", other_paths=("/api/v1/ws",)),
    Service(
        "chats",
        "Chat History",
        "bun",
        18204,
        "USERS",
        other_paths=(
            "/mcp",
            "/shared",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/*",
        ),
    ),
)
#: composes the services and holds no data, so it is hosted like a service and is none
EDGE = Service(
    "edge", "Across services", "python", 18105,
    other_paths=("/graphql", "/graphql/*", "/docs*", "/openapi.json", "/healthz", "/readyz", "/brapi/v2/serverinfo"),
)  # fmt: skip

BY_NAME = {service.name: service for service in (*SERVICES, EDGE)}
TITLES = {service.name: service.title for service in SERVICES}
PYTHON_SERVICES = tuple(service.name for service in SERVICES if service.runtime == "python")
BUN_SERVICES = tuple(service.name for service in SERVICES if service.runtime == "bun")

#: without --split, the process that hosts every service of a runtime
HOSTS: dict[Runtime, str] = {"python": "services", "bun": "users"}

#: the streams of the services with the room that each may take
STREAMS = {service.stream: 256 * MB for service in SERVICES} | {"FARM": 512 * MB}

#: the memory that Bun is told to manage: it collects as if the machine had no more, and one process stays under 150 MB
BUN_MEMORY = {"BUN_JSC_forceRAMSize": str(128 * MB)}

#: where everything listens by default; two with one port never run together
PORTS = {
    "gateway": 8080, "gateway-https": 8443, "postgres": 15432, "dynoxide": 18000, "dynoxide-keys": 18001,
    "nats": 14222, "services": 18101, "users": 18201, "worker": 18109,
    **{service.name: service.port for service in (*SERVICES, EDGE)},
}  # fmt: skip


def process_of(service: str, split: bool) -> str:
    """The process in which a service runs: its own, or the one that hosts all of its runtime."""
    return service if split else HOSTS[BY_NAME[service].runtime]
