"""The composition root of the launcher: all parts of the platform, in the order of their needs."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from bellwether.catalogue import BY_NAME, HOSTS
from bellwether.launch.composition import dynoxide, gateway, nats, postgres, services, users
from bellwether.launch.composition.environment import Wiring
from bellwether.launch.install import bun_workspaces
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.install.find_postgres import Server, find
from bellwether.launch.machine import installation, ports, walls
from bellwether.launch.machine.account import for_postgres
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.processes import stat
from bellwether.launch.machine.state import State
from bellwether.launch.plan import Part, Plan

DEAD_POSTMASTER_SECONDS = 10.0


def prepare(folders: Folders, say: Say) -> tuple[Server, postgres.Cluster | None]:
    """Fetch and make what is missing; quick when nothing is."""
    folders.make()
    installation.check(folders, stores(folders))
    bun_workspaces.user_services.install(folders, say)
    account = for_postgres()
    with ThreadPoolExecutor() as pool:
        pages = pool.submit(bun_workspaces.pages.install, folders, say)
        server = find(account, say)
        pages.result()
    return server, None if server.url else postgres.prepare(folders, server, account)


def plan(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """Every part with its ports, environment and needs."""
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(walls.own_network)
        server, cluster = prepare(folders, say)
        network = asked.result()
    own = installation.check(folders, stores(folders))
    chosen, moved = ports.choose(_names(split, cluster is not None, bool(network)), wanted)
    if cluster:
        postgres.configure(cluster, folders, chosen["postgres"])
    wiring = _wiring(folders, chosen, split, server, cluster, own.id)
    return Plan(
        parts=tuple(_parts(wiring, server, cluster, network)),
        ports=chosen,
        notes=(*moved, f"PostgreSQL {server.version}: {server.why}.", *(() if network else (walls.OPEN,))),
        public_url=wiring.public_url,
        public_url_https=wiring.public_url_https,
        when_ready=lambda: installation.remember(folders, own, stores(folders)),
    )


def stores(folders: Folders) -> list[Path]:
    """Where the data lie that must be there again at the next start."""
    return [*dynoxide.files(folders), *postgres.places(folders)]


def _names(split: bool, own_postgres: bool, walled: bool) -> list[str]:
    names = ["gateway", "gateway-https", *(() if walled else dynoxide.FILES), "nats", "worker"]
    if own_postgres:
        names.insert(2, "postgres")
    return names + list(BY_NAME if split else HOSTS.values())


def _parts(wiring: Wiring, server: Server, cluster: postgres.Cluster | None, network: tuple[str, ...]) -> list[Part]:
    stores = [
        _postgres(wiring, server, cluster),
        *dynoxide.parts(wiring.folders, wiring.ports, network),
        nats.part(wiring.folders, wiring.ports),
    ]
    once = [services.migrate_part(wiring), users.setup_part(wiring)]
    needs = tuple(part.name for part in once)
    hosts = [*users.parts(wiring, needs), *services.parts(wiring, needs)]
    return [*stores, *once, *hosts, gateway.part(wiring, tuple(part.name for part in hosts))]


def _wiring(
    folders: Folders,
    chosen: dict[str, int],
    split: bool,
    server: Server,
    cluster: postgres.Cluster | None,
    platform_id: str,
) -> Wiring:
    if cluster:
        url = f"postgresql://postgres@127.0.0.1:{chosen['postgres']}/{postgres.DATABASE}"
        return Wiring(folders, chosen, split, url, cluster.password, platform_id)
    found = urlsplit(server.url)
    user, _, host = found.netloc.rpartition("@")
    bare = urlunsplit((found.scheme, f"{user.partition(':')[0]}@{host}", found.path, found.query, ""))
    return Wiring(folders, chosen, split, bare, unquote(found.password or ""), platform_id)


def _postgres(wiring: Wiring, server: Server, cluster: postgres.Cluster | None) -> Part:
    if cluster is None:
        return Part(name="postgres", command=(), address=wiring.admin_url, version=server.version)
    return own_postgres(cluster, wiring.ports["postgres"])


def own_postgres(cluster: postgres.Cluster, port: int) -> Part:
    """The part that runs our own cluster."""

    async def ready(pid: int) -> str | None:
        return postgres.is_ready(cluster, pid)

    return Part(
        name="postgres",
        command=cluster.start_command(),
        ready=ready,
        ports=(port,),
        address=f"postgresql://127.0.0.1:{port}/{postgres.DATABASE}",
        version=cluster.server.version,
        folder=Path("/"),
        stop_signal=signal.SIGINT,
        stop_seconds=60.0,
        before=lambda: _before_postgres(cluster),
    )


def _before_postgres(cluster: postgres.Cluster) -> None:
    """A killed postmaster stays in /proc until it is reaped, and until then its lock file blocks the next one."""
    postgres.keep_ballast(cluster)
    until = time.monotonic() + DEAD_POSTMASTER_SECONDS
    while (pid := postgres.postmaster(cluster)) and stat(pid) and time.monotonic() < until:
        time.sleep(0.02)


def migration(folders: Folders, state: State) -> Part:
    """The migration of the platform that runs now."""
    account = for_postgres()
    server = find(account, lambda _: None)
    cluster = None if server.url else postgres.prepare(folders, server, account)
    own = installation.check(folders, stores(folders))
    return services.migrate_part(_wiring(folders, state.ports, state.split, server, cluster, own.id))
