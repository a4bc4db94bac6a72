"""`evaluation-inputs`: what an evaluation of the platform was made of, as files for `evaluate`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import typer

from bellwether.commands.demo.client import Client, Refused
from bellwether.commands.evaluations.printing import say
from bellwether.launch.errors import LaunchError
from bellwether.modelling.results.start import TABLES

FILES = (
    "ped.csv", "rec.csv", "model.toml", "README.txt", "genotypes.csv", "genotypes.vcf.gz",
    *(f"genotypes.{ending}" for ending in ("bed", "bim", "fam")), *(f"start/{name}" for name in TABLES),
)  # fmt: skip


def evaluation_inputs(
    evaluation: Annotated[UUID, typer.Argument(help="The id of the evaluation, which is that of its job.")],
    out: Annotated[Path, typer.Option(help="Folder for the files; made when absent.")],
    email: Annotated[str, typer.Option(envvar="BELLWETHER_EMAIL", prompt=True, help="The address you log in with.")],
    password: Annotated[
        str, typer.Option(envvar="BELLWETHER_PASSWORD", prompt=True, hide_input=True, help="Asked for when left out.")
    ],
    url: Annotated[str, typer.Option(envvar="BELLWETHER_URL", help="The platform.")] = "http://localhost:8080",
) -> None:
    """Write ped.csv, rec.csv and model.toml of an evaluation: `evaluate` gives the same values of them, to the bit.

    Example: ./bellwether evaluation-inputs 0198d2f0-0000-7000-8000-000000000000 --email ada@example.org --out inputs
    """
    with Client(url) as client:
        try:
            client.login(email, password)
            content = client.download(f"/api/v1/genetics/evaluations/{evaluation}/inputs")
        except Refused as error:
            detail = error.problem.get("detail") or error.problem.get("title") or f"status {error.status}"
            raise LaunchError(f"{detail}.", "Look at the id, the address and who may see the evaluation.") from error
        except httpx.HTTPError as error:
            raise LaunchError(f"{url} does not answer: {error}.", "Start it with ./bellwether up --detach.") from error
    names = write_inputs(content, out)
    say(f"{', '.join(names)} in {out}; README.txt there has the command", f"the files are in {out}")


def write_inputs(content: bytes, out: Path) -> list[str]:
    """The files of the archive, under the names that it may have; a file that is there is not replaced.

    Raises:
        LaunchError: a file is in the way, or the folder cannot be written.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name in FILES}
    there = next((name for name in found if (out / name).exists()), None)
    if there is not None:
        raise LaunchError(f"{out / there} is there already.", "Choose another folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            (out / name).parent.mkdir(exist_ok=True)
            (out / name).write_bytes(text)
    except OSError as error:
        raise LaunchError(f"{out} cannot be written: {error.strerror}.", "Choose another folder.") from error
    return list(found)
